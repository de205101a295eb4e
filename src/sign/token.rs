//! What signing yields: a token or hash that shows itself to nobody by accident.

use std::fmt;

use crate::token_error::TokenError;

/// The longest token that is made, in bytes: 8 KiB, what common servers and proxies take in one header line.
///
/// A person whose attributes need more gets no token from that vendor ([`TokenError::TooLarge`]).
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A finished token or hash. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    lifetime: Option<u64>,
}

impl Token {
    pub(super) fn new(text: String) -> Result<Self, TokenError> {
        if text.len() > MAX_TOKEN_BYTES { Err(TokenError::TooLarge) } else { Ok(Self { text, lifetime: None }) }
    }

    /// Notes for how many seconds it is good, so that pages replace it before. Default: it does not expire.
    #[must_use]
    pub fn good_for(mut self, seconds: u64) -> Self {
        self.lifetime = Some(seconds);
        self
    }

    /// For how many seconds it was good when it was made; nothing if it does not expire.
    pub fn lifetime(&self) -> Option<u64> {
        self.lifetime
    }

    /// The token as it goes to the vendor: ASCII, at most [`MAX_TOKEN_BYTES`].
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The token, given away.
    pub fn into_string(self) -> String {
        self.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
