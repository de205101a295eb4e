//! The place for the snippet: after the page's prologue, as the HTML standard's tokenizer reads it. Pure.
//!
//! It skips a BOM, white space, character references for white space, comments, bogus comments, doctypes, `<html ...>`
//! tags, stray end tags, and then an optional `<head ...>`; what follows is the place. A script there runs whatever the
//! rest of the page contains, the tree stays as it was, and a doctype before it keeps the page out of quirks mode. The
//! states are those of <https://html.spec.whatwg.org/multipage/parsing.html#tokenization>, as far as a prologue needs
//! them. The scanner skips everything that the insertion modes "initial", "before html" and "before head" accept
//! without creating the head.

use super::reference::{CharRef, Read};

/// The most bytes of a page that are read, and so may be held back, before the search is given up.
pub(super) const MAX_PROLOGUE_BYTES: usize = 64 * 1024;

const LONGEST_NAME: usize = 4;

/// ESC may switch ISO-2022-JP to a character set in which `>` is not `>`.
///
/// Browsers detect that encoding by themselves if nothing declares one.
const ESCAPE: u8 = 0x1B;

/// The first bytes of a page in UTF-16 or UTF-32.
///
/// They are a BOM, or the `<?x` by which browsers recognise UTF-16 without one
/// (<https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding>).
const WIDE: [&[u8]; 5] = [b"\xFE\xFF", b"\xFF\xFE", b"\0\0\xFE\xFF", b"<\0?\0x\0", b"\0<\0?\0x"];
const LONGEST_WIDE: usize = 6;

/// The result of scanning some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// No result yet: feed more bytes.
    More,
    /// The place, in bytes from the start of the page.
    At(usize),
    /// There is no place.
    Miss(Miss),
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    TooLong,
    /// The first bytes are UTF-16 or UTF-32, or the prologue may be ISO-2022-JP.
    Encoding,
    /// The page ends within its doctype, so there is no page.
    Unfinished,
}

/// A scanner for a page's first bytes, which may come in pieces of any size.
#[derive(Clone, Debug, Default)]
pub(super) struct Prologue {
    state: State,
    /// The number of bytes read.
    at: usize,
    /// The start of the current construct: the place, if that is no part of the prologue or never ends.
    start: usize,
    sniffed: Sniffed,
    name: [u8; LONGEST_NAME],
    /// Whether the current tag is an end tag.
    closing: bool,
    /// Whether a doctype, `<html` or `<head` has been read.
    document: bool,
}

/// The page's first bytes, held back while they may still be the start of a wide encoding.
#[derive(Clone, Copy, Debug, Default)]
struct Sniffed {
    bytes: [u8; LONGEST_WIDE],
    length: usize,
    done: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the next construct.
    #[default]
    Between,
    /// In a UTF-8 BOM, with this byte to come next.
    Bom(u8),
    /// After `<`.
    Open,
    /// After `</`.
    EndOpen,
    /// After `<!`, with this many bytes of `doctype` read.
    Markup(usize),
    /// After `<!-`.
    MarkupDash,
    Bogus,
    Doctype,
    Comment(Comment),
    /// In a tag's name, with this many bytes of it read.
    Name(usize),
    Tag(Tag),
    CharRef(CharRef),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comment {
    Start,
    StartDash,
    Text,
    EndDash,
    End,
    EndBang,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
}

impl Prologue {
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Scan {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            let scan = if self.sniffed.done { self.read(byte) } else { self.sniff(byte) };
            if scan != Scan::More {
                return scan;
            }
            rest = self.skip(after);
        }
        Scan::More
    }

    /// Finishes the scan at the end of the page.
    ///
    /// The place is where an unfinished construct began, because that construct swallows all that follows.
    pub(super) fn end(&mut self) -> Scan {
        match self.read_sniffed() {
            Scan::More => {}
            found => return found,
        }
        match self.state {
            State::Between => Scan::At(self.at),
            State::CharRef(reference) if reference.is_space_at_the_end() => Scan::At(self.at),
            State::Doctype => Scan::Miss(Miss::Unfinished),
            _ => Scan::At(self.start),
        }
    }

    /// Returns whether the prologue shows that this is a document and not a fragment.
    pub(super) fn is_document(&self) -> bool {
        self.document
    }

    fn sniff(&mut self, byte: u8) -> Scan {
        let Sniffed { bytes, length, .. } = &mut self.sniffed;
        bytes[*length] = byte;
        *length += 1;
        let begin = &bytes[..*length];
        if WIDE.contains(&begin) {
            return Scan::Miss(Miss::Encoding);
        }
        if WIDE.iter().any(|wide| wide.starts_with(begin)) { Scan::More } else { self.read_sniffed() }
    }

