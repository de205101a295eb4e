//! Requests that get no token, and hostile requests.

use std::convert::Infallible;

use axum::body::Body;
use futures::{FutureExt, executor::block_on};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_widget_identity::Widgets;

use super::asking::{all_widgets, answer, answer_of_any_length, ask, assert_error, get, nested, person, widgets};
use crate::support::builder;

#[test]
fn other_sites_are_403() {
    let widgets = widgets();
    for site in ["cross-site", "same-site", "none", "", "SAME-ORIGIN", "same-origin, cross-site", "same-origin;", "*"] {
        for name in ["intercom", "page", "nothing", ""] {
            assert_error(&widgets, get(name).header("sec-fetch-site", site), 403, "cross-site");
        }
        assert_error(&widgets, get("intercom").method("DELETE").header("sec-fetch-site", site), 403, "cross-site");
    }
    let latin = HeaderValue::from_bytes(b"same-origin\xff").unwrap();
    assert_error(&widgets, get("intercom").header("sec-fetch-site", latin), 403, "cross-site");
    for answer in ask(&widgets, get("intercom").header("sec-fetch-site", "same-origin")) {
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn doubled_site_is_403() {
    for (first, second) in [("cross-site", "same-origin"), ("same-origin", "cross-site")] {
        let request = get("intercom").header("sec-fetch-site", first).header("sec-fetch-site", second);
        assert_error(&widgets(), request, 403, "cross-site");
    }
}

#[test]
fn name_that_is_not_configured_is_404() {
    for name in ["", "nothing", "Intercom", "INTERCOM", "intercom/", "intercom/x", "zendesk-classic", "zendesk"] {
        assert_error(&widgets(), get(name), 404, "not-configured");
        assert_error(&widgets(), get(name).method("POST"), 404, "not-configured");
    }
    let intercom_alone = builder().token_path("/widget-token").build().unwrap();
    assert_error(&intercom_alone, get("ferndesk"), 404, "not-configured");
    let request = get("intercom").body(()).unwrap();
    assert_eq!(block_on(answer(Widgets::disabled().token_service(), request)).status, 404);
}

#[test]
fn path_that_only_begins_like_the_token_path_is_404() {
    for path in
        ["/widget-tokenintercom", "/widget-tokens/intercom", "/widget-token//intercom", "/x/widget-token/intercom"]
    {
        let request = get("").uri(path).body(()).unwrap();
        assert_eq!(block_on(answer(widgets().token_service(), request)).status, 404, "{path}");
    }
}

#[test]
fn layer_passes_every_other_path_on() {
    let inner = service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::from("inner"))));
    for path in ["/", "/widget-token", "/widget-tokens/intercom", "/x/widget-token/intercom", "/Widget-Token/intercom"]
    {
        let request = get("").uri(path).body(()).unwrap();
        assert_eq!(block_on(answer_of_any_length(widgets().layer().layer(inner), request)), "inner", "{path}");
        let logout = get("").uri("/widget-token/intercom").body(()).unwrap();
        assert_eq!(
            block_on(answer_of_any_length(widgets().logout_layer().layer(inner), logout)),
            "inner",
            "a logout layer"
        );
    }
}

#[test]
fn other_methods_are_405() {
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "QUERY"] {
        assert_error(&widgets(), get("intercom").method(method), 405, "method-not-allowed");
        assert_error(&widgets(), get("page").method(method), 405, "method-not-allowed");
        let preflight = get("intercom").method(method).header("origin", "https://evil.test");
        assert_error(&widgets(), preflight.header("access-control-request-method", "GET"), 403, "cross-site");
    }
    let head = get("intercom").method(Method::HEAD).body(()).unwrap();
    let answer = block_on(answer(widgets().token_service(), head));
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")));
}

#[test]
fn origin_is_granted_nothing() {
    for origin in ["https://evil.test", "null", "http://app.example.test", "*"] {
        for answer in ask(&widgets(), get("intercom").header("origin", origin)) {
            let granted = answer.headers.iter().any(|(name, _)| name.starts_with("access-control"));
            assert!(!granted, "{answer:?}");
        }
    }
}

