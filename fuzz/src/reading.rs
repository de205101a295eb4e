//! Finds the snippet in a page.

use std::ops::Range;

use serde_json::Value;

use crate::support;

const OPENING: &[u8] = b"<script data-cfasync=\"false\" data-widget='";
const CLOSING: &[u8] = b"</script>";

/// Returns the place of the snippet in `result`, which must be `page` with one snippet in it.
///
/// It derives the snippet's length from the two pages alone.
pub(crate) fn place(page: &[u8], result: &[u8]) -> Option<Range<usize>> {
    let length = result.len().checked_sub(page.len())?;
    let common = page.iter().zip(result).take_while(|(a, b)| a == b).count();
    // The page may continue with the same bytes as the snippet.
    (0..=common).rev().map(|start| start..start + length).find(|range| {
        let snippet = &result[range.clone()];
        result[range.end..] == page[range.start..] && is_one_element(snippet)
    })
}

fn is_one_element(snippet: &[u8]) -> bool {
    let inner = snippet.strip_prefix(OPENING).and_then(|rest| rest.strip_suffix(CLOSING));
    inner.is_some_and(|inner| !inner.windows(8).any(|begin| begin.eq_ignore_ascii_case(b"</script")))
}

/// The snippet's data.
pub(crate) fn said(snippet: &[u8]) -> Value {
    support::snippet(std::str::from_utf8(snippet).expect("ASCII"))
}
