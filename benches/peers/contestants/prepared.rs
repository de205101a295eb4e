//! The least that a signed page needs: a JWT whose key and header are prepared, and nothing around it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Claims, SECRET};

/// The same implementation of SHA-256 as the layer's, so that the ratio says something about the rest.
#[cfg(feature = "aws-lc-rs")]
mod mac {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

    pub(super) struct Mac(Key);

    impl Mac {
        pub(super) fn new(secret: &[u8]) -> Self {
            Self(Key::new(HMAC_SHA256, secret))
        }

        pub(super) fn sign(&self, message: &[u8]) -> impl AsRef<[u8]> + use<> {
            sign(&self.0, message)
        }
    }
}

/// The same implementation of SHA-256 as the layer's, so that the ratio says something about the rest.
#[cfg(not(feature = "aws-lc-rs"))]
mod mac {
    use hmac::{Hmac, KeyInit, Mac as _};
    use sha2::Sha256;

    pub(super) struct Mac(Hmac<Sha256>);

    impl Mac {
        pub(super) fn new(secret: &[u8]) -> Self {
            Self(Hmac::new_from_slice(secret).expect("a key of any length"))
        }

        pub(super) fn sign(&self, message: &[u8]) -> impl AsRef<[u8]> + use<> {
            self.0.clone().chain_update(message).finalize().into_bytes()
        }
    }
}

pub(super) struct Prepared {
    /// The encoded header and the point after it.
    header: String,
    mac: mac::Mac,
}

impl Prepared {
    pub(super) fn new() -> Self {
        let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS256"}"#) + ".";
        Self { header, mac: mac::Mac::new(SECRET.as_bytes()) }
    }

    pub(super) fn sign(&self, claims: &Claims<'_>) -> String {
        let mut json = Vec::with_capacity(256);
        serde_json::to_writer(&mut json, claims).expect("claims");
        let mut token = String::with_capacity(512);
        token.push_str(&self.header);
        URL_SAFE_NO_PAD.encode_string(json, &mut token);
        let signature = self.mac.sign(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }
}
