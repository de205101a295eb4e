//! Logouts by form and by fetch.

use serde_json::json;

use crate::harness::app::Settings;
use crate::harness::calls::{AT_ONCE, SCRIPTS, residue, set_globals, shut_down_in_place};
use crate::harness::page::{ARTIFACTS, CALLS, STATE};
use crate::harness::steps::{nothing_left, signed_in};
use crate::harness::vendors::{all_show, all_widgets};
use crate::harness::{in_every_engine, run};

/// The messenger's cookies, without their values.
const VENDOR_COOKIES: &str =
    "document.cookie.split('; ').map((pair) => pair.split('=')[0]).filter((name) => name.startsWith('intercom'))";

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn logout_by_fetch_purges_in_the_same_breath() {
    run(async |page| {
        signed_in(page, "user-1").await;

        // By then, the clean-up after a late library is over.
        page.wait_for("performance.now() > 2500", true).await;

        page.click("#sign-out-fetch").await;
        page.wait_for(STATE, "shutdown").await;
        assert_eq!(page.eval(ARTIFACTS).await, json!([]), "in the same breath");
        assert_eq!(page.calls().await, ["boot", "shutdown"]);
        // It stays until the page of a signed-out visitor has cleaned up.
        page.wait_for_marker(Some("out")).await;
        page.stays(ARTIFACTS, json!([]), AT_ONCE).await;

        page.reload().await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;
    })
    .await;
}

in_every_engine!(logout_by_fetch_ends_the_page_in_place, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    set_globals(page).await;
    page.eval("window.sameDocument = true").await;

    page.click("#sign-out-fetch").await;
    shut_down_in_place(page).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    // No page of a signed-out visitor has run yet: the next one carries the logout out, whatever this one did.
    page.wait_for_marker(Some("out")).await;
    page.stays(ARTIFACTS, json!([]), AT_ONCE).await;
    assert_eq!(page.calls().await, ["boot", "shutdown"]);

    page.reload().await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
});

in_every_engine!(logout_response_expires_the_cookies_without_a_page_of_ours, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    // The logout starts from a page without a layer, so only its own response can expire the cookies.
    page.open("/landing").await;
    assert_eq!(page.eval(SCRIPTS).await, 0);
    assert_eq!(page.eval(VENDOR_COOKIES).await.as_array().map(Vec::len), Some(3), "else nothing is proved");
    page.leave_by("#sign-out-landing").await;
    assert_eq!(page.eval("document.querySelectorAll('#landing').length").await, 1);
    assert_eq!(page.eval(VENDOR_COOKIES).await, json!([]));
    assert_eq!(page.marker().await.as_deref(), Some("out"));
    assert_eq!(residue(page).await.len(), 1, "the local storage, which no answer reaches");

    page.open("/").await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
});

fn over_plain_http() -> Settings {
    Settings { plain_http: true, ..all_widgets() }
}

in_every_engine!(logout_by_fetch_is_noticed_over_plain_http, over_plain_http(), async |stage| {
    stage.sign_in("user-1").await;
    all_show(stage, Some("user-1")).await;
    assert_eq!(stage.eval("typeof window.cookieStore").await, "undefined");
    stage.eval("void fetch('/logout?fetch', { method: 'POST' })").await;
    all_show(stage, None).await;
});
