//! Pages that a slow network delivers after the session has changed.

use fantoccini::wd::WindowHandle;

use crate::harness::app::Settings;
use crate::harness::page::{ARTIFACTS, WHO};
use crate::harness::steps::{
    A_WHILE, USER, arrives_and_never_boots, boots_no_user, carried_out, log_out_by_fetch, nothing_left, open_beside,
    sign_in_without_a_page, signed_in, until,
};
use crate::harness::{Stage, in_every_engine};

/// Requests user-1's page, which the server makes at once but which does not arrive yet.
async fn made_but_on_its_way(page: &Stage) -> WindowHandle {
    page.gate.hold_answer("/slow");
    let slow = open_beside(page, "/slow").await;
    until("the page is asked for", || page.app.requests("/slow") == 1).await;
    slow
}

in_every_engine!(page_slower_than_the_logout_never_boots, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    let slow = made_but_on_its_way(page).await;
    log_out_by_fetch(page).await;

    page.gate.release("/slow");
    page.switch_to(slow).await;
    arrives_and_never_boots(page).await;
    page.open("/").await;
    assert_eq!(page.eval("document.scripts.length").await, 0, "nothing is left to end");
});

in_every_engine!(page_slower_than_a_logout_that_was_carried_out_never_boots, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    let slow = made_but_on_its_way(page).await;
    log_out_by_fetch(page).await;
    page.open("/").await;
    carried_out(page).await;

    page.gate.release("/slow");
    page.switch_to(slow).await;
    arrives_and_never_boots(page).await;
});

in_every_engine!(slow_first_page_after_a_sign_in_boots_no_user_who_left, Settings::default(), async |page| {
    sign_in_without_a_page(page).await;
    let slow = made_but_on_its_way(page).await;
    log_out_by_fetch(page).await;
    page.open("/").await;
    nothing_left(page).await;

    page.gate.release("/slow");
    page.switch_to(slow).await;
    page.wait_for(USER, "user-1").await;
    boots_no_user(page).await;
    nothing_left(page).await;
});

in_every_engine!(slow_page_leaves_the_next_user_alone, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    // The server makes user-2's page while the marker is user-1's. The page arrives when the marker is user-1's again.
    page.app.replace("user-1", "user-2");
    let slow = made_but_on_its_way(page).await;
    log_out_by_fetch(page).await;
    page.open("/").await;
    nothing_left(page).await;
    signed_in(page, "user-1").await;
    let (first, marker, kept) = (page.tab().await, page.marker().await, page.eval(ARTIFACTS).await);

    page.gate.release("/slow");
    page.switch_to(slow).await;
    page.wait_for(USER, "user-2").await;
    boots_no_user(page).await;
    assert_eq!(page.eval(ARTIFACTS).await, kept);
    assert_eq!(page.marker().await, marker);
    page.switch_to(first).await;
    page.stays(WHO, "user-1", A_WHILE).await;
    assert_eq!(page.calls().await, ["boot"]);
});
