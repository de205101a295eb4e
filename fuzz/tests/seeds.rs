//! Checks the seeds without the fuzzer, so that fixed bugs do not return.

use std::{fs, path::Path};

use tower_widget_identity_fuzz as fuzz;

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
