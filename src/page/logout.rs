//! Recognises the response to a logout, and ends the session in its headers and extensions.

use http::{HeaderMap, Method, Response, StatusCode, header::SET_COOKIE, request::Parts};

use super::headers;
use crate::{config::Config, cookies, identity::Viewer};

/// Left in the request by `LogoutLayer`, so that a `WidgetLayer` inside it knows that the answer may be a logout.
#[derive(Clone, Copy)]
pub(super) struct LogoutRoute;

/// Whether the answer on a logout route is a logout that took place.
///
/// `said` is what the response itself says about the viewer.
pub(super) fn is_logout(method: &Method, status: StatusCode, said: Option<&Viewer>) -> bool {
    let answered = status.is_success() || (status.is_redirection() && status != StatusCode::NOT_MODIFIED);
    let never = [Method::HEAD, Method::OPTIONS, Method::TRACE, Method::CONNECT];
    if !answered || never.contains(method) || matches!(said, Some(Viewer::SignedIn(_))) {
        return false;
    }
    // A GET may be the page that asks "Do you want to sign out?".
    *method != Method::GET || status.is_redirection() || matches!(said, Some(Viewer::SignedOut))
}

/// The vendor cookies that the request carried, and the domains on which to expire them.
pub(super) struct LogoutCleanup {
    cookies: Vec<String>,
    domains: Vec<String>,
}

impl LogoutCleanup {
    pub(super) fn read(config: &Config, parts: &Parts) -> Self {
        let domains = match &config.marker.domain {
            Some(domain) => vec![domain.clone()],
            None => cookies::domain_levels(parts),
        };
        Self { cookies: vendor_cookies(config, &parts.headers), domains }
    }

    /// What takes effect on the logout answer itself, also on a redirect or a fetch.
    pub(super) fn end_session<B>(&self, config: &Config, response: &mut Response<B>) {
        let headers = response.headers_mut();
        headers.append(SET_COOKIE, config.marker.out());
        for name in &self.cookies {
            for line in cookies::expiring(name, &self.domains) {
                headers.append(SET_COOKIE, line);
            }
        }
        headers::forbid_storing(headers);
        // A snapshot that an outer layer took before the logout does not count any more.
        response.extensions_mut().insert(Viewer::SignedOut);
    }
}

/// The names of the vendors' cookies among these, each once.
fn vendor_cookies(config: &Config, headers: &HeaderMap) -> Vec<String> {
    let artifacts: Vec<_> = config.widgets.iter().map(|widget| widget.manifest().artifacts()).collect();
    let names = cookies::pairs(headers).filter_map(|(name, _)| std::str::from_utf8(name).ok());
    let mut found: Vec<String> = names
        .filter(|name| cookies::is_legal_name(name) && artifacts.iter().any(|artifacts| artifacts.owns_cookie(name)))
        .map(str::to_owned)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Widgets, identity::Identity, sign::Secret, widget::Intercom};

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

    fn cleanup(domain: Option<&str>, cookies: &[&str]) -> LogoutCleanup {
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
        LogoutCleanup::read(builder.build().unwrap().config().unwrap(), &parts)
    }

    #[test]
    fn each_vendor_cookie_is_expired_once_and_no_other() {
        let lines = ["sid=1; intercom-session-abcd1234=2; intercom-session-abcd1234=3", "intercom-session-abcd1234=4"];
        assert_eq!(cleanup(None, &lines).cookies, ["intercom-session-abcd1234"]);
        assert!(cleanup(None, &["sid=1"]).cookies.is_empty());
    }

    #[test]
    fn cookies_are_expired_on_the_markers_domain_where_it_has_one() {
        assert_eq!(cleanup(Some("app.test"), &[]).domains, ["app.test"]);
        assert_eq!(cleanup(None, &[]).domains, ["www.app.test", "app.test"]);
    }
}
