//! Widgets that are shown to signed-out visitors, too.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use crate::harness::app::{self, App, Settings};
use crate::harness::calls::{CALL_NAMES, TOKENS};
use crate::harness::in_every_engine;
use crate::harness::page::{ARTIFACTS, CALLS, STATE, WHO};
use crate::harness::steps::{A_WHILE, go, no_trace_of, sign_in_by_fetch, signed_in, verified};
use crate::harness::turbo::{open_turbo, turbo, turbo_submit};

fn visitors() -> Settings {
    Settings { visitors: true, routes: |_| Router::new().route("/cached", get(cached)), ..Settings::default() }
}

/// The same page for every viewer, fresh for a minute.
async fn cached() -> Response {
    let headers = [(header::CACHE_CONTROL, "max-age=60"), (header::ETAG, "\"v1\"")];
    (headers, app::page(None, "<p id=\"cached\">Kept for a minute.</p>")).into_response()
}

async fn fetched(app: &App, path: &str) -> (HeaderMap, Bytes) {
    let request = Request::get(path).header("sec-fetch-dest", "document").header("accept", "text/html");
    let response = app.router().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let (parts, body) = response.into_parts();
    (parts.headers, body.collect().await.expect("a body").to_bytes())
}

#[tokio::test]
async fn page_of_a_visitor_is_constant_and_stays_cacheable() {
    let app = App::new(visitors());
    let (headers, first) = fetched(&app, "/cached").await;
    let (_, second) = fetched(&App::new(visitors()), "/cached").await;
    assert!(first.windows(11).any(|part| part == b"data-widget"), "there is a snippet");
    assert_eq!(first, second);
    assert_eq!(headers["cache-control"], "max-age=60");
    assert_eq!(headers["etag"], "W/\"v1\"");
    assert!(!headers.contains_key("set-cookie") && !headers.contains_key("vary"), "{headers:?}");
}

in_every_engine!(cached_page_boots_no_visitor_over_a_user, visitors(), async |page| {
    go(page, "/cached").await;
    page.wait_for(STATE, "visitor").await;
    assert_eq!((page.calls().await, page.eval(TOKENS).await), (vec!["boot".to_owned()], json!([false])));

    go(page, "/").await;
    signed_in(page, "user-1").await;
    let marker = page.marker().await.expect("a marker");
    let kept = page.eval(ARTIFACTS).await;

    go(page, "/cached").await;
    assert_eq!(page.app.requests("/cached"), 1, "the browser showed its copy");
    page.wait_for("typeof window.widgetIdentity", "object").await;
    page.stays(CALLS, json!([]), A_WHILE).await;
    assert_eq!(page.eval(STATE).await, json!(null));
    assert_eq!(page.eval(ARTIFACTS).await, kept, "the session goes on");
    assert_eq!(page.marker().await, Some(marker));

    go(page, "/").await;
    verified(page, "user-1").await;
    assert_eq!(page.calls().await, ["boot"]);
});

in_every_engine!(cached_page_cleans_up_after_a_logout, visitors(), async |page| {
    go(page, "/cached").await;
    page.wait_for(STATE, "visitor").await;
    go(page, "/").await;
    signed_in(page, "user-1").await;
    page.leave_by("#sign-out-landing").await;
    page.wait_for_marker(Some("out")).await;
    // What a page that is closed too soon leaves in the browser.
    page.eval("document.cookie = 'intercom-session-demo=user-1; Path=/'").await;
    page.eval("localStorage.setItem('intercom.intercom-state-demo', '{\"user\":{\"user_id\":\"user-1\"}}')").await;

    go(page, "/cached").await;
    assert_eq!(page.app.requests("/cached"), 1, "the browser showed its copy");
    page.wait_for(CALLS, json!(["shutdown", "boot"])).await;
    page.wait_for(STATE, "visitor").await;
    page.wait_for_marker(None).await;
    page.stays(WHO, json!(null), A_WHILE).await;
    no_trace_of(page, "user-1").await;
});

fn turbo_for_visitors() -> Settings {
    Settings { visitors: true, ..turbo() }
}

in_every_engine!(turbo_login_turns_the_visitor_into_the_user, turbo_for_visitors(), async |page| {
    open_turbo(page).await;
    page.wait_for(STATE, "visitor").await;

    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(CALL_NAMES).await, json!(["boot", "shutdown", "boot"]));
    assert_eq!(page.eval(TOKENS).await, json!([false, false, true]));

    turbo_submit(page, "#sign-out", "").await;
    page.wait_for(STATE, "visitor").await;
    page.wait_for_marker(None).await;
    assert_eq!(page.eval("window.demoMessenger.calls.at(-1)").await["token"], false);
    no_trace_of(page, "user-1").await;
});

in_every_engine!(login_by_fetch_turns_the_visitor_into_the_user, visitors(), async |page| {
    page.wait_for(STATE, "visitor").await;
    sign_in_by_fetch(page, "user-1").await;
    verified(page, "user-1").await;
    assert_eq!(page.calls().await, ["boot", "shutdown", "boot"]);
    assert_eq!(page.eval(TOKENS).await, json!([false, false, true]));
});
