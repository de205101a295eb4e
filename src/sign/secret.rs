//! Secrets, and the JWTs and HMACs that they sign.

use std::{
    env::VarError,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use serde::Serialize;
use smallvec::SmallVec;

#[cfg(feature = "rsa")]
use super::rsa::RsaKey;
use super::{
    digest,
    encoding::{hex, push_base64url},
    key::Key,
    token::{MAX_TOKEN_BYTES, Token},
};
use crate::{
    error::{ConfigError, ConfigErrorKind},
    token_error::TokenError,
};

/// A JSON length, in bytes, that most claims do not exceed, so that the buffer rarely needs an allocation.
const USUAL_CLAIMS_BYTES: usize = 512;

/// A signing secret with redacted `Debug`.
///
/// Only the prepared HMAC state is kept, not the text, and the state is wiped when the last clone is dropped.
///
/// To replace a secret in a running service, see [`SecretRotation`](crate::SecretRotation).
#[derive(Clone)]
pub struct Secret(pub(super) Source);

#[derive(Clone)]
pub(super) enum Source {
    Fixed(Arc<Key>),
    Rotating(Arc<RwLock<Arc<Key>>>),
}

impl Secret {
    /// Creates a secret from the text in the vendor's dashboard.
    ///
    /// The UTF-8 bytes of the text are the key; they are neither trimmed nor decoded.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`] if the text is empty or blank, because an unset environment variable must not sign;
    /// or if white space surrounds it. No vendor issues such a secret, and with a line end from a file, the vendor
    /// would reject every token.
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

    /// Reads the secret from an environment variable, with the checks of [`Secret::new`].
    ///
    /// ```
    /// use tower_widget_identity::Secret;
    ///
    /// let error = Secret::from_env("SECRET_THAT_IS_NOT_SET").unwrap_err();
    /// assert_eq!(error.to_string(), "set the environment variable SECRET_THAT_IS_NOT_SET to the secret of the vendor's dashboard");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`], with the variable's name in the message, if the variable is not set, is not
    /// Unicode, or contains a text that [`Secret::new`] refuses.
    pub fn from_env(name: &str) -> Result<Self, ConfigError> {
        Self::from_variable(name, std::env::var(name))
    }

    /// Creates a secret from the key's raw bytes, for vendors that issue it encoded.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`] if there are no bytes, or only white space and zeros.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let bytes = bytes.as_ref();
        // HMAC pads a key with zeros, so zeros equal the empty key, with which anyone can sign.
        if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
            return Err(empty_secret());
        }
        Ok(Self::fixed(Key::hmac(bytes)))
    }

    /// Creates a secret from hexadecimal digits, for vendors whose dashboard shows the key that way.
    ///
    /// The decoded bytes are the key.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`] if the text is empty, has an odd number of digits, contains anything but digits
    /// (also white space around them, as with [`Secret::new`]), or decodes to nothing but zeros or white space.
    pub fn from_hex(text: impl AsRef<str>) -> Result<Self, ConfigError> {
        let text = text.as_ref();
        Self::new(text)?;
        let digits: Option<Vec<u8>> = text.chars().map(|char| char.to_digit(16)?.try_into().ok()).collect();
        match digits {
            Some(digits) if digits.len() % 2 == 0 => {
                Self::from_bytes(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect::<Vec<_>>())
            }
            _ => Err(ConfigError::new(
                ConfigErrorKind::Secret,
                "the secret is not hexadecimal: it must be pairs of the digits 0-9 and a-f, as the dashboard shows it",
            )),
        }
    }

    /// Creates a secret that signs JWTs with RS256, from a private RSA key in PEM. Feature `rsa`.
    ///
    /// The key needs at least 2,048 bits, and may be PKCS#1 or PKCS#8. [RSA keys](crate::guide::production#rsa-keys) describes what
    /// the feature's timing may reveal. An RSA key has no HMAC ([`hmac_hex`](Self::hmac_hex) returns an error). A signature takes too long
    /// for an async thread: see [`Manifest::with_costly_tokens`](crate::widget::Manifest::with_costly_tokens).
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`] if the text is blank or not such a key.
    #[cfg(feature = "rsa")]
    pub fn rsa_pem(pem: impl AsRef<str>) -> Result<Self, ConfigError> {
        let pem = pem.as_ref();
        if pem.trim().is_empty() {
            return Err(empty_secret());
        }
        let message =
            "the secret is not a private RSA key of at least 2048 bits in PEM: `-----BEGIN PRIVATE KEY-----`, ...";
        let key = RsaKey::read(pem).ok_or_else(|| ConfigError::new(ConfigErrorKind::Secret, message))?;
        Ok(Self::fixed(Key::rsa(key)))
    }

    /// The public half of an RSA key in PEM; `None` for other secrets. Feature `rsa`.
    ///
    /// The format is SubjectPublicKeyInfo, as `openssl rsa -pubout` writes it. The public half is not a secret: the
    /// vendor verifies this secret's signatures with it. [`PublicKeyService`](crate::PublicKeyService) returns it. For
    /// a [rotating](crate::SecretRotation) secret, this is the current key's public half.
    #[cfg(feature = "rsa")]
    pub fn rsa_public_pem(&self) -> Option<String> {
        self.with_key(|key| key.public_pem().map(str::to_owned))
    }

    /// Whether the secret signs with RSA, which is slow.
    pub(crate) fn is_rsa(&self) -> bool {
        self.with_key(Key::is_rsa)
    }

    fn fixed(key: Key) -> Self {
        Self(Source::Fixed(Arc::new(key)))
    }

    /// Names the key, for vendors that accept several keys at a time. Default: no name.
    ///
    /// JWTs then have the name as `kid` in their header (<https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4>).
    ///
    /// This does not change a [rotating](crate::SecretRotation) secret, because there each key has its own name.
    #[must_use]
    pub fn with_key_id(self, key_id: impl Into<String>) -> Self {
        match self.0 {
            Source::Fixed(key) => Self::fixed(key.named(key_id.into())),
            rotating => Self(rotating),
        }
    }

    /// Whether the key has a name ([`with_key_id`](Self::with_key_id)).
    pub fn has_key_id(&self) -> bool {
        self.with_key(|key| key.id().is_some())
    }

    /// Signs `claims` as a JWT.
    ///
    /// The signature is HS256 with the header `{"typ":"JWT","alg":"HS256"}`, or RS256 for an RSA key. If the key has a
    /// [name](Self::with_key_id), the header also has `kid`. Write times as integer seconds, and ids as strings.
    ///
    /// # Errors
    ///
    /// [`TokenError::TooLarge`] if the token would exceed [`MAX_TOKEN_BYTES`]; [`TokenError::Signing`] if the claims
    /// cannot be written as JSON.
    pub fn jwt(&self, claims: &impl Serialize) -> Result<Token, TokenError> {
        let mut json = SmallVec::<[u8; USUAL_CLAIMS_BYTES]>::new();
        serde_json::to_writer(&mut json, claims).map_err(|_| TokenError::Signing)?;
        // The same key signs header and payload, even if another thread replaces it meanwhile.
        self.with_key(|key| compact(key, &json))
    }

    fn from_variable(name: &str, value: Result<String, VarError>) -> Result<Self, ConfigError> {
        let text = value.map_err(|error| match error {
            VarError::NotPresent => {
                format!("set the environment variable {name} to the secret of the vendor's dashboard")
            }
            // The error's own text would repeat the value.
            VarError::NotUnicode(_) => format!("the environment variable {name} is not Unicode"),
        });
        let text = text.map_err(|message| ConfigError::new(ConfigErrorKind::Secret, message))?;
        Self::new(text).map_err(|error| ConfigError::new(error.kind(), format!("environment variable {name}: {error}")))
    }

    /// Computes the HMAC-SHA256 of a message, as 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`TokenError::Signing`] if the key is an RSA key.
    pub fn hmac_hex(&self, message: &str) -> Result<Token, TokenError> {
        Token::new(hex(&self.hmac(message.as_bytes())?))
    }

    /// Computes the HMAC-SHA256 of a message.
    pub(crate) fn hmac(&self, message: &[u8]) -> Result<[u8; digest::LENGTH], TokenError> {
        self.with_key(|key| key.authenticate(message))
    }

    /// Derives a key for another purpose, which does not reveal this one.
    ///
    /// The purpose must not be a message that is signed.
    pub(crate) fn derive(&self, purpose: &[u8]) -> Self {
        Self::fixed(Key::hmac(&self.with_key(|key| key.derive(purpose))))
    }

    #[cfg(feature = "conformance")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.with_key(|key| key.material().to_vec())
    }

    /// Calls `action` with the current key. A fixed key needs no reference counting for this.
    fn with_key<T>(&self, action: impl FnOnce(&Key) -> T) -> T {
        match &self.0 {
            Source::Fixed(key) => action(key),
            Source::Rotating(_) => action(&self.key()),
        }
    }

    pub(super) fn key(&self) -> Arc<Key> {
        match &self.0 {
            Source::Fixed(key) => key.clone(),
            Source::Rotating(current) => current.read().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

/// The compact serialization of claims that already are JSON.
///
/// <https://www.rfc-editor.org/rfc/rfc7515#section-7.1>
fn compact(key: &Key, claims: &[u8]) -> Result<Token, TokenError> {
    let length = key.header().len() + (claims.len() * 4).div_ceil(3) + 1 + key.signature_characters();
    if length > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLarge);
    }
    let mut compact = String::with_capacity(length);
    compact.push_str(key.header());
    push_base64url(claims, &mut compact);
    key.sign(&mut compact)?;
    Token::new(compact)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

fn empty_secret() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::Secret,
        "the secret is empty or blank: set it, or use Widgets::disabled() where there are no keys",
    )
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn environment_variable_is_read_like_any_text() {
        let read = Secret::from_variable("KEY", Ok("secret".to_owned())).unwrap();
        let given = Secret::new("secret").unwrap();
        assert_eq!(read.hmac_hex("message").unwrap(), given.hmac_hex("message").unwrap());
    }

    #[test]
    fn errors_name_the_environment_variable_and_never_its_value() {
        let not_unicode = VarError::NotUnicode(OsString::from("s3cr3t"));
        for (value, problem) in [
            (Err(VarError::NotPresent), "set the environment variable KEY"),
            (Err(not_unicode), "KEY is not Unicode"),
            (Ok(" ".to_owned()), "KEY: the secret is empty or blank"),
            (Ok("s3cr3t\n".to_owned()), "KEY: white space surrounds the secret"),
        ] {
            let error = Secret::from_variable("KEY", value).unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::Secret);
            assert!(error.to_string().contains(problem), "{error}");
            assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
        }
    }
}
