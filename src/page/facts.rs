//! The facts of a request on which the response depends.
//!
//! This module reads the request and makes no decision about the page.

use std::sync::Arc;

use http::{HeaderValue, Method, Uri, header::COOKIE, request::Parts};

use super::request_kind::RequestKind;
use crate::{
    config::{Config, Delivery},
    csp::CspMode,
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
    /// The host and port that the browser requested, read only if a policy may need them.
    authority: Option<HeaderValue>,
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
            authority: (config.csp == CspMode::Patch).then(|| config.site.shared_authority(parts)).flatten(),
            uri: is_logged().then(|| parts.uri.clone()),
            config: config.clone(),
        }
    }

    /// Returns the path without the query, empty if the log does not take it.
    pub(super) fn path(&self) -> &str {
        self.uri.as_ref().map_or("", Uri::path)
    }

    /// Returns the page's own host, if it can stand in a policy.
    pub(super) fn host(&self) -> Option<&str> {
        self.authority.as_ref().and_then(host_for_policies)
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

fn host_for_policies(authority: &HeaderValue) -> Option<&str> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    authority.to_str().ok().filter(|host| host.bytes().all(legal))
}

#[cfg(test)]
mod tests {
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
        for host in ["app.test:8080", "other.test", "10.0.0.1:81"] {
            assert_eq!(host_for_policies(&HeaderValue::from_static(host)), Some(host));
        }
        for host in ["user@app.test", "app.test; img-src *", "app.test,other.test", "[::1]", "*.app.test", "app.test/"]
        {
            assert_eq!(host_for_policies(&HeaderValue::from_static(host)), None, "{host}");
        }
        assert_eq!(host_for_policies(&HeaderValue::from_bytes(b"app\xff.test").unwrap()), None);
    }
}
