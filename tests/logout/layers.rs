//! `LogoutLayer` and `WidgetLayer` on a logout route.

use axum::body::Body;
use http::{Method, Request, Response, StatusCode};
use tower::Layer;
use tower_widget_identity::{Identity, OutcomeKind, Viewer};

use crate::support::{
    FP_1, MARKER, builder, cut, kind,
    pages::{answering, ask, load, page, user},
    snippet, widgets,
};

fn logout(method: Method) -> Request<Body> {
    let mut request = load(user(1), FP_1);
    *request.method_mut() = method;
    request.headers_mut().append(
        "cookie",
        "intercom-session-abcd1234=s; intercom-id-abcd1234=i; intercom-session-other=o; theme=dark".parse().unwrap(),
    );
    request
}

fn redirect() -> Response<Body> {
    Response::builder().status(303).header("location", "/").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn logout_by_redirect_sets_the_marker_and_expires_the_cookies_of_the_request() {
    let answer = ask(widgets().logout_layer(), answering(|_| redirect()), logout(Method::POST)).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::LogOut));
    assert_eq!(answer.viewer, Some(Viewer::SignedOut), "for the outer layers");
    let cookies = answer.set_cookies();
    assert_eq!(cookies[0], format!("{MARKER}=out; Path=/; Secure; SameSite=Lax; Max-Age=34560000"));
    for name in ["intercom-session-abcd1234", "intercom-id-abcd1234"] {
        for domain in ["", "; Domain=app.example.test", "; Domain=example.test"] {
            let line = format!("{name}=; Path=/; Max-Age=0{domain}");
            assert!(cookies.contains(&line.as_str()), "{line} in {cookies:?}");
        }
    }
    assert!(cookies[1].starts_with(&format!("{MARKER}-kept=")), "{cookies:?}");
    assert_eq!(cookies.len(), 8, "and nothing that it did not carry: {cookies:?}");
}

#[tokio::test]
async fn configured_cookie_domain_is_the_one_that_is_expired() {
    let layer = builder().cookie_domain("example.test").build().unwrap().logout_layer();
    let answer = ask(layer, answering(|_| redirect()), logout(Method::POST)).await;
    let cookies = answer.set_cookies();
    assert!(cookies[0].starts_with("__Secure-widget=out;") && cookies[0].contains("; Domain=example.test; Secure"));
    let on_domain = cookies.iter().filter(|cookie| cookie.ends_with("Max-Age=0; Domain=example.test")).count();
    assert_eq!((cookies.len(), on_domain), (6, 2), "{cookies:?}");
}

#[tokio::test]
async fn failed_logout_confirmation_page_and_head_change_nothing() {
    for (method, status) in [
        (Method::POST, 403),
        (Method::POST, 422),
        (Method::POST, 500),
        (Method::GET, 200),
        (Method::HEAD, 200),
        (Method::HEAD, 303),
        (Method::OPTIONS, 204),
    ] {
        let answered = answering(move |_| {
            let mut response = page();
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response
        });
        let answer = ask(widgets().logout_layer(), answered, logout(method.clone())).await;
        assert!(answer.is_untouched() && answer.outcome.is_none(), "{method} {status}");
    }
}

#[tokio::test]
async fn response_decides_where_the_method_does_not() {
    let saying = |viewer: Viewer| {
        answering(move |_| {
            let mut response = page();
            response.extensions_mut().insert(viewer.clone());
            response
        })
    };
    let answer = ask(widgets().logout_layer(), saying(Viewer::SignedOut), logout(Method::GET)).await;
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown));
    let answer = ask(widgets().logout_layer(), saying(user(1)), logout(Method::POST)).await;
    assert!(answer.is_untouched());
}

#[tokio::test]
async fn logout_that_is_a_page_carries_the_shutdown_for_its_own_marker() {
    let both = |outer: bool| (widgets().layer(), widgets().logout_layer(), outer);
    for (page_layer, logout_layer, page_is_outer) in [both(true), both(false)] {
        let service = answering(|_| page());
        let answer = if page_is_outer {
            ask(page_layer, logout_layer.layer(service), logout(Method::POST)).await
        } else {
            ask(logout_layer, page_layer.layer(service), logout(Method::POST)).await
        };
        let data = snippet(cut(&answer.body).1);
        assert_eq!((data["seen"].as_str(), data["fp"].as_str()), (Some("out"), Some("")), "outer: {page_is_outer}");
        assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown));
        assert_eq!(answer.body.matches("<script data-cfasync=\"false\" data-widget=").count(), 1);
        assert_eq!(answer.headers["cache-control"], "private, no-store");
        assert!(answer.set_cookies()[0].contains("=out;"));
        assert_eq!(answer.headers["content-length"], answer.body.len().to_string());
    }
}

#[tokio::test]
async fn snapshot_that_still_says_signed_in_mints_nothing_at_logout() {
    let snapshot = builder().identify(|_| Some(Identity::new("user-1"))).build().unwrap();
    for response in [page as fn() -> Response<Body>, redirect] {
        let inner = snapshot.logout_layer().layer(answering(move |_| response()));
        let answer = ask(snapshot.layer(), inner, logout(Method::POST)).await;
        assert!(!answer.body.contains("eyJ"));
        assert!(
            matches!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown | OutcomeKind::LogOut)),
            "{:?}",
            answer.outcome
        );
        let outside = snapshot.layer().layer(answering(move |_| response()));
        let answer = ask(snapshot.logout_layer(), outside, logout(Method::POST)).await;
        assert!(!answer.body.contains("eyJ"));
        assert!(
            matches!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown | OutcomeKind::LogOut)),
            "{:?}",
            answer.outcome
        );
    }
}

#[tokio::test]
async fn inner_page_layer_boots_again_when_the_logout_fails() {
    let failed = answering(|_| {
        let mut response = page();
        *response.status_mut() = StatusCode::FORBIDDEN;
        response
    });
    let answer = ask(widgets().logout_layer(), widgets().layer().layer(failed), logout(Method::POST)).await;
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Boot));
    assert!(answer.set_cookies().iter().all(|cookie| cookie.starts_with("__Host-widget-kept=")));
}
