//! The decisions, as plain functions over plain data.

use http::{Method, StatusCode};

use crate::{
    identity::Viewer,
    marker::{Fingerprint, Marker},
};

/// What a page has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Boot,
    ShutDown,
    /// End somebody else's session, then boot.
    Switch,
    /// Show the widgets to a visitor: the same for all of them, so the page may be cached.
    Welcome,
}

/// Who is looking, as far as the decision needs to know: a person by the fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ViewerKey {
    BootData(Fingerprint),
    Nobody,
    Unknown,
}

/// What the page has to do; nothing where there is nothing to do or too little is known.
///
/// `residue`: a vendor's cookie says that somebody is identified. Without a marker (the first deployment, another
/// subdomain) that counts as a session that must end. `visitors`: they are shown the widgets, too.
pub(crate) fn decide(who: ViewerKey, marker: Marker, residue: bool, visitors: bool) -> Option<Action> {
    let marker = if marker == Marker::Absent && residue { Marker::Out } else { marker };
    match (who, marker) {
        (ViewerKey::Unknown, _) => None,
        (ViewerKey::Nobody, Marker::Absent) => visitors.then_some(Action::Welcome),
        (ViewerKey::Nobody, _) => Some(Action::ShutDown),
        (ViewerKey::BootData(_), Marker::Absent) => Some(Action::Boot),
        (ViewerKey::BootData(own), Marker::Of(held)) if own == held => Some(Action::Boot),
        (ViewerKey::BootData(_), _) => Some(Action::Switch),
    }
}

/// Whether the answer on a logout route is a logout that took place.
///
/// `said` is what the response itself says about the viewer.
pub(crate) fn is_logout(method: &Method, status: StatusCode, said: Option<&Viewer>) -> bool {
    let answered = status.is_success() || (status.is_redirection() && status != StatusCode::NOT_MODIFIED);
    let never = [Method::HEAD, Method::OPTIONS, Method::TRACE, Method::CONNECT];
    if !answered || never.contains(method) || matches!(said, Some(Viewer::SignedIn(_))) {
        return false;
    }
    // A GET may be the page that asks "Do you want to sign out?".
    *method != Method::GET || status.is_redirection() || matches!(said, Some(Viewer::SignedOut))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;

    fn fingerprint(letter: u8) -> Fingerprint {
        Fingerprint::parse(&[letter; 22]).unwrap()
    }

    #[test]
    fn the_table_of_what_the_server_sends() {
        let (own, other) = (fingerprint(b'a'), fingerprint(b'b'));
        let markers = [Marker::Absent, Marker::Out, Marker::Of(own), Marker::Of(other)];
        for (who, expected) in [
            (ViewerKey::Unknown, [None; 4]),
            (ViewerKey::Nobody, [None, Some(Action::ShutDown), Some(Action::ShutDown), Some(Action::ShutDown)]),
            (
                ViewerKey::BootData(own),
                [Some(Action::Boot), Some(Action::Switch), Some(Action::Boot), Some(Action::Switch)],
            ),
        ] {
            assert_eq!(markers.map(|marker| decide(who, marker, false, false)), expected, "{who:?}");
        }
    }

    #[test]
    fn an_identified_cookie_without_a_marker_is_a_session_that_must_end() {
        let own = fingerprint(b'a');
        assert_eq!(decide(ViewerKey::Nobody, Marker::Absent, true, false), Some(Action::ShutDown));
        assert_eq!(decide(ViewerKey::BootData(own), Marker::Absent, true, false), Some(Action::Switch));
        assert_eq!(
            decide(ViewerKey::BootData(own), Marker::Of(own), true, false),
            Some(Action::Boot),
            "it is their own"
        );
        assert_eq!(decide(ViewerKey::Unknown, Marker::Absent, true, false), None);
    }

    #[test]
    fn visitors_are_welcome_only_where_nothing_of_anybody_is_left() {
        let own = fingerprint(b'a');
        assert_eq!(decide(ViewerKey::Nobody, Marker::Absent, false, true), Some(Action::Welcome));
        assert_eq!(decide(ViewerKey::Nobody, Marker::Out, false, true), Some(Action::ShutDown));
        assert_eq!(decide(ViewerKey::BootData(own), Marker::Absent, false, true), Some(Action::Boot));
        assert_eq!(decide(ViewerKey::Unknown, Marker::Absent, false, true), None);
    }

    #[test]
    fn what_counts_as_a_logout() {
        let signed_in = Viewer::SignedIn(Identity::new("user-1"));
        for (method, status, said, expected) in [
            ("POST", 303, None, true),
            ("POST", 200, None, true),
            ("DELETE", 204, None, true),
            ("POST", 200, Some(&Viewer::SignedOut), true),
            ("POST", 200, Some(&Viewer::Unknown), true),
            ("POST", 303, Some(&signed_in), false),
            ("POST", 403, None, false),
            ("POST", 500, Some(&Viewer::SignedOut), false),
            ("GET", 200, None, false),
            ("GET", 302, None, true),
            ("GET", 304, Some(&Viewer::SignedOut), false),
            ("GET", 200, Some(&Viewer::SignedOut), true),
            ("GET", 302, Some(&signed_in), false),
            ("HEAD", 302, None, false),
            ("OPTIONS", 204, Some(&Viewer::SignedOut), false),
        ] {
            let method: Method = method.parse().unwrap();
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(is_logout(&method, status, said), expected, "{method} {status} {said:?}");
        }
    }
}
