//! The result of signing: a token or hash with redacted `Debug`.

use std::{fmt, time::Duration};

use serde::Serialize;

use super::encoding::base64url;
use crate::token_error::TokenError;

/// The maximum length of a token: 8,192 bytes.
///
/// Common servers and proxies accept this length in one header line.
///
/// If a user's attributes need more, that widget has no token for the user ([`TokenError::TooLarge`]).
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A finished token or hash with redacted `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    lifetime: Option<Duration>,
}

impl Token {
    pub(crate) fn new(text: String) -> Result<Self, TokenError> {
        if text.len() > MAX_TOKEN_BYTES { Err(TokenError::TooLarge) } else { Ok(Self { text, lifetime: None }) }
    }

    /// Encodes JSON as base64url, for a vendor that takes a record with a hash in it instead of a JWT.
    pub(crate) fn of_json(record: &impl Serialize) -> Result<Self, TokenError> {
        let json = serde_json::to_vec(record).map_err(|_| TokenError::Signing)?;
        Self::new(base64url(&json))
    }

    /// Sets how long the token is valid, so that pages replace it in time. Default: it does not expire.
    ///
    /// Pages count whole seconds: the fraction is cut off, and less than one second counts as one.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime.max(Duration::from_secs(1)));
        self
    }

    /// How long the token was valid when it was made; `None` if it does not expire.
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    /// The token as the vendor receives it: ASCII, at most [`MAX_TOKEN_BYTES`].
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Converts the token into its text.
    pub fn into_string(self) -> String {
        self.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetime_below_one_second_counts_as_one() {
        for (noted, lifetime) in [(0, 1_000), (1, 1_000), (999, 1_000), (1_000, 1_000), (1_500, 1_500)] {
            let token = Token::new("a.b.c".to_owned()).unwrap().with_lifetime(Duration::from_millis(noted));
            assert_eq!(token.lifetime(), Some(Duration::from_millis(lifetime)), "{noted} ms");
        }
    }
}
