//! The outcome of a response: what the layer did with it, and why it did no more.
//!
//! ```
//! use http::{Request, Response};
//! use tower::{Layer, ServiceExt, service_fn};
//! use tower_widget_identity::{Identity, Outcome, OutcomeKind, Reason, Secret, Viewer, Widgets, widget::Intercom};
//!
//! # futures::executor::block_on(async {
//! let widgets = Widgets::builder().widget(Intercom::new("abcd1234", Secret::new("s3cret")?)).build()?;
//! let compressed = service_fn(async |_: Request<()>| {
//!     Response::builder().header("content-type", "text/html").header("content-encoding", "gzip").body(String::new())
//! });
//! let request = Request::get("/").header("sec-fetch-dest", "document");
//! let request = request.extension(Viewer::SignedIn(Identity::new("user-1"))).body(())?;
//!
//! let response = widgets.layer().layer(compressed).oneshot(request).await?;
//! let outcome = response.extensions().get::<Outcome>().expect("a user is signed in");
//! assert_eq!(outcome.kind(), OutcomeKind::Untouched(Reason::Encoded));
//! assert_eq!(outcome.as_str(), "encoded");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

use std::sync::Arc;

use crate::token_error::TokenError;

/// What the layer did with one response, and why.
///
/// The layer puts it into the response extensions for page loads, for logouts, and, with
/// [`Delivery::Header`](crate::Delivery::Header), for fetches that involve a user or a session.
///
/// It contains no secret, token, e-mail address or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    kind: OutcomeKind,
    failures: Vec<TokenFailure>,
    /// Shared with the configuration.
    widgets: Arc<[String]>,
}

/// The kind of an [`Outcome`]: what the layer did with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutcomeKind {
    /// The page boots the widgets for the signed-in user.
    Boot,
    /// The page ends another user's session, then boots for the signed-in user.
    Switch,
    /// The page ends the widgets' sessions.
    ShutDown,
    /// The page carries the runtime for a signed-out visitor.
    ///
    /// It carries the widgets, too ([`visitors`](crate::WidgetsBuilder::visitors)), or only the runtime
    /// ([`spa`](crate::WidgetsBuilder::spa)).
    Visitor,
    /// The response ended the session by cookies and carries no script (a redirect, an API response).
    LogOut,
    /// The response headers carry tokens or a shutdown ([`Delivery::Header`](crate::Delivery::Header)).
    Headers,
    /// The response stayed unchanged, for this reason.
    Untouched(Reason),
}

/// A widget that got no token for this user, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFailure {
    widget: String,
    error: TokenError,
}

/// Why a response stayed unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No user is signed in, and no session is left to end.
    SignedOut,
    /// The application did not say who the viewer is.
    UnknownViewer,
    /// The lookup of the viewer failed ([`Viewer::LookupFailed`](crate::Viewer::LookupFailed)).
    LookupFailed,
    /// The application opted the request out ([`when`](crate::WidgetsBuilder::when)).
    OptedOut,
    /// The response is a logout, but there was no widget session to end.
    NoSession,
    /// The handler opted the response out, with [`SkipWidget`](crate::SkipWidget).
    Skipped,
    /// The request is not a browser's page load.
    ///
    /// `curl` sends one only with `Accept: text/html`.
    NoPageLoad,
    /// The request is not a fetch by the page's script, which [`Delivery::Header`](crate::Delivery::Header) needs.
    NoFetch,
    /// The status has no page of its own (1xx, 204, 205, 206, 3xx).
    ///
    /// With [`Delivery::Header`](crate::Delivery::Header), it is any status but 2xx.
    Status,
    /// The media type is not `text/html`.
    NotHtml,
    /// The body is encoded: put this layer *inside* compression.
    Encoded,
    /// The response is a part of a page (`Content-Range`).
    Partial,
    /// The response is a download (`Content-Disposition: attachment`, or another type than `inline`).
    Attachment,
    /// The application forbids changes (`Cache-Control: no-transform`).
    NoTransform,
    /// The page's encoding is not ASCII compatible (UTF-16, UTF-32, ISO-2022).
    Encoding,
    /// The page is a fragment.
    ///
    /// Without Fetch Metadata, and for a prefetch, the page must start with a doctype, `<html>` or `<head>`. A page
    /// that ends within its doctype also counts as a fragment.
    Fragment,
    /// The page's prologue is longer than 64 KiB.
    LongPrologue,
    /// The body failed before the place for the snippet was found.
    BodyError,
    /// The page's policy has a `sandbox` that lacks `allow-scripts` or `allow-same-origin`.
    Sandbox,
    /// The page's policy requires trusted types and does not allow our policy, `tower-widget-identity`.
    TrustedTypes,
    /// No widget got a token for this user: [`Outcome::failures`] says why.
    NoToken,
    /// The page's data could not be serialized; a defect, and the page is served all the same.
    Unwritable,
}

