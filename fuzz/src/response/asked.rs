//! Parses the input.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::SET_COOKIE};

use crate::{
    layer::Item,
    support::{FP_1, FP_2, MARKER},
};

/// The byte between the frames of a body. `SPECIAL` is the first byte of a frame that is not data.
const BETWEEN: u8 = 0x1F;
const SPECIAL: u8 = 0x1E;

/// The words for the browser's cookies, with the cookies' names and values.
const MARKERS: [(&str, &str, &str); 3] = [("own", MARKER, FP_1), ("other", MARKER, FP_2), ("gone", MARKER, "out")];
const OTHER_COOKIES: [(&str, &str, &str); 3] =
    [("kept", KEPT, "abcdefghijkl"), ("residue", VENDORS[0], "1"), ("device", VENDORS[1], "1")];

/// The name of the second cookie.
pub(super) const KEPT: &str = "__Host-widget-kept";
/// The vendor's cookies: the one that an identified user has, and one that each visitor has.
pub(super) const VENDORS: [&str; 2] = ["intercom-session-abcd1234", "intercom-device-id-abcd1234"];

/// A request, and the application's response.
#[derive(Debug)]
pub(super) struct Asked {
    words: Vec<String>,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) items: Vec<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Load {
    Document,
    /// A page load without Fetch Metadata.
    Plain,
    Fetch,
    Image,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Unknown,
    Nobody,
    Person,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stack {
    Page,
    Logout,
    PageInLogout,
    LogoutInPage,
    Twice,
}

impl Asked {
    pub(super) fn read(input: &[u8]) -> Self {
        let (words, rest) = line(input);
        let (status, mut rest) = line(rest);
        let mut headers = HeaderMap::new();
        while !rest.is_empty() {
            let (header, behind) = line(rest);
            rest = behind;
            if header.is_empty() {
                break;
            }
            headers.extend(read_header(header));
        }
        let items = if rest.is_empty() { Vec::new() } else { rest.split(|byte| *byte == BETWEEN).map(item).collect() };
        Self {
            words: String::from_utf8_lossy(words).split(' ').map(str::to_owned).collect(),
            status: StatusCode::from_bytes(status).unwrap_or_default(),
            headers,
            items,
        }
    }

    pub(super) fn says(&self, wanted: &str) -> bool {
        self.words.iter().any(|word| word == wanted)
    }

    pub(super) fn is_header(&self) -> bool {
        self.says("header")
    }

    pub(super) fn method(&self) -> Method {
        self.words.iter().find_map(|word| super::method(word)).unwrap_or_default()
    }

    pub(super) fn load(&self) -> Load {
        let loads = [("plain", Load::Plain), ("fetch", Load::Fetch), ("image", Load::Image)];
        self.first(&loads).unwrap_or(Load::Document)
    }

    /// Whether the request comes from the application's own page, or does not say.
    pub(super) fn is_own(&self) -> bool {
        !self.says("foreign")
    }

    /// The viewer before the handler runs.
    pub(super) fn viewer(&self) -> Said {
        self.first(&[("in", Said::Person), ("out", Said::Nobody)]).unwrap_or(Said::Unknown)
    }

    /// The viewer that an asynchronous look-up finds after the handler.
    pub(super) fn then(&self) -> Said {
        let known = [("then-in", Said::Person), ("then-out", Said::Nobody), ("then-unknown", Said::Unknown)];
        self.first(&known).unwrap_or(self.viewer())
    }

    /// The viewer in the response's extensions.
    pub(super) fn late(&self) -> Option<Said> {
        self.first(&[("late-in", Said::Person), ("late-out", Said::Nobody), ("late-unknown", Said::Unknown)])
    }

    /// All cookies that the browser sends.
    pub(super) fn cookies(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.says("sid").then_some(("sid", "1")).into_iter().chain(self.session_cookies())
    }

    /// The cookies of a widget session that the browser sends.
    pub(super) fn session_cookies(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let marker = MARKERS.into_iter().find(|(word, ..)| self.says(word));
        let others = OTHER_COOKIES.into_iter().filter(|(word, ..)| self.says(word));
        marker.into_iter().chain(others).map(|(_, name, value)| (name, value))
    }

    /// The word for the marker that the browser sends.
    pub(super) fn marker(&self) -> Option<&'static str> {
        MARKERS.into_iter().map(|(word, ..)| word).find(|word| self.says(word))
    }

    pub(super) fn stack(&self) -> Stack {
        let stacks = [
            ("logout", Stack::Logout),
            ("page-in-logout", Stack::PageInLogout),
            ("logout-in-page", Stack::LogoutInPage),
            ("twice", Stack::Twice),
        ];
        self.first(&stacks).unwrap_or(Stack::Page)
    }

    fn first<T: Copy>(&self, known: &[(&str, T)]) -> Option<T> {
        known.iter().find(|(word, _)| self.says(word)).map(|(_, meaning)| *meaning)
    }
}

fn line(input: &[u8]) -> (&[u8], &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    (&input[..end], input.get(end + 1..).unwrap_or_default())
}

fn read_header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    (name != SET_COOKIE || has_plain_age(&value)).then_some((name, value))
}

/// Whether every `Max-Age` of a `Set-Cookie` line is a number as applications write it.
///
/// The crate's own tests check how it reads others.
fn has_plain_age(line: &HeaderValue) -> bool {
    let line = String::from_utf8_lossy(line.as_bytes()).to_ascii_lowercase();
    let attributes = line.split(';').skip(1).filter_map(|part| part.split_once('='));
    let mut ages = attributes.filter(|(name, _)| name.trim() == "max-age").map(|(_, age)| age.trim());
    ages.all(|age| {
        let digits = age.strip_prefix('-').unwrap_or(age);
        (1..=18).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn item(piece: &[u8]) -> Item {
    match piece {
        [SPECIAL, b'F', ..] => Item::Failure,
        [SPECIAL, b'W', ..] => Item::Wait,
        [SPECIAL, b'T', value @ ..] => {
            let value = HeaderValue::from_bytes(value).unwrap_or(HeaderValue::from_static(""));
            Item::Trailers(HeaderMap::from_iter([(HeaderName::from_static("x-trailer"), value)]))
        }
        data => Item::Data(Bytes::copy_from_slice(data)),
    }
}
