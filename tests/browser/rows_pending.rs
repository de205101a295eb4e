//! What comes between a logout and the page that carries it out, and pages that were made before it.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use fantoccini::wd::WindowHandle;
use futures::{StreamExt, stream};
use serde_json::json;
use tokio::time::sleep;
use tower::ServiceExt;

use crate::app::{App, Settings, script};
use crate::harness::{Stage, in_every_engine};
use crate::identity::{nothing_left, verified};
use crate::page::{ARTIFACTS, CALLS, PATIENCE, Page};

/// Long enough for whatever might still happen to happen.
const A_WHILE: Duration = Duration::from_millis(800);

pub(crate) const MARKER: &str =
    "document.cookie.split('; ').find((pair) => pair.startsWith('__Host-widget='))?.split('=')[1] ?? ''";
const USER: &str = "document.body?.dataset.user ?? null";

/// Whether anybody's messenger was started on this page, or is going to be.
pub(crate) const BOOTED: &str = "(window.demoMessenger?.calls ?? []).some((call) => call.name === 'boot')
    || (window.Intercom?.q ?? []).some((call) => call[0] === 'boot')
    || document.querySelector('#demo-messenger') !== null";

const LEFT_BEHIND: &str = "localStorage.getItem('intercom.intercom-state-demo')";

/// The condition is outside of the page, so that its own waiting cannot help.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// How many requests for `/` with this query came, as the browser says for this purpose.
pub(crate) fn requests(page: &Stage, query: &str, purpose: &str) -> usize {
    let log = page.app.log();
    log.iter().filter(|logged| logged.query == query && logged.purpose == purpose).count()
}

async fn signed_in(page: &Page) {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
}

/// Lets the page fetch this and waits for the answer.
async fn fetch(page: &Page, path: &str, init: &str, status: u16) {
    let remember = "(answer) => { window.answered = answer.status; }";
    page.eval(&format!("void (window.answered = 0, fetch('{path}', {init}).then({remember}))")).await;
    page.wait_for("window.answered", status).await;
}

/// Signed in, but no page of theirs has arrived: there is no marker yet.
pub(crate) async fn sign_in_without_a_page(page: &Page) {
    fetch(page, "/login", "{ method: 'POST', body: new URLSearchParams({ user: 'user-1', to: '/api' }) }", 200).await;
    assert_eq!(page.eval(MARKER).await, "");
}

pub(crate) async fn log_out_by_fetch(page: &Page) {
    fetch(page, "/logout?fetch", "{ method: 'POST' }", 204).await;
    page.wait_for_marker(Some("out")).await;
}

/// Opens this path in another tab; answers the way there.
pub(crate) async fn open_beside(page: &Page, path: &str) -> WindowHandle {
    let before = page.client().windows().await.expect("the tabs");
    // A browser opens nothing that nobody clicked for.
    let button = format!("<button id=\"beside\" onclick=\"window.beside = window.open('{path}')\">Open</button>");
    page.eval(&format!("document.body.insertAdjacentHTML('beforeend', {})", json!(button))).await;
    page.click("#beside").await;
    page.wait_for("!!window.beside", true).await;
    let now = page.client().windows().await.expect("the tabs");
    now.into_iter().find(|tab| !before.contains(tab)).expect("another tab")
}

/// Lets the browser fetch a page ahead, to show it later: `prefetch` or `prerender`.
async fn speculate(page: &Page, what: &str, path: &str) {
    let rules = json!({ what: [{ "source": "list", "urls": [path], "eagerness": "immediate" }] }).to_string();
    page.eval(&format!(
        "document.head.append(Object.assign(document.createElement('script'),
            {{ type: 'speculationrules', textContent: {} }}))",
        json!(rules)
    ))
    .await;
}

/// A page that was made for user-1 is shown, and does not start a messenger for a session that is over. It asks who is
/// signed in, so it carries the logout out.
async fn arrives_and_never_boots(page: &Page) {
    page.wait_for(USER, "user-1").await;
    page.wait_for("document.readyState", "complete").await;
    page.stays(BOOTED, false, A_WHILE).await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
    assert_eq!(page.eval(BOOTED).await, false);
}

// --- 7: what is not a page leaves the logout pending --------------------------------------------

/// User-1 has signed out and sees a page behind no layer, so nobody has carried the logout out.
async fn pending(page: &Stage) {
    signed_in(page).await;
    page.leave_by("#sign-out-landing").await;
    page.wait_for("location.pathname", "/landing").await;
    // What no answer of a server can take away, only a page.
    page.eval("void localStorage.setItem('intercom.intercom-state-demo', 'user-1')").await;
    still_pending(page).await;
    page.app.clear_log();
}

async fn still_pending(page: &Page) {
    page.wait_for(MARKER, "out").await;
    page.stays(MARKER, "out", A_WHILE).await;
    assert_eq!(page.eval(LEFT_BEHIND).await, "user-1");
}

