//! Signing: secrets with redacted `Debug`, JWTs, HMACs, and the clock.
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
mod digest;
mod encoding;
mod key;
mod rotation;
#[cfg(feature = "rsa")]
mod rsa;
mod secret;
mod token;

pub(crate) use clock::Clock;
pub(crate) use digest::sha256;
#[cfg(feature = "conformance")]
pub(crate) use encoding::hex;
pub(crate) use encoding::{base64, base64url, base64url_digest, base64url_into, random_id};
pub use rotation::SecretRotation;
pub use secret::Secret;
pub use token::{MAX_TOKEN_BYTES, Token};
