//! A real HTML parser judges the page with the snippet in it: the tree is what it was, but for one live script.

use crate::placement;

/// The page is the input itself.
pub fn check(page: &[u8]) {
    if let Err(problem) = placement::judge(page) {
        panic!("{problem}");
    }
}
