//! A vendor's library that is late, or never comes.

use serde_json::json;

use crate::harness::app::Widget;
use crate::harness::page::{ARTIFACTS, BUBBLE, CALLS, Page, STATE, WHO};
use crate::harness::prepared::{nothing_failed, prepared, with_widget};
use crate::harness::steps::{A_WHILE, log_out_by_fetch, no_trace_of, nothing_left, open_beside, signed_in};
use crate::harness::{Stage, in_every_engine, run};

const LIBRARY: &str = "/demo/messenger.js";
const VERIFICATION: &str = "/demo/verify";

/// The names of the calls that wait for the library.
const QUEUE: &str = "(window.Intercom?.q ?? []).map((call) => call[0])";

/// Waits until the page has tried to load the library and failed.
async fn blocked(page: &Page) {
    page.wait_for("violations.length > 0", true).await;
    page.wait_for("document.readyState", "complete").await;
}

in_every_engine!(blocked_intercom_is_shut_down, with_widget(Widget::Intercom), async |page| {
    signed_in(page, "user-1").await;
    let kept = page.eval(ARTIFACTS).await;
    assert_ne!(kept, json!([]), "else the next lines prove nothing");
    page.open("/strict?before=failures").await;
    blocked(page).await;
    assert_eq!(page.eval(QUEUE).await, json!(["boot"]));
    assert_eq!(page.eval(ARTIFACTS).await, kept);

    log_out_by_fetch(page).await;
    page.wait_for(QUEUE, json!(["shutdown"])).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    nothing_failed(page).await;

    // The page that is to carry the logout out cannot load the library either.
    page.eval("void localStorage.setItem('intercom.intercom-state-demo', 'user-1')").await;
    page.open("/strict?before=failures").await;
    page.wait_for("document.body.dataset.user", "").await;
    nothing_left(page).await;
    assert_eq!(page.eval(QUEUE).await, json!(["shutdown"]));
    nothing_failed(page).await;
});

in_every_engine!(blocked_zendesk_is_shut_down, with_widget(Widget::Zendesk), async |page| {
    page.sign_in("user-1").await;
    page.open("/strict?before=failures").await;
    blocked(page).await;
    page.eval("void (document.cookie = '__zlcmid=user-1; Path=/')").await;
    page.eval("void localStorage.setItem('ZD-store', 'user-1')").await;
    assert_eq!(page.eval("typeof window.zESettings?.webWidget?.authenticate?.jwtFn").await, "function");

    log_out_by_fetch(page).await;
    page.wait_for("window.zESettings?.webWidget?.authenticate ?? null", json!(null)).await;
    page.wait_for("document.cookie.includes('__zlcmid')", false).await;
    page.wait_for("localStorage.getItem('ZD-store')", json!(null)).await;
    nothing_failed(page).await;
});

in_every_engine!(blocked_ferndesk_is_shut_down, with_widget(Widget::Ferndesk), async |page| {
    const QUEUE: &str = "(window.Ferndesk?.q ?? []).map((call) => call[0])";
    page.sign_in("user-1").await;
    page.open("/strict?before=failures").await;
    blocked(page).await;
    assert_eq!(page.eval(QUEUE).await, json!(["init", "identify"]));

    log_out_by_fetch(page).await;
    page.wait_for(QUEUE, json!(["init"])).await;
    nothing_failed(page).await;
});

/// Evaluates `js` on the page in the other tab. A driver may wait until that page has loaded completely, with its
/// library, so the driver stays on another page, which has no layer.
fn beside(js: &str) -> String {
    format!("window.beside.eval({})", json!(js))
}

/// Opens user-1's page in another tab, where it waits for its library.
async fn waiting_for_its_library(page: &Stage) {
    signed_in(page, "user-1").await;
    page.open("/landing").await;
    page.gate.hold(LIBRARY);
    open_beside(page, "/?before=failures").await;
    page.wait_for(&beside(QUEUE), json!(["boot"])).await;
    page.stays(&beside(QUEUE), json!(["boot"]), A_WHILE).await;
}

in_every_engine!(slow_library_runs_the_queued_call_when_it_arrives, prepared(), async |page| {
    waiting_for_its_library(page).await;
    page.gate.release(LIBRARY);
    page.wait_for(&beside(STATE), "verified").await;
    assert_eq!(page.eval(&beside(WHO)).await, "user-1");
    assert_eq!(page.eval(&beside(CALLS)).await, json!(["boot"]));
    page.stays(&beside("failures"), json!([]), A_WHILE).await;
});

in_every_engine!(slow_library_learns_nothing_of_a_user_who_left_before_it_came, prepared(), async |page| {
    waiting_for_its_library(page).await;
    assert_ne!(page.eval(ARTIFACTS).await, json!([]), "else the next lines prove nothing");

    log_out_by_fetch(page).await;
    page.wait_for(&beside(QUEUE), json!(["shutdown"])).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    page.gate.release(LIBRARY);
    page.wait_for(&beside(CALLS), json!(["shutdown"])).await;
    // The library wrote its cookies when it came.
    page.wait_for(ARTIFACTS, json!([])).await;
    page.stays(ARTIFACTS, json!([]), A_WHILE * 2).await;
    let traces = format!("JSON.stringify([{CALLS}, {WHO}, {BUBBLE}, window.Intercom.q])");
    let traces = page.eval(&beside(&traces)).await.to_string();
    assert!(!traces.contains("user-1"), "{traces}");
    page.stays(&beside("failures"), json!([]), A_WHILE).await;
});

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn library_that_comes_after_the_sign_out_learns_nothing() {
    run(async |page| {
        page.gate.hold(LIBRARY);
        page.sign_in("user-1").await;
        page.wait_for(QUEUE, json!(["boot"])).await;

        page.click("#sign-out-fetch").await;
        page.wait_for(QUEUE, json!(["shutdown"])).await;

        page.gate.release(LIBRARY);
        page.wait_for(STATE, "shutdown").await;
        assert_eq!(page.calls().await, ["shutdown"]);
        // The library wrote its cookies when it came.
        page.wait_for(ARTIFACTS, json!([])).await;
        page.stays(ARTIFACTS, json!([]), A_WHILE).await;
        no_trace_of(page, "user-1").await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn verification_that_comes_after_the_sign_out_brings_no_user_back() {
    run(async |page| {
        page.gate.hold(VERIFICATION);
        page.sign_in("user-1").await;
        page.wait_for(CALLS, json!(["boot"])).await;

        page.click("#sign-out-fetch").await;
        page.wait_for(STATE, "shutdown").await;

        page.gate.release(VERIFICATION);
        page.stays(STATE, "shutdown", A_WHILE).await;
        assert_eq!(page.eval(ARTIFACTS).await, json!([]));
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn blocked_library_does_not_prevent_the_purge() {
    run(async |page| {
        signed_in(page, "user-1").await;

        page.gate.hold(LIBRARY);
        page.delete_cookie("demo-session").await;
        page.reload().await;
        page.wait_for("document.body.dataset.user", "").await;
        nothing_left(page).await;
        assert_eq!(page.eval(QUEUE).await, json!(["shutdown"]), "still waiting");

        // The next user of this computer.
        page.gate.release(LIBRARY);
        signed_in(page, "user-2").await;
        no_trace_of(page, "user-1").await;
    })
    .await;
}
