//! The ways in which a session ends, and what the messenger does about each.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::app::Settings;
use crate::harness::{in_every_engine, run};
use crate::identity::{nothing_left, verified};
use crate::page::{ARTIFACTS, CALLS, Page, STATE, WHO};
use crate::rows_widgets::{all_show, all_widgets};

const AT_ONCE: Duration = Duration::from_secs(1);

/// When the messenger was shut down, in milliseconds since 1970.
pub(crate) const SHUT_DOWN_AT: &str = "window.demoMessenger.calls.find((call) => call.name === 'shutdown')?.at ?? null";

pub(crate) fn milliseconds() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a clock after 1970").as_secs_f64() * 1000.0
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn two_tabs_logout_in_one_shuts_down_the_other() {
    run(async |page| {
        page.sign_in("user-1").await;
        verified(page, "user-1").await;
        page.eval("window.sameDocument = true").await;

        let first = page.new_tab().await;
        page.open("/").await;
        verified(page, "user-1").await;
        page.sign_out().await;
        let signed_out = milliseconds();
        nothing_left(page).await;
        let looked_at = milliseconds();

        page.switch_to(first).await;
        page.wait_at_most(AT_ONCE, STATE, "shutdown").await;
        assert_eq!(page.eval("window.sameDocument").await, true, "no navigation");
        // The messenger's own clock tells that it did not take somebody to look at the tab.
        let shut_down = page.eval(SHUT_DOWN_AT).await.as_f64().expect("a time");
        assert!(shut_down < signed_out + 1000.0, "{} ms after the sign-out", shut_down - signed_out);
        assert!(shut_down < looked_at, "only {} ms after a look at it", shut_down - looked_at);
        assert_eq!(page.calls().await, ["boot", "shutdown"]);
        nothing_left(page).await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn logout_by_fetch_shuts_the_page_down() {
    run(async |page| {
        page.sign_in("user-1").await;
        verified(page, "user-1").await;

        // By then nothing is cleaned up any more on account of a library that came late.
        page.wait_for("performance.now() > 2500", true).await;

        page.click("#sign-out-fetch").await;
        page.wait_for(STATE, "shutdown").await;
        assert_eq!(page.eval(ARTIFACTS).await, json!([]), "in the same breath");
        assert_eq!(page.calls().await, ["boot", "shutdown"]);
        // It stays until a page that was made for nobody has cleaned up.
        page.wait_for_marker(Some("out")).await;
        page.stays(ARTIFACTS, json!([]), AT_ONCE).await;

        page.reload().await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn back_after_logout_is_not_alive() {
    run(async |page| {
        page.sign_in("user-1").await;
        // An address of its own, so that Back leads here and nowhere else.
        page.open("/?mine").await;
        verified(page, "user-1").await;
        page.sign_out().await;
        nothing_left(page).await;

        page.back().await;
        page.wait_for("location.search", "?mine").await;
        page.wait_for("document.readyState", "complete").await;
        let alive = format!("({STATE}) === 'verified' || ({WHO}) !== null");
        page.wait_for(&alive, false).await;
        page.stays(&alive, false, AT_ONCE).await;
        nothing_left(page).await;
        let traces = page.traces().await;
        assert!(!traces.contains("user-1"), "{traces}");
    })
    .await;
}

/// A page of user-1 that the browser keeps for the Back button, and another one before the eyes, where
/// the marker has just become `marker`.
///
/// It is set by hand: a sign-out or sign-in in the example also changes a cookie that no script can
/// read, upon which the browser throws the kept page away.
async fn kept_page(page: &Page, marker: &str) {
    page.sign_in("user-1").await;
    page.open("/?mine").await;
    verified(page, "user-1").await;
    page.eval("window.sameDocument = true").await;
    page.open("/?other").await;
    verified(page, "user-1").await;
    let (name, _) = page.marker_cookie().await.expect("a marker");
    page.eval(&format!("document.cookie = '{name}={marker}; Path=/; SameSite=Lax'")).await;
    page.wait_for(STATE, "shutdown").await;
}

async fn back_to_the_kept_page(page: &Page) {
    page.back().await;
    page.wait_for("location.search", "?mine").await;
    assert_eq!(page.eval("window.sameDocument").await, true, "it was kept, not made anew");
    page.wait_at_most(AT_ONCE, STATE, "shutdown").await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_page_restored_by_back_notices_the_sign_out() {
    run(async |page| {
        kept_page(page, "out").await;
        back_to_the_kept_page(page).await;
        page.stays(ARTIFACTS, json!([]), AT_ONCE).await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_page_restored_by_back_leaves_the_next_person_alone() {
    run(async |page| {
        kept_page(page, "the-next-one-s-marker0").await;
        // What the next person's messenger keeps in this browser.
        page.eval("document.cookie = 'intercom-session-demo=user-2; Path=/'").await;
        page.eval("localStorage.setItem('intercom.intercom-state-demo', '{}')").await;
        let kept = page.eval(ARTIFACTS).await;

        back_to_the_kept_page(page).await;
        page.stays(ARTIFACTS, kept, AT_ONCE).await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn an_expired_session_shuts_the_widget_down_on_reload() {
    run(async |page| {
        page.sign_in("user-1").await;
        verified(page, "user-1").await;

        page.delete_cookie("demo-session").await;
        page.reload().await;
        page.wait_for("document.body.dataset.user", "").await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;
        assert_eq!(page.calls().await, ["shutdown"]);

        // The page after that has nothing to do any more.
        page.reload().await;
        page.stays(STATE, json!(null), AT_ONCE).await;
    })
    .await;
}

// --- Without a cookie store -------------------------------------------------------------------

fn over_plain_http() -> Settings {
    Settings { plain_http: true, ..all_widgets() }
}

in_every_engine!(sign_out_by_fetch_is_noticed_over_plain_http, over_plain_http(), async |stage| {
    stage.sign_in("user-1").await;
    all_show(stage, Some("user-1")).await;
    assert_eq!(stage.eval("typeof window.cookieStore").await, "undefined");
    stage.eval("void fetch('/logout?fetch', { method: 'POST' })").await;
    all_show(stage, None).await;
});
