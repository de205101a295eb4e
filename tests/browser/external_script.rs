//! Pages that load the code from the token path.

use std::time::Duration;

use axum::Router;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::json;

use crate::harness::app::{Settings, script};
use crate::harness::in_every_engine;
use crate::harness::page::Page;
use crate::harness::steps::{nothing_left, verified};

fn external() -> Settings {
    Settings {
        widgets: |builder| builder.external_script(true),
        routes: |_| strict().merge(waiting()),
        ..Settings::default()
    }
}

/// A page whose policy allows no script until the layer patches it.
fn strict() -> Router {
    let page = async || {
        let policy = ("content-security-policy", "script-src 'none'");
        ([policy], Html("<!doctype html><html><head><title>Strict</title></head><body>Hello</body></html>"))
            .into_response()
    };
    Router::new().route("/strict", get(page))
}

/// A page with a deferred script that waits for `ready`, as the guide says.
fn waiting() -> Router {
    const WAIT: &str = "addEventListener('widgetidentity:ready', () => {
        window.heard = (window.heard ?? []).concat(widgetIdentity.identified());
    });";
    let page =
        "<!doctype html><html><head><title>Waiting</title><script defer src=\"/wait.js\"></script></head></html>";
    Router::new().route("/waiting", get(async move || Html(page))).route("/wait.js", script(WAIT))
}

/// Returns the path of the code that this page has loaded.
async fn code_path(page: &Page) -> String {
    let entries = "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)";
    let found =
        page.eval(&format!("{entries}.find(path => /^\\/widget-token\\/[\\w-]{{22}}\\.js$/.test(path)) || ''")).await;
    found.as_str().expect("a path").to_owned()
}

in_every_engine!(code_is_requested_once_and_cached, external(), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    // The page after a sign-in asks the server first; the next ones boot because the marker is their own.
    for _ in 0..3 {
        page.open("/").await;
        verified(page, "user-1").await;
    }
    let path = code_path(page).await;
    assert_ne!(path, "", "the page loads its code");
    assert_eq!(page.app.requests(&path), 1, "the browser keeps it");
    assert_eq!(
        page.eval("document.querySelectorAll('script[data-widget], script[src*=widget-token]').length").await,
        0
    );
    page.sign_out().await;
    nothing_left(page).await;
});

in_every_engine!(code_that_comes_late_says_that_it_is_ready, external(), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    page.open("/waiting").await;
    page.wait_for("window.heard", json!([true])).await;
    page.stays("window.heard", json!([true]), Duration::from_millis(300)).await;
});

in_every_engine!(code_runs_under_a_policy_that_allowed_nothing, external(), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    page.open("/strict").await;
    verified(page, "user-1").await;
    assert_ne!(code_path(page).await, "");
});
