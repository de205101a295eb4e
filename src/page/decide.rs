//! What a page has to do, decided by a pure function of who is looking and what the browser holds.

use crate::marker::{BrowserState, Fingerprint, Marker};

/// What a page has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Boot,
    ShutDown,
    /// End somebody else's session, then boot.
    Switch,
    /// Bring the runtime to a visitor, and perhaps the widgets: the same for all of them, so the page may be cached.
    Welcome,
}

/// Who is looking, as far as the decision needs to know: a person by the fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ViewerKey {
    Person(Fingerprint),
    Nobody,
    Unknown,
}

/// What the page has to do; `None` where there is no need or too little is known.
///
/// `visitors`: their pages carry the runtime, too.
pub(super) fn decide(viewer: ViewerKey, browser: BrowserState, visitors: bool) -> Option<Action> {
    // A session without a marker (a lost marker, the first deployment, another subdomain) must end, whoever's it is.
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
    fn the_table_of_what_the_server_sends() {
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
    fn an_identified_cookie_without_a_marker_is_a_session_that_must_end() {
        let own = fingerprint(b'a');
        assert_eq!(decide(ViewerKey::Nobody, browser(Marker::Absent, true), false), Some(Action::ShutDown));
        assert_eq!(decide(ViewerKey::Person(own), browser(Marker::Absent, true), false), Some(Action::Switch));
        assert_eq!(
            decide(ViewerKey::Person(own), browser(Marker::Of(own), true), false),
            Some(Action::Boot),
            "it is their own"
        );
        assert_eq!(decide(ViewerKey::Unknown, browser(Marker::Absent, true), false), None);
    }

    #[test]
    fn a_kept_cookie_without_a_marker_is_a_session_that_must_end() {
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
        assert_eq!(decide(ViewerKey::Person(own), marked, false), Some(Action::Boot), "the marker is there");
    }

    #[test]
    fn visitors_are_welcome_only_where_nothing_of_anybody_is_left() {
        let own = fingerprint(b'a');
        assert_eq!(decide(ViewerKey::Nobody, browser(Marker::Absent, false), true), Some(Action::Welcome));
        assert_eq!(decide(ViewerKey::Nobody, browser(Marker::Out, false), true), Some(Action::ShutDown));
        assert_eq!(decide(ViewerKey::Person(own), browser(Marker::Absent, false), true), Some(Action::Boot));
        assert_eq!(decide(ViewerKey::Unknown, browser(Marker::Absent, false), true), None);
    }
}
