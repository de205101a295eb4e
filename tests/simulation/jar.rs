//! The browser's cookie jar, by <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis>, as far as the
//! simulation needs it: host-only and domain cookies, paths, name prefixes, `HttpOnly`.

use std::cell::RefCell;

/// The host of the application.
pub(crate) const HOST: &str = "www.app.example";
/// Each subdomain can set a cookie of this domain.
pub(crate) const DOMAIN: &str = "app.example";

/// Who writes a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    Response,
    Script,
    Sibling,
}

#[derive(Clone, Debug)]
pub(crate) struct Cookie {
    pub(crate) name: String,
    pub(crate) value: String,
    domain: Option<String>,
    path: String,
    http_only: bool,
    pub(crate) writer: Writer,
    pub(crate) written: i64,
    created: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Jar {
    cookies: Vec<Cookie>,
    created: u64,
    /// The last cookies that scripts saw, by their path. Scripts read them far more often than they change.
    views: RefCell<Vec<(String, String)>>,
    /// A browser or an extension that refuses every cookie except the application's session.
    pub(crate) blocked: bool,
}

impl Jar {
    pub(crate) fn clear(&mut self) {
        self.cookies.clear();
        self.views.get_mut().clear();
        self.created = 0;
        self.blocked = false;
    }

    pub(crate) fn cookies(&self) -> impl Iterator<Item = &Cookie> {
        self.cookies.iter()
    }

    /// The cookies that scripts on this path see.
    pub(crate) fn script_view(&self, path: &str) -> String {
        let mut views = self.views.borrow_mut();
        if let Some((_, view)) = views.iter().find(|(known, _)| known == path) {
            return view.clone();
        }
        let view = self.join(path, |cookie| !cookie.http_only);
        views.push((path.to_owned(), view.clone()));
        view
    }

    /// The `Cookie` header of a request for this path, without the application's session.
    pub(crate) fn header(&self, path: &str) -> String {
        self.join(path, |cookie| cookie.name != "sid")
    }

    pub(crate) fn session(&self) -> Option<usize> {
        self.cookies.iter().find(|cookie| cookie.name == "sid").and_then(|cookie| cookie.value.parse().ok())
    }

    /// The values of this cookie that a page at this path sees.
    pub(crate) fn values(&self, path: &str, name: &str) -> Vec<&str> {
        let visible = self.cookies.iter().filter(|cookie| cookie.name == name && path_matches(&cookie.path, path));
        visible.map(|cookie| cookie.value.as_str()).collect()
    }

    /// Longer paths first, then the older cookie: <https://datatracker.ietf.org/doc/html/rfc6265#section-5.4>.
    fn join(&self, path: &str, shown: impl Fn(&Cookie) -> bool) -> String {
        let mut found: Vec<_> =
            self.cookies.iter().filter(|cookie| path_matches(&cookie.path, path) && shown(cookie)).collect();
        found.sort_by_key(|cookie| (usize::MAX - cookie.path.len(), cookie.created));
        let mut text = String::with_capacity(found.len() * 64);
        for cookie in found {
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(&cookie.name);
            text.push('=');
            text.push_str(&cookie.value);
        }
        text
    }

    /// Stores, replaces or deletes a cookie. Returns whether scripts can see a difference.
    pub(crate) fn set(&mut self, line: &str, writer: Writer, now: i64) -> bool {
        self.views.get_mut().clear();
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return false };
        let (mut domain, mut path, mut secure, mut http_only, mut dead) = (None, "/", false, false, false);
        for attribute in parts {
            match attribute.split_once('=').unwrap_or((attribute, "")) {
                ("Domain", text) => domain = Some(text.trim_start_matches('.').to_owned()),
                ("Path", text) => path = text,
                ("Secure", _) => secure = true,
                ("HttpOnly", _) => http_only = true,
                ("Max-Age", age) => dead = age.starts_with('0') || age.starts_with('-'),
                _ => {}
            }
        }
        if !may_set(name, domain.as_deref(), path, secure, writer) || (self.blocked && name != "sid") {
            return false;
        }
        let at = self
            .cookies
            .iter()
            .position(|cookie| cookie.name == name && cookie.domain == domain && cookie.path == path);
        let created = self.created;
        match (at, dead) {
            (Some(at), _) if self.cookies[at].http_only && writer == Writer::Script => false,
            (Some(at), true) => {
                self.cookies.remove(at);
                !http_only
            }
            (None, true) => false,
            (Some(at), false) => {
                let cookie = &mut self.cookies[at];
                let differs = cookie.value != value;
                (cookie.value, cookie.writer, cookie.written) = (value.to_owned(), writer, now);
                differs && !http_only
            }
            (None, false) => {
                self.created += 1;
                let (name, value, path) = (name.to_owned(), value.to_owned(), path.to_owned());
                self.cookies.push(Cookie { name, value, domain, path, http_only, writer, written: now, created });
                !http_only
            }
        }
    }

    /// Deletes the cookies that `goes` selects. Returns whether there was any.
    pub(crate) fn evict(&mut self, goes: impl Fn(&Cookie) -> bool) -> bool {
        self.views.get_mut().clear();
        let before = self.cookies.len();
        self.cookies.retain(|cookie| !goes(cookie));
        before != self.cookies.len()
    }
}

/// Whether the cookie is allowed by <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.7>:
/// the domain must be the host's, and the name must meet the conditions of its prefix.
fn may_set(name: &str, domain: Option<&str>, path: &str, secure: bool, writer: Writer) -> bool {
    let domain_fits = match domain {
        None => writer != Writer::Sibling,
        Some(DOMAIN) => true,
        Some(HOST) => writer != Writer::Sibling,
        Some(_) => false,
    };
    let host_fits = !name.starts_with("__Host-") || (domain.is_none() && path == "/");
    let is_prefixed = name.starts_with("__Host-") || name.starts_with("__Secure-");
    domain_fits && host_fits && (secure || !is_prefixed)
}

fn path_matches(cookie: &str, page: &str) -> bool {
    cookie == "/" || page == cookie || (page.starts_with(cookie) && page[cookie.len()..].starts_with('/'))
}
