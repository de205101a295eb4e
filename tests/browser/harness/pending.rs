//! A logout that no page has carried out yet.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, Uri, header};
use axum::response::Response;
use axum::routing::get;
use tower::ServiceExt;

use crate::harness::Stage;
use crate::harness::app::{App, Settings};
use crate::harness::page::Page;
use crate::harness::steps::{A_MOMENT, MARKER, signed_in};

pub(crate) const LEFT_BEHIND: &str = "localStorage.getItem('intercom.intercom-state-demo')";

/// Signs user-1 out on a page without a layer, so that no page has carried the logout out.
pub(crate) async fn pending(page: &Stage) {
    signed_in(page, "user-1").await;
    page.leave_by("#sign-out-landing").await;
    page.wait_for("location.pathname", "/landing").await;
    // No response can remove this entry, only a page.
    page.eval("void localStorage.setItem('intercom.intercom-state-demo', 'user-1')").await;
    still_pending(page).await;
    page.app.clear_log();
}

pub(crate) async fn still_pending(page: &Page) {
    page.wait_for(MARKER, "out").await;
    page.stays(MARKER, "out", A_MOMENT).await;
    assert_eq!(page.eval(LEFT_BEHIND).await, "user-1");
}

pub(crate) fn guises() -> Settings {
    Settings {
        assets: |app| Router::new().route("/as/{guise}", get(disguised)).with_state(app.clone()),
        ..Settings::default()
    }
}

/// Returns the response of `/` to a request of this kind. A script cannot send one, because browsers set the `Sec-`
/// headers themselves.
pub(crate) async fn disguised(State(app): State<App>, Path(guise): Path<String>, mut request: Request) -> Response {
    *request.uri_mut() = Uri::from_static("/");
    let headers = request.headers_mut();
    headers.insert("sec-fetch-dest", HeaderValue::from_static("document"));
    headers.insert("sec-fetch-mode", HeaderValue::from_static("navigate"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8"));
    if guise == "head" {
        *request.method_mut() = Method::HEAD;
    } else {
        headers.insert("sec-purpose", HeaderValue::try_from(guise).expect("a header value"));
    }
    app.router().oneshot(request).await.expect("it always answers")
}
