//! What is never changed.

use axum::body::Body;
use http::{Method, Response, StatusCode};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt};
use tower_widget_identity::{CspMode, OutcomeKind, Reason, Viewer, Widgets};

use crate::support::{
    FP_1, FP_2, builder, kind,
    pages::{PAGE, answering, ask, load, page, user, visit},
    widgets,
};

#[tokio::test]
async fn requests_that_load_no_page_are_untouched() {
    for headers in [
        vec![("sec-fetch-dest", "empty"), ("sec-fetch-mode", "cors"), ("hx-request", "true"), ("accept", "text/html")],
        vec![("sec-fetch-dest", "iframe"), ("accept", "text/html")],
        vec![("sec-fetch-dest", "image")],
        vec![("accept", "application/json")],
        vec![("accept", "text/html"), ("turbo-frame", "inbox")],
    ] {
        let mut request = load(user(1), FP_2);
        request.headers_mut().remove("sec-fetch-dest");
        request.headers_mut().insert("if-none-match", "\"v1\"".parse().unwrap());
        for (name, value) in &headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let answer = ask(
            widgets().layer(),
            answering(|request| {
                assert!(request.headers().contains_key("if-none-match"), "keeps its condition");
                page()
            }),
            request,
        )
        .await;
        assert!(answer.is_untouched() && answer.outcome.is_none(), "{headers:?}");
    }
}

#[tokio::test]
async fn page_without_fetch_metadata_must_be_a_document() {
    let plain = || {
        let mut request = load(user(1), "");
        request.headers_mut().remove("sec-fetch-dest");
        request
    };
    assert_eq!(kind(visit(plain()).await.outcome.as_ref()), Some(OutcomeKind::Boot));
    let fragment = answering(|_| {
        let response = Response::builder().header("content-type", "text/html");
        response.body(Body::from("<!-- row --><p>a</p>")).unwrap()
    });
    let answer = ask(widgets().layer(), fragment, plain()).await;
    assert_eq!(answer.body, "<!-- row --><p>a</p>");
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Untouched(Reason::Fragment)));
    assert!(!answer.headers.contains_key("cache-control"));
}

#[tokio::test]
async fn responses_that_cannot_carry_a_snippet_are_untouched() {
    for (status, name, value, reason) in [
        (200, "content-type", "application/json", Reason::NotHtml),
        (200, "content-encoding", "gzip", Reason::Encoded),
        (200, "content-range", "bytes 0-3/9", Reason::Partial),
        (200, "content-disposition", "attachment", Reason::Attachment),
        (200, "cache-control", "no-transform", Reason::NoTransform),
        (200, "content-type", "text/html; charset=utf-16", Reason::Encoding),
        (304, "x", "y", Reason::Status),
        (206, "x", "y", Reason::Status),
        (302, "x", "y", Reason::Status),
    ] {
        let odd = move || {
            let mut response = page();
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response.headers_mut().insert(name, value.parse().unwrap());
            response
        };
        let answer = ask(widgets().layer(), answering(move |_| odd()), load(user(1), FP_2)).await;
        assert_eq!(answer.headers, *odd().headers(), "{name}: {value}");
        assert_eq!(answer.body, PAGE);
        assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Untouched(reason)), "{name}: {value}");
    }
}

#[tokio::test]
async fn conditions_are_dropped_where_the_page_may_be_personal() {
    let conditional = |viewer: Viewer, marker: &str| {
        let mut request = load(viewer, marker);
        for name in ["if-none-match", "if-modified-since", "range", "if-range"] {
            request.headers_mut().insert(name, "x".parse().unwrap());
        }
        request
    };
    for (viewer, marker, kept) in
        [(user(1), "", 0), (Viewer::SignedOut, FP_1, 0), (Viewer::SignedOut, "", 4), (Viewer::Unknown, "", 4)]
    {
        let counted = answering(|request| {
            let names = ["if-none-match", "if-modified-since", "range", "if-range"];
            let kept = names.iter().filter(|name| request.headers().contains_key(**name)).count();
            Response::new(Body::from(kept.to_string()))
        });
        let answer = ask(widgets().layer(), counted, conditional(viewer.clone(), marker)).await;
        assert_eq!(answer.body, kept.to_string(), "{viewer:?} {marker:?}");
    }
}

/// The visitor's page carries the snippet, and a 304 would replace its patched policy in the browser's cache.
#[tokio::test]
async fn visitors_page_with_the_snippet_is_never_answered_with_304() {
    const POLICY: &str = "default-src 'self'";
    let conditional = answering(|request| {
        let is_known = request.headers().contains_key("if-none-match");
        let mut response = if is_known { Response::default() } else { page() };
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        response.headers_mut().insert("content-security-policy", POLICY.parse().unwrap());
        response
    });
    for (builder, status) in [
        (builder().visitors(true), 200),
        (builder().spa(true), 200),
        (builder().visitors(true).csp(CspMode::LeaveAlone), 304),
        (builder(), 304),
    ] {
        let layer = builder.build().unwrap().layer();
        for viewer in [Viewer::SignedOut, Viewer::Unknown] {
            let mut request = load(viewer.clone(), "");
            request.headers_mut().insert("if-none-match", "W/\"v1\"".parse().unwrap());
            request.headers_mut().insert("range", "bytes=0-9".parse().unwrap());
            let answer = ask(layer.clone(), conditional.clone(), request).await;
            assert_eq!(answer.status, status, "{viewer:?}");
            if (status, viewer) == (200, Viewer::SignedOut) {
                assert_ne!(answer.headers["content-security-policy"], POLICY);
            }
        }
    }
}

#[tokio::test]
async fn head_has_the_headers_of_the_get_without_a_length() {
    let mut request = load(user(1), "");
    *request.method_mut() = Method::HEAD;
    let response = widgets().layer().layer(answering(|_| page())).oneshot(request).await.unwrap();
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert!(!response.headers().contains_key("content-length") && !response.headers().contains_key("etag"));
    assert_eq!(http_body::Body::size_hint(response.body()).exact(), None);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), PAGE, "nothing in the body");
}

#[tokio::test]
async fn disabled_set_changes_nothing() {
    let answer = ask(Widgets::disabled().layer(), answering(|_| page()), load(user(1), "out")).await;
    assert!(answer.is_untouched() && answer.outcome.is_none());
}
