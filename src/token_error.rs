//! The reasons for which a user gets no token.

use std::fmt;

/// Why a widget has no token for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenError {
    /// The identity's id is blank.
    MissingId,
    /// The vendor requires an e-mail address, and the identity has none (Chatwoot: neither an address nor a name).
    MissingEmail,
    /// The vendor does not accept this kind of e-mail address (Zendesk Classic: accented characters; Re:amaze: a
    /// colon).
    UnacceptableEmail,
    /// The widget does not accept this id (Zendesk Messaging: longer than 255 characters; Userflow: see
    /// [`signed_companies`](crate::widget::Userflow::signed_companies)).
    UnacceptableId,
    /// The application's session has already ended.
    ///
    /// Its end is that of [`Identity::with_session_expires`](crate::Identity::with_session_expires).
    SessionOver,
    /// The token would be longer than [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES).
    TooLarge,
    /// The claims could not be signed.
    Signing,
    /// No configured widget has a token of this name.
    UnknownToken,
    /// The vendor's own API issues this token, so only the [`TokenService`](crate::TokenService) returns it.
    Issued,
}

impl TokenError {
    /// Returns a stable name for logs and counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingId => "missing-id",
            Self::MissingEmail => "missing-email",
            Self::UnacceptableEmail => "unacceptable-email",
            Self::UnacceptableId => "unacceptable-id",
            Self::SessionOver => "session-over",
            Self::TooLarge => "too-large",
            Self::Signing => "signing",
            Self::UnknownToken => "unknown-token",
            Self::Issued => "issued",
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingId => "the identity's id is blank",
            Self::MissingEmail => "the identity has no e-mail address, which this vendor requires",
            Self::UnacceptableEmail => "this vendor does not accept this e-mail address",
            Self::UnacceptableId => "this vendor does not accept this id",
            Self::SessionOver => "the application's session has ended",
            Self::TooLarge => "the token would be too large: sign fewer attributes",
            Self::Signing => "the claims could not be signed",
            Self::UnknownToken => "the vendor has no token of this name",
            Self::Issued => "the vendor's own API issues this token: request it from the token service",
        })
    }
}

impl std::error::Error for TokenError {}
