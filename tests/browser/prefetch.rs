//! Pages that the browser fetches or renders ahead of a visit.

use serde_json::json;

use crate::harness::app::Settings;
use crate::harness::in_every_engine;
use crate::harness::page::Page;
use crate::harness::pending::{guises, pending, still_pending};
use crate::harness::steps::{
    arrives_and_never_boots, carried_out, fetch, log_out_by_fetch, requests, signed_in, until,
};

/// Makes the browser fetch a page ahead, to show it later: `prefetch` or `prerender`.
async fn speculate(page: &Page, what: &str, path: &str) {
    let rules = json!({ what: [{ "source": "list", "urls": [path], "eagerness": "immediate" }] }).to_string();
    page.eval(&format!(
        "document.head.append(Object.assign(document.createElement('script'),
            {{ type: 'speculationrules', textContent: {} }}))",
        json!(rules)
    ))
    .await;
}

in_every_engine!(prefetched_page_leaves_the_logout_pending, guises(), async |page| {
    pending(page).await;
    for guise in ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"] {
        fetch(page, &format!("/as/{guise}"), "{}", 200).await;
        still_pending(page).await;
    }

    page.open("/").await;
    carried_out(page).await;
});

in_every_engine!(prefetch_link_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    page.eval("document.head.insertAdjacentHTML('beforeend', '<link rel=\"prefetch\" href=\"/?ahead\">')").await;
    until("the browser fetches the page ahead", || requests(page, "ahead", "prefetch") == 1).await;
    still_pending(page).await;

    page.open("/?ahead").await;
    carried_out(page).await;
});

in_every_engine!(prefetch_rule_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    speculate(page, "prefetch", "/?ahead").await;
    until("the browser fetches the page ahead", || requests(page, "ahead", "prefetch") == 1).await;
    still_pending(page).await;

    // The server made this page after the logout, so it is as good as a new one.
    page.eval("void (location.href = '/?ahead')").await;
    page.wait_for("location.search", "?ahead").await;
    carried_out(page).await;
    assert_eq!(requests(page, "ahead", ""), 0, "it was not fetched again");
});

in_every_engine!(prerendered_page_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    speculate(page, "prerender", "/?ahead").await;
    until("the browser renders the page ahead", || requests(page, "ahead", "prefetch;prerender") == 1).await;
    still_pending(page).await;
    assert_eq!(page.app.requests("/demo/messenger.js"), 0, "a hidden page loads no messenger");

    page.eval("void (location.href = '/?ahead')").await;
    page.wait_for("location.search", "?ahead").await;
    page.wait_for("performance.getEntriesByType('navigation')[0].activationStart > 0", true).await;
    carried_out(page).await;
    assert_eq!(requests(page, "ahead", ""), 0, "it was not fetched again");
});

in_every_engine!(page_prefetched_before_the_logout_never_boots, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    speculate(page, "prefetch", "/?ahead").await;
    until("the browser fetches the page ahead", || requests(page, "ahead", "prefetch") == 1).await;
    log_out_by_fetch(page).await;

    page.eval("void (location.href = '/?ahead')").await;
    page.wait_for("location.search", "?ahead").await;
    arrives_and_never_boots(page).await;
    assert_eq!(requests(page, "ahead", ""), 0, "it was not fetched again");
});

in_every_engine!(page_prerendered_before_the_logout_never_boots, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    speculate(page, "prerender", "/?ahead").await;
    until("the browser renders the page ahead", || requests(page, "ahead", "prefetch;prerender") == 1).await;
    log_out_by_fetch(page).await;

    page.eval("void (location.href = '/?ahead')").await;
    page.wait_for("location.search", "?ahead").await;
    page.wait_for("performance.getEntriesByType('navigation')[0].activationStart > 0", true).await;
    arrives_and_never_boots(page).await;
    assert_eq!(requests(page, "ahead", ""), 0, "it was not fetched again");
});
