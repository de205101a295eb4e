//! JSON in a single-quoted HTML attribute, for pages in any ASCII-compatible encoding.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Appends `value` as JSON that is safe in a single-quoted attribute.
///
/// It writes `<`, `>`, `&`, `'` and every character outside printable ASCII as `\uXXXX`. These occur only inside JSON
/// strings, where the escape has the same meaning, so the attribute's value is the JSON text itself, and the HTML
/// tokenizer has nothing to decode.
pub(crate) fn attribute_json(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, AttributeFormatter))?)
}

struct AttributeFormatter;

impl Formatter for AttributeFormatter {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        // Most strings need no escape. Compilers turn this form of the check into a few wide comparisons.
        if !fragment.bytes().fold(false, |any, byte| any | must_escape(byte)) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        // The first byte of a character shows whether it is outside ASCII.
        while let Some(at) = rest.bytes().position(must_escape) {
            let (plain, behind) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut characters = behind.chars();
            for unit in characters.next().unwrap_or_default().encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

fn must_escape(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'&' | b'\'' | 0x7f..)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        attribute_json(value, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn characters_with_a_meaning_in_html_are_escaped() {
        assert_eq!(escaped(&"</script>'&é\u{2028}😀"), r#""\u003c/script\u003e\u0027\u0026\u00e9\u2028\ud83d\ude00""#);
        assert_eq!(escaped(&"a\"b\\c\0\n"), r#""a\"b\\c\u0000\n""#);
    }

    proptest! {
        #[test]
        fn any_text_round_trips_and_is_safe_in_an_attribute(text in any::<String>()) {
            let escaped = escaped(&text);
            prop_assert!(escaped.is_ascii() && !escaped.contains(['<', '>', '&', '\'', '\n']));
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }
}
