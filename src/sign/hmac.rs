//! HMAC-SHA256 with the key's state prepared once, on whichever backend is compiled in.
//!
//! The backends are the very crates that jsonwebtoken signs with. Its own signer cannot be kept between two tokens (it is
//! not `Send`), and preparing the key anew is a third of the work for a short token.

use crate::token_error::TokenError;

pub(super) const LENGTH: usize = 32;

/// A prepared key. Where no backend is compiled in it signs nothing.
pub(super) struct HmacKey {
    #[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
    prepared: backend::Key,
    /// Kept only for the conformance kit, which looks for it where it must not be.
    #[cfg(feature = "conformance")]
    material: Vec<u8>,
}

impl HmacKey {
    #[cfg_attr(
        not(any(feature = "aws-lc-rs", feature = "rust-crypto", feature = "conformance")),
        expect(unused_variables)
    )]
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self {
            #[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
            prepared: backend::prepare(bytes),
            #[cfg(feature = "conformance")]
            material: bytes.to_vec(),
        }
    }

    #[cfg(feature = "conformance")]
    pub(super) fn material(&self) -> &[u8] {
        &self.material
    }

    #[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
    pub(super) fn authenticate(&self, message: &[u8]) -> Result<[u8; LENGTH], TokenError> {
        backend::authenticate(&self.prepared, message).ok_or(TokenError::Signing)
    }

    #[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
    pub(super) fn authenticate(&self, _message: &[u8]) -> Result<[u8; LENGTH], TokenError> {
        Err(TokenError::Signing)
    }
}

#[cfg(feature = "aws-lc-rs")]
mod backend {
    use aws_lc_rs::hmac;
    pub(super) use aws_lc_rs::hmac::Key;

    pub(super) fn prepare(bytes: &[u8]) -> Key {
        Key::new(hmac::HMAC_SHA256, bytes)
    }

    pub(super) fn authenticate(key: &Key, message: &[u8]) -> Option<[u8; super::LENGTH]> {
        hmac::sign(key, message).as_ref().try_into().ok()
    }
}

#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
mod backend {
    use rustcrypto_hmac::{Hmac, Mac};
    use rustcrypto_sha2::Sha256;

    /// Nothing in place of a key that cannot be prepared: HMAC takes keys of every length.
    pub(super) type Key = Option<Hmac<Sha256>>;

    pub(super) fn prepare(bytes: &[u8]) -> Key {
        Hmac::new_from_slice(bytes).ok()
    }

    pub(super) fn authenticate(key: &Key, message: &[u8]) -> Option<[u8; super::LENGTH]> {
        Some(key.clone()?.chain_update(message).finalize().into_bytes().into())
    }
}