impl Outcome {
    pub(crate) fn new(kind: OutcomeKind, failures: Vec<TokenFailure>) -> Self {
        Self { kind, failures, widgets: Arc::default() }
    }

    /// Creates an outcome without failures.
    ///
    /// It is not public: a layer takes an outcome in the response for that of a layer inside, and leaves the page alone.
    ///
    /// ```compile_fail,E0277
    /// let forged: tower_widget_identity::Outcome = tower_widget_identity::OutcomeKind::Boot.into();
    /// ```
    pub(crate) fn of(kind: OutcomeKind) -> Self {
        Self::new(kind, Vec::new())
    }

    pub(crate) fn untouched(reason: Reason) -> Self {
        Self::of(OutcomeKind::Untouched(reason))
    }

    pub(crate) fn no_token(failures: Vec<TokenFailure>) -> Self {
        Self::new(OutcomeKind::Untouched(Reason::NoToken), failures)
    }

    /// Returns what the layer did.
    pub fn kind(&self) -> OutcomeKind {
        self.kind
    }

    /// Returns a stable name for logs and counters.
    pub fn as_str(&self) -> &'static str {
        self.kind.as_str()
    }

    pub(crate) fn of_set(self, widgets: &Arc<[String]>) -> Self {
        Self { widgets: widgets.clone(), ..self }
    }

    /// Returns the names of the widgets in the set that decided.
    ///
    /// If two sets are layered over one page, the inner one decides: its widgets are on the page, and the outer one's
    /// are not.
    pub fn widgets(&self) -> &[String] {
        &self.widgets
    }

    /// Returns the widgets that got no token for this user.
    ///
    /// The page boots the others all the same.
    pub fn failures(&self) -> &[TokenFailure] {
        &self.failures
    }
}

impl OutcomeKind {
    /// Returns a stable name for logs and counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Switch => "switch",
            Self::ShutDown => "shutdown",
            Self::Visitor => "visitor",
            Self::LogOut => "logout",
            Self::Headers => "headers",
            Self::Untouched(reason) => reason.as_str(),
        }
    }
}

impl Reason {
    /// Returns a stable name for logs and counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::UnknownViewer => "unknown-viewer",
            Self::LookupFailed => "lookup-failed",
            Self::OptedOut => "opted-out",
            Self::NoSession => "no-session",
            Self::Skipped => "skipped",
            Self::NoPageLoad => "no-page-load",
            Self::NoFetch => "no-fetch",
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
            Self::NoToken => "no-token",
            Self::Unwritable => "unwritable",
        }
    }
}

impl TokenFailure {
    pub(crate) fn new(widget: &str, error: TokenError) -> Self {
        Self { widget: widget.to_owned(), error }
    }

    /// Returns the widget's name or, with [`Delivery::Header`](crate::Delivery::Header), the token's name.
    pub fn widget(&self) -> &str {
        &self.widget
    }

    /// Returns why there is no token.
    pub fn error(&self) -> TokenError {
        self.error
    }
}

