//! Signing: secrets that show themselves to nobody, JWTs, HMACs, and the clock.
//!
//! ```
//! use tower_widget_identity::Secret;
//!
//! let secret = Secret::new("secret")?;
//! assert_eq!(format!("{secret:?}"), "Secret(..)");
//! let digest = secret.hmac_hex("Message").unwrap();
//! // The vector that Intercom publishes: https://github.com/intercom/identity-verification-code-samples
//! assert_eq!(digest.as_str(), "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

mod clock;
mod hmac;
mod key;
mod rotation;
#[cfg(feature = "rsa")]
mod rsa;
mod secret;
mod token;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{crypto::CryptoProvider, jwk::ThumbprintHash};

use crate::{
    error::{ConfigError, ConfigErrorKind},
    token_error::TokenError,
};

pub(crate) use clock::Clock;
pub use rotation::SecretRotation;
pub use secret::Secret;
pub use token::{MAX_TOKEN_BYTES, Token};

/// The crypto provider by name: jsonwebtoken's process-wide default panics when an application's features turn both
/// backends on, or none.
fn provider() -> Option<&'static CryptoProvider> {
    #[cfg(feature = "aws-lc-rs")]
    let named = Some(&jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER);
    #[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
    let named = Some(&jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER);
    #[cfg(not(any(feature = "rust-crypto", feature = "aws-lc-rs")))]
    let named = None;
    named
}

pub(crate) fn sha256(bytes: &[u8]) -> Result<Vec<u8>, ConfigError> {
    let digest = provider().ok_or_else(no_backend)?.key_utils.compute_digest;
    digest(bytes, ThumbprintHash::SHA256).map_err(|_| no_backend())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// As [`base64url`], without an allocation: 43 ASCII characters.
pub(crate) fn base64url_digest(digest: &[u8; hmac::LENGTH]) -> [u8; 43] {
    let mut text = [0; 43];
    // Room for just this length: it cannot fail.
    let _ = URL_SAFE_NO_PAD.encode_slice(digest, &mut text);
    text
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// 128 random bits as text, for identifiers that must never repeat (`jti`).
pub(crate) fn random_id() -> Result<String, TokenError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| TokenError::Signing)?;
    Ok(base64url(&bytes))
}

pub(crate) fn no_backend() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::NoBackend,
        "no signing backend is compiled in: enable the feature `aws-lc-rs` (the default) or `rust-crypto`",
    )
}
