//! Checks the seeds without the fuzzer, so that fixed bugs do not return.

use std::{fs, path::Path};

use tower_widget_identity_fuzz::{self as fuzz, numbers::Numbers};

/// The number of random inputs, some seconds' worth.
const RANDOM_INPUTS: usize = 20_000;

fn judge(folder: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut seeds = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&fs::read(path).unwrap());
        seeds += 1;
    }
    assert!(seeds > 9, "{folder:?} has {seeds} seeds");
}

#[test]
fn prologue() {
    judge("../tests/pages", fuzz::prologue::check);
    judge("seeds/prologue", fuzz::prologue::check);
}

#[test]
fn tree() {
    judge("../tests/pages", fuzz::tree::check);
}

#[test]
fn csp() {
    judge("seeds/csp", fuzz::csp::check);
}

#[test]
fn cookies() {
    judge("seeds/cookies", fuzz::cookies::check);
}

#[test]
fn response() {
    judge("seeds/response", fuzz::response::check);
}

/// Combines the words of `response` at random, so that the rules meet each other without a fuzzer, too.
#[test]
fn response_words() {
    const CHOICES: [&[&str]; 19] = [
        &["", "POST", "POST", "DELETE", "HEAD", "OPTIONS"],
        &["", "", "plain", "fetch", "image"],
        &["", "in", "out"],
        &["", "", "late-in", "late-out", "late-unknown"],
        &["", "later", "later then-in", "later then-out", "later then-unknown"],
        &["", "own", "other", "gone"],
        &["", "kept"],
        &["", "", "residue"],
        &["", "", "device"],
        &["", "sid"],
        &["", "", "", "foreign"],
        &["", "", "visitors"],
        &["", "", "", "header"],
        &["", "logout", "page-in-logout", "logout-in-page", "twice", "path", "path twice", "path page-in-logout"],
        &["", "", "", "", "nameless", "over", "skip", "exact"],
        &["\n200", "\n200", "\n200", "\n303", "\n204", "\n304", "\n500"],
        &["\ncontent-type: text/html", "\ncontent-type: text/html", "\ncontent-type: application/json", ""],
        &[
            "\n",
            "\n",
            "\nset-cookie: sid=; Max-Age=0\n",
            "\ncache-control: public\n",
            "\ncontent-security-policy: sandbox\n",
        ],
        &["\n<!doctype html><head><title>Home</title></head><body>Hello", "\n<p>part</p>", "\n<!--"],
    ];
    let mut numbers = Numbers::of(b"words");
    for _ in 0..RANDOM_INPUTS {
        let mut input = String::new();
        for choices in CHOICES {
            let choice = choices[numbers.below(choices.len())];
            if !choice.is_empty() && !choice.starts_with('\n') {
                input.push(' ');
            }
            input.push_str(choice);
        }
        println!("{input:?}");
        fuzz::response::check(input.as_bytes());
    }
}