/// Logs an outcome at DEBUG, under the target `tower_widget_identity`. The path has no query.
pub(crate) fn report(outcome: &Outcome, path: &str) {
    #[cfg(feature = "tracing")]
    {
        tracing::debug!(target: "tower_widget_identity", outcome = outcome.as_str(), path);
        for failure in outcome.failures() {
            tracing::debug!(target: "tower_widget_identity", widget = failure.widget(), error = failure.error().as_str());
        }
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (outcome, path);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dashboards and alerts depend on these names.
    const OUTCOMES: [(OutcomeKind, &str); 6] = [
        (OutcomeKind::Boot, "boot"),
        (OutcomeKind::Switch, "switch"),
        (OutcomeKind::ShutDown, "shutdown"),
        (OutcomeKind::Visitor, "visitor"),
        (OutcomeKind::LogOut, "logout"),
        (OutcomeKind::Headers, "headers"),
    ];

    const REASONS: [(Reason, &str); 22] = [
        (Reason::SignedOut, "signed-out"),
        (Reason::UnknownViewer, "unknown-viewer"),
        (Reason::LookupFailed, "lookup-failed"),
        (Reason::OptedOut, "opted-out"),
        (Reason::NoSession, "no-session"),
        (Reason::Skipped, "skipped"),
        (Reason::NoPageLoad, "no-page-load"),
        (Reason::NoFetch, "no-fetch"),
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
        (Reason::NoToken, "no-token"),
        (Reason::Unwritable, "unwritable"),
    ];

    const TOKEN_ERRORS: [(TokenError, &str); 9] = [
        (TokenError::MissingId, "missing-id"),
        (TokenError::MissingEmail, "missing-email"),
        (TokenError::UnacceptableEmail, "unacceptable-email"),
        (TokenError::UnacceptableId, "unacceptable-id"),
        (TokenError::SessionOver, "session-over"),
        (TokenError::TooLarge, "too-large"),
        (TokenError::Signing, "signing"),
        (TokenError::UnknownToken, "unknown-token"),
        (TokenError::Issued, "issued"),
    ];

    /// The number of variants.
    ///
    /// A new variant does not compile until it is counted here; the test then reports that it is missing above.
    const fn number_of_outcomes(outcome: OutcomeKind) -> usize {
        use OutcomeKind::{Boot, Headers, LogOut, ShutDown, Switch, Untouched, Visitor};
        match outcome {
            Boot | Switch | ShutDown | Visitor | LogOut | Headers | Untouched(_) => 7,
        }
    }

    const fn number_of_reasons(reason: Reason) -> usize {
        use Reason::*;
        match reason {
            SignedOut | UnknownViewer | LookupFailed | OptedOut | NoSession | Skipped | NoPageLoad | NoFetch
            | Status | NotHtml | Encoded | Partial | Attachment | NoTransform | Encoding | Fragment | LongPrologue
            | BodyError | Sandbox | TrustedTypes | NoToken | Unwritable => 22,
        }
    }

    const fn number_of_token_errors(error: TokenError) -> usize {
        use TokenError::*;
        match error {
            MissingId | MissingEmail | UnacceptableEmail | UnacceptableId | SessionOver | TooLarge | Signing
            | UnknownToken | Issued => 9,
        }
    }

    #[test]
    fn names_are_stable() {
        for (outcome, name) in OUTCOMES {
            assert_eq!(outcome.as_str(), name);
        }
        for (reason, name) in REASONS {
            assert_eq!(reason.as_str(), name);
            assert_eq!(OutcomeKind::Untouched(reason).as_str(), name, "an outcome's name is its reason's");
        }
        for (error, name) in TOKEN_ERRORS {
            assert_eq!(error.as_str(), name);
        }
    }

    #[test]
    fn every_variant_is_listed_under_a_unique_name() {
        let outcomes = OUTCOMES.map(|(_, name)| name);
        let reasons = REASONS.map(|(_, name)| name);
        let token_errors = TOKEN_ERRORS.map(|(_, name)| name);
        assert_eq!(outcomes.len() + 1, number_of_outcomes(OutcomeKind::ShutDown));
        assert_eq!(reasons.len(), number_of_reasons(Reason::Skipped));
        assert_eq!(token_errors.len(), number_of_token_errors(TokenError::Signing));
        let names: std::collections::BTreeSet<_> = outcomes.iter().chain(&reasons).chain(&token_errors).collect();
        assert_eq!(names.len(), outcomes.len() + reasons.len() + token_errors.len());
    }

    /// The operations guide explains every name.
    #[test]
    fn every_name_is_in_the_guide() {
        let guide = include_str!("../docs/operations.md");
        let names = OUTCOMES.map(|(_, name)| name).into_iter().chain(REASONS.map(|(_, name)| name));
        for name in names.chain(TOKEN_ERRORS.map(|(_, name)| name)) {
            let row = format!("\n| `{name}` | ");
            assert_eq!(guide.matches(&row).count(), 1, "{name}");
        }
    }
}
