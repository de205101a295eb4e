//! The calls that a page's messenger got, and what it left in the browser.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::page::{ARTIFACTS, BUBBLE, Page, STATE};

/// The messenger's calls that concern the user. `reattach_activator`, for a replaced body, does not.
pub(crate) const CALL_NAMES: &str = "(window.demoMessenger?.calls ?? []).map((call) => call.name)
    .filter((name) => name !== 'reattach_activator')";

/// Whether each of these calls had a token.
pub(crate) const TOKENS: &str =
    "(window.demoMessenger?.calls ?? []).filter((call) => call.name !== 'reattach_activator')
    .map((call) => call.token)";

/// How often the messenger was booted on this page.
pub(crate) const BOOTS: &str = "(window.demoMessenger?.calls ?? []).filter((call) => call.name === 'boot').length";

/// How often the messenger got the same user again.
pub(crate) const UPDATES: &str = "(window.demoMessenger?.calls ?? []).filter((call) => call.name === 'update').length";

pub(crate) const ALIVE: &str = "['verified', 'visitor'].includes(window.demoMessenger?.state)";

pub(crate) async fn residue(page: &Page) -> Vec<Value> {
    let residue = page.eval(ARTIFACTS).await;
    residue.as_array().expect("a list").clone()
}

pub(crate) const SCRIPTS: &str = "document.scripts.length";
pub(crate) const AT_ONCE: Duration = Duration::from_secs(1);

/// Sets what a page may set itself by the vendor's instructions. It names a user, too.
pub(crate) async fn set_globals(page: &Page) {
    page.eval("void (window.intercomSettings = { app_id: 'demo', email: 'user-1@example.test' })").await;
    assert!(residue(page).await.contains(&json!("window.intercomSettings")), "else nothing is proved");
}

/// Waits until this page knows that the session is over, and asserts that it was not loaded again for that.
pub(crate) async fn shut_down_in_place(page: &Page) {
    page.wait_at_most(AT_ONCE, STATE, "shutdown").await;
    assert_eq!(page.eval("window.sameDocument").await, true, "no navigation");
    assert_eq!(page.calls().await, ["boot", "shutdown"]);
    assert_eq!(page.eval(BUBBLE).await, "");
}

/// When the messenger was shut down, in milliseconds since 1970.
pub(crate) const SHUT_DOWN_AT: &str = "window.demoMessenger.calls.find((call) => call.name === 'shutdown')?.at ?? null";

pub(crate) fn milliseconds() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a clock after 1970").as_secs_f64() * 1000.0
}
