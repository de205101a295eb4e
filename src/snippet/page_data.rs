//! The part of the element's data that differs from page to page.
//!
//! The members are written one by one: text of this crate needs no escaping, and a long token is not scanned a second
//! time.

use std::io::{self, Write};

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
    pub(crate) fn to_json(&self) -> io::Result<Vec<u8>> {
        let mut json = vec![b'{'];
        self.write_members(&mut json)?;
        json.push(b'}');
        Ok(json)
    }

    /// Returns the length of the members in bytes.
    pub(crate) fn length(&self) -> io::Result<usize> {
        let mut length = Length(0);
        self.write_members(&mut length)?;
        Ok(length.0)
    }

    /// Appends the members of the object, without its braces.
    pub(crate) fn write_members(&self, out: &mut impl Write) -> io::Result<()> {
        // Markers and fingerprints consist of letters, digits, `-` and `_`, so they need no escaping.
        write_key(SEEN, out)?;
        write_bare(self.seen, out)?;
        out.write_all(b",")?;
        write_key(FP, out)?;
        write_bare(self.fp, out)?;
        for (flag, member) in [(self.reset, RESET), (self.trusted, TRUSTED)] {
            if flag {
                out.write_all(b",")?;
                write_key(member, out)?;
                out.write_all(b"true")?;
            }
        }
        out.write_all(b",")?;
        write_key(PEOPLE, out)?;
        out.write_all(b"{")?;
        write_all(self.people.iter(), out, |(widget, person), out| {
            write_key(widget, out)?;
            write_boot_data(person, out)
        })?;
        out.write_all(b"},")?;
        write_key(LIFETIMES, out)?;
        out.write_all(b"{")?;
        let lifetimes = self.people.iter().filter_map(|(widget, person)| Some((widget, person.lifetime()?)));
        write_all(lifetimes, out, |(widget, lifetime), out| {
            write_key(widget, out)?;
            attribute_json(&lifetime.as_secs(), out)
        })?;
        out.write_all(b"}")
    }
}

/// Counts bytes in place of writing them: memory of exactly this length needs no second allocation.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0 += data.len();
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_boot_data(data: &BootData, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"{")?;
    write_all(data.entries(), out, |(key, value), out| {
        attribute_json(&key, out)?;
        out.write_all(b":")?;
        write_value(value, out)
    })?;
    out.write_all(b"}")
}

fn write_value(value: &BootValue, out: &mut impl Write) -> io::Result<()> {
    match value {
        // A token consists of ASCII letters, digits and punctuation that needs no escaping.
        BootValue::Token(token) => write_bare(token.as_str(), out),
        BootValue::Value(value) => attribute_json(value, out),
    }
}

/// Writes one of our own keys or a checked widget name, neither of which needs escaping.
fn write_key(key: &str, out: &mut impl Write) -> io::Result<()> {
    write_bare(key, out)?;
    out.write_all(b":")
}

/// Writes a text in which nothing needs escaping.
fn write_bare(text: &str, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"\"")?;
    out.write_all(text.as_bytes())?;
    out.write_all(b"\"")
}

/// Writes the items with commas between them.
fn write_all<T, W: Write>(
    items: impl Iterator<Item = T>,
    out: &mut W,
    write: impl Fn(T, &mut W) -> io::Result<()>,
) -> io::Result<()> {
    for (number, item) in items.enumerate() {
        if number > 0 {
            out.write_all(b",")?;
        }
        write(item, out)?;
    }
    Ok(())
}
