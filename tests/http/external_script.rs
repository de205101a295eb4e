//! Pages that load the code from the token path: what remains in the page, the file, and the policy.

use std::{convert::Infallible, future::ready, io::Write};

use futures::executor::block_on;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{CspMode, Identity, Viewer, Widgets, WidgetsBuilder};

use crate::support::{FP_1, FP_2, MARKER, SECRET, builder, cut};

const PAGE: &str = "<!doctype html><title>a</title><p>Orders</p>";

fn external() -> WidgetsBuilder {
    builder().external_script(true)
}

fn user() -> Viewer {
    Viewer::SignedIn(Identity::new("user-1").with_email("user@example.test").with_name("User One"))
}

struct Served {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

fn serve(widgets: &Widgets, request: Request<()>, policy: Option<&'static str>) -> Served {
    let application = service_fn(move |request: Request<()>| {
        assert_eq!(request.uri().path(), "/", "the layer responds at the token path itself");
        let page = Response::builder().header("content-type", "text/html");
        let page = if let Some(policy) = policy { page.header("content-security-policy", policy) } else { page };
        ready(Ok::<_, Infallible>(page.body(PAGE.to_owned()).unwrap()))
    });
    let response = block_on(widgets.layer().layer(application).oneshot(request)).unwrap();
    let (head, body) = response.into_parts();
    let body = block_on(body.collect()).unwrap().to_bytes();
    Served { status: head.status, headers: head.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

fn page_of(widgets: &Widgets, viewer: Viewer, marker: &str, policy: Option<&'static str>) -> Served {
    let request = Request::get("/").header("host", "app.test").header("sec-fetch-dest", "document");
    let request = if marker.is_empty() { request } else { request.header("cookie", format!("{MARKER}={marker}")) };
    serve(widgets, request.extension(viewer).body(()).unwrap(), policy)
}

/// The path of the script that this page loads; `None` if the page has the whole code.
fn path(page: &str) -> Option<&str> {
    let (_, rest) = cut(page).1.split_once("\"/widget-token/")?;
    let (name, _) = rest.split_once('"')?;
    name.ends_with(".js").then(|| &rest[..name.len()])
}

fn script(widgets: &Widgets, method: Method, name: &str, site: &str) -> Served {
    let request = Request::builder().method(method).uri(format!("/widget-token/{name}")).header("host", "app.test");
    let request = request.header("sec-fetch-dest", "script").header("sec-fetch-site", site);
    serve(widgets, request.body(()).unwrap(), None)
}

#[test]
fn own_page_grows_by_its_data_and_a_small_loader() {
    let widgets = external().build().unwrap();
    for marker in ["", FP_1] {
        let page = page_of(&widgets, user(), marker, None).body;
        assert!(path(&page).is_some(), "{page}");
        let growth = page.len() - PAGE.len();
        assert!((500..=1200).contains(&growth), "{growth} bytes");
        let zipped = gzip(&page) - gzip(PAGE);
        assert!((300..=740).contains(&zipped), "{zipped} bytes compressed");
    }
}

fn gzip(text: &str) -> usize {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap().len()
}

#[test]
fn script_is_the_same_for_every_user_and_cached_for_a_year() {
    let widgets = external().build().unwrap();
    let page = page_of(&widgets, user(), FP_1, None).body;
    let name = path(&page).unwrap();
    let served = script(&widgets, Method::GET, name, "same-origin");
    assert_eq!(served.status, StatusCode::OK);
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(served.headers[name], value, "{name}");
    }
    assert!(!served.headers.contains_key("vary") && !served.headers.contains_key("set-cookie"));
    for personal in [SECRET, "user-1", "user@example.test", FP_1, "eyJ"] {
        assert!(!served.body.contains(personal), "{personal}");
    }
    assert!(served.body.contains("abcd1234"), "the constants are in the script");
    let other = page_of(&widgets, Viewer::SignedIn(Identity::new("user-2")), "", None).body;
    assert_eq!(path(&other), Some(name));
}

#[test]
fn script_has_one_name_one_method_and_one_origin() {
    let widgets = external().build().unwrap();
    let page = page_of(&widgets, user(), FP_1, None).body;
    let name = path(&page).unwrap();
    let other = external().visitors(true).build().unwrap();
    assert_ne!(path(&page_of(&other, user(), FP_1, None).body), Some(name), "the name changes with the text");
    for (widgets, method, name, site, expected) in [
        (&widgets, Method::GET, "AAAAAAAAAAAAAAAAAAAAAA.js", "same-origin", StatusCode::NOT_FOUND),
        (&other, Method::GET, name, "same-origin", StatusCode::NOT_FOUND),
        (&widgets, Method::POST, name, "same-origin", StatusCode::NOT_FOUND),
        (&widgets, Method::GET, name, "cross-site", StatusCode::FORBIDDEN),
        (&builder().build().unwrap(), Method::GET, name, "same-origin", StatusCode::NOT_FOUND),
    ] {
        let served = script(widgets, method, name, site);
        assert_eq!((served.status, &served.headers["cache-control"]), (expected, &"no-store".parse().unwrap()));
    }
}

#[test]
fn page_that_ends_a_session_has_the_whole_code() {
    let widgets = external().visitors(true).build().unwrap();
    for (viewer, marker) in [(user(), FP_2), (user(), "out"), (Viewer::SignedOut, FP_1), (Viewer::SignedOut, "out")] {
        let page = page_of(&widgets, viewer, marker, None).body;
        assert_eq!(path(&page), None, "{marker}");
        assert!(page.contains("abcd1234"), "{marker}");
    }
    assert!(path(&page_of(&widgets, Viewer::SignedOut, "", None).body).is_some(), "a visitor's page ends none");
}

#[test]
fn page_that_requires_trusted_types_has_the_whole_code() {
    let widgets = external().build().unwrap();
    let page = page_of(&widgets, user(), FP_1, Some("require-trusted-types-for 'script'")).body;
    assert_eq!(path(&page), None);
}

#[test]
fn policy_gets_both_hashes_and_the_script() {
    let widgets = external().build().unwrap();
    let needs = widgets.csp().unwrap();
    let (whole, loader) = (needs.hash().to_owned(), needs.loader_hash().unwrap().to_owned());
    assert_ne!(whole, loader);
    let page = page_of(&widgets, user(), FP_1, Some("script-src 'none'"));
    let name = path(&page.body).unwrap();
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for needed in [whole.as_str(), loader.as_str(), &format!("app.test/widget-token/{name}")] {
        assert!(policy.contains(needed), "{needed}: {policy}");
    }
    let printed = widgets.csp().unwrap().to_string();
    assert!(printed.starts_with(&format!("script-src-elem {whole} {loader} 'self' ")), "{printed}");
    assert_eq!(builder().build().unwrap().csp().unwrap().loader_hash(), None);

    let untouched = external().csp(CspMode::LeaveAlone).build().unwrap();
    let page = page_of(&untouched, user(), FP_1, Some("script-src 'none'"));
    assert_eq!(page.headers["content-security-policy"], "script-src 'none'");
}

#[test]
fn token_service_has_the_script_wherever_it_is_mounted() {
    let widgets = external().token_path("/nested/tokens").build().unwrap();
    let page = page_of(&widgets, user(), FP_1, None).body;
    let (_, rest) = cut(&page).1.split_once("\"/nested/tokens/").unwrap();
    let name = rest.split_once('"').unwrap().0;
    for uri in [format!("/nested/tokens/{name}"), format!("/{name}")] {
        let request = Request::get(&uri).header("sec-fetch-site", "same-origin").body(()).unwrap();
        let Ok(response) = block_on(widgets.token_service().oneshot(request));
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
    }
}
