//! Log messages, each written once, about a layer or setting that is probably wrong.
//!
//! They need the feature `tracing`; without it, this module only counts.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

use crate::outcome::{OutcomeKind, Reason};

/// The number of page loads, from the first one on, after which the same cause is no coincidence.
const LOADS: u8 = 10;

/// What one configuration has observed since the process started.
#[derive(Default)]
pub(crate) struct Hints {
    unknown: Streak,
    failed: Streak,
    signed_out: Streak,
    encoded: Once,
    token_path: Once,
    login: Once,
    nested: Once,
}

/// A count of page loads with one cause.
///
/// It starts with the first page load, and ends for good once an outcome shows that this part of the configuration works.
#[derive(Default)]
struct Streak {
    loads: AtomicU8,
    over: Once,
}

#[derive(Default)]
struct Once(AtomicBool);

impl Hints {
    /// Records the outcome of a page load.
    ///
    /// `has_cookies` says that the browser has been here before, perhaps with a session.
    pub(crate) fn observe(&self, outcome: OutcomeKind, has_cookies: bool) {
        use OutcomeKind::Untouched;
        match outcome {
            Untouched(Reason::UnknownViewer) => {
                if self.unknown.grows() {
                    warn(UNKNOWN);
                }
            }
            Untouched(Reason::LookupFailed) => {
                if self.failed.grows() {
                    warn(FAILED);
                }
            }
            Untouched(Reason::SignedOut) => {
                self.unknown.over.end();
                // A look-up may work for visitors, and fail for each user.
                if has_cookies && self.signed_out.grows() {
                    inform(SIGNED_OUT);
                }
            }
            Untouched(Reason::Encoded) if self.encoded.is_first() => warn(ENCODED),
            // These outcomes say nothing about the viewer.
            Untouched(_) => {}
            _ => {
                self.unknown.over.end();
                self.failed.over.end();
                self.signed_out.over.end();
            }
        }
    }

    /// Warns that a page's token request passed through the layer and the inner service returned 404.
    pub(crate) fn token_not_found(&self, token_path: &str) {
        if self.token_path.is_first() {
            warn_of(TOKEN_PATH, token_path);
        }
    }

    /// Warns that a user is signed in after the handler of a logout route.
    pub(crate) fn signed_in_on_logout_route(&self) {
        if self.login.is_first() {
            warn(LOGIN);
        }
    }

    /// Warns that a layer of another set, inside this one, has put its widgets on the page.
    pub(crate) fn nested_sets(&self, inner: &str) {
        if self.nested.is_first() {
            warn_of(NESTED, inner);
        }
    }
}

impl Streak {
    /// Counts one more page load, and returns whether to warn now, which happens once.
    fn grows(&self) -> bool {
        if self.over.0.load(Relaxed) {
            return false;
        }
        self.loads.fetch_add(1, Relaxed) + 1 >= LOADS && self.over.is_first()
    }
}

impl Once {
    /// Returns whether this is the first call.
    fn is_first(&self) -> bool {
        // Loading first keeps the cache line shared on every page load but the first.
        !self.0.load(Relaxed) && !self.0.swap(true, Relaxed)
    }

    /// Makes later calls of `is_first` return `false`.
    fn end(&self) {
        self.is_first();
    }
}

const UNKNOWN: &str = "the viewer was unknown on the first 10 page loads, so no page got a widget: name the user with \
     identify, identify_with or a Viewer in the request extensions, and put the layer that provides the session \
     outside this one";
const FAILED: &str = "the lookup of the viewer failed on 10 page loads, and has found no user yet: log the error in the \
     closure, and see the session store's own errors";
const SIGNED_OUT: &str = "no user was signed in on the first 10 page loads with cookies; if one was, see whether the \
     closure reads what the login stores (the same key and type), and put the layer that provides the session outside \
     this one";
const ENCODED: &str = "an encoded page cannot carry the widget: put this layer inside compression";
const TOKEN_PATH: &str = "a page requested a token at a path that the layer does not serve: set token_path to the \
     path as browsers see it, or mount token_service where those requests arrive";
const LOGIN: &str = "a user was signed in after a request to the logout route: put logout_layer on the logout route \
     alone, and let identify read the session through a handle, not from a copy made before the handler";
const NESTED: &str = "two sets of widgets are layered over one page, and only the inner one is on it: build one set, \
     or keep their routes apart";

fn warn(hint: &'static str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_widget_identity", "{hint}");
    #[cfg(not(feature = "tracing"))]
    let _ = hint;
}

fn warn_of(hint: &'static str, detail: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_widget_identity", detail, "{hint}");
    #[cfg(not(feature = "tracing"))]
    let _ = (hint, detail);
}

fn inform(hint: &'static str) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: "tower_widget_identity", "{hint}");
    #[cfg(not(feature = "tracing"))]
    let _ = hint;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untouched(reason: Reason) -> OutcomeKind {
        OutcomeKind::Untouched(reason)
    }

    #[test]
    fn streak_warns_once_at_its_tenth_load() {
        let streak = Streak::default();
        let warned: Vec<_> = (0..20).map(|_| streak.grows()).collect();
        assert_eq!(warned.iter().filter(|warned| **warned).count(), 1);
        assert!(warned[usize::from(LOADS) - 1]);
    }

    #[test]
    fn known_viewer_ends_the_streaks() {
        for (first, ended) in [
            (untouched(Reason::SignedOut), [true, false, false]),
            (OutcomeKind::Boot, [true; 3]),
            (untouched(Reason::NotHtml), [false; 3]),
            (untouched(Reason::UnknownViewer), [false; 3]),
        ] {
            let hints = Hints::default();
            hints.observe(first, true);
            let over = [&hints.unknown, &hints.failed, &hints.signed_out].map(|streak| streak.over.0.load(Relaxed));
            assert_eq!(over, ended, "{first:?}");
        }
    }

    #[test]
    fn visitors_without_cookies_are_not_counted() {
        let hints = Hints::default();
        for _ in 0..20 {
            hints.observe(untouched(Reason::SignedOut), false);
        }
        assert_eq!(hints.signed_out.loads.load(Relaxed), 0);
    }
}
