//! When the vendor's library is fetched, which events the page gets, and a login without a page load.

use serde_json::json;
use tower_widget_identity::Load;

use crate::harness::app::Settings;
use crate::harness::before::with_scripts_before;
use crate::harness::in_every_engine;
use crate::harness::page::{STATE, WHO};
use crate::harness::steps::{A_WHILE, log_out_by_fetch, sign_in_without_a_page, signed_in, verified};

const LIBRARY: &str = "/demo/messenger.js";

fn waiting(load: fn(tower_widget_identity::WidgetsBuilder) -> tower_widget_identity::WidgetsBuilder) -> Settings {
    Settings { widgets: load, around: with_scripts_before, ..Settings::default() }
}

in_every_engine!(loading_waits_for_consent, waiting(|builder| builder.load(Load::OnConsent)), async |page| {
    page.sign_in("user-1").await;
    page.app.clear_log();
    page.open("/").await;
    page.wait_for("document.readyState", "complete").await;
    page.click("body").await;
    page.stays(STATE, json!(null), A_WHILE).await;
    assert_eq!(page.app.requests(LIBRARY), 0);
    assert_eq!(page.eval("widgetIdentity.identified()").await, true);

    page.eval("void dispatchEvent(new Event('widgetidentity:consent'))").await;
    verified(page, "user-1").await;
    assert_eq!(page.app.requests(LIBRARY), 1);
});

in_every_engine!(
    loading_waits_for_an_interaction,
    waiting(|builder| builder.load(Load::OnInteraction)),
    async |page| {
        page.sign_in("user-1").await;
        page.app.clear_log();
        page.open("/").await;
        page.wait_for("document.readyState", "complete").await;
        page.stays(STATE, json!(null), A_WHILE).await;
        assert_eq!(page.app.requests(LIBRARY), 0);
        page.click("body").await;
        verified(page, "user-1").await;

        // Without a click: the page itself asks for it.
        page.reload().await;
        page.stays(STATE, json!(null), A_WHILE).await;
        page.eval("void dispatchEvent(new Event('widgetidentity:load'))").await;
        verified(page, "user-1").await;
    }
);

in_every_engine!(loading_when_the_browser_is_idle, waiting(|builder| builder.load(Load::Idle)), async |page| {
    signed_in(page, "user-1").await;
});

// The user signs out while the library waits. The library comes later, and for no user.
in_every_engine!(
    loading_after_a_logout_shows_no_user,
    waiting(|builder| builder.load(Load::OnConsent)),
    async |page| {
        page.sign_in("user-1").await;
        page.open("/").await;
        page.wait_for("document.readyState", "complete").await;
        log_out_by_fetch(page).await;
        page.wait_for("widgetIdentity.identified()", false).await;
        page.eval("void dispatchEvent(new Event('widgetidentity:consent'))").await;
        page.stays(WHO, json!(null), A_WHILE).await;
    }
);

/// The last event that the page got.
const LAST_HEARD: &str = "window.heard.at(-1)";
const HEAR: &str = "void ['ready', 'identified', 'shutdown', 'refused'].forEach((name) =>
    addEventListener('widgetidentity:' + name, () => (window.heard ??= []).push(name)))";

in_every_engine!(loading_after_a_login_by_fetch_needs_no_reload, waiting(|builder| builder.spa(true)), async |page| {
    page.open("/").await;
    page.wait_for("document.readyState", "complete").await;
    assert_eq!(page.eval("widgetIdentity.identified()").await, false);
    page.stays(STATE, json!(null), A_WHILE).await;
    page.eval(HEAR).await;

    sign_in_without_a_page(page).await;
    page.eval("void widgetIdentity.refresh()").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(LAST_HEARD).await, "identified");

    log_out_by_fetch(page).await;
    page.wait_for("widgetIdentity.identified()", false).await;
    page.wait_for(LAST_HEARD, "shutdown").await;
});
