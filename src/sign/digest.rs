//! SHA-256, and HMAC-SHA256 with a prepared key.
//!
//! The crate sha2 computes both, or aws-lc-rs if that feature is on. Neither uses jsonwebtoken: its crypto provider is
//! one for the whole process, and so the application's choice; and its signer cannot be kept between two tokens,
//! because it is not `Send`. Preparing the key again takes a third of the time for a short token.

pub(crate) use backend::sha256;

pub(super) const LENGTH: usize = 32;

/// A prepared key. Its state is wiped when it is dropped.
pub(super) struct HmacKey {
    prepared: backend::Key,
    /// Kept only for the conformance kit, which checks that it does not leak.
    #[cfg(feature = "conformance")]
    material: Vec<u8>,
}

impl HmacKey {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self {
            prepared: backend::Key::new(bytes),
            #[cfg(feature = "conformance")]
            material: bytes.to_vec(),
        }
    }

    #[cfg(feature = "conformance")]
    pub(super) fn material(&self) -> &[u8] {
        &self.material
    }

    pub(super) fn authenticate(&self, message: &[u8]) -> [u8; LENGTH] {
        self.prepared.authenticate(message)
    }
}

#[cfg(feature = "aws-lc-rs")]
mod backend {
    use aws_lc_rs::{digest, hmac};

    use super::LENGTH;

    pub(crate) fn sha256(bytes: &[u8]) -> [u8; LENGTH] {
        array(digest::digest(&digest::SHA256, bytes).as_ref())
    }

    pub(super) struct Key(hmac::Key);

    impl Key {
        pub(super) fn new(bytes: &[u8]) -> Self {
            Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
        }

        pub(super) fn authenticate(&self, message: &[u8]) -> [u8; LENGTH] {
            array(hmac::sign(&self.0, message).as_ref())
        }
    }

    /// Copies into an array: the type does not state the length, but both algorithms return 32 bytes.
    fn array(bytes: &[u8]) -> [u8; LENGTH] {
        let mut array = [0; LENGTH];
        array.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        array
    }
}

#[cfg(not(feature = "aws-lc-rs"))]
mod backend {
    use sha2::{Digest, Sha256};

    use super::LENGTH;

    const BLOCK: usize = 64;

    pub(crate) fn sha256(bytes: &[u8]) -> [u8; LENGTH] {
        Sha256::digest(bytes).into()
    }

    /// The two hash states of HMAC (<https://www.rfc-editor.org/rfc/rfc2104#section-2>).
    ///
    /// HMAC hashes twice, and each hash starts with a block that depends on the key alone. The states are kept as they
    /// are after that block.
    ///
    /// This crate implements HMAC itself because the crate hmac would bring three more crates (hmac, cmov, ctutils)
    /// into every application. A test below compares the two at every key length.
    pub(super) struct Key {
        inner: Sha256,
        outer: Sha256,
    }

    impl Key {
        pub(super) fn new(bytes: &[u8]) -> Self {
            if bytes.len() > BLOCK { Self::of_block(&sha256(bytes)) } else { Self::of_block(bytes) }
        }

        /// Prepares a key of at most one block, which is filled up with zeros.
        fn of_block(bytes: &[u8]) -> Self {
            let begun = |pad: u8| {
                let mut block = [pad; BLOCK];
                block.iter_mut().zip(bytes).for_each(|(byte, key)| *byte ^= key);
                Sha256::new_with_prefix(block)
            };
            Self { inner: begun(0x36), outer: begun(0x5c) }
        }

        pub(super) fn authenticate(&self, message: &[u8]) -> [u8; LENGTH] {
            let inner = self.inner.clone().chain_update(message).finalize();
            self.outer.clone().chain_update(inner).finalize().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;

    /// Compares two independent implementations at every key length, around the block boundaries.
    #[test]
    fn hmac_matches_the_hmac_crate_at_every_length() {
        let bytes: Vec<u8> = (0..=255).collect();
        for key in (1..=bytes.len()).map(|length| &bytes[..length]) {
            let prepared = HmacKey::new(key);
            for message in [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 200].map(|length| &bytes[..length]) {
                let expected = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize();
                assert_eq!(prepared.authenticate(message)[..], expected.into_bytes()[..], "{} {message:?}", key.len());
            }
        }
    }

    /// The vectors of the standard, one of them with a key that exceeds a block.
    ///
    /// <https://www.rfc-editor.org/rfc/rfc4231#section-4.3> and section 4.7.
    #[test]
    fn hmac_matches_the_vectors_of_the_standard() {
        let hex = |key: &[u8], message: &[u8]| super::super::encoding::hex(&HmacKey::new(key).authenticate(message));
        assert_eq!(
            hex(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
