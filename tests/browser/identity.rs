//! Whose conversations the messenger shows.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::app::Settings;
use crate::harness::calls::{AT_ONCE, SCRIPTS};
use crate::harness::page::{ARTIFACTS, BUBBLE, CALLS, Page, STATE, WHO};
use crate::harness::steps::{A_MOMENT, no_trace_of, nothing_left, signed_in, verified};
use crate::harness::{in_every_engine, run};

/// Asserts that no token can be found in the document.
async fn no_token_in_the_document(page: &Page) {
    page.wait_for("document.querySelectorAll('[data-widget]').length", 0).await;
    let html = "document.documentElement.outerHTML.includes('eyJ')";
    assert_eq!(page.eval(html).await, false, "a token in the document");
    let bubble = format!("({BUBBLE}).includes('eyJ')");
    assert_eq!(page.eval(&bubble).await, false, "a token in the messenger");
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn sign_in_shows_the_user_verified_and_sign_out_leaves_nothing() {
    run(async |page| {
        assert_eq!(page.eval(STATE).await, json!(null), "nothing runs for a signed-out visitor");
        assert_eq!(page.marker().await, None);

        signed_in(page, "user-1").await;
        assert_eq!(page.calls().await, ["boot"]);
        no_token_in_the_document(page).await;
        let marker = page.marker().await.expect("a marker");
        assert_eq!(marker.len(), 22, "{marker}");
        let cookies = page.cookies().await;
        assert_eq!(cookies["intercom-session-demo"], "user-1");
        assert_ne!(page.eval(ARTIFACTS).await, json!([]), "else the next lines prove nothing");

        page.sign_out().await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        page.wait_for(STATE, "shutdown").await;
        nothing_left(page).await;
        assert_eq!(page.calls().await, ["shutdown"]);

        signed_in(page, "user-2").await;
        assert_eq!(page.calls().await, ["boot"]);
        no_trace_of(page, "user-1").await;
        let other = page.marker().await.expect("a marker");
        assert_eq!(other.len(), 22, "{other}");
        assert_ne!(other, marker);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn tampered_token_is_rejected() {
    run(async |page| {
        signed_in(page, "user-1").await;

        page.click("#tamper").await;
        page.wait_for(STATE, "rejected").await;
        page.stays(WHO, json!(null), A_MOMENT).await;
        let text = page.eval(BUBBLE).await;
        let text = text.as_str().expect("a text");
        assert!(text.contains("the signature does not match"), "{text}");
        assert!(!text.contains("user-2"), "{text}");
        let cookies = page.cookies().await;
        assert!(!cookies.contains_key("intercom-session-demo"), "{cookies:?}");

        page.reload().await;
        verified(page, "user-1").await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn account_switch_without_logout_shuts_down_before_boot() {
    run(async |page| {
        signed_in(page, "user-1").await;
        let first = page.marker().await.expect("a marker");

        signed_in(page, "user-2").await;
        assert_eq!(page.calls().await, ["shutdown", "boot"]);
        no_trace_of(page, "user-1").await;
        let second = page.marker().await.expect("a marker");
        assert_eq!(second.len(), 22, "{second}");
        assert_ne!(second, first);
    })
    .await;
}

in_every_engine!(unknown_viewer_changes_nothing, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    let marker = page.marker().await;
    let kept = page.eval(ARTIFACTS).await;
    let first = page.new_tab().await;

    page.open("/lost").await;
    untouched(page, &kept).await;
    page.open("/").await;
    verified(page, "user-1").await;
    assert_eq!(page.calls().await, ["boot"], "nothing was shut down");

    page.app.store_down(true);
    page.reload().await;
    page.wait_for("document.body.dataset.user", "").await;
    untouched(page, &kept).await;
    page.app.store_down(false);
    page.reload().await;
    verified(page, "user-1").await;
    assert_eq!(page.calls().await, ["boot"], "nothing was shut down");

    assert_eq!(page.marker().await, marker);
    page.switch_to(first).await;
    page.stays(WHO, "user-1", AT_ONCE).await;
    assert_eq!(page.calls().await, ["boot"]);
});

/// Asserts that this is the application's own page, and that nothing in the browser has changed.
async fn untouched(page: &Page, kept: &Value) {
    assert_eq!(page.eval(SCRIPTS).await, 0);
    page.stays(ARTIFACTS, kept.clone(), AT_ONCE).await;
    assert_eq!(page.eval(STATE).await, json!(null));
}

in_every_engine!(
    two_instances_recognise_the_same_user,
    Settings { instances: 2, ..Settings::default() },
    async |page| {
        signed_in(page, "user-1").await;
        let marker = page.marker().await;
        for _ in 0..3 {
            page.reload().await;
            verified(page, "user-1").await;
            assert_eq!(page.calls().await, ["boot"], "the other instance knows the person, too");
            assert_eq!(page.marker().await, marker);
        }
        assert_eq!(page.app.instances("/"), BTreeSet::from([0, 1]), "else nothing is proved");

        signed_in(page, "user-2").await;
        assert_eq!(page.calls().await, ["shutdown", "boot"]);
        no_trace_of(page, "user-1").await;
        page.reload().await;
        verified(page, "user-2").await;
        assert_eq!(page.calls().await, ["boot"]);

        page.sign_out().await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;
        page.reload().await;
        assert_eq!(page.eval(SCRIPTS).await, 0, "neither instance has anything left to end");

        signed_in(page, "user-1").await;
        assert_eq!(page.marker().await, marker, "the same user from both instances");
    }
);
