//! What was done with a response, and why not more: found in its extensions.
//!
//! ```
//! use tower_widget_identity::{Outcome, Reason};
//!
//! fn count(response: &http::Response<()>) -> Option<&'static str> {
//!     response.extensions().get::<Outcome>().map(Outcome::as_str)
//! }
//!
//! let mut response = http::Response::new(());
//! assert_eq!(count(&response), None, "nobody signed in, no marker, no logout: nothing to tell");
//! response.extensions_mut().insert(Outcome::Untouched(Reason::Encoded));
//! assert_eq!(count(&response), Some("encoded"));
//! ```

use crate::token_error::TokenError;

/// The decision on one response, put into its extensions where there was a viewer, a marker or a logout.
///
/// It holds no secret, token, e-mail or name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The page boots the widgets for the signed-in person; the vendors that refused are named.
    Boot(Vec<TokenFailure>),
    /// The page ends somebody else's session, then boots for the signed-in person.
    Switch(Vec<TokenFailure>),
    /// The page ends the widgets' sessions.
    ShutDown,
    /// The page shows the widgets to a visitor ([`visitors`](crate::WidgetsBuilder::visitors)).
    Visitor,
    /// The logout was told to the browser by cookies; no script went with it (a redirect, an API answer).
    LogOut,
    /// Tokens went in the headers ([`Delivery::Header`](crate::Delivery::Header)).
    Headers(Vec<TokenFailure>),
    /// Nothing was changed, for this reason.
    Untouched(Reason),
}

/// A vendor that got no token, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFailure {
    widget: String,
    error: TokenError,
}

/// Why a response stayed as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Who is looking is not known.
    UnknownViewer,
    /// The handler said so, by [`SkipWidget`](crate::SkipWidget).
    Skipped,
    /// The request is not of the sort that the delivery goes to: no page load, or no fetch.
    NotAddressed,
    /// The status has no page of its own (1xx, 204, 205, 206, 3xx).
    Status,
    /// The media type is not `text/html`.
    NotHtml,
    /// The body is encoded: put this layer *inside* compression.
    Encoded,
    /// The answer is a part of a page (`Content-Range`).
    Partial,
    /// The answer is a download (`Content-Disposition: attachment`).
    Attachment,
    /// The application forbids changes (`Cache-Control: no-transform`).
    NoTransform,
    /// The page's encoding is not ASCII compatible (UTF-16, UTF-32, ISO-2022).
    Encoding,
    /// Without Fetch Metadata: no doctype, `<html` or `<head` at the beginning, so this is a fragment.
    Fragment,
    /// The prologue goes on for more than 64 KiB.
    LongPrologue,
    /// The body failed before the place was found.
    BodyError,
    /// The page's policy has a `sandbox` without `allow-scripts` and `allow-same-origin`.
    Sandbox,
    /// The page's policy demands trusted types and does not allow the policy `tower-widget-identity`.
    TrustedTypes,
    /// No vendor had a token for this person; each says why.
    NoToken(Vec<TokenFailure>),
    /// The data could not be written; a defect, and the page is served all the same.
    Unwritable,
}

impl Outcome {
    /// A stable name for logs and counters.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Boot(_) => "boot",
            Self::Switch(_) => "switch",
            Self::ShutDown => "shutdown",
            Self::Visitor => "visitor",
            Self::LogOut => "logout",
            Self::Headers(_) => "headers",
            Self::Untouched(reason) => reason.as_str(),
        }
    }

    /// The vendors that got no token for this person.
    pub fn failures(&self) -> &[TokenFailure] {
        match self {
            Self::Boot(refused) | Self::Switch(refused) | Self::Headers(refused) => refused,
            Self::Untouched(Reason::NoToken(refused)) => refused,
            _ => &[],
        }
    }
}

impl Reason {
    /// A stable name for logs and counters.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::UnknownViewer => "unknown-viewer",
            Self::Skipped => "skipped",
            Self::NotAddressed => "not-addressed",
            Self::Status => "status",
            Self::NotHtml => "not-html",
            Self::Encoded => "encoded",
            Self::Partial => "partial",
            Self::Attachment => "attachment",
            Self::NoTransform => "no-transform",
            Self::Encoding => "encoding",
            Self::Fragment => "fragment",
            Self::LongPrologue => "long-prologue",
            Self::BodyError => "body-error",
            Self::Sandbox => "sandbox",
            Self::TrustedTypes => "trusted-types",
            Self::NoToken(_) => "refused",
            Self::Unwritable => "unwritable",
        }
    }
}

impl TokenFailure {
    pub(crate) fn new(widget: &str, error: TokenError) -> Self {
        Self { widget: widget.to_owned(), error }
    }

    /// The vendor's name, or the token's.
    pub fn widget(&self) -> &str {
        &self.widget
    }

    /// Why it gave no token.
    pub fn error(&self) -> TokenError {
        self.error
    }
}

/// Tells of a decision, under the target `tower_widget_identity`.
pub(crate) fn report(outcome: &Outcome) {
    #[cfg(feature = "tracing")]
    {
        tracing::debug!(target: "tower_widget_identity", outcome = outcome.as_str());
        for refused in outcome.failures() {
            tracing::debug!(
                target: "tower_widget_identity",
                widget = refused.widget(),
                refusal = refused.error().as_str(),
            );
        }
        if matches!(outcome, Outcome::Untouched(Reason::Encoded)) {
            warn_once();
        }
    }
    #[cfg(not(feature = "tracing"))]
    let _ = outcome;
}

