//! Checks with an HTML parser that the snippet adds one live script and changes nothing else.

use crate::placement;

/// Checks an input, which is the page.
pub fn check(page: &[u8]) {
    if let Err(problem) = placement::judge(page) {
        panic!("{problem}");
    }
}
