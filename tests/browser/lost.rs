//! Browsers, consent tools and full cookie jars that remove the marker, while the session and what the vendor stored
//! remain.

use serde_json::json;

use crate::harness::app::Settings;
use crate::harness::driver::Engine;
use crate::harness::page::{ARTIFACTS, CALLS, Page, STATE, WHO};
use crate::harness::steps::{A_WHILE, no_trace_of, nothing_left, signed_in, verified};
use crate::harness::{Stage, in_every_engine, run_in};

const FOCUS: &str = "void dispatchEvent(new Event('focus'))";
const STORED: &str = "localStorage.getItem('intercom.intercom-state-demo') ?? ''";

async fn lose_marker(page: &Page) {
    let (name, _) = page.marker_cookie().await.expect("a marker");
    page.eval(&format!("void (document.cookie = '{name}=; Path=/; Secure; Max-Age=0')")).await;
}

/// Removes user-1's marker and the vendor's session cookie. What the vendor stored remains.
async fn lost_between_two_pages(page: &Stage) {
    signed_in(page, "user-1").await;
    // No script of ours runs here, so none can notice it.
    page.open("/landing").await;
    lose_marker(page).await;
    page.eval("void (document.cookie = 'intercom-session-demo=; Path=/; Max-Age=0')").await;
    assert_eq!(page.marker().await, None);
    assert_eq!(page.eval(&format!("({STORED}).includes('user-1')")).await, true, "else nothing is proved");
}

async fn no_trace_of_user_1(page: &Page) {
    no_trace_of(page, "user-1").await;
}

in_every_engine!(lost_marker_of_an_expired_session_shuts_down, Settings::default(), async |page| {
    lost_between_two_pages(page).await;
    page.app.expire("user-1");
    page.open("/").await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
    no_trace_of_user_1(page).await;
    assert!(!page.cookies().await.keys().any(|name| name.starts_with("__Host-widget")), "both cookies are gone");

    page.reload().await;
    assert_eq!(page.eval("document.scripts.length").await, 0, "the page after that is the application's own");
});

fn visitors() -> Settings {
    Settings { visitors: true, ..Settings::default() }
}

in_every_engine!(lost_marker_shows_no_visitor_the_former_user, visitors(), async |page| {
    lost_between_two_pages(page).await;
    page.app.expire("user-1");
    page.open("/").await;
    page.wait_for(CALLS, json!(["shutdown", "boot"])).await;
    page.wait_for(STATE, "visitor").await;
    page.stays(WHO, json!(null), A_WHILE).await;
    no_trace_of_user_1(page).await;
});

in_every_engine!(lost_marker_is_ended_before_another_user_boots, Settings::default(), async |page| {
    lost_between_two_pages(page).await;
    page.app.replace("user-1", "user-2");
    page.open("/").await;
    verified(page, "user-2").await;
    assert_eq!(page.calls().await, ["shutdown", "boot"]);
    no_trace_of_user_1(page).await;
});

in_every_engine!(lost_marker_comes_back_in_the_users_open_tab, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    // WebKit may show an older value for a moment after the page wrote it.
    page.wait_for("performance.now() > 1000", true).await;
    let (marker, kept) = (page.marker().await, page.eval(ARTIFACTS).await);
    lose_marker(page).await;
    page.eval(FOCUS).await;
    page.wait_for_marker(marker.as_deref()).await;
    page.stays(WHO, "user-1", A_WHILE).await;
    assert_eq!(page.eval(&format!("({CALLS}).includes('shutdown')")).await, false);
    assert_eq!(page.eval(ARTIFACTS).await, kept);
});

in_every_engine!(lost_marker_of_a_user_who_is_signed_out_ends_the_open_tab, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    page.wait_for("performance.now() > 1000", true).await;
    page.app.expire("user-1");
    lose_marker(page).await;
    page.eval(FOCUS).await;
    page.wait_for(STATE, "shutdown").await;
    nothing_left(page).await;
    no_trace_of_user_1(page).await;
});

// --- A cookie jar that a sibling subdomain fills ----------------------------------------------

fn subdomain() -> Settings {
    Settings { host: "app.example.test", ..Settings::default() }
}

/// Chromium keeps 180 cookies of a registrable domain, whichever host set them, and evicts those that were used least
/// recently: <https://chromium.googlesource.com/chromium/src/+/main/net/cookies/cookie_monster.h>.
async fn fill_the_jar_from_a_sibling(page: &Stage) {
    let sibling = page.origin.replace("app.", "other.");
    page.client().goto(&format!("{sibling}/landing")).await.expect("the page opens");
    let fill =
        "for (let n = 0; n < 400; n += 1) document.cookie = `sibling-${n}=1; Path=/; Domain=example.test; Secure`";
    page.eval(&format!("(() => {{ {fill} }})()")).await;
    page.open("/landing").await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn evicted_cookies_end_the_open_tab_in_chromium() {
    run_in(Engine::Chromium, "evicted_cookies_end_the_open_tab", subdomain(), async |page| {
        signed_in(page, "user-1").await;
        let first = page.new_tab().await;
        fill_the_jar_from_a_sibling(page).await;
        let cookies = page.cookies().await;
        assert!(cookies.keys().all(|name| name.starts_with("sibling-")), "all are evicted: {cookies:?}");
        page.switch_to(first).await;
        page.eval(FOCUS).await;
        page.wait_for(STATE, "shutdown").await;
        nothing_left(page).await;
        no_trace_of_user_1(page).await;
    })
    .await;
}
