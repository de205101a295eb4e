//! Bytes as text: hexadecimal digits, base64, and random ids.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::digest;
use crate::token_error::TokenError;

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends the base64url text, so that a token is written into one allocation.
pub(super) fn push_base64url(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// Like [`base64url`], into memory of exactly the right length.
pub(crate) fn base64url_into(bytes: &[u8], text: &mut [u8]) {
    // If the length does not match, the memory stays unchanged.
    let _ = URL_SAFE_NO_PAD.encode_slice(bytes, text);
}

/// Like [`base64url`], without an allocation: 43 ASCII characters.
pub(crate) fn base64url_digest(digest: &[u8; digest::LENGTH]) -> [u8; 43] {
    let mut text = [0; 43];
    // The buffer has exactly this length, so this cannot fail.
    let _ = URL_SAFE_NO_PAD.encode_slice(digest, &mut text);
    text
}

/// 128 random bits as text, for identifiers that must never repeat (`jti`).
pub(crate) fn random_id() -> Result<String, TokenError> {
    let mut bytes = [0; 16];
    getrandom::getrandom(&mut bytes).map_err(|_| TokenError::Signing)?;
    Ok(base64url(&bytes))
}
