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

#[tokio::test]
async fn logout_by_fetch_is_announced_in_a_header() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().logout_layer();
    let mut request = fetch(user(1), FP_1);
    *request.method_mut() = Method::POST;
    let answer = ask(layer, answering(|_| Response::new(Body::from("{}"))), request).await;
    assert_eq!(answer.headers["x-widget-shutdown"], "intercom");
    assert!(answer.set_cookies()[0].contains("=out;"));
}
