//! A signing key: its prepared state, its name, and the start of every JWT that it signs.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header};

#[cfg(feature = "rsa")]
use super::rsa::RsaKey;
use super::{
    digest::{self, HmacKey},
    encoding::{base64url, push_base64url},
};
use crate::token_error::TokenError;

/// A signing key.
///
/// It has no `Debug`, and no method that reveals its bytes, except to the conformance kit.
pub(super) struct Key {
    state: Arc<State>,
    id: Option<String>,
    /// The encoded header and the dot after it, which are the same in every token.
    header: String,
}

// Which variant is larger depends on the signing backend, and each key has only one `State`, in an `Arc`.
#[allow(clippy::large_enum_variant)]
enum State {
    Hmac(HmacKey),
    #[cfg(feature = "rsa")]
    Rsa(RsaKey),
}

impl State {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Hmac(_) => Algorithm::HS256,
            #[cfg(feature = "rsa")]
            Self::Rsa(_) => Algorithm::RS256,
        }
    }
}

impl Key {
    pub(super) fn hmac(bytes: &[u8]) -> Self {
        Self::new(Arc::new(State::Hmac(HmacKey::new(bytes))), None)
    }

    #[cfg(feature = "rsa")]
    pub(super) fn rsa(key: RsaKey) -> Self {
        Self::new(Arc::new(State::Rsa(key)), None)
    }

    fn new(state: Arc<State>, id: Option<String>) -> Self {
        let header = encoded_header(state.algorithm(), id.clone());
        Self { state, id, header }
    }

    pub(super) fn named(&self, id: String) -> Self {
        Self::new(self.state.clone(), Some(id))
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn is_rsa(&self) -> bool {
        self.state.algorithm() == Algorithm::RS256
    }

    /// The public half of an RSA key.
    #[cfg(feature = "rsa")]
    pub(super) fn public_pem(&self) -> Option<&str> {
        match &*self.state {
            State::Hmac(_) => None,
            State::Rsa(key) => Some(key.public_pem()),
        }
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }

    /// The length of a signature as base64url, in characters.
    pub(super) fn signature_characters(&self) -> usize {
        let bytes = match &*self.state {
            State::Hmac(_) => digest::LENGTH,
            #[cfg(feature = "rsa")]
            State::Rsa(key) => key.signature_bytes(),
        };
        (bytes * 4).div_ceil(3)
    }

    /// Appends a dot and the signature of the text so far, as base64url.
    pub(super) fn sign(&self, compact: &mut String) -> Result<(), TokenError> {
        match &*self.state {
            State::Hmac(key) => append(&key.authenticate(compact.as_bytes()), compact),
            #[cfg(feature = "rsa")]
            State::Rsa(key) => append(&key.sign(compact.as_bytes())?, compact),
        }
        Ok(())
    }

    /// The key's bytes, for the conformance kit, which checks that they do not leak.
    #[cfg(feature = "conformance")]
    pub(super) fn material(&self) -> &[u8] {
        match &*self.state {
            State::Hmac(key) => key.material(),
            #[cfg(feature = "rsa")]
            State::Rsa(key) => key.material(),
        }
    }

    /// The HMAC of a message; an error for an RSA key.
    pub(super) fn authenticate(&self, message: &[u8]) -> Result<[u8; digest::LENGTH], TokenError> {
        match &*self.state {
            State::Hmac(key) => Ok(key.authenticate(message)),
            #[cfg(feature = "rsa")]
            State::Rsa(_) => Err(TokenError::Signing),
        }
    }

    /// Derives the bytes of a key for another purpose.
    pub(super) fn derive(&self, purpose: &[u8]) -> [u8; digest::LENGTH] {
        match &*self.state {
            State::Hmac(key) => key.authenticate(purpose),
            #[cfg(feature = "rsa")]
            State::Rsa(key) => key.root().authenticate(purpose),
        }
    }
}

fn append(signature: &[u8], compact: &mut String) {
    compact.push('.');
    push_base64url(signature, compact);
}

fn encoded_header(algorithm: Algorithm, id: Option<String>) -> String {
    let header = Header { kid: id, ..Header::new(algorithm) };
    // A header of three strings can always be written.
    let json = serde_json::to_vec(&header).unwrap_or_default();
    base64url(&json) + "."
}
