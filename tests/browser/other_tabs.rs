//! A logout or a sign-in in one tab, and its effect on other tabs.

use fantoccini::wd::WindowHandle;
use serde_json::Value;

use crate::harness::app::Settings;
use crate::harness::before::with_scripts_before;
use crate::harness::calls::{AT_ONCE, SHUT_DOWN_AT, milliseconds, set_globals, shut_down_in_place};
use crate::harness::page::{ARTIFACTS, BUBBLE, Page, STATE, WHO};
use crate::harness::steps::{A_MOMENT, nothing_left, signed_in, verified};
use crate::harness::{in_every_engine, run};

/// Signs out in a second tab and returns to the first one. Returns the times of the sign-out and of that return.
async fn signed_out_in_another_tab(page: &Page) -> [f64; 2] {
    page.eval("window.sameDocument = true").await;

    let first = page.new_tab().await;
    page.open("/").await;
    verified(page, "user-1").await;
    page.sign_out().await;
    let signed_out = milliseconds();
    nothing_left(page).await;
    let looked_at = milliseconds();

    page.switch_to(first).await;
    [signed_out, looked_at]
}

async fn ended_before_the_look(page: &Page, [signed_out, looked_at]: [f64; 2]) {
    // By the messenger's own clock, the widget ended before the test returned to the tab.
    let shut_down = page.eval(SHUT_DOWN_AT).await.as_f64().expect("a time");
    assert!(shut_down < signed_out + 1000.0, "{} ms after the sign-out", shut_down - signed_out);
    assert!(shut_down < looked_at, "only {} ms after a look at it", shut_down - looked_at);
}

in_every_engine!(logout_in_one_tab_ends_the_other, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    set_globals(page).await;
    let times = signed_out_in_another_tab(page).await;
    shut_down_in_place(page).await;
    ended_before_the_look(page, times).await;
    nothing_left(page).await;
    assert_eq!(page.calls().await, ["boot", "shutdown"]);
});

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn logout_in_one_tab_of_the_example_ends_the_other() {
    run(async |page| {
        signed_in(page, "user-1").await;
        let times = signed_out_in_another_tab(page).await;
        page.wait_at_most(AT_ONCE, STATE, "shutdown").await;
        assert_eq!(page.eval("window.sameDocument").await, true, "no navigation");
        ended_before_the_look(page, times).await;
        assert_eq!(page.calls().await, ["boot", "shutdown"]);
        nothing_left(page).await;
    })
    .await;
}

const FOCUS: &str = "void window.dispatchEvent(new Event('focus'))";

in_every_engine!(sign_in_of_the_next_user_ends_the_old_tab_and_nothing_else, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    page.eval("window.sameDocument = true").await;
    let first = page.new_tab().await;
    let (second, kept) = user_2_takes_over(page).await;

    page.switch_to(first).await;
    page.eval(FOCUS).await;
    leaves_user_2_alone(page, second, kept).await;
});

fn sleeping() -> Settings {
    Settings { around: with_scripts_before, ..Settings::default() }
}

in_every_engine!(old_tab_that_wakes_late_leaves_the_next_user_alone, sleeping(), async |page| {
    signed_in(page, "user-1").await;
    page.open("/?before=sleeping").await;
    verified(page, "user-1").await;
    page.eval("window.sameDocument = true").await;
    page.eval("void sleep()").await;
    let first = page.new_tab().await;
    let (second, kept) = user_2_takes_over(page).await;

    // By now the browser keeps something of the other user that the page could destroy.
    page.switch_to(first).await;
    assert_eq!(page.eval(WHO).await, "user-1", "else nothing is proved");
    page.eval("void wake()").await;
    page.eval(FOCUS).await;
    leaves_user_2_alone(page, second, kept).await;
});

/// Opens a page of user-1 and signs in as user-2 there. Returns the tab and what the browser keeps then.
async fn user_2_takes_over(page: &Page) -> (WindowHandle, Value) {
    page.open("/").await;
    signed_in(page, "user-2").await;
    assert_eq!(page.calls().await, ["shutdown", "boot"]);
    (page.tab().await, page.eval(ARTIFACTS).await)
}

/// Asserts that the old tab shuts down and that nothing else changes.
async fn leaves_user_2_alone(page: &Page, second: WindowHandle, kept: Value) {
    let marker = page.marker().await;
    shut_down_in_place(page).await;
    page.stays(ARTIFACTS, kept, AT_ONCE).await;
    assert_eq!(page.marker().await, marker);

    page.switch_to(second).await;
    page.stays(WHO, "user-2", AT_ONCE).await;
    page.reload().await;
    verified(page, "user-2").await;
    assert_eq!(page.calls().await, ["boot"], "nothing was left to end");
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn account_switch_in_another_tab_leaves_the_next_user_alone() {
    run(async |page| {
        signed_in(page, "user-1").await;
        let first = page.new_tab().await;
        page.open("/").await;
        signed_in(page, "user-2").await;
        let kept = page.eval(ARTIFACTS).await;
        let second = page.tab().await;

        page.switch_to(first).await;
        page.wait_for(STATE, "shutdown").await;
        assert_eq!(page.calls().await, ["boot", "shutdown"]);
        assert_eq!(page.eval(BUBBLE).await, "");

        // By now, what the browser keeps belongs to the other user.
        page.stays(ARTIFACTS, kept, A_MOMENT).await;
        page.switch_to(second).await;
        page.stays(WHO, "user-2", A_MOMENT).await;
        page.reload().await;
        verified(page, "user-2").await;
        assert_eq!(page.calls().await, ["boot"], "nothing was left to end");
    })
    .await;
}
