//! The pages in `tests/pages`, each difficult in its own way, which its name describes.

use std::{collections::BTreeMap, fs, path::Path};

use bytes::Bytes;

use super::verdict::{Verdict, judge, judge_framing, pieces, single_bytes, split_at};

/// The pages that stay unchanged, and why.
const UNTOUCHED: &[(&str, &str)] = &[
    ("doctype-unfinished", "fragment"),
    ("doctype-unfinished-in-capitals", "fragment"),
    ("doctype-unfinished-in-quote", "fragment"),
    ("doctype-word-end", "fragment"),
    ("iso2022jp-in-attribute", "encoding"),
    ("iso2022jp-in-bogus-comment", "encoding"),
    ("iso2022jp-in-comment", "encoding"),
    ("iso2022jp-roman-in-end-tag", "encoding"),
    ("utf16-be-bom", "encoding"),
    ("utf16-be-xml", "encoding"),
    ("utf16-le-bom", "encoding"),
    ("utf16-le-xml", "encoding"),
    ("utf32-be-bom", "encoding"),
    ("utf32-le-bom", "encoding"),
];

/// The pages that end in an unfinished comment before any head: the comment then stands in the head, and nothing
/// follows it.
const MOVED: &[&str] = &[
    "bogus-bang-end",
    "bogus-end-unfinished-text",
    "bogus-question-end",
    "comment-half-open",
    "comment-unfinished",
    "comment-unfinished-alone",
    "comment-unfinished-bang",
    "comment-unfinished-dash",
    "doctype-half-word",
];

pub(crate) fn pages() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(file).unwrap())).collect()
}

#[test]
fn pages_are_unchanged_but_for_one_live_script_in_the_head() {
    let (untouched, mut failures) = (BTreeMap::from_iter(UNTOUCHED.iter().copied()), Vec::new());
    for (name, page) in pages() {
        let expected = match untouched.get(name.as_str()) {
            Some(reason) => Verdict::Untouched(reason),
            None if MOVED.contains(&name.as_str()) => Verdict::Moved,
            None => Verdict::Placed,
        };
        match judge(&page) {
            Ok((_, verdict)) if verdict == expected => {}
            Ok((_, verdict)) => failures.push(format!("{name}: {verdict:?} in place of {expected:?}")),
            Err(problem) => failures.push(format!("{name}: {problem}")),
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn framing_makes_no_difference_to_any_page() {
    for (name, page) in pages() {
        let (whole, _) = judge(&page).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let page = Bytes::from(page);
        let framings = (0..=page.len()).map(|at| split_at(&page, at));
        let others = [single_bytes(&page), pieces(&page, &[1]), pieces(&page, &[7, 1, 64])];
        for frames in framings.chain(others) {
            judge_framing(frames, &whole).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        }
    }
}

/// The exact bytes matter: a tool that fixes line ends or encodings would change them.
#[test]
fn corpus_has_its_pages_and_their_exact_bytes() {
    let pages = pages();
    assert!(pages.len() >= 150, "{}", pages.len());
    let mut contents: Vec<_> = pages.values().collect();
    contents.sort_unstable();
    contents.dedup();
    assert_eq!(contents.len(), pages.len(), "the same page twice");
    for byte in [b'\0', b'\r', 0x0C, 0x1B, 0xEF, 0xFE, 0xFF, 0x80] {
        assert!(pages.values().any(|page| page.contains(&byte)), "no page has {byte:#x}");
    }
}
