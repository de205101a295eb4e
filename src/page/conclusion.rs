//! Finishes a response: keeps its body unchanged and notes the outcome in its extensions.

use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Response};
use http_body::Body;

use super::{body::WidgetBody, facts::RequestFacts};
use crate::{
    outcome::{Outcome, Reason, report},
    protocol::OUTCOME_HEADER,
};

pub(super) const OUTCOME: HeaderName = HeaderName::from_static(OUTCOME_HEADER);

pub(super) fn untouched<B: Body>(response: Response<B>) -> Response<WidgetBody<B>> {
    response.map(WidgetBody::untouched)
}

/// Keeps the body unchanged, and notes the outcome if there is one.
pub(super) fn conclude<B: Body>(
    facts: &RequestFacts,
    mut response: Response<B>,
    outcome: Option<Outcome>,
) -> Response<WidgetBody<B>> {
    if let Some(outcome) = outcome {
        note(facts, outcome, response.extensions_mut());
    }
    untouched(response)
}

/// Keeps the response unchanged for this reason, and notes it as the outcome if it `is_reported`.
///
/// Otherwise only the header of [`explain`](crate::WidgetsBuilder::explain) has the reason.
pub(super) fn conclude_untouched<B: Body>(
    facts: &RequestFacts,
    mut response: Response<B>,
    reason: Reason,
    is_reported: bool,
) -> Response<WidgetBody<B>> {
    if is_reported {
        note(facts, Outcome::untouched(reason), response.extensions_mut());
    } else if facts.config.explain {
        explain_otherwise(response.headers_mut(), reason);
    }
    untouched(response)
}

/// Writes the reason into the header, unless an inner layer has written one.
pub(super) fn explain_otherwise(headers: &mut HeaderMap, reason: Reason) {
    headers.entry(OUTCOME).or_insert(HeaderValue::from_static(reason.as_str()));
}

/// Notes the outcome in the extensions for the application, in its log, and for the hints.
pub(super) fn note(facts: &RequestFacts, outcome: Outcome, extensions: &mut Extensions) {
    report(&outcome, facts.path());
    if facts.is_addressed() {
        facts.config.hints.observe(outcome.kind(), facts.has_cookies);
    }
    extensions.insert(outcome.of_set(&facts.config.names));
}
