//! One key: its prepared state, its name, and what every JWT that it signs begins with.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header};

use super::hmac::{self, HmacKey};
use crate::vendor::Refusal;

/// A key without `Debug`, and nothing that gives its material away.
pub(super) struct Key {
    state: Arc<HmacKey>,
    id: Option<String>,
    /// The encoded header and its dot: the same in every token.
    header: String,
}

impl Key {
    pub(super) fn hmac(bytes: &[u8]) -> Self {
        Self::new(Arc::new(HmacKey::new(bytes)), None)
    }

    fn new(state: Arc<HmacKey>, id: Option<String>) -> Self {
        let header = encoded_header(id.clone());
        Self { state, id, header }
    }

    pub(super) fn named(&self, id: String) -> Self {
        Self::new(self.state.clone(), Some(id))
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }

    pub(super) fn authenticate(&self, message: &[u8]) -> Result<[u8; hmac::LENGTH], Refusal> {
        self.state.authenticate(message)
    }
}

fn encoded_header(id: Option<String>) -> String {
    let header = Header { kid: id, ..Header::new(Algorithm::HS256) };
    // A header of three strings can always be written.
    let json = serde_json::to_vec(&header).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(json) + "."
}
