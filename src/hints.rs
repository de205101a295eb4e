//! Says once what is probably misplaced, in the application's log. Feature `tracing`; without it, it only counts.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

use crate::outcome::{OutcomeKind, Reason};

/// So many page loads with the same cause, from the first one on, are no coincidence.
const LOADS: u8 = 10;

/// What one configuration has seen since the process started.
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

/// A cause that counts as long as nothing else happened. It starts with the first page load and ends once.
#[derive(Default)]
struct Streak {
    loads: AtomicU8,
    over: Once,
}

#[derive(Default)]
struct Once(AtomicBool);

impl Hints {
    /// A page load has ended like this. `has_cookies`: the browser has been here before, perhaps with a session.
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
                self.unknown.over.is_first();
                self.failed.over.is_first();
                if has_cookies && self.signed_out.grows() {
                    inform(SIGNED_OUT);
                }
            }
            Untouched(Reason::Encoded) if self.encoded.is_first() => warn(ENCODED),
            // These say nothing about who is looking.
            Untouched(_) => {}
            _ => {
                self.unknown.over.is_first();
                self.failed.over.is_first();
                self.signed_out.over.is_first();
            }
        }
    }

    /// A request of the page's script for a token came through the layer, and was not found behind it.
    pub(crate) fn token_not_found(&self, token_path: &str) {
        if self.token_path.is_first() {
            warn_of(TOKEN_PATH, token_path);
        }
    }

    /// On a logout route, somebody is signed in after the handler.
    pub(crate) fn signed_in_on_logout_route(&self) {
        if self.login.is_first() {
            warn(LOGIN);
        }
    }

    /// A layer of another set, inside of this one, has taken the page.
    pub(crate) fn nested_sets(&self, inner: &str) {
        if self.nested.is_first() {
            warn_of(NESTED, inner);
        }
    }
}

impl Streak {
    /// Whether it is now long enough to be told, which happens once.
    fn grows(&self) -> bool {
        if self.over.0.load(Relaxed) {
            return false;
        }
        self.loads.fetch_add(1, Relaxed) + 1 >= LOADS && self.over.is_first()
    }
}

impl Once {
    fn is_first(&self) -> bool {
        // The load keeps the cache line shared, on every page load but the first.
        !self.0.load(Relaxed) && !self.0.swap(true, Relaxed)
    }
}

const UNKNOWN: &str = "no viewer was known on the first 10 page loads, so no page got a widget: say who is looking with \
     identify, identify_with or a Viewer in the request extensions, and put the layer that provides the session outside of \
     this one";
const FAILED: &str = "the look-up of who is looking failed on the first 10 page loads, so no page got a widget: see the \
     session store's own errors";
const SIGNED_OUT: &str = "nobody was signed in on the first 10 page loads with cookies; if somebody was, put the layer that \
     provides the session outside of this one";
const ENCODED: &str = "an encoded page cannot carry the widget: put this layer inside of compression";
const TOKEN_PATH: &str = "a page asked for a token at a path that the layer does not answer: name the path as browsers see it \
     with token_path, or mount token_service where those requests arrive";
const LOGIN: &str = "somebody was signed in after a request to the logout route: put logout_layer on the logout route alone, \
     and let identify look the session up through a handle, not in a copy from before the handler";
const NESTED: &str = "two sets of widgets are layered over one page, and only the inner one is on it: build one set, or keep \
     their routes apart";

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
    fn a_streak_is_told_once_and_only_from_the_first_load_on() {
        let streak = Streak::default();
        let told: Vec<_> = (0..20).map(|_| streak.grows()).collect();
        assert_eq!(told.iter().filter(|told| **told).count(), 1);
        assert!(told[usize::from(LOADS) - 1]);
    }

    #[test]
    fn one_known_viewer_ends_the_streaks() {
        for (first, ended) in [
            (untouched(Reason::SignedOut), [true, true, false]),
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
    fn visitors_without_cookies_count_for_nothing() {
        let hints = Hints::default();
        for _ in 0..20 {
            hints.observe(untouched(Reason::SignedOut), false);
        }
        assert_eq!(hints.signed_out.loads.load(Relaxed), 0);
    }
}
