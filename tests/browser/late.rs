//! A messenger that is slow, or never comes at all.

use std::time::Duration;

use serde_json::json;

use crate::harness::run;
use crate::identity::{nothing_left, verified};
use crate::page::{ARTIFACTS, CALLS, STATE};

const LIBRARY: &str = "/demo/messenger.js";
const VERIFICATION: &str = "/demo/verify";
/// The names of the calls that wait for the library.
const QUEUE: &str = "(window.Intercom?.q ?? []).map((call) => call[0])";

const A_WHILE: Duration = Duration::from_millis(1500);

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_library_that_comes_after_the_sign_out_learns_nothing() {
    run(async |page| {
        page.gate.hold(LIBRARY);
        page.sign_in("user-1").await;
        page.wait_for(QUEUE, json!(["boot"])).await;

        page.click("#sign-out-fetch").await;
        page.wait_for(QUEUE, json!(["shutdown"])).await;

        page.gate.release(LIBRARY);
        page.wait_for(STATE, "shutdown").await;
        assert_eq!(page.calls().await, ["shutdown"]);
        // It wrote its cookies when it came.
        page.wait_for(ARTIFACTS, json!([])).await;
        page.stays(ARTIFACTS, json!([]), A_WHILE).await;
        let traces = page.traces().await;
        assert!(!traces.contains("user-1"), "{traces}");
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn an_answer_that_comes_after_the_sign_out_brings_nobody_back() {
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
async fn a_blocked_library_does_not_keep_the_purge_from_happening() {
    run(async |page| {
        page.sign_in("user-1").await;
        verified(page, "user-1").await;

        page.gate.hold(LIBRARY);
        page.delete_cookie("demo-session").await;
        page.reload().await;
        page.wait_for("document.body.dataset.user", "").await;
        nothing_left(page).await;
        assert_eq!(page.eval(QUEUE).await, json!(["shutdown"]), "still waiting");

        // The next person on this computer.
        page.gate.release(LIBRARY);
        page.sign_in("user-2").await;
        verified(page, "user-2").await;
        let traces = page.traces().await;
        assert!(!traces.contains("user-1"), "{traces}");
    })
    .await;
}
