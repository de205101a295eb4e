//! Recognises the response to a logout, and ends the session in its headers and extensions.

use std::collections::BTreeSet;

use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{COOKIE, SET_COOKIE},
    request::Parts,
};
use memchr::memchr;
use smallvec::SmallVec;

use super::headers;
use crate::{
    config::Config, cookies, fetch_metadata::Sender, identity::Viewer, lookup::Answer, marker::BrowserState,
    widget::SessionArtifacts,
};

/// The most cookies that a logout response expires.
///
/// Drift has six names, HubSpot five, tawk.to four, Intercom and Chatwoot three.
const MOST_COOKIES: usize = 16;
/// The longest cookie name that a pattern may match.
///
/// The vendors' own names hold an id of some 40 characters.
const LONGEST_BY_PATTERN: usize = 128;

/// A mark on a request to a logout route: its response may be a logout.
///
/// The layer that watches for the logout sets it, for a `WidgetLayer` inside.
#[derive(Clone, Copy)]
pub(super) struct LogoutRoute {
    /// Whether the browser sent a cookie of a widget session.
    ///
    /// Browsers withhold `SameSite=Lax` cookies, the marker among them, from another site's form. Such a form would
    /// otherwise end the widget session of a user who stays signed in, because the application does not see its own
    /// session either.
    carries_session: bool,
    /// Whether the request does not come from another origin's page.
    is_own: bool,
    /// Whether a user was signed in before the handler, if that is known at once.
    ///
    /// Their widgets may be booting in another tab that has not written its cookies yet.
    was_signed_in: bool,
}

impl LogoutRoute {
    pub(super) fn carries_session(self) -> bool {
        self.carries_session
    }

    pub(super) fn is_own(self) -> bool {
        self.is_own
    }

    /// Returns whether a logout ends the widgets' session, too.
    ///
    /// If the browser sent no cookie of one, the application must say that there was a session.
    /// `is_said` is whether it says, after the handler, that no user is signed in.
    pub(super) fn ends_session(self, is_said: bool) -> bool {
        self.carries_session || (self.is_own && (self.was_signed_in || is_said))
    }
}

/// A mark on a response: a layer has already acted on the logout.
///
/// A layer around that one neither sets the same cookies again, nor takes the inner layer's `Viewer::SignedOut` for the
/// application's word.
#[derive(Clone, Copy)]
pub(super) struct HandledLogout {
    /// Whether the application said, after the handler, that no user is signed in.
    pub(super) is_said: bool,
    /// Whether the response's headers end a session.
    has_ended: bool,
}

impl HandledLogout {
    /// Returns the mark of a layer inside, if the viewer in the response is still the one that the layer put there.
    pub(super) fn of<B>(response: &Response<B>) -> Option<Self> {
        let is_signed_out = response.extensions().get() == Some(&Viewer::SignedOut);
        response.extensions().get().copied().filter(|_| is_signed_out)
    }
}

/// Marks the response as one for a signed-out visitor. A snapshot that an outer layer took before no longer counts.
pub(super) fn sign_out<B>(response: &mut Response<B>, is_said: bool) {
    let extensions = response.extensions_mut();
    let has_ended = extensions.get().is_some_and(|mark: &HandledLogout| mark.has_ended);
    extensions.insert(Viewer::SignedOut);
    extensions.insert(HandledLogout { is_said, has_ended });
}

pub(super) fn may_log_out(method: &Method) -> bool {
    ![Method::HEAD, Method::OPTIONS, Method::TRACE, Method::CONNECT].contains(method)
}

/// Returns whether the headers of a response with this status take effect.
///
/// The headers of a 304 belong to another response.
pub(super) fn may_end(status: StatusCode) -> bool {
    !status.is_informational() && status != StatusCode::NOT_MODIFIED
}

/// Returns whether the response on a logout route is a logout that took place.
///
/// `said` is the viewer that the application names after the handler.
pub(super) fn is_logout(method: &Method, status: StatusCode, said: Option<&Viewer>) -> bool {
    let answered = status.is_success() || (status.is_redirection() && status != StatusCode::NOT_MODIFIED);
    if !answered || !may_log_out(method) || matches!(said, Some(Viewer::SignedIn(_))) {
        return false;
    }
    // A GET may be the page that asks "Do you want to sign out?".
    *method != Method::GET || status.is_redirection() || matches!(said, Some(Viewer::SignedOut))
}

/// All `Cookie` lines of a request.
pub(super) struct SentCookies(SmallVec<[HeaderValue; 1]>);