/// Once in the life of a process: this is a mistake in the order of layers, not an event.
#[cfg(feature = "tracing")]
fn warn_once() {
    static WARNED: std::sync::Once = std::sync::Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            target: "tower_widget_identity",
            "an encoded page cannot carry the widget: put this layer inside of compression",
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dashboards and alerts are built on them.
    const OUTCOMES: [(Outcome, &str); 6] = [
        (Outcome::Boot(Vec::new()), "boot"),
        (Outcome::Switch(Vec::new()), "switch"),
        (Outcome::ShutDown, "shutdown"),
        (Outcome::Visitor, "visitor"),
        (Outcome::LogOut, "logout"),
        (Outcome::Headers(Vec::new()), "headers"),
    ];

    const REASONS: [(Reason, &str); 17] = [
        (Reason::UnknownViewer, "unknown-viewer"),
        (Reason::Skipped, "skipped"),
        (Reason::NotAddressed, "not-addressed"),
        (Reason::Status, "status"),
        (Reason::NotHtml, "not-html"),
        (Reason::Encoded, "encoded"),
        (Reason::Partial, "partial"),
        (Reason::Attachment, "attachment"),
        (Reason::NoTransform, "no-transform"),
        (Reason::Encoding, "encoding"),
        (Reason::Fragment, "fragment"),
        (Reason::LongPrologue, "long-prologue"),
        (Reason::BodyError, "body-error"),
        (Reason::Sandbox, "sandbox"),
        (Reason::TrustedTypes, "trusted-types"),
        (Reason::NoToken(Vec::new()), "refused"),
        (Reason::Unwritable, "unwritable"),
    ];

    const REFUSALS: [(TokenError, &str); 8] = [
        (TokenError::MissingId, "missing-id"),
        (TokenError::MissingEmail, "missing-email"),
        (TokenError::UnacceptableEmail, "unacceptable-email"),
        (TokenError::UnacceptableId, "unacceptable-id"),
        (TokenError::SessionOver, "session-over"),
        (TokenError::TooLarge, "too-large"),
        (TokenError::Signing, "signing"),
        (TokenError::UnknownToken, "unknown-token"),
    ];

    /// The number of variants: a new one does not compile until it is counted here, and then it is missing above.
    const fn number_of_outcomes(outcome: &Outcome) -> usize {
        use Outcome::{Boot, Headers, LogOut, ShutDown, Switch, Untouched, Visitor};
        match outcome {
            Boot(_) | Switch(_) | ShutDown | Visitor | LogOut | Headers(_) | Untouched(_) => 7,
        }
    }

    const fn number_of_reasons(reason: &Reason) -> usize {
        use Reason::*;
        match reason {
            UnknownViewer | Skipped | NotAddressed | Status | NotHtml | Encoded | Partial | Attachment
            | NoTransform | Encoding | Fragment | LongPrologue | BodyError | Sandbox | TrustedTypes | NoToken(_)
            | Unwritable => 17,
        }
    }

    const fn number_of_refusals(error: TokenError) -> usize {
        use TokenError::*;
        match error {
            MissingId | MissingEmail | UnacceptableEmail | UnacceptableId | SessionOver | TooLarge | Signing
            | UnknownToken => 8,
        }
    }

    #[test]
    fn names_are_stable() {
        for (outcome, name) in OUTCOMES {
            assert_eq!(outcome.as_str(), name);
        }
        for (reason, name) in REASONS {
            assert_eq!(reason.as_str(), name);
            assert_eq!(Outcome::Untouched(reason).as_str(), name, "an outcome's name is its reason's");
        }
        for (refusal, name) in REFUSALS {
            assert_eq!(refusal.as_str(), name);
        }
    }

    #[test]
    fn no_name_is_missing_or_there_twice() {
        let outcomes = OUTCOMES.map(|(_, name)| name);
        let reasons = REASONS.map(|(_, name)| name);
        let refusals = REFUSALS.map(|(_, name)| name);
        assert_eq!(outcomes.len() + 1, number_of_outcomes(&Outcome::ShutDown));
        assert_eq!(reasons.len(), number_of_reasons(&Reason::Skipped));
        assert_eq!(refusals.len(), number_of_refusals(TokenError::Signing));
        let names: std::collections::BTreeSet<_> = outcomes.iter().chain(&reasons).chain(&refusals).collect();
        assert_eq!(names.len(), outcomes.len() + reasons.len() + refusals.len());
    }

    /// The page on operations says what each of them means.
    #[test]
    fn every_name_is_in_the_guide() {
        let guide = include_str!("../docs/operations.md");
        let names = OUTCOMES.map(|(_, name)| name).into_iter().chain(REASONS.map(|(_, name)| name));
        for name in names.chain(REFUSALS.map(|(_, name)| name)) {
            let row = format!("\n| `{name}` | ");
            assert_eq!(guide.matches(&row).count(), 1, "{name}");
        }
    }
}
