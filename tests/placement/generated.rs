//! Generated pages: HTML soup, and the corpus with changed bytes.

use std::{
    env,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestCaseResult, TestError, TestRunner},
};

use super::{
    corpus,
    soup::{mutated, soup},
    verdict::{Verdict, judge, judge_framing, pieces, single_bytes, split_at},
};

/// How many documents of each kind the default run generates.
const DOCUMENTS: u32 = 1000;
const BATCH: u32 = 1000;
/// How long the long run takes unless `HOSTILE_DOCUMENTS` names a number of documents.
const A_MINUTE: Duration = Duration::from_secs(50);

/// What happened to many pages.
#[derive(Default)]
struct Tally {
    placed: AtomicUsize,
    moved: AtomicUsize,
    untouched: AtomicUsize,
}

impl Tally {
    fn count(&self, verdict: Verdict) {
        let counter = match verdict {
            Verdict::Placed => &self.placed,
            Verdict::Moved => &self.moved,
            Verdict::Untouched(_) => &self.untouched,
        };
        counter.fetch_add(1, Relaxed);
    }

    fn documents(&self) -> usize {
        self.placed.load(Relaxed) + self.moved.load(Relaxed) + self.untouched.load(Relaxed)
    }

    /// Asserts that nearly every page gets the snippet, and that comments hardly ever move: only pages that end in
    /// their prologue may have one that does.
    fn check(&self) {
        let (documents, moved) = (self.documents(), self.moved.load(Relaxed));
        let untouched = self.untouched.load(Relaxed);
        eprintln!("{documents} documents: {moved} with a comment that moved, {untouched} untouched");
        assert!(moved * 8 < documents, "{moved} comments moved in {documents} documents");
        assert!(untouched * 5 < documents, "{untouched} of {documents} documents untouched");
    }
}

fn fail(problem: String) -> TestCaseError {
    TestCaseError::fail(problem)
}

/// Runs this on the given number of generated documents.
fn generate(
    strategy: &impl Strategy<Value = Vec<u8>>,
    documents: u32,
    test: impl Fn(&[u8], Vec<usize>) -> TestCaseResult,
) {
    let config = Config { cases: documents, failure_persistence: None, ..Config::default() };
    let lengths = vec(1..40_usize, 1..5);
    match TestRunner::new(config).run(&(strategy, lengths), |(page, lengths)| test(&page, lengths)) {
        Ok(()) => {}
        Err(TestError::Fail(reason, (page, _))) => panic!("b\"{}\": {reason}", page.escape_ascii()),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// Checks the placement, and a few framings.
fn judge_quickly(page: &[u8], lengths: &[usize], tally: &Tally) -> TestCaseResult {
    let (whole, verdict) = judge(page).map_err(fail)?;
    tally.count(verdict);
    let page = Bytes::copy_from_slice(page);
    let framings = [single_bytes(&page), pieces(&page, lengths), split_at(&page, lengths[0].min(page.len()))];
    framings.into_iter().try_for_each(|frames| judge_framing(frames, &whole)).map_err(fail)
}

/// Checks the placement, and every way to split the page in two.
fn judge_thoroughly(page: &[u8], lengths: &[usize], tally: &Tally) -> TestCaseResult {
    judge_quickly(page, lengths, tally)?;
    let (whole, _) = judge(page).map_err(fail)?;
    let page = Bytes::copy_from_slice(page);
    (0..=page.len()).try_for_each(|at| judge_framing(split_at(&page, at), &whole)).map_err(fail)
}

fn known_pages() -> Vec<Vec<u8>> {
    corpus::pages().into_values().filter(|page| page.len() < 4096).collect()
}

#[test]
fn generated_pages_are_unchanged_but_for_one_live_script_in_the_head() {
    let tally = Tally::default();
    generate(&soup(), DOCUMENTS, |page, lengths| judge_thoroughly(page, &lengths, &tally));
    tally.check();
}

#[test]
fn mutated_pages_are_unchanged_but_for_one_live_script_in_the_head() {
    let tally = Tally::default();
    generate(&mutated(known_pages()), DOCUMENTS, |page, lengths| judge_thoroughly(page, &lengths, &tally));
    tally.check();
}

#[test]
#[ignore = "runs for a minute, or for HOSTILE_DOCUMENTS documents"]
fn long_run_of_generated_pages_is_unchanged_but_for_one_live_script_in_the_head() {
    let wanted = env::var("HOSTILE_DOCUMENTS").ok().map(|count| count.parse::<usize>().expect("a number of documents"));
    let (tally, started) = (Tally::default(), Instant::now());
    let go_on = || wanted.map_or(started.elapsed() < A_MINUTE, |wanted| tally.documents() < wanted);
    let test = |page: &[u8], lengths: Vec<usize>| judge_quickly(page, &lengths, &tally);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let (soup, mutated) = (soup(), mutated(known_pages()));
                while go_on() {
                    generate(&soup, BATCH, test);
                    generate(&mutated, BATCH, test);
                    eprintln!("{} documents in {:?}", tally.documents(), started.elapsed());
                }
            });
        }
    });
    tally.check();
}
