//! Byte classes of the HTML standard.

/// Returns whether a byte is white space: <https://infra.spec.whatwg.org/#ascii-whitespace>.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}
