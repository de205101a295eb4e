//! Sessions that end without a logout: they expire, or another user signs in.

use serde_json::json;

use crate::harness::app::Settings;
use crate::harness::calls::{AT_ONCE, SCRIPTS, residue};
use crate::harness::page::{CALLS, STATE, WHO};
use crate::harness::steps::{no_trace_of, nothing_left, signed_in, verified};
use crate::harness::{in_every_engine, run};

const VERIFICATION: &str = "/demo/verify";

in_every_engine!(expired_session_shuts_the_widget_down, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    assert!(residue(page).await.len() >= 4, "else the next lines prove nothing");

    page.app.expire("user-1");
    page.reload().await;
    page.wait_for("document.body.dataset.user", "").await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
    no_trace_of(page, "user-1").await;

    page.reload().await;
    assert_eq!(page.eval(SCRIPTS).await, 0, "the page after that is the application's own");
    page.stays(STATE, json!(null), AT_ONCE).await;
});

in_every_engine!(session_of_the_next_user_ends_the_former_one_before_the_boot, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    let first = page.marker().await;

    page.app.replace("user-1", "user-2");
    // While the gate holds the verification, the test looks for traces of the former user.
    page.gate.hold(VERIFICATION);
    page.reload().await;
    page.wait_for("document.body.dataset.user", "user-2").await;
    page.wait_for(CALLS, json!(["shutdown", "boot"])).await;
    assert_eq!(page.eval(WHO).await, json!(null));
    no_trace_of(page, "user-1").await;

    page.gate.release(VERIFICATION);
    verified(page, "user-2").await;
    assert_eq!(page.calls().await, ["shutdown", "boot"]);
    no_trace_of(page, "user-1").await;
    assert_ne!(page.marker().await, first);
});

in_every_engine!(session_from_before_a_browser_restart_ends_before_the_next_boot, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    page.restart_browser().await;
    // This page has no layer, so the page after it is the first one that can act.
    page.open("/landing").await;
    let kept = page.traces().await;
    assert!(kept.contains("user-1"), "else nothing is proved: {kept}");
    signed_in(page, "user-2").await;
    assert_eq!(page.calls().await, ["shutdown", "boot"]);
    no_trace_of(page, "user-1").await;

    // If no user signs in, the first page of a signed-out visitor ends the session.
    page.restart_browser().await;
    page.open("/").await;
    page.wait_for("document.body.dataset.user", "").await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
});

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn expired_session_of_the_example_shuts_the_widget_down() {
    run(async |page| {
        signed_in(page, "user-1").await;

        page.delete_cookie("demo-session").await;
        page.reload().await;
        page.wait_for("document.body.dataset.user", "").await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;
        assert_eq!(page.calls().await, ["shutdown"]);

        // The page after that has nothing left to do.
        page.reload().await;
        page.stays(STATE, json!(null), AT_ONCE).await;
    })
    .await;
}
