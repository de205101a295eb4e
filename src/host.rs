//! The host that the browser requested, and what the application says about its own site.
//!
//! This module reads the request's URI and headers.

use http::{HeaderName, HeaderValue, header::HOST, request::Parts};

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Facts about the site that a request alone cannot establish.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Site {
    /// Whether pages are never served over plain HTTP.
    pub(crate) https_only: bool,
    /// Whether a proxy in front rewrites `Host`.
    ///
    /// It then puts the host that the browser requested into `X-Forwarded-Host`.
    pub(crate) forwarded_host: bool,
}

impl Site {
    /// Returns the host and port that the browser requested.
    ///
    /// `X-Forwarded-Host` comes first if the site trusts it. The authority of an absolute URI takes precedence over the
    /// `Host` header (<https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2>); HTTP/2 has only the authority.
    pub(crate) fn authority(self, parts: &Parts) -> Option<&str> {
        let named = self.before_host(parts).or_else(|| text(parts, HOST));
        named.filter(|authority| !authority.is_empty())
    }

    /// Returns the same as a header value that outlives the request.
    ///
    /// Usually it is the `Host` header, whose clone costs no copy.
    pub(crate) fn shared_authority(self, parts: &Parts) -> Option<HeaderValue> {
        let host = parts.headers.get(HOST);
        let Some(authority) = self.before_host(parts) else {
            return host.filter(|host| !host.is_empty()).cloned();
        };
        let host = host.filter(|host| host.as_bytes() == authority.as_bytes());
        host.cloned().or_else(|| HeaderValue::try_from(authority).ok())
    }

    /// Returns the authority that comes before the `Host` header, if there is one.
    fn before_host(self, parts: &Parts) -> Option<&str> {
        let forwarded = self.forwarded_host.then(|| forwarded(parts)).flatten();
        forwarded.or_else(|| parts.uri.authority().map(|authority| authority.as_str()))
    }
}

/// Returns the forwarded host; `None` if there are several.
///
/// Several hosts come from several proxies, and the request does not say which one to trust.
fn forwarded(parts: &Parts) -> Option<&str> {
    let mut lines = parts.headers.get_all(FORWARDED_HOST).iter();
    let line = lines.next()?.to_str().ok()?;
    let is_single = lines.next().is_none() && !line.contains(',');
    is_single.then(|| line.trim()).filter(|host| !host.is_empty())
}

fn text(parts: &Parts, name: HeaderName) -> Option<&str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let request =
            headers.iter().fold(Request::builder().uri(uri), |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn uri_authority_wins_over_the_host_header() {
        for (uri, host, expected) in [
            ("/", Some("app.test:8080"), Some("app.test:8080")),
            ("http://other.test/", Some("app.test"), Some("other.test")),
            ("http://app.test:81/", None, Some("app.test:81")),
            ("/", Some(""), None),
            ("/", None, None),
        ] {
            let headers: Vec<_> = host.into_iter().map(|host| ("host", host)).collect();
            assert_eq!(Site::default().authority(&parts(uri, &headers)), expected, "{uri} {host:?}");
            let shared = Site::default().shared_authority(&parts(uri, &headers));
            assert_eq!(shared.as_ref().map(|shared| shared.to_str().unwrap()), expected, "{uri} {host:?}");
        }
    }

    #[test]
    fn forwarded_host_counts_only_if_enabled() {
        let site = Site { forwarded_host: true, ..Site::default() };
        for (forwarded, expected) in [
            (vec![("x-forwarded-host", "app.test")], "app.test"),
            (vec![("x-forwarded-host", " app.test ")], "app.test"),
            (vec![("x-forwarded-host", "evil.test, app.test")], "inner:8080"),
            (vec![("x-forwarded-host", "evil.test"), ("x-forwarded-host", "app.test")], "inner:8080"),
            (vec![("x-forwarded-host", "")], "inner:8080"),
            (vec![], "inner:8080"),
        ] {
            let headers: Vec<_> = [("host", "inner:8080")].into_iter().chain(forwarded).collect();
            assert_eq!(site.authority(&parts("/", &headers)), Some(expected), "{headers:?}");
            assert_eq!(Site::default().authority(&parts("/", &headers)), Some("inner:8080"));
            assert_eq!(site.shared_authority(&parts("/", &headers)).unwrap(), expected);
        }
    }
}
