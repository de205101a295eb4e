//! A login or an expiry without a page load, and `widgetIdentity.refresh()`.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use crate::harness::app::Settings;
use crate::harness::in_every_engine;
use crate::harness::page::{CALLS, STATE};
use crate::harness::steps::{no_trace_of, nothing_left, sign_in_by_fetch, signed_in, verified};

in_every_engine!(refresh_after_a_login_by_fetch_boots_the_next_user, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    sign_in_by_fetch(page, "user-2").await;
    verified(page, "user-2").await;
    assert_eq!(page.calls().await, ["boot", "shutdown", "boot"]);
    no_trace_of(page, "user-1").await;

    page.click("#sign-out-fetch").await;
    page.wait_for(STATE, "shutdown").await;
    sign_in_by_fetch(page, "user-1").await;
    verified(page, "user-1").await;
    page.wait_for(CALLS, json!(["boot", "shutdown", "boot", "shutdown", "shutdown", "boot"])).await;
    no_trace_of(page, "user-2").await;
});

/// As guards do that stand outside of the widget layer: without a session, every path leads to the login page.
fn guarded(router: Router) -> Router {
    async fn guard(request: Request, next: Next) -> Response {
        let is_guarded = request.uri().path().starts_with("/widget-token/");
        let cookies = request.headers().get("cookie").and_then(|line| line.to_str().ok()).unwrap_or_default();
        if is_guarded && !cookies.contains("sid=") {
            return Redirect::to("/landing").into_response();
        }
        next.run(request).await
    }
    router.layer(from_fn(guard))
}

in_every_engine!(
    refresh_shuts_down_where_a_guard_redirects_once_the_session_expired,
    Settings { around: guarded, ..Settings::default() },
    async |page| {
        signed_in(page, "user-1").await;
        page.delete_cookie("sid").await;
        page.eval("void widgetIdentity.refresh()").await;
        page.wait_for(STATE, "shutdown").await;
        nothing_left(page).await;
    }
);

in_every_engine!(refresh_after_the_session_expired_shuts_down, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    page.app.expire("user-1");
    page.eval("void widgetIdentity.refresh()").await;
    page.wait_for(STATE, "shutdown").await;
    nothing_left(page).await;
});
