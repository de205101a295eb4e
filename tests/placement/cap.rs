//! Long prologues: up to 64 KiB the place is found; with a longer one the page is left unchanged.

use bytes::Bytes;

use super::verdict::{CAP, Verdict, judge, judge_framing, pieces, single_bytes, split_at};

/// Its first byte shows that the page's content has begun.
const AFTER: &[u8] = b"the page<p>";

/// A kind of long prologue.
struct Kind {
    name: &'static str,
    begin: &'static [u8],
    filling: &'static [u8],
    end: &'static [u8],
}

const fn kind(name: &'static str, begin: &'static [u8], filling: &'static [u8], end: &'static [u8]) -> Kind {
    Kind { name, begin, filling, end }
}

const KINDS: &[Kind] = &[
    kind("a comment", b"<!--", b"x", b"-->"),
    kind("a comment of dashes", b"<!--", b"- ", b"-->"),
    kind("a comment of brackets", b"<!--", b"<!-", b"x-->"),
    kind("comments", b"", b"<!---->", b"<!---->"),
    kind("white space", b"", b"\n", b"\n"),
    kind("references to white space", b"", b"&#32;", b"&#9;"),
    kind("a bogus comment", b"<?", b"php ", b"?>"),
    kind("a doctype", b"<!doctype html public \"", b"a", b"\">"),
    kind("an attribute of html", b"<html a=\"", b">", b"\">"),
    kind("attributes of html", b"<html", b" a='>'", b">"),
    kind("an attribute of head", b"<html><head a='", b">", b"'>"),
    kind("a name of head", b"<head ", b"a", b">"),
    kind("html tags", b"", b"<html>", b"<html>"),
    kind("end tags", b"", b"</p>", b"</p>"),
    kind("one end tag", b"</", b"a", b">"),
    kind("a BOM and a comment", b"\xEF\xBB\xBF<!--", b"\xE2\x80\xA8", b"-->"),
];

/// A page whose prologue has this length.
fn page(length: usize, Kind { begin, filling, end, .. }: &Kind) -> Vec<u8> {
    let room = length - begin.len() - end.len();
    let mut page = [*begin, &filling.repeat(room / filling.len())].concat();
    // White space fills the rest, because it is valid in a comment, in a tag and between them.
    page.resize(length - end.len(), b' ');
    [&page, *end, AFTER].concat()
}

#[test]
fn the_place_is_found_up_to_the_cap_and_not_beyond() {
    for kind in KINDS {
        let name = kind.name;
        // One more byte has to be read, unless the place is the end of the head's tag.
        let longest = if name.ends_with("of head") { CAP } else { CAP - 1 };
        for length in longest - 3..=longest + 3 {
            let (page, expected) = (page(length, kind), length <= longest);
            let expected = if expected { Verdict::Placed } else { Verdict::Untouched("long-prologue") };
            let (whole, verdict) = judge(&page).unwrap_or_else(|problem| panic!("{name} of {length}: {problem}"));
            assert_eq!(verdict, expected, "{name} of {length}");
            if verdict == Verdict::Placed {
                assert!(
                    whole.bytes[length..].starts_with(b"<script data-cfasync=\"false\" data-widget="),
                    "{name} of {length}"
                );
            }
            let page = Bytes::from(page);
            let cuts = [1, 2, CAP / 2, length - 2, length - 1, length, length + 1, CAP - 1, CAP, CAP + 1];
            let framings = cuts.map(|at| split_at(&page, at.min(page.len())));
            for frames in framings.into_iter().chain([pieces(&page, &[4096]), pieces(&page, &[7, 1000, 1])]) {
                judge_framing(frames, &whole).unwrap_or_else(|problem| panic!("{name} of {length}: {problem}"));
            }
        }
    }
}

#[test]
fn one_byte_at_a_time_makes_no_difference_at_the_cap() {
    for length in [CAP - 2, CAP - 1, CAP, CAP + 1] {
        let page = Bytes::from(page(length, &kind("a comment", b"<!--", b"a-", b"-->")));
        let (whole, _) = judge(&page).unwrap();
        judge_framing(single_bytes(&page), &whole).unwrap();
    }
}

#[test]
fn a_page_that_ends_in_a_long_prologue_is_judged_by_its_length() {
    for (name, begin, filling, expected) in [
        ("a comment", &b"<!--"[..], &b"x"[..], Verdict::Moved),
        ("an attribute", b"<html a='", b"x", Verdict::Placed),
        ("white space", b" ", b" ", Verdict::Placed),
        ("a doctype", b"<!doctype", b" ", Verdict::Untouched("fragment")),
    ] {
        for (length, expected) in [
            (CAP - 1, expected),
            (CAP, expected),
            (CAP + 1, Verdict::Untouched("long-prologue")),
            (CAP * 2, Verdict::Untouched("long-prologue")),
        ] {
            let mut page = [begin, &filling.repeat(length)].concat();
            page.truncate(length);
            let (whole, verdict) = judge(&page).unwrap_or_else(|problem| panic!("{name} of {length}: {problem}"));
            assert_eq!(verdict, expected, "{name} of {length}");
            let page = Bytes::from(page);
            for frames in [split_at(&page, CAP.min(length)), pieces(&page, &[1000])] {
                judge_framing(frames, &whole).unwrap_or_else(|problem| panic!("{name} of {length}: {problem}"));
            }
        }
    }
}
