//! Character references for white space, which the HTML parser treats like the white space itself. Pure.

/// A character reference being parsed; the states follow the HTML standard.
///
/// They begin at <https://html.spec.whatwg.org/multipage/parsing.html#character-reference-state>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CharRef {
    /// After `&`.
    Start,
    /// After `&#` or `&#x`, with this value so far.
    Digits { radix: u32, value: Option<u32> },
    /// In `&Tab;` or `&NewLine;`, with these bytes still to come.
    Name(&'static [u8]),
}

/// The result of reading one more byte.
pub(super) enum Read {
    More(CharRef),
    /// White space that ends with this byte.
    Space,
    /// White space that ended before this byte, because only a semicolon is part of a number.
    SpaceBefore,
    /// A different character, or no reference at all.
    Other,
}

impl CharRef {
    pub(super) fn read(self, byte: u8) -> Read {
        match self {
            Self::Start => match byte {
                b'#' => Read::More(Self::Digits { radix: 10, value: None }),
                b'T' => Read::More(Self::Name(b"ab;")),
                b'N' => Read::More(Self::Name(b"ewLine;")),
                _ => Read::Other,
            },
            Self::Digits { radix: 10, value: None } if matches!(byte, b'x' | b'X') => {
                Read::More(Self::Digits { radix: 16, value: None })
            }
            Self::Digits { radix, value } => match char::from(byte).to_digit(radix) {
                Some(digit) => {
                    let value = value.unwrap_or(0).saturating_mul(radix).saturating_add(digit);
                    Read::More(Self::Digits { radix, value: Some(value) })
                }
                None if !self.is_space_at_the_end() => Read::Other,
                None if byte == b';' => Read::Space,
                None => Read::SpaceBefore,
            },
            Self::Name(rest) => match rest.split_first() {
                Some((letter, [])) if *letter == byte => Read::Space,
                Some((letter, rest)) if *letter == byte => Read::More(Self::Name(rest)),
                _ => Read::Other,
            },
        }
    }

    /// Returns whether the reference is white space if the page ends here.
    pub(super) fn is_space_at_the_end(self) -> bool {
        let Self::Digits { value: Some(value), .. } = self else { return false };
        u8::try_from(value).is_ok_and(|byte| byte.is_ascii_whitespace())
    }
}
