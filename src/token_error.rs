//! Why somebody gets no token.

use std::fmt;

/// Why a vendor gave no token for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenError {
    /// The identity's id is blank.
    MissingId,
    /// The vendor needs an e-mail address and the identity has none.
    MissingEmail,
    /// The vendor does not take this kind of e-mail address (Zendesk: accented characters).
    UnacceptableEmail,
    /// The vendor does not take this id (Zendesk Messaging: longer than 255 characters).
    UnacceptableId,
    /// The application's session has ended already ([`Identity::with_session_expires`](crate::Identity::with_session_expires)).
    SessionOver,
    /// The token would be longer than [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES).
    TooLarge,
    /// The claims could not be signed.
    Signing,
    /// The vendor has no token of this name.
    UnknownToken,
    /// The vendor's own API issues this token, so that the [`TokenService`](crate::TokenService) alone has it.
    Issued,
}

impl TokenError {
    /// A stable name for logs and counters.
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
            Self::MissingEmail => "the identity has no e-mail address, which this vendor needs",
            Self::UnacceptableEmail => "this vendor does not take such an e-mail address",
            Self::UnacceptableId => "this vendor does not take such an id",
            Self::SessionOver => "the application's session is over",
            Self::TooLarge => "the token would be too large: sign fewer attributes",
            Self::Signing => "the claims could not be signed",
            Self::UnknownToken => "the vendor has no token of this name",
            Self::Issued => "the vendor's own API issues this token: ask the token service for it",
        })
    }
}

impl std::error::Error for TokenError {}
