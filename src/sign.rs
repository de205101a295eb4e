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

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto::CryptoProvider, jwk::ThumbprintHash};
use serde::Serialize;

use crate::{
    error::{ConfigError, ConfigErrorKind},
    vendor::Refusal,
};

/// The longest token that is made, in bytes: 8 KiB, what common servers and proxies take in one header line.
///
/// A person whose attributes need more gets no token from that vendor ([`Refusal::TooLarge`]).
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

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

/// A signing secret. `Debug` shows nothing of it, and its memory is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct Secret(Arc<EncodingKey>);

impl Secret {
    /// The secret as the vendor's dashboard shows it: its UTF-8 bytes are the key, nothing is trimmed or decoded.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`] when it is empty or blank (an unset environment variable must not sign), or when white
    /// space surrounds it: no vendor issues such a secret, and a line end from a file signs tokens that nobody accepts.
    pub fn new(text: impl AsRef<str>) -> Result<Self, ConfigError> {
        let text = text.as_ref();
        if text.trim().is_empty() {
            return Err(empty_secret());
        }
        if text.trim() != text {
            let message = "white space surrounds the secret, perhaps a line end from a file: trim it";
            return Err(ConfigError::new(ConfigErrorKind::Secret, message));
        }
        Self::from_bytes(text)
    }

    /// The key's bytes as they are, for vendors that hand it out encoded.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`] when there are no bytes, or nothing but white space or zeros.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let bytes = bytes.as_ref();
        // HMAC pads a key with zeros: zeros are the empty key, with which everybody can sign.
        if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
            return Err(empty_secret());
        }
        Ok(Self::key(bytes))
    }

    fn key(bytes: &[u8]) -> Self {
        Self(Arc::new(EncodingKey::from_secret(bytes)))
    }

    /// A JWT over `claims`, signed with HS256 and the header `{"typ":"JWT","alg":"HS256"}`.
    ///
    /// Times among the claims are integer seconds; ids are strings.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooLarge`] over [`MAX_TOKEN_BYTES`]; [`Refusal::Signing`] when the claims cannot be written as JSON
    /// or no signing backend is compiled in.
    pub fn jwt(&self, claims: &impl Serialize) -> Result<Token, Refusal> {
        let mut compact = encode_json(&Header::new(Algorithm::HS256))?;
        compact.push('.');
        compact.push_str(&encode_json(claims)?);
        let signature = self.hmac(compact.as_bytes())?;
        compact.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut compact);
        Token::new(compact)
    }

    /// The HMAC-SHA256 of a message, as 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`Refusal::Signing`] when no signing backend is compiled in.
    pub fn hmac_hex(&self, message: &str) -> Result<Token, Refusal> {
        Token::new(hex(&self.hmac(message.as_bytes())?))
    }

    /// The HMAC-SHA256 of a message, through the signer that also signs the tokens: no second crypto crate.
    pub(crate) fn hmac(&self, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let factory = provider().ok_or(Refusal::Signing)?.signer_factory;
        let signer = factory(&Algorithm::HS256, &self.0).map_err(|_| Refusal::Signing)?;
        signer.try_sign(message).map_err(|_| Refusal::Signing)
    }

    /// A key for another purpose, from which this one cannot be learnt.
    pub(crate) fn derive(&self, purpose: &str) -> Result<Self, ConfigError> {
        let bytes = self.hmac(purpose.as_bytes()).map_err(|_| no_backend())?;
        Ok(Self::key(&bytes))
    }
}

#[cfg(feature = "conformance")]
impl Secret {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A finished token or hash. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    lifetime: Option<u64>,
}

impl Token {
    fn new(text: String) -> Result<Self, Refusal> {
        if text.len() > MAX_TOKEN_BYTES { Err(Refusal::TooLarge) } else { Ok(Self { text, lifetime: None }) }
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

fn encode_json(value: &impl Serialize) -> Result<String, Refusal> {
    let json = serde_json::to_vec(value).map_err(|_| Refusal::Signing)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
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

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// 128 random bits as text, for identifiers that must never repeat (`jti`).
pub(crate) fn random_id() -> Result<String, Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::Signing)?;
    Ok(base64url(&bytes))
}

fn empty_secret() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::Secret,
        "the secret is empty or blank: set it, or use Widgets::disabled() where there are no keys",
    )
}

pub(crate) fn no_backend() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::NoBackend,
        "no signing backend is compiled in: enable the feature `aws-lc-rs` (the default) or `rust-crypto`",
    )
}

/// What time it is, in integer seconds since 1970: the seam for tests.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> u64 {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        // A clock before 1970 reads 0: tokens made then are long expired, which is the safe side.
        Self::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs()))
    }
}
