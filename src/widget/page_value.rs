//! A text that the page sends to be signed.

use std::fmt;

const LONGEST: usize = 64;

/// A text that the page's script got from the vendor's library and sends to be signed.
///
/// It has 1 to 64 ASCII letters, digits and hyphens, like vendors' ids. `Debug` hides it.
///
/// Any script in the page can choose it, so it proves nothing. A token may contain it under the one name by which the
/// vendor knows it, but must identify the user by the [`Identity`](crate::Identity) alone.
///
/// ```
/// use tower_widget_identity::widget::PageValue;
///
/// assert_eq!(PageValue::new("1b9d6bcd-bbfd").map(|value| value.as_str().len()), Some(13));
/// for wrong in ["", "a b", "a_b", "a\"b", "\u{e4}", &"a".repeat(65)] {
///     assert_eq!(PageValue::new(wrong), None);
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PageValue(Box<str>);

impl PageValue {
    /// Creates the value; returns `None` if the text is empty, too long or has another character.
    pub fn new(text: &str) -> Option<Self> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_value = (1..=LONGEST).contains(&text.len()) && text.bytes().all(legal);
        is_value.then(|| Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PageValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageValue(..)")
    }
}