impl SentCookies {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        Self(headers.get_all(COOKIE).iter().cloned().collect())
    }

    fn lines(&self) -> HeaderMap {
        self.0.iter().map(|line| (COOKIE, line.clone())).collect()
    }

    /// Returns whether the response removes a cookie that the request carried.
    ///
    /// A logout does so if the application keeps its session in a cookie.
    fn are_removed_by<B>(&self, response: &Response<B>) -> bool {
        let sent = self.lines();
        let lines = response.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut removed = lines.filter(|line| cookies::is_removal(line)).filter_map(|line| line.split('=').next());
        removed.any(|name| cookies::pairs(&sent).any(|(sent, _)| sent == name.trim().as_bytes()))
    }
}

/// What a logout needs of the request: the cookies that it carried, and the host on whose domains to expire them.
///
/// Each page load of a signed-in user has one, so it shares the bytes of the headers and computes nothing in advance.
pub(super) struct LogoutCleanup {
    pub(super) route: LogoutRoute,
    sent: SentCookies,
    /// The host and port that the browser requested.
    authority: Option<HeaderValue>,
}

impl LogoutCleanup {
    /// Reads what a logout would remove. `before` is the viewer before the handler, as far as known.
    pub(super) fn read(config: &Config, parts: &Parts, browser: &BrowserState, before: &Answer) -> Self {
        let sent = SentCookies::read(&parts.headers);
        let carries_session = browser.has_session() || !vendor_cookies(config, &parts.headers).is_empty();
        let was_signed_in = matches!(before, Answer::Known(Viewer::SignedIn(_)));
        let route = LogoutRoute { carries_session, is_own: is_own(config, parts), was_signed_in };
        Self { route, sent, authority: config.site.shared_authority(parts) }
    }

    /// Returns the domains on which to expire the vendors' cookies.
    fn domains(&self, config: &Config) -> Vec<String> {
        match &config.marker.domain {
            Some(domain) => vec![domain.clone()],
            None => {
                let authority = self.authority.as_ref().and_then(|authority| authority.to_str().ok());
                cookies::domain_levels(authority.unwrap_or_default())
            }
        }
    }

    /// Returns the lines that expire the vendors' cookies.
    fn expiring(&self, config: &Config) -> Vec<HeaderValue> {
        let names = vendor_cookies(config, &self.sent.lines());
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        cookies::expiring(&names, &self.domains(config))
    }

    /// Ends the session on the logout response itself, even if it is a redirect or goes to a fetch.
    ///
    /// It omits the lines that a layer inside has set already: the same set may be layered twice over one logout.
    pub(super) fn end_session<B>(&self, config: &Config, response: &mut Response<B>) {
        let mark = response.extensions().get().copied().unwrap_or(HandledLogout { is_said: true, has_ended: false });
        response.extensions_mut().insert(HandledLogout { has_ended: true, ..mark });
        let lines = std::iter::once(config.marker.out()).chain(config.marker.keep());
        let headers = response.headers_mut();
        for line in lines.chain(self.expiring(config)) {
            if !(mark.has_ended && sets_same_cookie(headers, &line)) {
                headers.append(SET_COOKIE, line);
            }
        }
        headers::forbid_storing(headers);
    }
}

/// Returns whether the response already has a line for this cookie with the same attributes, whatever the value.
fn sets_same_cookie(headers: &HeaderMap, line: &HeaderValue) -> bool {
    let cookie = without_value(line);
    headers.get_all(SET_COOKIE).iter().any(|known| without_value(known) == cookie)
}

/// Splits a `Set-Cookie` line into the cookie's name and attributes.
fn without_value(line: &HeaderValue) -> (&[u8], &[u8]) {
    let line = line.as_bytes();
    let pair = &line[..memchr(b';', line).unwrap_or(line.len())];
    (&pair[..memchr(b'=', pair).unwrap_or(pair.len())], &line[pair.len()..])
}

/// What ends the session if the response carries no snippet that does.
#[derive(Default)]
pub(super) enum Ending {
    /// Nothing: no session ends with this response.
    #[default]
    Nothing,
    /// A layer around this one, with its own headers. These are the request's cookies.
    Outer(SentCookies),
    /// Not known yet: this is what the response's headers may have to remove.
    Open(LogoutCleanup),
    /// The response's headers do so already.
    Done,
    /// The cookies, if no snippet can: the application said that no user is signed in.
    ByWord(LogoutCleanup),
}

