//! The example `reverse_proxy` between an application in Python and a proxy that authenticates users.

use std::process::Command;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;

use crate::example::{Messenger, demo};
use crate::harness::app::script;
use crate::harness::page::{ARTIFACTS, CALLS, Page, STATE};
use crate::harness::steps::{no_trace_of, nothing_left, verified};
use crate::harness::{Site, Started, run_programs};
use crate::support::process::{Process, example};
use crate::support::repository;

/// The browser connects to the front proxy, that one to the example, and the example to the application.
struct Chain {
    _front: Site,
    _proxy: Process,
    _application: Process,
    /// Serves `widget.intercom.io`.
    _vendor: Site,
}

async fn started() -> Started<Chain> {
    let mut python = Command::new("python3");
    python.arg(repository().join("tests/apps/app.py"));
    let application = Process::start(python, "port ");

    let messenger = Messenger::demo().expect("random numbers");
    let mut command = example("reverse_proxy");
    command.args(["--listen=127.0.0.1:0", "--identity-headers", "--logout-path=/logout"]);
    command.arg(format!("--upstream=http://127.0.0.1:{}", application.port));
    command.env("INTERCOM_APP_ID", "demo").env("INTERCOM_SECRET", &*messenger.secret());
    let proxy = Process::start(command, "Listening on http://127.0.0.1:");

    let front = Site::plain(front(proxy.port).merge(demo::routes(&messenger))).await;
    let widget =
        Site::tls(Router::new().route("/widget/demo", script(include_str!("../../examples/axum/messenger.js")))).await;
    let (port, widget_port) = (front.port, Some(widget.port));
    let programs = Chain { _front: front, _proxy: proxy, _application: application, _vendor: widget };
    Started { programs, port, widget: widget_port }
}

// --- The parts of oauth2-proxy that matter here -----------------------------------------------

const SESSION: &str = "front-session";

#[derive(Clone)]
struct Front {
    client: Client<HttpConnector, Body>,
    port: u16,
}

fn front(port: u16) -> Router {
    let client = Client::builder(TokioExecutor::new()).build_http();
    Router::new()
        .route("/oauth2/sign_in/{user}", get(sign_in))
        .route("/oauth2/sign_out", get(sign_out))
        .fallback(pass)
        .with_state(Front { client, port })
}

async fn sign_in(Path(user): Path<String>) -> Response {
    let cookie = format!("{SESSION}={user}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

async fn sign_out() -> Response {
    let cookie = format!("{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

/// Sets the header that says who is signed in. A header of this name from the browser is dropped.
async fn pass(State(Front { client, port }): State<Front>, mut request: Request) -> Response {
    let user = user(request.headers());
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let uri: Uri = format!("http://127.0.0.1:{port}{path}").parse().expect("a URL");
    *request.uri_mut() = uri;
    for (name, value) in [("x-auth-request-user", user.clone()), ("x-auth-request-email", user.map(email))] {
        request.headers_mut().remove(name);
        let value = value.map(|value| HeaderValue::try_from(value).expect("a header"));
        request.headers_mut().extend(value.map(|value| (HeaderName::from_static(name), value)));
    }
    match client.request(request).await {
        Ok(response) => response.map(Body::new),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn email(user: String) -> String {
    format!("{user}@example.com")
}

fn user(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split("; ")).filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == SESSION).map(|(_, value)| value.to_owned())
}

// --- The tests ----------------------------------------------------------------------------------

async fn sign_in_as(page: &Page, user: &str) {
    page.open(&format!("/oauth2/sign_in/{user}")).await;
    page.wait_for("document.body.dataset.user", user).await;
    verified(page, user).await;
}

#[tokio::test]
#[ignore = "needs chromium, chromedriver and python3"]
async fn sign_in_shows_the_user_and_sign_out_leaves_nothing() {
    run_programs(started, async |page| {
        assert_eq!(page.eval(CALLS).await, json!([]), "nothing runs for a signed-out visitor");
        assert_eq!(page.marker().await, None);

        sign_in_as(page, "user-1").await;
        assert_eq!(page.calls().await, ["boot"]);
        assert_ne!(page.eval(ARTIFACTS).await, json!([]), "else the next lines prove nothing");
        assert_eq!(page.eval("document.querySelectorAll('[data-widget]').length").await, 0);
        let encoded = "performance.getEntriesByType('navigation')[0].encodedBodySize";
        let decoded = "performance.getEntriesByType('navigation')[0].decodedBodySize";
        assert_eq!(page.eval(&format!("{encoded} < {decoded} * 3 / 4")).await, true, "compressed");

        page.sign_out().await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;

        sign_in_as(page, "user-2").await;
        no_trace_of(page, "user-1").await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium, chromedriver and python3"]
async fn a_session_that_ends_at_the_front_ends_the_widgets_too() {
    run_programs(started, async |page| {
        sign_in_as(page, "user-1").await;
        // This sign-out does not reach the application or its logout path.
        page.open("/oauth2/sign_out").await;
        page.wait_for("document.body.dataset.user", "").await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium, chromedriver and python3"]
async fn a_sign_out_is_known_in_the_other_tab() {
    run_programs(started, async |page| {
        sign_in_as(page, "user-1").await;
        let first = page.new_tab().await;
        page.open("/").await;
        verified(page, "user-1").await;
        page.eval("fetch('/logout?fetch', { method: 'POST' }).then(() => { window.signedOut = true; }) && null").await;
        page.wait_for("window.signedOut", true).await;
        page.wait_for(STATE, "shutdown").await;
        page.switch_to(first).await;
        page.wait_for(STATE, "shutdown").await;
        assert_eq!(page.eval(ARTIFACTS).await, json!([]));
    })
    .await;
}
