//! The facts of a request on which the response depends.
//!
//! This module reads the request and makes no decision about the page.

use std::sync::Arc;

use http::{
    HeaderValue, Method, Uri,
    header::{COOKIE, HOST},
    request::Parts,
};

use super::request_kind::RequestKind;
use crate::{
    config::{Config, Delivery},
    host::Site,
    marker::BrowserState,
    outcome::Reason,
};

pub(super) struct RequestFacts {
    pub(super) config: Arc<Config>,
    pub(super) method: Method,
    pub(super) kind: RequestKind,
    pub(super) browser: BrowserState,
    /// Whether the browser sent any cookie.
    pub(super) has_cookies: bool,
    /// The page's own host for policies, read only if a policy needs it.
    pub(super) host: Option<HeaderValue>,
    /// The URI for the log, read only if the log takes it.
    uri: Option<Uri>,
}

impl RequestFacts {
    pub(super) fn read(config: &Arc<Config>, parts: &Parts, kind: RequestKind) -> Self {
        Self {
            method: parts.method.clone(),
            kind,
            browser: config.read_cookies(&parts.headers),
            has_cookies: parts.headers.contains_key(COOKIE),
            host: config.csp_needs.has_paths().then(|| own_host(config.site, parts)).flatten(),
            uri: is_logged().then(|| parts.uri.clone()),
            config: config.clone(),
        }
    }

    /// Returns the path without the query, empty if the log does not take it.
    pub(super) fn path(&self) -> &str {
        self.uri.as_ref().map_or("", Uri::path)
    }

    /// Returns why the delivery does not serve this request.
    pub(super) fn not_addressed(&self) -> Reason {
        not_addressed(self.config.delivery)
    }

    pub(super) fn is_addressed(&self) -> bool {
        is_addressed(self.config.delivery, self.kind)
    }
}

fn is_logged() -> bool {
    #[cfg(feature = "tracing")]
    return tracing::enabled!(target: "tower_widget_identity", tracing::Level::DEBUG);
    #[cfg(not(feature = "tracing"))]
    false
}

/// Returns whether the delivery serves this kind of request.
pub(super) fn is_addressed(delivery: Delivery, kind: RequestKind) -> bool {
    match delivery {
        Delivery::Html => kind.is_page(),
        Delivery::Header => kind.is_fetch(),
    }
}

pub(super) fn not_addressed(delivery: Delivery) -> Reason {
    match delivery {
        Delivery::Html => Reason::NoPageLoad,
        Delivery::Header => Reason::NoFetch,
    }
}

/// Returns the host that the browser requested, if it can stand in a policy.
fn own_host(site: Site, parts: &Parts) -> Option<HeaderValue> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    let is_legal = site.authority(parts).is_some_and(|host| host.bytes().all(legal));
    is_legal.then(|| shared_authority(site, parts)).flatten()
}

/// Returns the host and port that the browser requested.
///
/// Usually they equal the `Host` header, whose clone costs no copy.
pub(super) fn shared_authority(site: Site, parts: &Parts) -> Option<HeaderValue> {
    let authority = site.authority(parts)?;
    let header = parts.headers.get(HOST).filter(|header| header.as_bytes() == authority.as_bytes());
    header.cloned().or_else(|| HeaderValue::try_from(authority).ok())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn each_delivery_serves_its_own_kind_of_request() {
        use RequestKind::{Fetch, Other, Page, PerhapsFetch, PerhapsPage};
        for (kind, html, header) in [
            (Page, true, false),
            (PerhapsPage, true, false),
            (Fetch, false, true),
            (PerhapsFetch, false, true),
            (Other, false, false),
        ] {
            assert_eq!(is_addressed(Delivery::Html, kind), html, "{kind:?}");
            assert_eq!(is_addressed(Delivery::Header, kind), header, "{kind:?}");
        }
    }

    #[test]
    fn host_that_cannot_stand_in_a_policy_is_none() {
        for (uri, host, expected) in [
            ("/", Some("app.test:8080"), Some("app.test:8080")),
            ("http://other.test/", Some("app.test"), Some("other.test")),
            ("http://app.test:81/", None, Some("app.test:81")),
            ("http://user@app.test/", None, None),
            ("/", None, None),
            ("/", Some("app.test; img-src *"), None),
            ("/", Some("app.test,other.test"), None),
            ("/", Some("[::1]"), None),
        ] {
            let mut request = Request::builder().uri(uri);
            if let Some(host) = host {
                request = request.header(HOST, host);
            }
            let parts = request.body(()).unwrap().into_parts().0;
            let found = own_host(Site::default(), &parts);
            assert_eq!(found.as_ref().map(|host| host.to_str().unwrap()), expected, "{uri} {host:?}");
        }
    }
}
