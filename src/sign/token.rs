//! What signing yields: a token or hash that shows itself to nobody by accident.

use std::{fmt, time::Duration};

use serde::Serialize;

use super::encoding::base64url;
use crate::token_error::TokenError;

/// The longest token that is made, in bytes: 8 KiB, what common servers and proxies take in one header line.
///
/// A person whose attributes need more gets no token from that vendor ([`TokenError::TooLarge`]).
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A finished token or hash. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    lifetime: Option<Duration>,
}

impl Token {
    pub(crate) fn new(text: String) -> Result<Self, TokenError> {
        if text.len() > MAX_TOKEN_BYTES { Err(TokenError::TooLarge) } else { Ok(Self { text, lifetime: None }) }
    }

    /// JSON as base64url, for a vendor that takes a record with a hash in it in place of a JWT.
    pub(crate) fn of_json(record: &impl Serialize) -> Result<Self, TokenError> {
        let json = serde_json::to_vec(record).map_err(|_| TokenError::Signing)?;
        Self::new(base64url(&json))
    }

    /// Notes how long it is good, so that pages replace it before. Default: it does not expire.
    ///
    /// Pages count in whole seconds: a fraction is cut off, and less than one second counts as one.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime.max(Duration::from_secs(1)));
        self
    }

    /// How long it was good when it was made; `None` if it does not expire.
    pub fn lifetime(&self) -> Option<Duration> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_second_counts_as_one() {
        for (noted, lifetime) in [(0, 1_000), (1, 1_000), (999, 1_000), (1_000, 1_000), (1_500, 1_500)] {
            let token = Token::new("a.b.c".to_owned()).unwrap().with_lifetime(Duration::from_millis(noted));
            assert_eq!(token.lifetime(), Some(Duration::from_millis(lifetime)), "{noted} ms");
        }
    }
}