/// The first real page since the logout has carried it out.
async fn carried_out(page: &Page) {
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
}

fn guises() -> Settings {
    Settings {
        assets: |app| Router::new().route("/as/{guise}", get(disguised)).with_state(app.clone()),
        ..Settings::default()
    }
}

/// What `/` answers to a request of this sort. No script can send one: the `Sec-` headers are the browser's own.
async fn disguised(State(app): State<App>, Path(guise): Path<String>, mut request: Request) -> Response {
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

in_every_engine!(row_07_prefetched_page_leaves_the_logout_pending, guises(), async |page| {
    pending(page).await;
    for guise in ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"] {
        fetch(page, &format!("/as/{guise}"), "{}", 200).await;
        still_pending(page).await;
    }

    page.open("/").await;
    carried_out(page).await;
});

in_every_engine!(row_07_prefetch_link_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    page.eval("document.head.insertAdjacentHTML('beforeend', '<link rel=\"prefetch\" href=\"/?ahead\">')").await;
    until("the browser fetches the page ahead", || requests(page, "ahead", "prefetch") == 1).await;
    still_pending(page).await;

    page.open("/?ahead").await;
    carried_out(page).await;
});

in_every_engine!(row_07_prefetch_rule_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    speculate(page, "prefetch", "/?ahead").await;
    until("the browser fetches the page ahead", || requests(page, "ahead", "prefetch") == 1).await;
    still_pending(page).await;

    // Made after the logout, so it is as good as a new one.
    page.eval("void (location.href = '/?ahead')").await;
    page.wait_for("location.search", "?ahead").await;
    carried_out(page).await;
    assert_eq!(requests(page, "ahead", ""), 0, "it was not fetched again");
});

in_every_engine!(row_07_prerendered_page_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    speculate(page, "prerender", "/?ahead").await;
    until("the browser renders the page ahead", || requests(page, "ahead", "prefetch;prerender") == 1).await;
    still_pending(page).await;
    assert_eq!(page.app.requests("/demo/messenger.js"), 0, "a page that nobody sees loads no messenger");

    page.eval("void (location.href = '/?ahead')").await;
    page.wait_for("location.search", "?ahead").await;
    page.wait_for("performance.getEntriesByType('navigation')[0].activationStart > 0", true).await;
    carried_out(page).await;
    assert_eq!(requests(page, "ahead", ""), 0, "it was not fetched again");
});

in_every_engine!(row_07_head_leaves_the_logout_pending, guises(), async |page| {
    pending(page).await;
    fetch(page, "/", "{ method: 'HEAD' }", 200).await;
    fetch(page, "/as/head", "{}", 200).await;
    still_pending(page).await;

    page.open("/").await;
    carried_out(page).await;
});

in_every_engine!(row_07_json_call_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    fetch(page, "/api", "{}", 200).await;
    // Neither does a page that a script only reads.
    fetch(page, "/", "{}", 200).await;
    still_pending(page).await;

    page.open("/").await;
    carried_out(page).await;
});

fn halves() -> Settings {
    Settings { around: |router| router.layer(from_fn(halve)), ..Settings::default() }
}

/// An answer to `/?half` comes to a halt in the middle of the injected script.
async fn halve(request: Request, next: Next) -> Response {
    let wanted = request.uri().query() == Some("half");
    let response = next.run(request).await;
    if !wanted {
        return response;
    }
    let (parts, body) = response.into_parts();
    let page = to_bytes(body, usize::MAX).await.expect("a page");
    let code = page.windows(3).position(|bytes| bytes == b"'>(").expect("the injected script");
    let first = stream::iter([Ok::<_, Infallible>(page.slice(..code + 2000))]);
    Response::from_parts(parts, Body::from_stream(first.chain(stream::pending())))
}

in_every_engine!(row_07_page_aborted_half_way_leaves_the_logout_pending, halves(), async |page| {
    pending(page).await;
    open_beside(page, "/?half").await;
    let arrived = "window.beside.document.querySelectorAll('script[data-widget]').length";
    page.wait_for(arrived, 1).await;
    still_pending(page).await;
    page.eval("void window.beside.stop()").await;
    still_pending(page).await;
    page.eval("void window.beside.close()").await;

    page.open("/").await;
    carried_out(page).await;
});

in_every_engine!(row_07_page_aborted_before_it_arrives_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    page.gate.hold_answer("/slow");
    open_beside(page, "/slow").await;
    until("the page is asked for", || page.app.requests("/slow") == 1).await;
    page.eval("void window.beside.stop()").await;
    page.gate.release("/slow");
    still_pending(page).await;
    page.eval("void window.beside.close()").await;

    page.open("/").await;
    carried_out(page).await;
});

// --- 8: a page that is slower than the logout ----------------------------------------------------

