//! Tokens in the headers of same-origin fetches.

use axum::body::Body;
use http::{Method, Request, Response, StatusCode};
use tower_widget_identity::{Delivery, OutcomeKind, Viewer};

use crate::support::{
    FP_1, FP_2, SECRET, builder, kind,
    pages::{PAGE, answering, ask, load, page, user},
    verify,
};

fn fetch(viewer: Viewer, marker: &str) -> Request<Body> {
    let mut request = load(viewer, marker);
    for (name, value) in [("sec-fetch-dest", "empty"), ("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-origin")] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn tokens_in_headers_are_marked_sensitive() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().layer();
    let answer = ask(layer.clone(), answering(|_| page()), fetch(user(1), FP_2)).await;
    assert_eq!(answer.body, PAGE);
    let token = &answer.headers["x-widget-token-intercom"];
    assert!(token.is_sensitive());
    assert_eq!(verify(SECRET, token.to_str().unwrap()).unwrap().claims["user_id"], "user-1");
    assert_eq!(answer.headers["x-widget-page"], FP_1);
    assert_eq!(answer.headers["x-widget-shutdown"], "intercom", "the other user's session ends first");
    assert_eq!(answer.headers["cache-control"], "private, no-store");
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Headers));

    let answer = ask(layer.clone(), answering(|_| page()), fetch(Viewer::SignedOut, "out")).await;
    assert_eq!(answer.headers["x-widget-shutdown"], "intercom");
    assert!(!answer.headers.contains_key("x-widget-token-intercom"));
    for (viewer, marker) in [(Viewer::SignedOut, ""), (Viewer::Unknown, "out")] {
        assert!(ask(layer.clone(), answering(|_| page()), fetch(viewer, marker)).await.is_untouched());
    }
}

#[tokio::test]
async fn headers_go_only_to_successful_same_origin_fetches() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().layer();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "document"),
    ] {
        let mut request = fetch(user(1), "");
        request.headers_mut().insert(name, value.parse().unwrap());
        assert!(ask(layer.clone(), answering(|_| page()), request).await.is_untouched(), "{name}: {value}");
    }
    for status in [302, 304, 404, 500] {
        let failing = answering(move |_| {
            let mut response = page();
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response
        });
        let answer = ask(layer.clone(), failing, fetch(user(1), "")).await;
        assert!(answer.is_untouched(), "{status}");
    }
}

/// The browser has the response of a signed-out visitor, and asks whether it still holds.
#[tokio::test]
async fn conditional_fetch_gets_tokens_and_shutdowns() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().layer();
    let api = answering(|request| match request.headers().get("if-none-match") {
        Some(_) => Response::builder().status(304).body(Body::empty()).unwrap(),
        None => page(),
    });
    let conditional = |viewer, marker| {
        let mut request = fetch(viewer, marker);
        request.headers_mut().insert("if-none-match", "\"v1\"".parse().unwrap());
        request
    };
    let known = ask(layer.clone(), api.clone(), conditional(Viewer::SignedOut, "")).await;
    assert_eq!(known.status, 304, "a visitor's response is not personal");
    let login = ask(layer.clone(), api.clone(), conditional(user(1), "")).await;
    assert!(login.status == 200 && login.headers.contains_key("x-widget-token-intercom"), "{:?}", login.headers);
    let logout = ask(layer, api, conditional(Viewer::SignedOut, FP_1)).await;
    assert_eq!(logout.status, 200);
    assert_eq!(logout.headers["x-widget-shutdown"], "intercom");
}

#[tokio::test]
async fn fetch_keeps_its_range_and_the_conditions_of_a_write() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().layer();
    const CONDITIONS: [&str; 5] = ["if-none-match", "if-modified-since", "if-match", "range", "if-range"];
    let counting = answering(|request| {
        let kept: Vec<_> = CONDITIONS.into_iter().filter(|name| request.headers().contains_key(*name)).collect();
        Response::new(Body::from(kept.join(" ")))
    });
    for (method, kept) in [
        (Method::GET, "if-match range if-range"),
        (Method::PUT, "if-none-match if-modified-since if-match range if-range"),
    ] {
        let mut request = fetch(user(1), "");
        *request.method_mut() = method;
        for name in CONDITIONS {
            request.headers_mut().insert(name, "*".parse().unwrap());
        }
        assert_eq!(ask(layer.clone(), counting.clone(), request).await.body, kept);
    }
}

#[tokio::test]
async fn logout_by_fetch_is_announced_in_a_header() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().logout_layer();
    let mut request = fetch(user(1), FP_1);
    *request.method_mut() = Method::POST;
    let answer = ask(layer, answering(|_| Response::new(Body::from("{}"))), request).await;
    assert_eq!(answer.headers["x-widget-shutdown"], "intercom");
    assert!(answer.set_cookies()[0].contains("=out;"));
}
