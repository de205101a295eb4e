//! The findings that are open: where the library is known to break its documented rules.
//!
//! Each one has a seed of its name in `seeds/open`. A test checks that the judge still rejects these seeds. Once the
//! library is fixed, that test fails: remove the finding here, and move its seed to `seeds/response`.

use super::rules::{Ends, Verdict};

/// Returns the name of the finding that this input repeats, with this outcome.
pub(super) fn finding(verdict: Verdict, outcome: &str) -> Option<&'static str> {
    // The handler says `SignedOut` on an ordinary route, and the response carries nothing that ends the session.
    if verdict.ends == Ends::Either && !matches!(outcome, "logout" | "shutdown" | "headers") {
        return Some("signed-out-without-a-page");
    }
    None
}
