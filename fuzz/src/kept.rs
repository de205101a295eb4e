//! Reads the second cookie, which outlives the marker.

use std::cell::RefCell;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Returns the epoch that a `Set-Cookie` line of this name sets; `None` if the line is not exactly as it must be.
///
/// `secure` is its attribute `; Secure`, empty over plain HTTP.
pub(crate) fn epoch<'a>(line: &'a str, name: &str, secure: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(name)?.strip_prefix('=')?;
    let epoch = rest.strip_suffix(&format!("; Path=/{secure}; SameSite=Lax; Max-Age=34560000"))?;
    (epoch.len() == 12 && is_base64url(epoch.as_bytes())).then_some(epoch)
}

pub(crate) fn is_base64url(text: &[u8]) -> bool {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    text.iter().all(|byte| LETTERS.contains(byte))
}

/// Checks that this epoch is not the one that was checked before.
pub(crate) fn judge_new(epoch: &str) {
    LAST.with(|last| assert_ne!(last.replace(epoch.to_owned()), epoch, "an epoch is used once"));
}
