//! Browsers that keep no cookies or storage, or fire no events about them.

use serde_json::{Value, json};

use crate::harness::app::Widget;
use crate::harness::in_every_engine;
use crate::harness::page::{ARTIFACTS, Page, STATE, WHO};
use crate::harness::prepared::{nothing_failed, prepared, with_widget};
use crate::harness::steps::{A_MOMENT, hide, log_out_by_fetch, set_marker_to_out, sign_in_without_a_page, verified};

in_every_engine!(page_works_without_cookies, prepared(), async |page| {
    sign_in_without_a_page(page).await;
    page.open("/?before=failures,no-cookies").await;
    verified(page, "user-1").await;
    assert_eq!(page.marker().await, None);

    // A marker that was never kept says nothing about a logout.
    for event in ["pageshow", "focus"] {
        page.eval(&format!("dispatchEvent(new Event('{event}'))")).await;
    }
    page.eval("document.dispatchEvent(new Event('visibilitychange'))").await;
    hide(page, true).await;
    hide(page, false).await;
    page.stays(STATE, "verified", A_MOMENT).await;
    assert_eq!(page.calls().await, ["boot"]);
    nothing_failed(page).await;
});

const THROWN: &str = "['cookie', 'localStorage'].map((name) => {
    try { return void (name === 'cookie' ? document.cookie : localStorage); } catch (error) { return error.name; }
})";

in_every_engine!(page_works_where_cookies_and_storage_throw, with_widget(Widget::Ferndesk), async |page| {
    sign_in_without_a_page(page).await;
    page.open("/?before=witness,failures,throwing-cookies,no-storage").await;
    assert_eq!(page.eval(THROWN).await, json!(["SecurityError", "SecurityError"]));
    page.wait_for("handed.map((one) => one.call)", json!(["init", "identify"])).await;

    page.eval("dispatchEvent(new Event('focus'))").await;
    page.stays("handed.length", 2, A_MOMENT).await;
    nothing_failed(page).await;
});

// The page has an opaque origin, so it cannot ask who is signed in.
in_every_engine!(sandboxed_page_works_and_boots_no_user, with_widget(Widget::Ferndesk), async |page| {
    sign_in_without_a_page(page).await;
    page.open("/sandboxed?before=witness,failures").await;
    assert_eq!(page.eval(THROWN).await, json!(["SecurityError", "SecurityError"]));
    page.stays("handed", json!([]), A_MOMENT).await;
    nothing_failed(page).await;
});

in_every_engine!(logout_purges_the_cookies_where_storage_throws, prepared(), async |page| {
    const COOKIES: &str = "document.cookie.split('; ').filter((pair) => pair.startsWith('intercom'))";
    page.sign_in("user-1").await;
    page.open("/?before=failures,no-storage").await;
    verified(page, "user-1").await;
    assert_ne!(page.eval(COOKIES).await, json!([]), "else the next lines prove nothing");

    // The test sets the marker by hand, because the response of a logout would expire the cookies itself.
    set_marker_to_out(page).await;
    page.wait_for(STATE, "shutdown").await;
    page.wait_for(COOKIES, json!([])).await;
    nothing_failed(page).await;
});

/// A page of user-1 without events about cookies: the marker is `out`, and the page does not notice.
async fn unaware(page: &Page) {
    page.open("/?before=failures,no-cookie-store").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval("typeof window.cookieStore").await, "undefined");
    set_marker_to_out(page).await;
    page.stays(STATE, "verified", A_MOMENT).await;
}

async fn noticed(page: &Page) {
    page.wait_for(STATE, "shutdown").await;
    page.wait_for(WHO, Value::Null).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    nothing_failed(page).await;
}

in_every_engine!(focus_and_return_notice_a_logout_without_cookie_events, prepared(), async |page| {
    page.sign_in("user-1").await;
    for target in ["window", "window", "document"].into_iter().zip(["focus", "pageshow", "visibilitychange"]) {
        let (target, event) = target;
        unaware(page).await;
        page.eval(&format!("{target}.dispatchEvent(new Event('{event}'))")).await;
        noticed(page).await;
    }
});

in_every_engine!(hidden_page_notices_a_logout_on_return_without_cookie_events, prepared(), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=failures,no-cookie-store").await;
    verified(page, "user-1").await;
    hide(page, true).await;
    log_out_by_fetch(page).await;
    page.stays(STATE, "verified", A_MOMENT).await;

    hide(page, false).await;
    noticed(page).await;
    page.wait_for_marker(Some("out")).await;
});