    fn read_sniffed(&mut self) -> Scan {
        let Sniffed { bytes, length, done } =
            std::mem::replace(&mut self.sniffed, Sniffed { done: true, ..Sniffed::default() });
        if done {
            return Scan::More;
        }
        let scans = bytes[..length].iter().map(|byte| self.read(*byte));
        scans.into_iter().find(|scan| *scan != Scan::More).unwrap_or(Scan::More)
    }

    /// Skips bytes that cannot change the state, such as the inside of a comment.
    fn skip<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = match self.state {
            State::Comment(Comment::Text) => b'-',
            State::Bogus | State::Doctype => b'>',
            State::Tag(Tag::Quoted(quote)) => quote,
            _ => return bytes,
        };
        let readable = bytes.iter().take(MAX_PROLOGUE_BYTES.saturating_sub(self.at));
        let skipped = readable.take_while(|byte| **byte != end && **byte != ESCAPE).count();
        self.at += skipped;
        &bytes[skipped..]
    }

    fn read(&mut self, byte: u8) -> Scan {
        if self.at >= MAX_PROLOGUE_BYTES {
            return Scan::Miss(Miss::TooLong);
        }
        if byte == ESCAPE && self.state != State::Between {
            return Scan::Miss(Miss::Encoding);
        }
        let scan = self.step(byte);
        self.at += 1;
        scan
    }

    fn step(&mut self, byte: u8) -> Scan {
        match self.state {
            State::Between => return self.between(byte),
            State::Bom(next) if byte == next => {
                self.state = if next == 0xBB { State::Bom(0xBF) } else { State::Between };
            }
            State::Bom(_) => return Scan::At(self.start),
            State::Open => return self.open(byte),
            State::EndOpen => return self.end_open(byte),
            State::Markup(read) => self.markup(read, byte),
            State::MarkupDash if byte == b'-' => self.state = State::Comment(Comment::Start),
            State::MarkupDash | State::Bogus => self.until_closed(State::Bogus, byte),
            State::Doctype => self.until_closed(State::Doctype, byte),
            State::Comment(comment) => self.state = comment_step(comment, byte),
            State::Name(read) => return self.name(read, byte),
            State::Tag(tag) => return self.tag(tag, byte),
            State::CharRef(reference) => return self.reference(reference, byte),
        }
        Scan::More
    }

    fn between(&mut self, byte: u8) -> Scan {
        self.start = self.at;
        match byte {
            b'<' => self.state = State::Open,
            b'&' => self.state = State::CharRef(CharRef::Start),
            0xEF if self.at == 0 => self.state = State::Bom(0xBB),
            _ if byte.is_ascii_whitespace() => self.state = State::Between,
            _ => return Scan::At(self.at),
        }
        Scan::More
    }

    fn open(&mut self, byte: u8) -> Scan {
        match byte {
            b'!' => self.state = State::Markup(0),
            b'?' => self.state = State::Bogus,
            b'/' => self.state = State::EndOpen,
            _ if byte.is_ascii_alphabetic() => {
                self.closing = false;
                return self.name(0, byte);
            }
            _ => return Scan::At(self.start),
        }
        Scan::More
    }

    fn end_open(&mut self, byte: u8) -> Scan {
        match byte {
            b'>' => self.state = State::Between, // `</>` produces no token.
            _ if byte.is_ascii_alphabetic() => {
                self.closing = true;
                return self.name(0, byte);
            }
            _ => self.state = State::Bogus,
        }
        Scan::More
    }

    fn markup(&mut self, read: usize, byte: u8) {
        const DOCTYPE: &[u8] = b"doctype";
        match byte {
            b'-' if read == 0 => self.state = State::MarkupDash,
            _ if DOCTYPE.get(read) == Some(&byte.to_ascii_lowercase()) => {
                self.state = State::Markup(read + 1);
                if read + 1 == DOCTYPE.len() {
                    self.state = State::Doctype;
                    self.document = true;
                }
            }
            _ => self.until_closed(State::Bogus, byte),
        }
    }

    /// Ends a doctype or a bogus comment at its first `>`, whatever the quotes.
    fn until_closed(&mut self, within: State, byte: u8) {
        self.state = if byte == b'>' { State::Between } else { within };
    }

    fn name(&mut self, read: usize, byte: u8) -> Scan {
        if byte.is_ascii_whitespace() || byte == b'/' || byte == b'>' {
            return self.named(read, byte);
        }
        match self.name.get_mut(read) {
            Some(letter) => *letter = byte.to_ascii_lowercase(),
            None if self.closing => {}
            None => return Scan::At(self.start),
        }
        self.state = State::Name(LONGEST_NAME.min(read) + 1);
        Scan::More
    }

    fn named(&mut self, read: usize, byte: u8) -> Scan {
        match (self.closing, self.name.get(..read)) {
            (false, Some(b"html" | b"head")) => self.document = true,
            // These end tags create the head if there is none; the parser ignores other end tags here.
            (true, Some(b"head" | b"body" | b"html" | b"br")) | (false, _) => return Scan::At(self.start),
            (true, _) => {}
        }
        self.tag(Tag::BeforeName, byte)
    }

    fn tag(&mut self, tag: Tag, byte: u8) -> Scan {
        if byte == b'>' && !matches!(tag, Tag::Quoted(_)) {
            return self.tag_closed();
        }
        self.state = State::Tag(tag_step(tag, byte));
        Scan::More
    }

    fn tag_closed(&mut self) -> Scan {
        if !self.closing && self.name == *b"head" {
            return Scan::At(self.at + 1);
        }
        self.state = State::Between;
        Scan::More
    }

    fn reference(&mut self, reference: CharRef, byte: u8) -> Scan {
        match reference.read(byte) {
            Read::More(reference) => self.state = State::CharRef(reference),
            Read::Space => self.state = State::Between,
            Read::SpaceBefore => return self.between(byte),
            Read::Other => return Scan::At(self.start),
        }
        Scan::More
    }
}