#[test]
fn hostile_paths_get_an_answer_and_no_token() {
    let long = "x".repeat(60_000);
    for path in [
        "/widget-token/../widget-token/intercom",
        "/widget-token/%2e%2e/intercom",
        "/widget-token/%00",
        "/widget-token/intercom%00",
        "/widget-token/%69ntercom",
        "/widget-token/%ff%fe",
        "/widget-token/%",
        "/widget-token;x/intercom",
        "/widget-token/intercom;x",
        "/widget-token/\u{e9}",
        "/",
        "//",
        "*",
        "evil.test:80",
        "http://evil.test",
        &format!("/widget-token/{long}"),
        &format!("/widget-token/{}", "/".repeat(60_000)),
        &format!("/widget-token/{}", "../".repeat(20_000)),
        &format!("/widget-token?{long}"),
    ] {
        let uri = Uri::try_from(path).unwrap();
        for method in [Method::GET, Method::OPTIONS, Method::CONNECT] {
            let request = || get("").uri(uri.clone()).method(method.clone()).body(()).unwrap();
            assert_eq!(block_on(answer(widgets().token_service(), request())).status, 404, "{path:.60}");
            let nested = block_on(nested(&widgets(), "/widget-token").oneshot(request().map(|()| Body::empty())));
            assert!([404, 405].contains(&nested.unwrap().status().as_u16()), "{path:.60}");
        }
    }
}

#[test]
fn hostile_headers_get_an_answer() {
    let odd = HeaderValue::from_bytes(b"\xff\x80;=,\"\xc3\xa9").unwrap();
    let long = HeaderValue::from_str(&"a=b; ".repeat(20_000)).unwrap();
    for value in [odd, long] {
        for name in ["cookie", "host", "origin", "accept", "sec-fetch-dest", "sec-fetch-mode", "referer"] {
            for token in ["intercom", "page"] {
                for answer in ask(&widgets(), get(token).header(name, &value).header(name, &value)) {
                    assert_eq!(answer.status, if name == "origin" { 403 } else { 200 }, "{name}");
                }
            }
        }
    }
}

#[test]
fn taken_body_does_not_come_again() {
    let request = get("intercom").body(()).unwrap();
    let mut answering = widgets().token_service().call(request);
    assert!((&mut answering).now_or_never().is_some());
    assert!(answering.now_or_never().is_none(), "and does not panic either");
}

/// Sends these bytes, and returns the status of the response; `None` if the connection was closed without one.
async fn raw(address: std::net::SocketAddr, request: &[u8]) -> Option<StatusCode> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    // The server may close the connection before it has read all of a long request.
    let mut answer = Vec::new();
    let (_, _) = tokio::join!(writing.write_all(request), reading.read_to_end(&mut answer));
    let status = std::str::from_utf8(answer.strip_prefix(b"HTTP/1.")?.get(2..5)?).ok()?;
    status.parse().ok()
}

#[tokio::test]
async fn hostile_request_over_a_real_connection_harms_no_other() {
    let widgets = all_widgets().identify(|_| Some(person())).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, nested(&widgets, "/widget-token")).into_future());
    let end = "HTTP/1.1\r\nhost: app.test\r\nconnection: close\r\n";
    let good = format!("GET /widget-token/intercom {end}\r\n");
    for (hostile, statuses) in [
        (format!("GET /widget-token/{} {end}\r\n", "x".repeat(100_000)).into_bytes(), &[404, 414, 431][..]),
        (format!("GET /widget-token/%00 {end}\r\n").into_bytes(), &[404]),
        (format!("GET /widget-token/../x {end}\r\n").into_bytes(), &[404]),
        (format!("GET /widget-token/\0 {end}\r\n").into_bytes(), &[400]),
        ([format!("GET /widget-token/intercom {end}x-widget-page: ").as_bytes(), b"\xff\r\n\r\n"].concat(), &[409]),
        ([format!("GET /widget-token/intercom {end}sec-fetch-site: ").as_bytes(), b"\xff\r\n\r\n"].concat(), &[403]),
        (format!("HEAD /widget-token/intercom {end}\r\n").into_bytes(), &[405]),
        (b"GET /widget-token/intercom HTTP/1.0\r\n\r\n".to_vec(), &[200]),
    ] {
        let status = raw(address, &hostile).await.map(|status| status.as_u16());
        let shown = String::from_utf8_lossy(&hostile);
        assert!(status.is_some_and(|status| statuses.contains(&status)), "{status:?} for {shown:.60}");
        assert_eq!(raw(address, good.as_bytes()).await, Some(StatusCode::OK), "after {shown:.60}");
    }
    server.abort();
}
