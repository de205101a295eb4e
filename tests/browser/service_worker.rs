//! Service workers between the page and the server.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use serde_json::json;

use crate::harness::app::{App, Settings, script};
use crate::harness::page::{ARTIFACTS, CALLS, Page};
use crate::harness::steps::{arrives_and_never_boots, carried_out, log_out_by_fetch, requests, signed_in, verified};
use crate::harness::workers::{KEEPING, install_worker};
use crate::harness::{Stage, in_every_engine};

/// Passes every request on, as most service workers do with requests that they do not know.
const PASSING: &str = r"
let passed = 0;
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (event.request.url.endsWith('/passed')) return event.respondWith(new Response(null, { status: 200 + passed }));
  if (event.request.mode === 'navigate') passed += 1;
  event.respondWith(fetch(REQUEST));
});
";

fn workers() -> Settings {
    let assets = |_: &App| {
        Router::new()
            .route("/keeping.js", script(KEEPING))
            .route("/passing.js", script_of("event.request"))
            .route("/copying.js", script_of("new Request(event.request)"))
            .route("/changing.js", script_of("new Request(event.request, { cache: 'no-store' })"))
    };
    Settings { assets, ..Settings::default() }
}

fn script_of(request: &'static str) -> axum::routing::MethodRouter {
    let code = PASSING.replace("REQUEST", request);
    get(move || async move { ([(header::CONTENT_TYPE, "text/javascript")], code) })
}

/// The number of navigations that came through the service worker.
async fn passed(page: &Page) -> u64 {
    let count = "(answer) => { window.passed = answer.status - 200; }";
    page.eval(&format!("void (window.passed = null, fetch('/passed').then({count}))")).await;
    page.wait_for("window.passed !== null", true).await;
    page.eval("window.passed").await.as_u64().expect("a service worker that counts")
}

async fn works_behind(page: &Stage, worker: &str) {
    install_worker(page, worker).await;
    signed_in(page, "user-1").await;
    let before = passed(page).await;
    // Not a reload: in some engines, a driver's reload bypasses the service worker.
    page.open("/?again").await;
    verified(page, "user-1").await;
    assert_eq!(passed(page).await, before + 1);
    assert_eq!(page.calls().await, ["boot"]);
    assert_ne!(page.eval(ARTIFACTS).await, json!([]), "else the next lines prove nothing");

    page.sign_out().await;
    carried_out(page).await;
    assert!(passed(page).await > before + 1, "the logout came through it, too");
    signed_out_by_fetch_behind_it(page).await;
}

async fn signed_out_by_fetch_behind_it(page: &Stage) {
    signed_in(page, "user-2").await;
    log_out_by_fetch(page).await;
    page.wait_for(CALLS, json!(["boot", "shutdown"])).await;
    page.open("/?again").await;
    carried_out(page).await;
}

in_every_engine!(passed_on_requests_follow_the_session, workers(), async |page| {
    works_behind(page, "/passing.js").await;
});

in_every_engine!(copied_requests_follow_the_session, workers(), async |page| {
    works_behind(page, "/copying.js").await;
});

in_every_engine!(changed_requests_follow_the_session, workers(), async |page| {
    works_behind(page, "/changing.js").await;
});

in_every_engine!(copy_made_before_the_logout_never_boots, workers(), async |page| {
    signed_in(page, "user-1").await;
    install_worker(page, "/keeping.js").await;
    page.open("/?kept").await;
    verified(page, "user-1").await;
    log_out_by_fetch(page).await;

    page.open("/?kept").await;
    arrives_and_never_boots(page).await;
    assert_eq!(requests(page, "kept", ""), 1, "it was not fetched again");

    page.open("/").await;
    assert_eq!(page.eval("document.scripts.length").await, 0, "nothing is left to end");
    page.open("/?kept").await;
    arrives_and_never_boots(page).await;
});