/// User-1's page is made, but does not arrive yet.
async fn made_but_on_its_way(page: &Stage) -> WindowHandle {
    page.gate.hold_answer("/slow");
    let slow = open_beside(page, "/slow").await;
    until("the page is asked for", || page.app.requests("/slow") == 1).await;
    slow
}

in_every_engine!(row_08_page_slower_than_the_logout_never_boots, Settings::default(), async |page| {
    signed_in(page).await;
    let slow = made_but_on_its_way(page).await;
    log_out_by_fetch(page).await;

    page.gate.release("/slow");
    page.switch_to(slow).await;
    arrives_and_never_boots(page).await;
    page.open("/").await;
    assert_eq!(page.eval("document.scripts.length").await, 0, "nothing is left to end");
});

in_every_engine!(
    row_08_page_slower_than_a_logout_that_was_carried_out_never_boots,
    Settings::default(),
    async |page| {
        signed_in(page).await;
        let slow = made_but_on_its_way(page).await;
        log_out_by_fetch(page).await;
        page.open("/").await;
        carried_out(page).await;

        page.gate.release("/slow");
        page.switch_to(slow).await;
        arrives_and_never_boots(page).await;
    }
);

// --- 9: a page that was made before the logout and is shown after it ------------------------------

in_every_engine!(row_09_page_prefetched_before_the_logout_never_boots, Settings::default(), async |page| {
    signed_in(page).await;
    speculate(page, "prefetch", "/?ahead").await;
    until("the browser fetches the page ahead", || requests(page, "ahead", "prefetch") == 1).await;
    log_out_by_fetch(page).await;

    page.eval("void (location.href = '/?ahead')").await;
    page.wait_for("location.search", "?ahead").await;
    arrives_and_never_boots(page).await;
    assert_eq!(requests(page, "ahead", ""), 0, "it was not fetched again");
});

in_every_engine!(row_09_page_prerendered_before_the_logout_never_boots, Settings::default(), async |page| {
    signed_in(page).await;
    speculate(page, "prerender", "/?ahead").await;
    until("the browser renders the page ahead", || requests(page, "ahead", "prefetch;prerender") == 1).await;
    log_out_by_fetch(page).await;

    page.eval("void (location.href = '/?ahead')").await;
    page.wait_for("location.search", "?ahead").await;
    page.wait_for("performance.getEntriesByType('navigation')[0].activationStart > 0", true).await;
    arrives_and_never_boots(page).await;
    assert_eq!(requests(page, "ahead", ""), 0, "it was not fetched again");
});

/// Keeps the page `/?kept` as it was when it came first, as an application for use without a network does.
const KEEPING: &str = r"
const kept = async (request) => {
  const pages = await caches.open('pages');
  const copy = await pages.match(request.url, { ignoreVary: true });
  if (copy) return copy;
  const answer = await fetch(request);
  await pages.put(request.url, answer.clone());
  return answer;
};
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (event.request.url.endsWith('/?kept')) event.respondWith(kept(event.request));
});
";

/// Passes every request on, as most service workers do with what they do not know.
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

pub(crate) async fn install_worker(page: &Page, path: &str) {
    let failed = "(error) => { window.failed = String(error); }";
    page.eval(&format!("void navigator.serviceWorker.register('{path}').catch({failed})")).await;
    page.wait_for("window.failed ?? !!navigator.serviceWorker.controller", true).await;
}

in_every_engine!(row_09_stored_copy_made_before_the_logout_never_boots, workers(), async |page| {
    signed_in(page).await;
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

// --- 16: a service worker that passes everything on ------------------------------------------------

/// How many navigations came through the service worker.
async fn passed(page: &Page) -> u64 {
    let count = "(answer) => { window.passed = answer.status - 200; }";
    page.eval(&format!("void (window.passed = null, fetch('/passed').then({count}))")).await;
    page.wait_for("window.passed !== null", true).await;
    page.eval("window.passed").await.as_u64().expect("a service worker that counts")
}

async fn works_behind(page: &Stage, worker: &str) {
    install_worker(page, worker).await;
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    let before = passed(page).await;
    // Not a reload: in some engines a driver's goes past the service worker.
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
    page.sign_in("user-2").await;
    verified(page, "user-2").await;
    log_out_by_fetch(page).await;
    page.wait_for(CALLS, json!(["boot", "shutdown"])).await;
    page.open("/?again").await;
    carried_out(page).await;
}

in_every_engine!(row_16_service_worker_that_passes_requests_on, workers(), async |page| {
    works_behind(page, "/passing.js").await;
});

in_every_engine!(row_16_service_worker_that_copies_requests, workers(), async |page| {
    works_behind(page, "/copying.js").await;
});

in_every_engine!(row_16_service_worker_that_changes_requests, workers(), async |page| {
    works_behind(page, "/changing.js").await;
});
