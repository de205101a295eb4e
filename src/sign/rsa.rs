//! RSA keys, for vendors that require RS256.
//!
//! The crate rsa signs, or aws-lc-rs if that feature is on.

use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::EncodingKey;
use rustcrypto_rsa::{
    pkcs1::{
        ALGORITHM_ID, ALGORITHM_OID, RsaPrivateKeyRef, RsaPublicKeyRef,
        der::{Encode, asn1::BitStringRef},
        pem::{LineEnding, encode_string},
    },
    pkcs8::{PrivateKeyInfoRef, SubjectPublicKeyInfoRef},
};
use zeroize::Zeroizing;

use super::digest::{HmacKey, sha256};
use crate::token_error::TokenError;

/// The shortest accepted modulus, 2,048 bits: <https://www.rfc-editor.org/rfc/rfc7518#section-3.3>.
const SHORTEST_BYTES: usize = 256;

/// A private key. Its memory is wiped when it is dropped.
pub(super) struct RsaKey {
    prepared: backend::Key,
    signature_bytes: usize,
    root: HmacKey,
    public_pem: String,
    /// Kept only for the conformance kit, which checks that it does not leak.
    #[cfg(feature = "conformance")]
    material: EncodingKey,
}

impl RsaKey {
    /// Reads a private key; returns `None` if the text is not one, or if the key is too short to be safe.
    pub(super) fn read(pem: &str) -> Option<Self> {
        let material = pkcs1(pem)?;
        let prepared = backend::read(material.as_bytes())?;
        // A trial signature shows whether the key can sign, and how long its signatures are.
        let signature_bytes = backend::sign(&prepared, b"")?.len();
        let public_pem = public_pem(material.as_bytes())?;
        (signature_bytes >= SHORTEST_BYTES).then(|| Self {
            prepared,
            signature_bytes,
            root: HmacKey::new(&sha256(material.as_bytes())),
            public_pem,
            #[cfg(feature = "conformance")]
            material,
        })
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        backend::sign(&self.prepared, message).ok_or(TokenError::Signing)
    }

    #[cfg(feature = "conformance")]
    pub(super) fn material(&self) -> &[u8] {
        self.material.as_bytes()
    }

    pub(super) fn signature_bytes(&self) -> usize {
        self.signature_bytes
    }

    pub(super) fn public_pem(&self) -> &str {
        &self.public_pem
    }

    /// The digest of the key.
    ///
    /// Keys for other purposes are derived from it, and it authenticates nothing else.
    pub(super) fn root(&self) -> &HmacKey {
        &self.root
    }
}

/// The key as PKCS#1.
///
/// PKCS#8 contains the same bytes, so derived keys do not depend on the file's format.
fn pkcs1(pem: &str) -> Option<EncodingKey> {
    if let Some(key) = inside(pem, "RSA PRIVATE KEY") {
        return Some(EncodingKey::from_rsa_der(&key));
    }
    let wrapped = inside(pem, "PRIVATE KEY")?;
    let info = PrivateKeyInfoRef::try_from(wrapped.as_slice()).ok()?;
    // A key for RSASSA-PSS is refused, too: it must not sign in another way (RFC 4055, section 1.2).
    (info.algorithm.oid == ALGORITHM_OID).then(|| EncodingKey::from_rsa_der(info.private_key.as_bytes()))
}

/// The public half as SubjectPublicKeyInfo in PEM: <https://www.rfc-editor.org/rfc/rfc7468#section-13>.
fn public_pem(pkcs1: &[u8]) -> Option<String> {
    let key = RsaPrivateKeyRef::try_from(pkcs1).ok()?;
    let public = RsaPublicKeyRef { modulus: key.modulus, public_exponent: key.public_exponent }.to_der().ok()?;
    let subject_public_key = BitStringRef::from_bytes(&public).ok()?;
    let info = SubjectPublicKeyInfoRef { algorithm: ALGORITHM_ID, subject_public_key }.to_der().ok()?;
    encode_string("PUBLIC KEY", LineEnding::LF, &info).ok()
}

/// Decodes the text between the two lines of a PEM block.
///
/// Lines may be indented and have any length, because keys travel through environment variables and YAML.
fn inside(pem: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let mut digits = Zeroizing::new(Vec::with_capacity(body.len()));
    digits.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    STANDARD.decode(&*digits).ok().map(Zeroizing::new)
}

#[cfg(feature = "aws-lc-rs")]
mod backend {
    use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};

    pub(super) type Key = KeyPair;

    pub(super) fn read(pkcs1: &[u8]) -> Option<Key> {
        KeyPair::from_der(pkcs1).ok()
    }

    pub(super) fn sign(key: &Key, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(signature)
    }
}

#[cfg(not(feature = "aws-lc-rs"))]
mod backend {
    use rustcrypto_rsa::{PrivateKey, pkcs1::DecodeRsaPrivateKey};
    use sha2::Sha256;

    pub(super) type Key = PrivateKey;

    pub(super) fn read(pkcs1: &[u8]) -> Option<Key> {
        PrivateKey::from_pkcs1_der(pkcs1).ok()
    }

    /// Signs with blinding, so that timing does not reveal the key; the signature is the same.
    ///
    /// The blinding needs the operating system's random numbers; returns `None` if there are none.
    pub(super) fn sign(key: &Key, message: &[u8]) -> Option<Vec<u8>> {
        key.pkcs1v15_sign::<Sha256>(message).ok()
    }
}
