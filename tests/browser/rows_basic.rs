//! The ways in which sessions begin and end, in every engine.

use std::collections::BTreeSet;
use std::time::Duration;

use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use crate::app::Settings;
use crate::before::with_scripts_before;
use crate::harness::in_every_engine;
use crate::identity::{nothing_left, verified};
use crate::page::{ARTIFACTS, BUBBLE, CALLS, Page, STATE, WHO};
use crate::sign_out::{SHUT_DOWN_AT, milliseconds};

const VERIFICATION: &str = "/demo/verify";
const AT_ONCE: Duration = Duration::from_secs(1);

/// The messenger's cookies, without their values.
const VENDOR_COOKIES: &str =
    "document.cookie.split('; ').map((pair) => pair.split('=')[0]).filter((name) => name.startsWith('intercom'))";
const SCRIPTS: &str = "document.scripts.length";

async fn signed_in(page: &Page, user: &str) {
    page.sign_in(user).await;
    verified(page, user).await;
}

/// What a page may have set itself, as the vendor's instructions have it: it names somebody, too.
async fn set_globals(page: &Page) {
    page.eval("void (window.intercomSettings = { app_id: 'demo', email: 'user-1@example.test' })").await;
    assert!(residue(page).await.contains(&json!("window.intercomSettings")), "else nothing is proved");
}

async fn residue(page: &Page) -> Vec<Value> {
    let residue = page.eval(ARTIFACTS).await;
    residue.as_array().expect("a list").clone()
}

async fn no_trace_of(page: &Page, user: &str) {
    let traces = page.traces().await;
    assert!(!traces.contains(user), "{traces}");
}

/// The session is over and this page knows it; it was not loaded again for that.
async fn shut_down_in_place(page: &Page) {
    page.wait_at_most(AT_ONCE, STATE, "shutdown").await;
    assert_eq!(page.eval("window.sameDocument").await, true, "no navigation");
    assert_eq!(page.calls().await, ["boot", "shutdown"]);
    assert_eq!(page.eval(BUBBLE).await, "");
}

in_every_engine!(row_01_session_expires_and_the_person_reloads, Settings::default(), async |page| {
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

in_every_engine!(row_02_session_replaced_by_another_persons_without_logout, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    let first = page.marker().await;

    page.app.replace("user-1", "user-2");
    // Before anybody is verified there is time to look for the last person.
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

in_every_engine!(row_03_logout_in_one_tab_ends_the_other, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    set_globals(page).await;
    page.eval("window.sameDocument = true").await;

    let first = page.new_tab().await;
    page.open("/").await;
    verified(page, "user-1").await;
    page.sign_out().await;
    let signed_out = milliseconds();
    nothing_left(page).await;
    let looked_at = milliseconds();

    page.switch_to(first).await;
    shut_down_in_place(page).await;
    // The messenger's own clock tells that it did not take somebody to look at the tab.
    let shut_down = page.eval(SHUT_DOWN_AT).await.as_f64().expect("a time");
    assert!(shut_down < signed_out + 1000.0, "{} ms after the sign-out", shut_down - signed_out);
    assert!(shut_down < looked_at, "only {} ms after a look at it", shut_down - looked_at);
    nothing_left(page).await;
    assert_eq!(page.calls().await, ["boot", "shutdown"]);
});

in_every_engine!(row_04_logout_by_fetch, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    set_globals(page).await;
    page.eval("window.sameDocument = true").await;

    page.click("#sign-out-fetch").await;
    shut_down_in_place(page).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    // Nobody's page has run yet: the next one is told, whatever this one has done.
    page.wait_for_marker(Some("out")).await;
    page.stays(ARTIFACTS, json!([]), AT_ONCE).await;
    assert_eq!(page.calls().await, ["boot", "shutdown"]);

    page.reload().await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
});

in_every_engine!(row_05_back_after_logout, Settings::default(), async |page| {
    page.sign_in("user-1").await;
    // An address of its own, so that Back leads here and nowhere else.
    page.open("/?mine").await;
    verified(page, "user-1").await;
    page.sign_out().await;
    nothing_left(page).await;

    // Kept by the browser or made anew: both must do.
    page.back().await;
    page.wait_for("location.search", "?mine").await;
    page.wait_for("document.readyState", "complete").await;
    let alive = format!("({STATE}) === 'verified' || ({WHO}) !== null");
    page.wait_at_most(AT_ONCE, &alive, false).await;
    page.stays(&alive, false, AT_ONCE).await;
    nothing_left(page).await;
    no_trace_of(page, "user-1").await;
});

in_every_engine!(row_06_logout_that_leads_to_a_page_behind_no_layer, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    // From a page behind no layer, too: nothing but the logout's own answer can expire the cookies.
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

in_every_engine!(row_10_login_as_another_person_in_another_tab, Settings::default(), async |page| {
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

in_every_engine!(row_10_old_tab_that_notices_the_other_person_late, sleeping(), async |page| {
    signed_in(page, "user-1").await;
    page.open("/?before=sleeping").await;
    verified(page, "user-1").await;
    page.eval("window.sameDocument = true").await;
    page.eval("void sleep()").await;
    let first = page.new_tab().await;
    let (second, kept) = user_2_takes_over(page).await;

    // By now there is something of the other person's to destroy.
    page.switch_to(first).await;
    assert_eq!(page.eval(WHO).await, "user-1", "else nothing is proved");
    page.eval("void wake()").await;
    page.eval(FOCUS).await;
    leaves_user_2_alone(page, second, kept).await;
});

const FOCUS: &str = "void window.dispatchEvent(new Event('focus'))";
/// Opens a page of user-1 and signs in as user-2 there. Answers the tab and what the browser keeps then.
async fn user_2_takes_over(page: &Page) -> (WindowHandle, Value) {
    page.open("/").await;
    signed_in(page, "user-2").await;
    assert_eq!(page.calls().await, ["shutdown", "boot"]);
    (page.tab().await, page.eval(ARTIFACTS).await)
}

/// The old tab shuts down, and nothing else changes.
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

in_every_engine!(row_11_browser_closed_without_logout_and_user_2_signs_in, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    page.restart_browser().await;
    // Behind no layer: the page after the sign-in is the first one that can do anything.
    page.open("/landing").await;
    let kept = page.traces().await;
    assert!(kept.contains("user-1"), "else nothing is proved: {kept}");
    page.sign_in("user-2").await;
    verified(page, "user-2").await;
    assert_eq!(page.calls().await, ["shutdown", "boot"]);
    no_trace_of(page, "user-1").await;

    // And where nobody signs in, the first page of nobody ends it.
    page.restart_browser().await;
    page.open("/").await;
    page.wait_for("document.body.dataset.user", "").await;
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
});

in_every_engine!(row_12_a_page_that_does_not_know_who_is_signed_in, Settings::default(), async |page| {
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

/// The application's own page, and nothing in the browser has changed.
async fn untouched(page: &Page, kept: &Value) {
    assert_eq!(page.eval(SCRIPTS).await, 0);
    page.stays(ARTIFACTS, kept.clone(), AT_ONCE).await;
    assert_eq!(page.eval(STATE).await, json!(null));
}

in_every_engine!(
    two_instances_behind_a_round_robin_give_the_same,
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
        assert_eq!(page.marker().await, marker, "the same person, whoever says so");
    }
);