impl Ending {
    /// Returns whether the response removes a cookie that the request carried.
    ///
    /// It is `false` if the request could not end a session.
    pub(super) fn sees_removed_cookie<B>(&self, response: &Response<B>) -> bool {
        match self {
            Self::Outer(sent) | Self::Open(LogoutCleanup { sent, .. }) => sent.are_removed_by(response),
            Self::Nothing | Self::Done | Self::ByWord(_) => false,
        }
    }

    /// Makes the headers end the session; returns whether a session ends.
    pub(super) fn carry_out<B>(&self, config: &Config, response: &mut Response<B>) -> bool {
        match self {
            Self::Nothing | Self::Outer(_) | Self::Open(_) => return false,
            Self::Done => {}
            Self::ByWord(cleanup) => cleanup.end_session(config, response),
        }
        true
    }
}

/// Returns whether the request does not come from another origin's page.
pub(super) fn is_own(config: &Config, parts: &Parts) -> bool {
    Sender::of(parts, config.site) != Sender::Foreign
}

/// Returns the names of the vendors' cookies in the request, each once.
///
/// The exact names come first, in the order of the configuration. Names that only match a pattern follow, widget by
/// widget in alphabetical order.
///
/// A sibling subdomain can set any number of cookies that match a pattern. So those come last, their number is limited,
/// and the order of the request does not matter. The page's script removes the rest.
fn vendor_cookies(config: &Config, headers: &HeaderMap) -> Vec<String> {
    let artifacts: Vec<_> = config.widgets.iter().map(|widget| widget.manifest().artifacts()).collect();
    let names = cookies::pairs(headers).filter_map(|(name, _)| std::str::from_utf8(name).ok());
    let mut found = BTreeSet::new();
    for name in names.filter(|name| cookies::is_legal_name(name)) {
        found.extend(rank(&artifacts, name).map(|rank| (rank, name)));
        // Keep no more names than will be used, however many the request carried.
        if found.len() > MOST_COOKIES {
            found.pop_last();
        }
    }
    found.into_iter().map(|(_, name)| name.to_owned()).collect()
}

/// Returns a cookie's rank: matched by a pattern alone, the widget, the place among its cookies.
///
/// It returns `None` for other cookies.
fn rank(artifacts: &[&SessionArtifacts], name: &str) -> Option<(bool, usize, usize)> {
    let owners = artifacts.iter().enumerate();
    let ranks = owners.filter_map(|(at, owner)| owner.cookie_rank(name).map(|(pattern, place)| (pattern, at, place)));
    ranks.min().filter(|(by_pattern, ..)| !by_pattern || name.len() <= LONGEST_BY_PATTERN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Widgets, identity::Identity, sign::Secret, widget::Intercom};

    #[test]
    fn logouts_are_recognised_by_method_status_and_viewer() {
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

    /// Returns the names of the cookies that a logout expires, and the domains.
    fn expired(domain: Option<&str>, cookies: &[&str]) -> (Vec<String>, Vec<String>) {
        let secret = Secret::new("secret").unwrap();
        let mut builder = Widgets::builder().widget(Intercom::new("abcd1234", secret));
        if let Some(domain) = domain {
            builder = builder.cookie_domain(domain);
        }
        let mut request = http::Request::get("https://www.app.test/logout").header("host", "www.app.test");
        for line in cookies {
            request = request.header("cookie", *line);
        }
        let parts = request.body(()).unwrap().into_parts().0;
        let widgets = builder.build().unwrap();
        let config = widgets.config().unwrap();
        let browser = config.read_cookies(&parts.headers);
        let cleanup = LogoutCleanup::read(config, &parts, &browser, &Answer::Known(Viewer::Unknown));
        (vendor_cookies(config, &cleanup.sent.lines()), cleanup.domains(config))
    }

    #[test]
    fn vendor_cookies_expire_once_and_no_others() {
        let lines = ["sid=1; intercom-session-abcd1234=2; intercom-session-abcd1234=3", "intercom-session-abcd1234=4"];
        assert_eq!(expired(None, &lines).0, ["intercom-session-abcd1234"]);
        assert!(expired(None, &["sid=1"]).0.is_empty());
    }

    #[test]
    fn cookies_expire_on_the_configured_marker_domain() {
        assert_eq!(expired(Some("app.test"), &[]).1, ["app.test"]);
        assert_eq!(expired(None, &[]).1, ["www.app.test", "app.test"]);
    }
}
