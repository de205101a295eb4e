//! htmx: fragments and boosted links.

use axum::Router;
use axum::extract::{self, Extension};
use axum::response::Html;
use axum::routing::get;
use serde_json::json;

use crate::harness::app::{Session, Settings};
use crate::harness::calls::{ALIVE, BOOTS};
use crate::harness::packages::{document, library};
use crate::harness::page::{ARTIFACTS, CALLS, STATE};
use crate::harness::steps::{A_WHILE, no_trace_of, verified};
use crate::harness::turbo::SAME_DOCUMENT;
use crate::harness::{Stage, in_every_engine};

fn htmx() -> Settings {
    Settings {
        routes: |_| Router::new().route("/htmx/{page}", get(htmx_page)).route("/part", get(part)),
        assets: |_| Router::new().route("/libs/htmx.js", library("htmx.org/dist/htmx.js")),
        ..Settings::default()
    }
}

/// Notes each response that htmx received, unchanged.
const HTMX_HEAD: &str = "<script src=\"/libs/htmx.js\"></script>\n<script>window.answers = [];\n\
    document.addEventListener('htmx:afterRequest', (event) => answers.push(event.detail.xhr.responseText));</script>";

async fn htmx_page(session: Extension<Session>, extract::Path(name): extract::Path<String>) -> Html<String> {
    let content = "<div hx-boost=\"true\"><a id=\"two\" href=\"/htmx/two\">two</a>\n\
        <form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"to\" value=\"/htmx/one\">\
        <button id=\"boosted-login\" name=\"user\" value=\"user-2\">Sign in as user-2</button></form>\n\
        <form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"to\" value=\"/htmx/one\">\
        <button id=\"boosted-logout\">Sign out</button></form></div>\n\
        <button id=\"swap\" hx-get=\"/part\" hx-target=\"#here\">Swap</button><p id=\"here\"></p>";
    document(&session, &format!("/htmx/{name}"), HTMX_HEAD, content)
}

/// A fragment that begins like a document.
async fn part() -> Html<&'static str> {
    Html("<!doctype html>\n<html><head></head><body><b id=\"arrived\">here</b></body></html>\n")
}

async fn open_htmx_as_user_1(page: &Stage) {
    page.open("/htmx/one").await;
    page.leave_by("button[value=user-1]").await;
    verified(page, "user-1").await;
    page.eval("window.sameDocument = true").await;
}

in_every_engine!(responses_to_htmx_are_untouched, htmx(), async |page| {
    open_htmx_as_user_1(page).await;
    page.click("#swap").await;
    page.wait_for("document.querySelector('#here #arrived')?.textContent ?? ''", "here").await;
    assert_eq!(page.eval("window.answers").await, json!([part().await.0]));

    page.click("#two").await;
    page.wait_for("location.pathname", "/htmx/two").await;
    page.wait_for("window.answers.length", 2).await;
    let boosted = page.eval("window.answers[1]").await;
    assert!(boosted.as_str().is_some_and(|html| html.contains("<!doctype html>")), "{boosted}");
    assert!(!boosted.as_str().is_some_and(|html| html.contains("data-widget")), "{boosted}");
    // Replacing the body removes the launcher, so the library is asked to show it again.
    let others = format!("({CALLS}).filter((call) => call !== 'reattach_activator')");
    page.stays(&others, json!(["boot"]), A_WHILE).await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(SAME_DOCUMENT).await, true);
});

in_every_engine!(boosted_forms_follow_the_session, htmx(), async |page| {
    open_htmx_as_user_1(page).await;
    page.click("#boosted-logout").await;
    page.wait_for(STATE, "shutdown").await;
    page.wait_for(ARTIFACTS, json!([])).await;
    page.wait_for("window.answers.length", 1).await;

    // A boosted login is not a page load: no user is shown until the next one.
    page.click("#boosted-login").await;
    page.wait_for("window.answers.length", 2).await;
    page.stays(ALIVE, false, A_WHILE).await;
    assert_eq!(page.eval(SAME_DOCUMENT).await, true);

    page.reload().await;
    verified(page, "user-2").await;
    assert_eq!(page.eval(BOOTS).await, 1);
    no_trace_of(page, "user-1").await;
});
