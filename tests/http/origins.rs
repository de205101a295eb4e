//! Who may read an identity: only the page's own origin. An application may allow any origin to send credentials
//! (CORS), and then a script there could read what the layers add to a response.

use std::convert::Infallible;

use futures::executor::block_on;
use http::{Request, Response, StatusCode, request};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{Delivery, Identity, Viewer, Widgets};

use crate::support::builder;

const HTML: (&str, &str) = ("accept", "text/html, application/xhtml+xml");
const TURBO: (&str, &str) = ("x-turbo-request-id", "1");
const EMPTY: (&str, &str) = ("sec-fetch-dest", "empty");
const CORS: (&str, &str) = ("sec-fetch-mode", "cors");

type Headers<'a> = &'a [(&'a str, &'a str)];

fn request(uri: &str, headers: Headers<'_>) -> Request<()> {
    let request = Request::get(uri).header("host", "app.test:8443");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    signed_in(request).body(()).unwrap()
}

fn signed_in(request: request::Builder) -> request::Builder {
    request.extension(Viewer::SignedIn(Identity::new("user-1")))
}

/// Whether the response to this request contains a token, in its body or its headers.
fn leaks(widgets: &Widgets, uri: &str, headers: Headers<'_>) -> bool {
    let service = service_fn(async |_: Request<()>| {
        let page = Response::builder().header("content-type", "text/html");
        Ok::<_, Infallible>(page.body("<!doctype html><title>a</title>".to_owned()).unwrap())
    });
    let response = block_on(widgets.layer().layer(service).oneshot(request(uri, headers))).unwrap();
    let (head, body) = response.into_parts();
    let body = block_on(body.collect()).unwrap().to_bytes();
    head.headers.contains_key("x-widget-token-intercom") || String::from_utf8_lossy(&body).contains("eyJ")
}

fn in_pages() -> Widgets {
    builder().token_path("/widget-token").build().unwrap()
}

fn token_status(widgets: &Widgets, uri: &str, headers: Headers<'_>) -> StatusCode {
    let Ok(response) = block_on(widgets.token_service().oneshot(request(uri, headers)));
    response.status()
}

/// Values of `Origin` in requests without Fetch Metadata: over plain HTTP, or from an old browser.
fn origins_that_are_not_ours() -> Vec<&'static str> {
    vec![
        "null",
        "",
        "https://evil.test",
        "https://app.test",
        "https://app.test:8444",
        "https://a.app.test:8443",
        "https://app.test:8443.evil.test",
        "https://app.test:8443/",
        "https://user@app.test:8443",
        "app.test:8443",
        "//app.test:8443",
        "ws://app.test:8443",
        "file://app.test:8443",
        "https://app.test:8443, https://evil.test",
        "\u{e9}",
    ]
}

#[test]
fn turbo_visit_of_another_origin_gets_no_identity() {
    for site in [Some("same-site"), Some("cross-site"), Some("none"), Some(""), None] {
        let site = site.map(|site| ("sec-fetch-site", site));
        let headers: Vec<_> = [EMPTY, CORS, HTML, TURBO].into_iter().chain(site).collect();
        assert!(!leaks(&in_pages(), "/", &headers), "{site:?}");
    }
    let own = [EMPTY, CORS, HTML, TURBO, ("sec-fetch-site", "same-origin")];
    assert!(leaks(&in_pages(), "/", &own));
    assert!(!leaks(&in_pages(), "/", &[own.as_slice(), &[("sec-fetch-site", "cross-site")]].concat()), "two lines");
}

#[test]
fn without_fetch_metadata_another_origin_gets_no_identity() {
    let in_headers = builder().delivery(Delivery::Header).build().unwrap();
    for origin in origins_that_are_not_ours() {
        let origin = ("origin", origin);
        for page in [vec![HTML, origin], vec![HTML, TURBO, origin]] {
            assert!(!leaks(&in_pages(), "/", &page), "{page:?}");
        }
        assert!(!leaks(&in_headers, "/", &[origin]), "{origin:?}");
        assert_eq!(token_status(&in_pages(), "/widget-token/intercom", &[origin]), 403, "{origin:?}");
    }
    for own in [vec![], vec![("origin", "https://app.test:8443")], vec![("origin", "https://APP.test:8443")]] {
        assert!(leaks(&in_pages(), "/", &[own.as_slice(), &[HTML]].concat()), "{own:?}");
        assert!(leaks(&in_headers, "/", &own), "{own:?}");
        assert_eq!(token_status(&in_pages(), "/widget-token/intercom", &own), 200, "{own:?}");
    }
}

#[test]
fn origin_of_plain_http_is_ours_only_where_plain_http_is_served() {
    let plain = || builder().token_path("/widget-token").plain_http(true);
    let origin = [("origin", "http://app.test:8443")];
    for (widgets, uri, expected) in [
        (in_pages(), "/widget-token/intercom", 403),
        (in_pages(), "http://app.test:8443/widget-token/intercom", 403),
        (plain().build().unwrap(), "/widget-token/intercom", 200),
        (plain().build().unwrap(), "http://app.test:8443/widget-token/intercom", 200),
        (plain().build().unwrap(), "https://app.test:8443/widget-token/intercom", 403),
    ] {
        assert_eq!(token_status(&widgets, uri, &origin), expected, "{uri}");
        let forwarded = [origin[0], ("x-forwarded-proto", "http")];
        assert_eq!(token_status(&widgets, uri, &forwarded), expected, "a client can set {forwarded:?}");
    }
}

#[test]
fn own_host_is_that_of_the_address_before_the_header() {
    let at = |authority: &str| format!("https://{authority}/widget-token/intercom");
    let origin = [("origin", "https://app.test")];
    for (authority, expected) in [("app.test", 200), ("app.test:443", 200), ("app.test:444", 403), ("evil.test", 403)] {
        assert_eq!(token_status(&in_pages(), &at(authority), &origin), expected, "{authority}");
    }
}

#[test]
fn same_origin_metadata_counts_although_a_proxy_rewrites_the_host() {
    let origin = [("origin", "https://www.app.test"), ("sec-fetch-site", "same-origin")];
    assert_eq!(token_status(&in_pages(), "/widget-token/intercom", &origin), 200);
}

#[test]
fn page_load_from_another_site_gets_its_page() {
    for site in ["cross-site", "same-site", "none", "same-origin"] {
        let headers = [("sec-fetch-dest", "document"), ("sec-fetch-mode", "navigate"), ("sec-fetch-site", site), HTML];
        assert!(leaks(&in_pages(), "/", &headers), "{site}");
    }
    assert!(leaks(&in_pages(), "/", &[HTML]), "without metadata, a link of another site says nothing about itself");
}

#[test]
fn saved_download_holds_no_token() {
    let download = [EMPTY, ("sec-fetch-mode", "navigate"), ("sec-fetch-site", "same-origin")];
    for accept in [None, Some("*/*"), Some("application/octet-stream")] {
        let accept = accept.map(|accept| ("accept", accept));
        let headers: Vec<_> = download.into_iter().chain(accept).collect();
        assert!(!leaks(&in_pages(), "/", &headers), "{accept:?}");
    }
    // A service worker that passes a navigation on keeps its `Accept`.
    assert!(leaks(&in_pages(), "/", &[download.as_slice(), &[HTML]].concat()));
}
