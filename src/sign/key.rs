//! One key: its material, its name, and what every JWT that it signs begins with.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use super::{provider, sha256};
use crate::{error::ConfigError, vendor::Refusal};

pub(super) const HMAC_BYTES: usize = 32;
/// 2,048 bits: <https://www.rfc-editor.org/rfc/rfc7518#section-3.3>.
#[cfg(feature = "pem")]
const SHORTEST_RSA_BYTES: usize = 256;

/// A key without `Debug`, and nothing that gives its material away.
pub(super) struct Key {
    material: EncodingKey,
    algorithm: Algorithm,
    signature_bytes: usize,
    id: Option<String>,
    /// The encoded header and its dot: the same in every token.
    header: String,
}

impl Key {
    pub(super) fn hmac(bytes: &[u8]) -> Self {
        Self::new(EncodingKey::from_secret(bytes), Algorithm::HS256, HMAC_BYTES)
    }

    /// Nothing where the text is not a private key of a length that is still safe.
    #[cfg(feature = "pem")]
    pub(super) fn rsa_pem(pem: &[u8]) -> Option<Self> {
        let material = EncodingKey::from_rsa_pem(pem).ok()?;
        let key = Self::new(material, Algorithm::RS256, 0);
        // It tells how long its signatures are, and whether it can make any: a public key is read as well.
        let signature_bytes = key.sign(b"").ok()?.len();
        (signature_bytes >= SHORTEST_RSA_BYTES).then_some(Self { signature_bytes, ..key })
    }

    fn new(material: EncodingKey, algorithm: Algorithm, signature_bytes: usize) -> Self {
        Self { material, algorithm, signature_bytes, id: None, header: encoded_header(algorithm, None) }
    }

    pub(super) fn named(&self, id: String) -> Self {
        let header = encoded_header(self.algorithm, Some(id.clone()));
        Self { id: Some(id), header, ..Self::new(self.material.clone(), self.algorithm, self.signature_bytes) }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// How many characters a signature takes as base64url.
    pub(super) fn signature_characters(&self) -> usize {
        (self.signature_bytes * 4).div_ceil(3)
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }

    /// Through the signer that jsonwebtoken has: no second crypto crate.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let factory = provider().ok_or(Refusal::Signing)?.signer_factory;
        let signer = factory(&self.algorithm, &self.material).map_err(|_| Refusal::Signing)?;
        signer.try_sign(message).map_err(|_| Refusal::Signing)
    }

    /// The HMAC of a message; none with a key of another kind.
    pub(super) fn authenticate(&self, message: &[u8]) -> Result<[u8; HMAC_BYTES], Refusal> {
        if self.algorithm != Algorithm::HS256 {
            return Err(Refusal::Signing);
        }
        self.sign(message)?.try_into().map_err(|_| Refusal::Signing)
    }

    /// The key from which others are derived: this one, or the digest of one that authenticates nothing.
    pub(super) fn root(self: &Arc<Self>) -> Result<Arc<Self>, ConfigError> {
        if self.algorithm == Algorithm::HS256 {
            return Ok(self.clone());
        }
        Ok(Arc::new(Self::hmac(&sha256(self.material.as_bytes())?)))
    }
}

fn encoded_header(algorithm: Algorithm, id: Option<String>) -> String {
    let header = Header { kid: id, ..Header::new(algorithm) };
    // A header of three strings can always be written.
    let json = serde_json::to_vec(&header).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(json) + "."
}
