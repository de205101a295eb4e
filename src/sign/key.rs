//! One key: its material, its name, and what every JWT that it signs begins with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use super::provider;
use crate::vendor::Refusal;

pub(super) const HMAC_BYTES: usize = 32;

/// A key without `Debug`, and nothing that gives its material away.
pub(super) struct Key {
    material: EncodingKey,
    id: Option<String>,
    /// The encoded header and its dot: the same in every token.
    header: String,
}

impl Key {
    pub(super) fn hmac(bytes: &[u8]) -> Self {
        Self::new(EncodingKey::from_secret(bytes), None)
    }

    fn new(material: EncodingKey, id: Option<String>) -> Self {
        let header = encoded_header(id.clone());
        Self { material, id, header }
    }

    pub(super) fn named(&self, id: String) -> Self {
        Self::new(self.material.clone(), Some(id))
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }

    /// Through the signer that jsonwebtoken has: no second crypto crate.
    pub(super) fn authenticate(&self, message: &[u8]) -> Result<[u8; HMAC_BYTES], Refusal> {
        let factory = provider().ok_or(Refusal::Signing)?.signer_factory;
        let signer = factory(&Algorithm::HS256, &self.material).map_err(|_| Refusal::Signing)?;
        let signature = signer.try_sign(message).map_err(|_| Refusal::Signing)?;
        signature.try_into().map_err(|_| Refusal::Signing)
    }
}

fn encoded_header(id: Option<String>) -> String {
    let header = Header { kid: id, ..Header::new(Algorithm::HS256) };
    // A header of three strings can always be written.
    let json = serde_json::to_vec(&header).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(json) + "."
}
