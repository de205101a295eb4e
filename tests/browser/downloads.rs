//! A page that is saved instead of shown: the file must contain no token, because people mail and copy files.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::http::Uri;
use axum::http::header::{CONTENT_DISPOSITION, HeaderMap};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::harness::app::{Session, Settings, page, shown};
use crate::harness::steps::{signed_in, verified};
use crate::harness::{Stage, in_every_engine};

/// For each request to `/report`: what the browser asked for and what it got.
type Answers = Arc<Mutex<Vec<Value>>>;

/// Links that save the same page, as it is and as an attachment.
async fn report(Extension(session): Extension<Session>, uri: Uri) -> Response {
    let links = "<a id=\"download\" href=\"/report?saved\" download=\"report.html\">Save</a>
        <a id=\"attachment\" href=\"/report?saved&attachment\">Save</a>";
    let page = page(shown(&session).as_deref(), links);
    if uri.query().is_some_and(|query| query.contains("attachment")) {
        return ([(CONTENT_DISPOSITION, "attachment; filename=\"report.html\"")], page).into_response();
    }
    page.into_response()
}

async fn record(State(answers): State<Answers>, request: Request, next: Next) -> Response {
    let is_report = request.uri().path() == "/report";
    let saved = request.uri().query().is_some_and(|query| query.starts_with("saved"));
    let asked = asked(request.headers());
    let response = next.run(request).await;
    if !is_report {
        return response;
    }
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body in memory");
    let has_token = String::from_utf8_lossy(&body).contains("eyJ");
    let answer = json!({ "saved": saved, "token": has_token, "asked": asked });
    answers.lock().expect("no test panics in here").push(answer);
    Response::from_parts(head, Body::from(body))
}

/// The request headers that describe the download, for the failure message.
fn asked(headers: &HeaderMap) -> Value {
    let names = ["accept", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site"];
    names
        .iter()
        .map(|name| (name.to_string(), json!(headers.get(*name).and_then(|value| value.to_str().ok()))))
        .collect()
}

fn recorded() -> Settings {
    let around = |router: Router| {
        let answers = Answers::default();
        let seen = answers.clone();
        let list = get(async move || Json(seen.lock().expect("no test panics in here").clone()));
        router.layer(from_fn_with_state(answers, record)).route("/recorded", list)
    };
    Settings { routes: |_| Router::new().route("/report", get(report)), around, ..Settings::default() }
}

/// Saves the page by this link, and compares the file with the page that was shown.
async fn saves_no_token(page: &Stage, link: &str) {
    signed_in(page, "user-1").await;
    page.open("/report").await;
    verified(page, "user-1").await;

    page.click(link).await;
    let ask = "void fetch('/recorded').then((answer) => answer.json()).then((all) => { window.recorded = all; })";
    let count = format!("({ask}, (window.recorded ?? []).filter((answer) => answer.saved).length)");
    page.wait_for(&count, 1).await;
    let recorded = page.eval("window.recorded").await;
    let of = |saved: bool| recorded.as_array().into_iter().flatten().find(|answer| answer["saved"] == saved);
    assert_eq!(of(false).expect("the page")["token"], true, "else the next line proves nothing: {recorded}");
    assert_eq!(of(true).expect("the download")["token"], false, "{recorded}");
}

in_every_engine!(download_link_saves_no_token, recorded(), async |page| {
    saves_no_token(page, "#download").await;
});

in_every_engine!(download_as_attachment_saves_no_token, recorded(), async |page| {
    saves_no_token(page, "#attachment").await;
});
