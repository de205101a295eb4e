//! Pages that the Back button shows again.

use std::time::Duration;

use serde_json::json;

use crate::harness::app::Settings;
use crate::harness::calls::AT_ONCE;
use crate::harness::page::{ARTIFACTS, PATIENCE, Page, STATE, WHO};
use crate::harness::steps::{no_trace_of, nothing_left, verified};
use crate::harness::{in_every_engine, run};

/// Signs out and goes back to a page of user-1, whose widget may be alive for `limit` at most.
async fn back_after_a_logout(page: &Page, limit: Duration) {
    page.sign_in("user-1").await;
    // An address of its own, so that Back leads here and nowhere else.
    page.open("/?mine").await;
    verified(page, "user-1").await;
    page.sign_out().await;
    nothing_left(page).await;

    // The browser may keep the page or load it again; both must work.
    page.back().await;
    page.wait_for("location.search", "?mine").await;
    page.wait_for("document.readyState", "complete").await;
    let alive = format!("({STATE}) === 'verified' || ({WHO}) !== null");
    page.wait_at_most(limit, &alive, false).await;
    page.stays(&alive, false, AT_ONCE).await;
    nothing_left(page).await;
    no_trace_of(page, "user-1").await;
}

in_every_engine!(page_shown_by_back_after_a_logout_is_not_alive, Settings::default(), async |page| {
    back_after_a_logout(page, AT_ONCE).await;
});

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn page_of_the_example_shown_by_back_is_not_alive() {
    run(async |page| {
        back_after_a_logout(page, PATIENCE).await;
    })
    .await;
}

/// Leaves a page of user-1 in the back/forward cache, opens another one, and sets the marker to `marker` there.
///
/// The test sets the marker by hand: a sign-out or sign-in in the example also changes a cookie that no script can
/// read, and then the browser discards the kept page.
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
async fn restored_page_notices_the_sign_out() {
    run(async |page| {
        kept_page(page, "out").await;
        back_to_the_kept_page(page).await;
        page.stays(ARTIFACTS, json!([]), AT_ONCE).await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn restored_page_leaves_the_next_user_alone() {
    run(async |page| {
        kept_page(page, "the-next-one-s-marker0").await;
        // What the next user's messenger keeps in this browser.
        page.eval("document.cookie = 'intercom-session-demo=user-2; Path=/'").await;
        page.eval("localStorage.setItem('intercom.intercom-state-demo', '{}')").await;
        let kept = page.eval(ARTIFACTS).await;

        back_to_the_kept_page(page).await;
        page.stays(ARTIFACTS, kept, AT_ONCE).await;
    })
    .await;
}
