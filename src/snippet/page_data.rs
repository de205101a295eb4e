//! The part of the element's data that differs from page to page.
//!
//! The members are written one by one: text of this crate needs no escaping, and a long token is not scanned a second
//! time.

use smallvec::SmallVec;

use super::escape::attribute_json;
use crate::{
    protocol::{FP, LIFETIMES, PEOPLE, RESET, SEEN, TRUSTED},
    widget::{BootData, BootValue},
};

/// The data of one page.
pub(crate) struct PageData<'a> {
    /// The marker in this request, or an empty string.
    pub(crate) seen: &'a str,
    /// The fingerprint of the user whose page this is, or an empty string.
    pub(crate) fp: &'a str,
    /// Whether a session must end although the request had no marker.
    pub(crate) reset: bool,
    /// Whether the page requires trusted types for the URLs of scripts.
    pub(crate) trusted: bool,
    pub(crate) people: &'a [(&'a str, BootData)],
}

/// The boot data of each widget, by its name.
pub(crate) type BootDataSet<'a> = SmallVec<[(&'a str, BootData); 1]>;

impl PageData<'_> {
    /// Writes the data as a JSON object that is safe in an attribute.
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = vec![b'{'];
        self.write_members(&mut json)?;
        json.push(b'}');
        Ok(json)
    }

    /// An estimate of the members' length in bytes, for data that is mostly tokens.
    pub(crate) fn usual_length(&self) -> usize {
        const MARKERS: usize = 160;
        const WIDGET: usize = 96;
        let values = self.people.iter().flat_map(|(_, person)| person.entries());
        let tokens =
            values.map(|(_, value)| if let BootValue::Token(token) = value { token.as_str().len() } else { WIDGET });
        MARKERS + self.people.len() * WIDGET + tokens.sum::<usize>()
    }

    /// Appends the members of the object, without its braces.
    pub(crate) fn write_members(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        // Markers and fingerprints consist of letters, digits, `-` and `_`, so they need no escaping.
        write_key(SEEN, out);
        write_bare(self.seen, out);
        out.push(b',');
        write_key(FP, out);
        write_bare(self.fp, out);
        for (flag, member) in [(self.reset, RESET), (self.trusted, TRUSTED)] {
            if flag {
                out.push(b',');
                write_key(member, out);
                out.extend_from_slice(b"true");
            }
        }
        out.push(b',');
        write_key(PEOPLE, out);
        out.push(b'{');
        write_all(self.people.iter(), out, |(widget, person), out| {
            write_key(widget, out);
            write_boot_data(person, out)
        })?;
        out.extend_from_slice(b"},");
        write_key(LIFETIMES, out);
        out.push(b'{');
        let lifetimes = self.people.iter().filter_map(|(widget, person)| Some((widget, person.lifetime()?)));
        write_all(lifetimes, out, |(widget, lifetime), out| {
            write_key(widget, out);
            attribute_json(&lifetime.as_secs(), out)
        })?;
        out.push(b'}');
        Ok(())
    }
}

fn write_boot_data(data: &BootData, out: &mut Vec<u8>) -> serde_json::Result<()> {
    out.push(b'{');
    write_all(data.entries(), out, |(key, value), out| {
        attribute_json(&key, out)?;
        out.push(b':');
        write_value(value, out)
    })?;
    out.push(b'}');
    Ok(())
}

fn write_value(value: &BootValue, out: &mut Vec<u8>) -> serde_json::Result<()> {
    match value {
        BootValue::Token(token) => {
            // A token consists of ASCII letters, digits and punctuation that needs no escaping.
            write_bare(token.as_str(), out);
            Ok(())
        }
        BootValue::Value(value) => attribute_json(value, out),
    }
}

/// Writes one of our own keys or a checked widget name, neither of which needs escaping.
fn write_key(key: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Writes a text in which nothing needs escaping.
fn write_bare(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Writes the items with commas between them.
fn write_all<T>(
    items: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    write: impl Fn(T, &mut Vec<u8>) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    for (number, item) in items.enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write(item, out)?;
    }
    Ok(())
}
