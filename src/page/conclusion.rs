//! Finishes a response: keeps its body unchanged and notes the outcome in its extensions.

use http::{Extensions, Response};
use http_body::Body;

use super::{body::WidgetBody, facts::RequestFacts};
use crate::outcome::{Outcome, report};

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

/// Notes the outcome in the extensions for the application, in its log, and for the hints.
pub(super) fn note(facts: &RequestFacts, outcome: Outcome, extensions: &mut Extensions) {
    report(&outcome, facts.path());
    if facts.is_addressed() {
        facts.config.hints.observe(outcome.kind(), facts.has_cookies);
    }
    extensions.insert(outcome.of_set(&facts.config.names));
}
