//! Turbo Drive: visits without a page load.

use std::time::Duration;

use serde_json::json;
use tower_widget_identity::{Identity, Viewer, Widgets, WidgetsBuilder};

use crate::harness::app::{Session, Settings, TOKEN_PATH};
use crate::harness::calls::{ALIVE, BOOTS, CALL_NAMES, UPDATES};
use crate::harness::page::{ARTIFACTS, STATE};
use crate::harness::steps::{A_WHILE, no_trace_of, nothing_left, sign_in_by_fetch, verified};
use crate::harness::turbo::{SAME_DOCUMENT, frame, open_turbo, turbo, turbo_submit, turbo_visit, turbo_with_launcher};
use crate::harness::vendors::{ERRORS, SHOWN, all_show, with_all_widgets};
use crate::harness::{Stage, in_every_engine};

in_every_engine!(visits_follow_the_session, turbo(), async |page| {
    open_turbo(page).await;
    assert_eq!(page.eval("typeof window.widgetIdentity").await, "undefined", "nothing runs for a signed-out visitor");

    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(CALL_NAMES).await, json!(["boot"]));

    turbo_visit(page, "two").await;
    page.wait_for(UPDATES, 1).await;
    turbo_visit(page, "one").await;
    page.wait_for(UPDATES, 2).await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(BOOTS).await, 1, "one boot for one identity");

    turbo_submit(page, "button[value=user-2]", "user-2").await;
    verified(page, "user-2").await;
    // The first shutdown comes at once and leaves the cookies. The second one comes after the server has said who is
    // signed in, and removes everything.
    let calls = json!(["boot", "update", "update", "shutdown", "shutdown", "boot"]);
    assert_eq!(page.eval(CALL_NAMES).await, calls);
    no_trace_of(page, "user-1").await;

    turbo_submit(page, "#sign-out", "").await;
    page.wait_for(STATE, "shutdown").await;
    nothing_left(page).await;
    turbo_visit(page, "two").await;
    page.stays(ALIVE, false, A_WHILE).await;
    assert_eq!(page.eval(BOOTS).await, 2);
    assert_eq!(page.eval(SAME_DOCUMENT).await, true);
});

in_every_engine!(visit_after_the_session_expired_shuts_down, turbo(), async |page| {
    open_turbo(page).await;
    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;

    page.app.expire("user-1");
    turbo_visit(page, "two").await;
    // The first shutdown comes at once and leaves the cookies. The second one comes after the server has said that no
    // user is signed in, and removes everything.
    page.wait_for(CALL_NAMES, json!(["boot", "shutdown", "shutdown"])).await;
    nothing_left(page).await;

    // Turbo shows its own copy of the page, unchanged.
    page.back().await;
    page.wait_for("document.body.dataset.page", "/turbo/one").await;
    page.stays(ALIVE, false, A_WHILE).await;
    nothing_left(page).await;
    assert_eq!(page.eval(SAME_DOCUMENT).await, true);
});

in_every_engine!(page_prefetched_before_the_logout_boots_no_user, turbo(), async |page| {
    open_turbo(page).await;
    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;

    page.app.clear_log();
    page.eval("void document.querySelector('#two').dispatchEvent(new MouseEvent('mouseenter'))").await;
    wait_for_request(page, "/turbo/two").await;
    page.click("#sign-out-fetch").await;
    page.wait_for(STATE, "shutdown").await;

    turbo_visit(page, "two").await;
    assert_eq!(page.app.requests("/turbo/two"), 1, "the prefetched page was shown");
    assert_eq!(page.eval("document.body.dataset.user").await, "user-1", "as it was before the logout");
    page.stays(ALIVE, false, A_WHILE).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    assert_eq!(page.eval(BOOTS).await, 1);
});

async fn wait_for_request(page: &Stage, path: &str) {
    let start = std::time::Instant::now();
    while page.app.requests(path) == 0 {
        assert!(start.elapsed() < crate::harness::page::PATIENCE, "no request for {path}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

in_every_engine!(frames_are_untouched, turbo(), async |page| {
    open_turbo(page).await;
    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;

    let answer = "document.addEventListener('turbo:before-fetch-response', async (event) => {
        if (event.detail.fetchResponse.location.pathname !== '/frame') return;
        window.answer = await event.detail.fetchResponse.responseHTML; })";
    page.eval(&format!("void {answer}")).await;
    page.eval("void document.querySelector('#into-the-frame').click()").await;
    page.wait_for("document.querySelector('#part #arrived')?.textContent ?? ''", "here").await;
    assert_eq!(page.eval("window.answer").await, frame().await.0);
    assert_eq!(page.eval(CALL_NAMES).await, json!(["boot"]));
});

fn without_email_at_first() -> Settings {
    let widgets: fn(WidgetsBuilder) -> WidgetsBuilder = |_| {
        let asking = Widgets::builder().identify_async(|parts| {
            let session = parts.extensions.get::<Session>().cloned();
            let first = parts.uri.path() == "/turbo/one";
            async move {
                let person = |user: String| match first {
                    true => Identity::new(user),
                    false => Identity::new(&*user).with_email(format!("{user}@example.test")),
                };
                session.map_or(Viewer::Unknown, |session| Viewer::from(session.user().map(|user| user.map(person))))
            }
        });
        with_all_widgets(asking.token_path(TOKEN_PATH))
    };
    Settings { widgets, ..turbo_with_launcher() }
}

in_every_engine!(next_visit_boots_the_widget_that_the_first_one_refused, without_email_at_first(), async |page| {
    page.sign_in("user-1").await;
    page.open("/turbo/one").await;
    page.wait_for("typeof window.Turbo", "object").await;
    page.wait_for(SHOWN, json!(["user-1", null, null, null])).await;
    page.stays("typeof window.Ferndesk", "undefined", A_WHILE).await;

    turbo_visit(page, "two").await;
    all_show(page, Some("user-1")).await;
    assert_eq!(page.eval("vendorStubs.ferndesk.calls").await, json!(["init", "identify"]));
    let told = "vendorStubs.intercom.calls.map((call) => call.name).filter((name) => name !== 'reattach_activator')";
    assert_eq!(page.eval(told).await, json!(["boot", "update"]));
    assert_eq!(page.eval(ERRORS).await, json!([]));

    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    sign_in_by_fetch(page, "user-1").await;
    all_show(page, Some("user-1")).await;
    assert_eq!(page.eval(told).await, json!(["boot", "update", "shutdown", "shutdown", "boot"]));
});

in_every_engine!(launcher_comes_back_in_the_new_body, turbo_with_launcher(), async |page| {
    page.sign_in("user-1").await;
    page.open("/turbo/one").await;
    page.wait_for("typeof window.Turbo", "object").await;
    all_show(page, Some("user-1")).await;
    page.wait_for("document.body.querySelectorAll('#intercom-stub').length", 1).await;
    page.eval("void document.querySelector('#two').click()").await;
    page.wait_for("document.body.dataset.page", "/turbo/two").await;
    page.wait_for("document.body.querySelectorAll('#intercom-stub').length", 1).await;
    assert_eq!(page.eval("vendorStubs.intercom.calls.filter((call) => call.name === 'boot').length").await, 1);
});
