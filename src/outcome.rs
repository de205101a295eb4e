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

use crate::vendor::Refusal;

/// The decision on one response, put into its extensions where there was a viewer, a marker or a logout.
///
/// It holds no secret, token, e-mail or name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The page boots the widgets for the signed-in person; the vendors that refused are named.
    Boot(Vec<Refused>),
    /// The page ends somebody else's session, then boots for the signed-in person.
    Switch(Vec<Refused>),
    /// The page ends the widgets' sessions.
    ShutDown,
    /// The page shows the widgets to a visitor ([`visitors`](crate::WidgetsBuilder::visitors)).
    Visitor,
    /// The logout was told to the browser by cookies; no script went with it (a redirect, an API answer).
    LogOut,
    /// Tokens went in the headers ([`Delivery::Header`](crate::Delivery::Header)).
    Headers(Vec<Refused>),
    /// Nothing was changed, for this reason.
    Untouched(Reason),
}

/// A vendor that got no token, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    vendor: String,
    refusal: Refusal,
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
    Refused(Vec<Refused>),
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
    pub fn refused(&self) -> &[Refused] {
        match self {
            Self::Boot(refused) | Self::Switch(refused) | Self::Headers(refused) => refused,
            Self::Untouched(Reason::Refused(refused)) => refused,
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
            Self::Refused(_) => "refused",
            Self::Unwritable => "unwritable",
        }
    }
}

impl Refused {
    pub(crate) fn new(vendor: &str, refusal: Refusal) -> Self {
        Self { vendor: vendor.to_owned(), refusal }
    }

    /// The vendor's name, or the token's.
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// Why it gave no token.
    pub fn refusal(&self) -> Refusal {
        self.refusal
    }
}

/// Tells of a decision, under the target `tower_widget_identity`.
pub(crate) fn report(outcome: &Outcome) {
    #[cfg(feature = "tracing")]
    {
        tracing::debug!(target: "tower_widget_identity", outcome = outcome.as_str());
        for refused in outcome.refused() {
            tracing::debug!(
                target: "tower_widget_identity",
                vendor = refused.vendor(),
                refusal = refused.refusal().as_str(),
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
