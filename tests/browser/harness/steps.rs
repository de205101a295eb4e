//! What users do in a page, and what tests wait for there.

use std::time::{Duration, Instant};

use fantoccini::wd::WindowHandle;
use serde_json::json;
use tokio::time::sleep;

use crate::harness::Stage;
use crate::harness::page::{ARTIFACTS, CALLS, PATIENCE, Page, STATE, WHO};

/// Time for late effects of what the page itself did.
pub(crate) const A_MOMENT: Duration = Duration::from_millis(800);
/// Time for late effects in which a library or another tab is involved.
pub(crate) const A_WHILE: Duration = Duration::from_millis(1500);

/// Waits until the messenger shows this user's conversations.
pub(crate) async fn verified(page: &Page, user: &str) {
    page.wait_for(STATE, "verified").await;
    page.wait_for(WHO, user).await;
}

/// Asserts that nothing of a messenger session is left, and that nothing comes back.
pub(crate) async fn nothing_left(page: &Page) {
    page.wait_for(ARTIFACTS, json!([])).await;
    page.wait_for_marker(None).await;
    page.settles(ARTIFACTS, json!([]), A_MOMENT).await;
    page.wait_for_marker(None).await;
}

pub(crate) async fn signed_in(page: &Page, user: &str) {
    page.sign_in(user).await;
    verified(page, user).await;
}

pub(crate) async fn no_trace_of(page: &Page, user: &str) {
    let traces = page.traces().await;
    assert!(!traces.contains(user), "{traces}");
}

/// Makes the page fetch this path, and waits for the response.
pub(crate) async fn fetch(page: &Page, path: &str, init: &str, status: u16) {
    let remember = "(answer) => { window.answered = answer.status; }";
    page.eval(&format!("void (window.answered = 0, fetch('{path}', {init}).then({remember}))")).await;
    page.wait_for("window.answered", status).await;
}

/// Signs in, but loads no page of the user: there is no marker yet.
pub(crate) async fn sign_in_without_a_page(page: &Page) {
    fetch(page, "/login", "{ method: 'POST', body: new URLSearchParams({ user: 'user-1', to: '/api' }) }", 200).await;
    assert_eq!(page.eval(MARKER).await, "");
}

/// Signs in as a single-page application does: by a fetch, then `widgetIdentity.refresh()`, without a page load.
pub(crate) async fn sign_in_by_fetch(page: &Stage, user: &str) {
    let login = format!(
        "void fetch('/login', {{ method: 'POST', redirect: 'manual', body: new URLSearchParams({{ user: '{user}' }}) }})\
         .then(() => widgetIdentity.refresh())"
    );
    page.eval(&login).await;
}

pub(crate) async fn log_out_by_fetch(page: &Page) {
    fetch(page, "/logout?fetch", "{ method: 'POST' }", 204).await;
    page.wait_for_marker(Some("out")).await;
}

pub(crate) async fn set_marker_to_out(page: &Page) {
    let (name, _) = page.marker_cookie().await.expect("a marker");
    page.eval(&format!("void (document.cookie = '{name}=out; Path=/; Secure; SameSite=Lax')")).await;
}

/// Goes to another page as a link does, and waits until it is there.
pub(crate) async fn go(page: &Page, path: &str) {
    page.eval(&format!("void (window.beforeTheClick = true, location.href = '{path}')")).await;
    page.wait_for("!window.beforeTheClick && location.pathname + location.search", path).await;
    page.wait_for("document.readyState", "complete").await;
}

/// Opens this path in another tab, and returns the handle of that tab.
pub(crate) async fn open_beside(page: &Page, path: &str) -> WindowHandle {
    let before = page.client().windows().await.expect("the tabs");
    // A browser opens a tab only after a click.
    let button = format!("<button id=\"beside\" onclick=\"window.beside = window.open('{path}')\">Open</button>");
    page.eval(&format!("document.body.insertAdjacentHTML('beforeend', {})", json!(button))).await;
    page.click("#beside").await;
    page.wait_for("!!window.beside", true).await;
    let now = page.client().windows().await.expect("the tabs");
    now.into_iter().find(|tab| !before.contains(tab)).expect("another tab")
}

/// Minimizes the window, or shows it again.
pub(crate) async fn hide(page: &Page, hidden: bool) {
    let client = page.client();
    if hidden {
        client.minimize_window().await.expect("the window can be hidden");
    } else {
        client.set_window_rect(0, 0, 1000, 800).await.expect("the window can be shown");
    }
    page.wait_for("document.hidden", hidden).await;
}

/// Waits for a condition outside of the page, so that the polling cannot affect the page.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// The number of requests for `/` with this query and this `sec-purpose`.
pub(crate) fn requests(page: &Stage, query: &str, purpose: &str) -> usize {
    let log = page.app.log();
    log.iter().filter(|logged| logged.query == query && logged.purpose == purpose).count()
}

pub(crate) const MARKER: &str =
    "document.cookie.split('; ').find((pair) => pair.startsWith('__Host-widget='))?.split('=')[1] ?? ''";

pub(crate) const USER: &str = "document.body?.dataset.user ?? null";

/// Whether a messenger was started for any user on this page, or is about to be.
pub(crate) const BOOTED: &str = "(window.demoMessenger?.calls ?? []).some((call) => call.name === 'boot')
    || (window.Intercom?.q ?? []).some((call) => call[0] === 'boot')
    || document.querySelector('#demo-messenger') !== null";

/// Asserts that the first page after the logout that ran has carried it out.
pub(crate) async fn carried_out(page: &Page) {
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
}

/// Asserts that a page of user-1 is shown and starts no messenger, because the session is over. The page asks who is
/// signed in, so it carries the logout out.
pub(crate) async fn arrives_and_never_boots(page: &Page) {
    page.wait_for(USER, "user-1").await;
    page.wait_for("document.readyState", "complete").await;
    page.stays(BOOTED, false, A_WHILE).await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
    assert_eq!(page.eval(BOOTED).await, false);
}

pub(crate) async fn boots_no_user(page: &Stage) {
    page.stays(BOOTED, false, A_WHILE).await;
    assert_eq!(page.eval(WHO).await, json!(null));
}
