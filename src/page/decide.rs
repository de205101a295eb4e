//! The decisions, as plain functions over plain data.

use http::{Method, StatusCode};

use crate::{
    identity::Viewer,
    marker::{Fingerprint, Marker},
};

/// What a page has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Boot,
    ShutDown,
    /// End somebody else's session, then boot.
    Switch,
    /// Show the widgets to a visitor: the same for all of them, so the page may be cached.
    Welcome,
}

/// Who is looking, as far as the decision needs to know: a person by the fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Person(Fingerprint),
    Nobody,
    Unknown,
}

/// What the page has to do; nothing where there is nothing to do or too little is known.
///
/// `residue`: a vendor's cookie says that somebody is identified. Without a marker (the first deployment, another
/// subdomain) that counts as a session that must end. `visitors`: they are shown the widgets, too.
pub(crate) fn decide(who: Who, marker: Marker, residue: bool, visitors: bool) -> Option<Act> {
    let marker = if marker == Marker::Absent && residue { Marker::Out } else { marker };
    match (who, marker) {
        (Who::Unknown, _) => None,
        (Who::Nobody, Marker::Absent) => visitors.then_some(Act::Welcome),
        (Who::Nobody, _) => Some(Act::ShutDown),
        (Who::Person(_), Marker::Absent) => Some(Act::Boot),
        (Who::Person(own), Marker::Of(held)) if own == held => Some(Act::Boot),
        (Who::Person(_), _) => Some(Act::Switch),
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
            (Who::Unknown, [None; 4]),
            (Who::Nobody, [None, Some(Act::ShutDown), Some(Act::ShutDown), Some(Act::ShutDown)]),
            (Who::Person(own), [Some(Act::Boot), Some(Act::Switch), Some(Act::Boot), Some(Act::Switch)]),
        ] {
            assert_eq!(markers.map(|marker| decide(who, marker, false, false)), expected, "{who:?}");
        }
    }

    #[test]
    fn an_identified_cookie_without_a_marker_is_a_session_that_must_end() {
        let own = fingerprint(b'a');
        assert_eq!(decide(Who::Nobody, Marker::Absent, true, false), Some(Act::ShutDown));
        assert_eq!(decide(Who::Person(own), Marker::Absent, true, false), Some(Act::Switch));
        assert_eq!(decide(Who::Person(own), Marker::Of(own), true, false), Some(Act::Boot), "it is their own");
        assert_eq!(decide(Who::Unknown, Marker::Absent, true, false), None);
    }

    #[test]
    fn visitors_are_welcome_only_where_nothing_of_anybody_is_left() {
        let own = fingerprint(b'a');
        assert_eq!(decide(Who::Nobody, Marker::Absent, false, true), Some(Act::Welcome));
        assert_eq!(decide(Who::Nobody, Marker::Out, false, true), Some(Act::ShutDown));
        assert_eq!(decide(Who::Person(own), Marker::Absent, false, true), Some(Act::Boot));
        assert_eq!(decide(Who::Unknown, Marker::Absent, false, true), None);
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
