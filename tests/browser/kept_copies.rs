//! Copies of pages that a service worker keeps, shown long after they were made.

use axum::Router;
use serde_json::json;

use crate::harness::app::{App, NO_NETWORK, Settings, script};
use crate::harness::page::{ARTIFACTS, CALLS, WHO};
use crate::harness::steps::{
    A_WHILE, USER, boots_no_user, nothing_left, requests, sign_in_without_a_page, signed_in, verified,
};
use crate::harness::workers::{KEEPING, install_worker};
use crate::harness::{Stage, in_every_engine};

/// Keeps every response and serves it while there is no network, as general-purpose workers do.
const KEEPING_ALL: &str = r"
const fresh = async (request) => {
  const answers = await caches.open('answers');
  try {
    const answer = await fetch(request);
    if (answer.ok) await answers.put(request, answer.clone());
    return answer;
  } catch (error) {
    const copy = await answers.match(request, { ignoreVary: true });
    if (copy) return copy;
    throw error;
  }
};
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (event.request.method === 'GET' && !event.request.url.endsWith('/logout')) event.respondWith(fresh(event.request));
});
";

fn keeping() -> Settings {
    Settings {
        assets: |_: &App| {
            Router::new().route("/keeping.js", script(KEEPING)).route("/keeping-all.js", script(KEEPING_ALL))
        },
        ..Settings::default()
    }
}

/// Opens the copy of this user's page, which does not come from the server.
async fn open_copy(page: &Stage, user: &str) {
    page.open("/?kept").await;
    page.wait_for(USER, user).await;
    page.wait_for("document.readyState", "complete").await;
    assert_eq!(requests(page, "kept", ""), 1, "it was not fetched again");
}

/// Keeps user-1's first page after the sign-in, signs out, and lets a page clean up.
async fn signed_out_with_a_copy(page: &Stage) {
    install_worker(page, "/keeping.js").await;
    sign_in_without_a_page(page).await;
    page.open("/?kept").await;
    verified(page, "user-1").await;
    page.sign_out().await;
    nothing_left(page).await;
}

in_every_engine!(kept_first_page_after_a_sign_in_boots_no_user_who_left, keeping(), async |page| {
    signed_out_with_a_copy(page).await;
    open_copy(page, "user-1").await;
    boots_no_user(page).await;
    nothing_left(page).await;
});

in_every_engine!(kept_first_page_after_a_sign_in_boots_no_user_offline, keeping(), async |page| {
    signed_out_with_a_copy(page).await;
    for failure in [NO_NETWORK, 503, 502] {
        page.app.fail_tokens(Some(failure));
        open_copy(page, "user-1").await;
        boots_no_user(page).await;
        assert_eq!(page.eval(CALLS).await, json!([]));
    }
    // The page asks again, and now gets a response.
    page.app.fail_tokens(None);
    page.wait_for(CALLS, json!(["shutdown"])).await;
    nothing_left(page).await;
    boots_no_user(page).await;
});

// A worker may also keep the response that says who is signed in.
in_every_engine!(kept_responses_boot_no_user_offline, keeping(), async |page| {
    install_worker(page, "/keeping-all.js").await;
    sign_in_without_a_page(page).await;
    page.open("/?kept").await;
    verified(page, "user-1").await;
    page.sign_out().await;
    nothing_left(page).await;

    page.app.offline(true);
    page.open("/?kept").await;
    page.wait_for(USER, "user-1").await;
    page.wait_for("document.readyState", "complete").await;
    boots_no_user(page).await;
});

in_every_engine!(kept_page_of_another_user_leaves_the_signed_in_user_alone, keeping(), async |page| {
    install_worker(page, "/keeping.js").await;
    signed_in(page, "user-1").await;
    // The server made this copy of user-2's page while the marker was user-1's.
    page.app.replace("user-1", "user-2");
    page.open("/?kept").await;
    verified(page, "user-2").await;
    page.sign_out().await;
    nothing_left(page).await;
    signed_in(page, "user-1").await;
    let (marker, kept) = (page.marker().await, page.eval(ARTIFACTS).await);
    assert_ne!(kept, json!([]), "else nothing is proved");

    let first = page.new_tab().await;
    open_copy(page, "user-2").await;
    boots_no_user(page).await;
    assert_eq!(page.eval(ARTIFACTS).await, kept);
    assert_eq!(page.marker().await, marker);

    page.switch_to(first).await;
    page.eval("void dispatchEvent(new Event('focus'))").await;
    page.stays(WHO, "user-1", A_WHILE).await;
    assert_eq!(page.calls().await, ["boot"]);
    page.reload().await;
    verified(page, "user-1").await;
    assert_eq!(page.calls().await, ["boot"], "nothing was ended");
});
