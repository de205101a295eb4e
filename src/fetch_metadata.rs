//! Fetch Metadata, with which a browser describes its own request: <https://www.w3.org/TR/fetch-metadata/>.
//!
//! This module reads the request and decides only whose page sent it, by one rule for pages, fetches, tokens and
//! logouts.

use http::{HeaderMap, HeaderName, HeaderValue, header::ORIGIN, request::Parts, uri::Scheme};

use crate::host::Site;

const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");

/// Returns what the response is for: `document`, `iframe`, `empty` for a fetch, and so on.
pub(crate) fn destination(headers: &HeaderMap) -> Option<&str> {
    text(headers, DEST)
}

/// Returns the request's mode: `navigate`, `same-origin`, `cors`, and so on.
pub(crate) fn mode(headers: &HeaderMap) -> Option<&str> {
    text(headers, MODE)
}

/// Returns whether the browser fetches a response that it may show later.
pub(crate) fn is_prefetch(headers: &HeaderMap) -> bool {
    text(headers, PURPOSE).is_some_and(|purpose| purpose.starts_with("prefetch"))
}

/// The page or user that sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A page of the same origin.
    Own,
    /// A page of another origin, even if it is of the same site.
    Foreign,
    /// The user, by typing an address or opening a bookmark.
    User,
    /// The request does not say: a link or a same-origin `GET`, without Fetch Metadata.
    Unknown,
}

impl Sender {
    /// Determines the sender from `Sec-Fetch-Site`, or else from `Origin`.
    ///
    /// `Sec-Fetch-Site` decides if it is present, because no script can set it and no proxy changes what it compares.
    /// Without it (plain HTTP, old browsers), the `Origin` decides: every fetch whose response another origin may read
    /// has one, which may also be `null` (<https://fetch.spec.whatwg.org/#append-a-request-origin-header>).
    ///
    /// `site` is what the application says about itself.
    pub(crate) fn of(parts: &Parts, site: Site) -> Self {
        if let Some(sender) = unanimous(parts.headers.get_all(SITE).iter().map(by_site)) {
            return sender;
        }
        let origins = parts.headers.get_all(ORIGIN).iter();
        let by_origin = |origin| if is_own_origin(origin, parts, site) { Self::Own } else { Self::Foreign };
        unanimous(origins.map(by_origin)).unwrap_or(Self::Unknown)
    }
}

/// Returns the sender that all lines name; `None` without a line.
///
/// Lines that contradict each other count as another origin's.
fn unanimous(mut lines: impl Iterator<Item = Sender>) -> Option<Sender> {
    let first = lines.next()?;
    Some(if lines.all(|line| line == first) { first } else { Sender::Foreign })
}

fn by_site(site: &HeaderValue) -> Sender {
    match site.as_bytes() {
        b"same-origin" => Sender::Own,
        b"none" => Sender::User,
        _ => Sender::Foreign,
    }
}

/// Returns whether an `Origin` is the request's own.
///
/// The comparison is that of <https://www.rfc-editor.org/rfc/rfc6454#section-6.2>.
///
/// If a proxy in front terminates TLS, the server sees neither the browser's scheme nor a header about it that no
/// client can set. An `https` origin with the same host and port passes: a server there must hold our certificate. An
/// `http` origin passes only if our own pages are served over plain HTTP, because anyone on the network path can
/// respond in its name.
fn is_own_origin(origin: &HeaderValue, parts: &Parts, site: Site) -> bool {
    let over_tls = site.https_only || parts.uri.scheme() == Some(&Scheme::HTTPS);
    let Some((scheme, authority)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else {
        return false;
    };
    let default_port = match scheme {
        "https" => ":443",
        "http" if !over_tls => ":80",
        _ => return false,
    };
    // Browsers omit the default port, and some proxies add it to the host.
    site.authority(parts)
        .is_some_and(|own| own.strip_suffix(default_port).unwrap_or(own).eq_ignore_ascii_case(authority))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use http::{Request, header::HOST};

    use super::*;

    fn sender(headers: &[(HeaderName, &[u8])]) -> Sender {
        let mut parts = Request::get("/").header(HOST, "app.test").body(()).unwrap().into_parts().0;
        for (name, value) in headers {
            parts.headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        Sender::of(&parts, Site { https_only: true, ..Site::default() })
    }

    #[test]
    fn sec_fetch_site_decides_if_present() {
        for (values, expected) in [
            (vec!["same-origin"], Sender::Own),
            (vec!["same-origin", "same-origin"], Sender::Own),
            (vec!["same-origin", "cross-site"], Sender::Foreign),
            (vec!["none", "same-origin"], Sender::Foreign),
            (vec!["none"], Sender::User),
            (vec!["same-site"], Sender::Foreign),
            (vec!["cross-site"], Sender::Foreign),
            (vec!["Same-Origin"], Sender::Foreign),
            (vec![""], Sender::Foreign),
        ] {
            let headers: Vec<_> = values.iter().map(|value| (SITE, value.as_bytes())).collect();
            assert_eq!(sender(&headers), expected, "{values:?}");
            let own_origin: (_, &[u8]) = (ORIGIN, b"https://app.test");
            assert_eq!(sender(&[headers, vec![own_origin]].concat()), expected, "{values:?} with an origin");
        }
    }

    #[test]
    fn origin_decides_without_fetch_metadata() {
        for (values, expected) in [
            (vec![], Sender::Unknown),
            (vec!["https://app.test"], Sender::Own),
            (vec!["https://app.test", "https://app.test"], Sender::Own),
            (vec!["https://app.test", "null"], Sender::Foreign),
            (vec!["http://app.test"], Sender::Foreign),
            (vec!["null"], Sender::Foreign),
            (vec![""], Sender::Foreign),
        ] {
            let headers: Vec<_> = values.iter().map(|value| (ORIGIN, value.as_bytes())).collect();
            assert_eq!(sender(&headers), expected, "{values:?}");
        }
        assert_eq!(sender(&[(ORIGIN, b"https://app.test\xff")]), Sender::Foreign);
        assert_eq!(sender(&[(SITE, b"\xff"), (ORIGIN, b"https://app.test")]), Sender::Foreign);
    }

    #[test]
    fn request_without_a_host_has_no_own_origin() {
        for host in [None, Some("")] {
            let mut request = Request::get("/").header(ORIGIN, "https://");
            if let Some(host) = host {
                request = request.header(HOST, host);
            }
            let parts = request.body(()).unwrap().into_parts().0;
            assert_eq!(Sender::of(&parts, Site::default()), Sender::Foreign, "{host:?}");
        }
    }

    #[test]
    fn header_that_is_not_text_counts_as_absent() {
        let mut headers = HeaderMap::new();
        headers.insert(DEST, HeaderValue::from_bytes(b"\xe9").unwrap());
        headers.insert(PURPOSE, HeaderValue::from_static("prefetch;prerender"));
        assert_eq!((destination(&headers), mode(&headers)), (None, None));
        assert!(is_prefetch(&headers));
    }
}
