//! Whose conversations the messenger shows.

use std::time::Duration;

use serde_json::json;

use crate::harness::run;
use crate::page::{ARTIFACTS, BUBBLE, CALLS, Page, STATE, WHO};

const A_WHILE: Duration = Duration::from_millis(600);

/// Waits until the messenger shows this person's conversations.
pub(crate) async fn verified(page: &Page, user: &str) {
    page.wait_for(STATE, "verified").await;
    page.wait_for(WHO, user).await;
}

/// Asserts that nothing of a messenger session is left, and that nothing comes back.
pub(crate) async fn nothing_left(page: &Page) {
    page.wait_for(ARTIFACTS, json!([])).await;
    page.wait_for_marker(None).await;
    page.settles(ARTIFACTS, json!([]), A_WHILE).await;
    page.wait_for_marker(None).await;
}

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
        assert_eq!(page.eval(STATE).await, json!(null), "nothing runs for nobody");
        assert_eq!(page.marker().await, None);

        page.sign_in("user-1").await;
        verified(page, "user-1").await;
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

        page.sign_in("user-2").await;
        verified(page, "user-2").await;
        assert_eq!(page.calls().await, ["boot"]);
        let traces = page.traces().await;
        assert!(!traces.contains("user-1"), "{traces}");
        let other = page.marker().await.expect("a marker");
        assert_eq!(other.len(), 22, "{other}");
        assert_ne!(other, marker);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_tampered_token_is_shown_as_rejected() {
    run(async |page| {
        page.sign_in("user-1").await;
        verified(page, "user-1").await;

        page.click("#tamper").await;
        page.wait_for(STATE, "rejected").await;
        page.stays(WHO, json!(null), A_WHILE).await;
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
        page.sign_in("user-1").await;
        verified(page, "user-1").await;
        let first = page.marker().await.expect("a marker");

        page.sign_in("user-2").await;
        verified(page, "user-2").await;
        assert_eq!(page.calls().await, ["shutdown", "boot"]);
        let traces = page.traces().await;
        assert!(!traces.contains("user-1"), "{traces}");
        let second = page.marker().await.expect("a marker");
        assert_eq!(second.len(), 22, "{second}");
        assert_ne!(second, first);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn account_switch_in_another_tab_leaves_the_new_person_alone() {
    run(async |page| {
        page.sign_in("user-1").await;
        verified(page, "user-1").await;
        let first = page.new_tab().await;
        page.open("/").await;
        page.sign_in("user-2").await;
        verified(page, "user-2").await;
        let kept = page.eval(ARTIFACTS).await;
        let second = page.tab().await;

        page.switch_to(first).await;
        page.wait_for(STATE, "shutdown").await;
        assert_eq!(page.calls().await, ["boot", "shutdown"]);
        assert_eq!(page.eval(BUBBLE).await, "");

        // What the browser keeps is the other person's by now.
        page.stays(ARTIFACTS, kept, A_WHILE).await;
        page.switch_to(second).await;
        page.stays(WHO, "user-2", A_WHILE).await;
        page.reload().await;
        verified(page, "user-2").await;
        assert_eq!(page.calls().await, ["boot"], "nothing was left to end");
    })
    .await;
}
