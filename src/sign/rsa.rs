//! RSA keys, for vendors that want RS256.

use jsonwebtoken::{Algorithm, EncodingKey};

use super::{hmac, provider, sha256};
use crate::token_error::TokenError;

/// 2,048 bits: <https://www.rfc-editor.org/rfc/rfc7518#section-3.3>.
const SHORTEST_BYTES: usize = 256;

/// A private key; its memory is wiped when it is dropped.
pub(super) struct RsaKey {
    material: EncodingKey,
    signature_bytes: usize,
    root: hmac::HmacKey,
}

impl RsaKey {
    /// Nothing where the text is not a private key of a length that is still safe.
    pub(super) fn read(pem: &[u8]) -> Option<Self> {
        let material = EncodingKey::from_rsa_pem(pem).ok()?;
        let root = hmac::HmacKey::new(&sha256(material.as_bytes()).ok()?);
        // It tells how long its signatures are, and whether it can make any: a public key is read as well.
        let signature_bytes = sign(&material, b"").ok()?.len();
        (signature_bytes >= SHORTEST_BYTES).then_some(Self { material, signature_bytes, root })
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        sign(&self.material, message)
    }

    #[cfg(feature = "conformance")]
    pub(super) fn material(&self) -> &[u8] {
        self.material.as_bytes()
    }

    pub(super) fn signature_bytes(&self) -> usize {
        self.signature_bytes
    }

    /// The digest of the key, from which keys for other purposes are derived: this one authenticates nothing.
    pub(super) fn root(&self) -> &hmac::HmacKey {
        &self.root
    }
}

/// Through the signer that jsonwebtoken has: no second crypto crate.
fn sign(material: &EncodingKey, message: &[u8]) -> Result<Vec<u8>, TokenError> {
    let factory = provider().ok_or(TokenError::Signing)?.signer_factory;
    let signer = factory(&Algorithm::RS256, material).map_err(|_| TokenError::Signing)?;
    signer.try_sign(message).map_err(|_| TokenError::Signing)
}
