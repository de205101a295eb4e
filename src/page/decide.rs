//! The decision what a page must do: a pure function of the viewer and of what the browser holds.

use crate::marker::{BrowserState, Fingerprint, Marker};

/// What a page must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Boot,
    ShutDown,
    /// Ends another user's session, then boots.
    Switch,
    /// Brings the runtime, and perhaps the widgets, to a signed-out visitor.
    ///
    /// The page is the same for all visitors, so it may be cached.
    Welcome,
}

/// The viewer as far as the decision needs it: the fingerprint stands for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ViewerKey {
    Person(Fingerprint),
    Nobody,
    Unknown,
}

/// Returns what the page must do; `None` if nothing is needed or too little is known.
///
/// `visitors` says that the pages of signed-out visitors carry the runtime, too.
pub(super) fn decide(viewer: ViewerKey, browser: BrowserState, visitors: bool) -> Option<Action> {
    // A session without a marker (a lost marker, the first deployment, another subdomain) must end, whichever user it
    // belongs to.
    let marker = if browser.is_unmarked() { Marker::Out } else { browser.marker };
    match (viewer, marker) {
        (ViewerKey::Unknown, _) => None,
        (ViewerKey::Nobody, Marker::Absent) => visitors.then_some(Action::Welcome),
        (ViewerKey::Nobody, _) => Some(Action::ShutDown),
        (ViewerKey::Person(_), Marker::Absent) => Some(Action::Boot),
        (ViewerKey::Person(own), Marker::Of(held)) if own == held => Some(Action::Boot),
        (ViewerKey::Person(_), _) => Some(Action::Switch),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(letter: u8) -> Fingerprint {
        Fingerprint::parse(&[letter; 22]).unwrap()
    }

    fn browser(marker: Marker, has_vendor_session: bool) -> BrowserState {
        BrowserState { marker, has_kept: false, has_vendor_session }
    }

    #[test]
    fn decisions_match_the_table() {
        let (own, other) = (fingerprint(b'a'), fingerprint(b'b'));
        let markers = [Marker::Absent, Marker::Out, Marker::Of(own), Marker::Of(other)];
        for (viewer, expected) in [
            (ViewerKey::Unknown, [None; 4]),
            (ViewerKey::Nobody, [None, Some(Action::ShutDown), Some(Action::ShutDown), Some(Action::ShutDown)]),
            (
                ViewerKey::Person(own),
                [Some(Action::Boot), Some(Action::Switch), Some(Action::Boot), Some(Action::Switch)],
            ),
        ] {
            assert_eq!(markers.map(|marker| decide(viewer, browser(marker, false), false)), expected, "{viewer:?}");
        }
    }

    #[test]
    fn vendor_session_without_a_marker_must_end() {
        let own = fingerprint(b'a');
        assert_eq!(decide(ViewerKey::Nobody, browser(Marker::Absent, true), false), Some(Action::ShutDown));
        assert_eq!(decide(ViewerKey::Person(own), browser(Marker::Absent, true), false), Some(Action::Switch));
        assert_eq!(
            decide(ViewerKey::Person(own), browser(Marker::Of(own), true), false),
            Some(Action::Boot),
            "the session is the user's own"
        );
        assert_eq!(decide(ViewerKey::Unknown, browser(Marker::Absent, true), false), None);
    }

    #[test]
    fn kept_cookie_without_a_marker_is_a_session_that_must_end() {
        let own = fingerprint(b'a');
        let lost = BrowserState { has_kept: true, ..browser(Marker::Absent, false) };
        for (viewer, visitors, expected) in [
            (ViewerKey::Nobody, false, Some(Action::ShutDown)),
            (ViewerKey::Nobody, true, Some(Action::ShutDown)),
            (ViewerKey::Person(own), false, Some(Action::Switch)),
            (ViewerKey::Unknown, false, None),
        ] {
            assert_eq!(decide(viewer, lost, visitors), expected, "{viewer:?}");
        }
        let marked = BrowserState { marker: Marker::Of(own), ..lost };
        assert_eq!(decide(ViewerKey::Person(own), marked, false), Some(Action::Boot), "the marker is present");
    }

    #[test]
    fn visitors_are_welcome_only_without_a_session_to_end() {
        let own = fingerprint(b'a');
        assert_eq!(decide(ViewerKey::Nobody, browser(Marker::Absent, false), true), Some(Action::Welcome));
        assert_eq!(decide(ViewerKey::Nobody, browser(Marker::Out, false), true), Some(Action::ShutDown));
        assert_eq!(decide(ViewerKey::Person(own), browser(Marker::Absent, false), true), Some(Action::Boot));
        assert_eq!(decide(ViewerKey::Unknown, browser(Marker::Absent, false), true), None);
    }
}