/// Returns the state after one more byte of a comment.
///
/// The states follow <https://html.spec.whatwg.org/multipage/parsing.html#comment-start-state>. `<!--` within a comment
/// makes no difference to its end.
fn comment_step(comment: Comment, byte: u8) -> State {
    use Comment::{End, EndBang, EndDash, Start, StartDash, Text};
    State::Comment(match (comment, byte) {
        (Start | StartDash | End | EndBang, b'>') => return State::Between,
        (Start, b'-') => StartDash,
        (StartDash | EndDash | End, b'-') => End,
        (Text | EndBang, b'-') => EndDash,
        (End, b'!') => EndBang,
        _ => Text,
    })
}

/// Returns the state after one more byte of a tag.
///
/// The states follow <https://html.spec.whatwg.org/multipage/parsing.html#before-attribute-name-state>. A quote counts
/// only where a value starts.
fn tag_step(tag: Tag, byte: u8) -> Tag {
    match (tag, byte) {
        (Tag::Quoted(quote), _) if byte == quote => Tag::BeforeName,
        (Tag::Quoted(_), _) => tag,
        (Tag::BeforeValue, b'"' | b'\'') => Tag::Quoted(byte),
        (Tag::BeforeValue, _) if byte.is_ascii_whitespace() => Tag::BeforeValue,
        (Tag::BeforeValue, _) => Tag::Unquoted,
        (Tag::Unquoted, _) if byte.is_ascii_whitespace() => Tag::BeforeName,
        (Tag::Unquoted, _) => Tag::Unquoted,
        (Tag::Name | Tag::AfterName, b'=') => Tag::BeforeValue,
        (_, b'/') => Tag::BeforeName,
        (Tag::Name | Tag::AfterName, _) if byte.is_ascii_whitespace() => Tag::AfterName,
        (Tag::BeforeName, _) if byte.is_ascii_whitespace() => Tag::BeforeName,
        _ => Tag::Name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(page: &[u8]) -> Scan {
        let mut prologue = Prologue::default();
        match prologue.feed(page) {
            Scan::More => prologue.end(),
            found => found,
        }
    }

    /// `|` marks the place.
    #[test]
    fn place_is_after_the_prologue() {
        for page in [
            "<!doctype html><html><head>|<title>a</title>",
            "<!DOCTYPE HTML PUBLIC \"a>|b\" ><html>",
            "\u{feff} <!-- a --> <!doctype html>\n<html lang=\"a>b\" class='>' x=a\"b>\n<head id=x>|\n<meta>",
            "<HTML><HEAD/>|",
            "<!doctype html>|<header>",
            "<html>|<heading>",
            "<html>|<hea>",
            "<html><!--c--> |<body>",
            "<html><html lang=a><html><head>|",
            "<head a=b>|",
            "|",
            "   |",
            "|text",
            "  |<p>",
            "</p></header></b></brr></BODYS a='>'></h/ ><head x>|",
            "</>|</html>",
            "</p>|</HTML>",
            "<html>|</head><head>",
            "|</body><html>",
            "|</br >",
            "|</p title='>",
            "</p>|<p>",
            "</ bogus><?xml version='1.0'?><![CDATA[x]]><!><!x><!d><!doctyp>|x",
            "<!--><!---><!----><!-- -- --!><!-- <!-- --><!--a--!-->|b",
            "<!-->|-->",
            "|<!-- never closed",
            "<!doctype html>|<!-- never closed --",
            "<html>|<head title=\"never closed>",
            "<html a = 'b>' c= \"d>\" e=f' =g>|",
            "<html \"a>|b\">",
            "<html a=b/>|",
            "<html/a='>'/>|",
            "|<",
            "|<!-",
            "|<!doc",
            "|<1>",
            "|\0<html>",
            "&#32;&#x0a\t&#000013&Tab;&NewLine;&#9<!doctype html>&#12|<p>",
            "&#32|",
            "|&#33;",
            "|&#4294967328;",
            "|&#x;",
            "|&#;",
            "|&Tab",
            "|&nbsp;",
            "|&#3",
            "|&",
        ] {
            let at = page.find('|').unwrap_or(0);
            let clean = page.replacen('|', "", 1);
            assert_eq!(scan(clean.as_bytes()), Scan::At(at), "{page:?}");
        }
    }

    #[test]
    fn similar_tag_names_do_not_match() {
        assert_eq!(scan(b"<html\0><head>"), Scan::At(0));
        assert_eq!(scan(b"<html><head\0>"), Scan::At(6));
    }

    #[test]
    fn pages_in_wide_encodings_have_no_place() {
        let pages: [&[u8]; 6] = [
            b"\xfe\xff\0<",
            b"\xff\xfe<\0",
            b"\xff\xfe\0\0<\0\0\0",
            b"\0\0\xfe\xff\0\0\0<",
            b"<\0?\0x\0m\0",
            b"\0<\0?\0x\0m",
        ];
        for page in pages {
            assert_eq!(scan(page), Scan::Miss(Miss::Encoding), "{page:?}");
        }
        // Browsers do not detect these as UTF-16, so the scanner does not either.
        assert_eq!(scan(b"<\0h\0"), Scan::At(0));
        assert_eq!(scan(b"\0<\0h"), Scan::At(0));
    }

    #[test]
    fn prologue_that_may_switch_character_sets_has_no_place() {
        for page in ["<!-- \x1b$B -->", "<!doctype\x1b>", "</ \x1b>", "<html a='\x1b'>", "</p\x1b>", "<!--\x1b"] {
            assert_eq!(scan(page.as_bytes()), Scan::Miss(Miss::Encoding), "{page:?}");
        }
        assert_eq!(scan(b"<html>\x1b$B"), Scan::At(6));
    }

    #[test]
    fn page_that_ends_in_its_doctype_has_no_place() {
        assert_eq!(scan(b"<!doctype html"), Scan::Miss(Miss::Unfinished));
    }

    #[test]
    fn long_prologue_is_given_up_at_the_limit() {
        let page = |length: usize| format!("<!--{}--><p>", "x".repeat(length - 7)).into_bytes();
        let longest = MAX_PROLOGUE_BYTES - 1;
        assert_eq!(scan(&page(longest)[..longest + 1]), Scan::At(longest));
        assert_eq!(scan(&page(MAX_PROLOGUE_BYTES)), Scan::Miss(Miss::TooLong));
    }

    #[test]
    fn place_is_independent_of_framing() {
        let page = "\u{feff}<!doctype html><!-- a--!><html a='>'><head b=\">\"><title>".as_bytes();
        let whole = scan(page);
        for cut in 0..=page.len() {
            let mut prologue = Prologue::default();
            let found = match prologue.feed(&page[..cut]) {
                Scan::More => prologue.feed(&page[cut..]),
                found => found,
            };
            assert_eq!(found, whole, "cut at {cut}");
        }
        let mut prologue = Prologue::default();
        let found = page.iter().map(|byte| prologue.feed(&[*byte])).find(|scan| *scan != Scan::More);
        assert_eq!(found, Some(whole));
    }

    #[test]
    fn documents_are_distinguished_from_fragments() {
        for (page, document) in
            [("<!doctype html>", true), ("<html>", true), ("<head>x", true), ("<p>", false), ("<!--c-->", false)]
        {
            let mut prologue = Prologue::default();
            prologue.feed(page.as_bytes());
            assert_eq!(prologue.is_document(), document, "{page}");
        }
    }
}
