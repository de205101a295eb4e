//! Intercom, Zendesk and Ferndesk, against stubs that follow the vendors' published contracts: each adapter alone, and
//! all of them on one page.

use serde_json::json;

use crate::harness::app::Settings;
use crate::harness::steps::{A_WHILE, sign_in_by_fetch};
use crate::harness::vendors::{ADAPTERS, ERRORS, all_show, all_widgets, stubs};
use crate::harness::{Stage, in_every_engine};

fn alone() -> Settings {
    Settings { assets: stubs, ..Settings::default() }
}

/// Every order of up to four verbs, with the library at every place in between.
async fn every_order(page: &Stage, name: &str, visitor: bool) {
    page.open("/orders").await;
    let run = format!("orders('{name}', adapters['{name}'].adapter, adapters['{name}'].library, {visitor})");
    page.eval(&format!("void {run}.then((result) => {{ window.result = result; }})")).await;
    page.wait_for("window.result?.tried ?? 0", 546).await;
    assert_eq!(page.eval("window.result.wrong.slice(0, 5)").await, json!([]), "{name}, visitor: {visitor}");
}

in_every_engine!(adapters_have_the_same_three_verbs, alone(), async |page| {
    page.open("/orders").await;
    for (name, ..) in ADAPTERS {
        let verbs = format!("Object.keys(adapters['{name}'].adapter(toolsFor(() => false))).sort()");
        assert_eq!(page.eval(&verbs).await, json!(["boot", "refresh", "shutdown"]), "{name}");
    }
});

in_every_engine!(intercom_takes_any_order, alone(), async |page| {
    every_order(page, "intercom", false).await;
    every_order(page, "intercom", true).await;
});

in_every_engine!(zendesk_takes_any_order, alone(), async |page| {
    every_order(page, "zendesk-classic", false).await;
    every_order(page, "zendesk-classic", true).await;
});

in_every_engine!(ferndesk_takes_any_order, alone(), async |page| {
    every_order(page, "ferndesk", false).await;
    every_order(page, "ferndesk", true).await;
});

in_every_engine!(widgets_show_the_user_until_the_logout, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    all_show(page, Some("user-1")).await;
    assert_eq!(page.eval(ERRORS).await, json!([]));
    // The URLs have the page's own origin, whatever its `<base>` says.
    let elements = "['ze-snippet', 'ferndesk-sdk'].map((id) => document.getElementById(id).getAttribute('src'))";
    let addresses = ["/stubs/zendesk.js?key=stub-key", "/stubs/ferndesk.js"].map(|path| page.origin.clone() + path);
    assert_eq!(page.eval(elements).await, json!(addresses));
    assert_eq!(page.eval("vendorStubs.ferndesk.calls").await, json!(["init", "identify"]));

    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    assert_eq!(page.eval("vendorStubs.intercom.calls.at(-1).name").await, "shutdown");
    assert_eq!(page.eval("vendorStubs.zendesk.calls.at(-1)").await, "logout");
    assert_eq!(page.eval("vendorStubs.ferndesk.calls").await, json!(["init", "identify", "init"]));
    assert_eq!(page.eval(ERRORS).await, json!([]));
    let kept = "[...document.cookie.split('; '), ...Object.keys(localStorage)]
        .filter((name) => /^(intercom|__zlcmid|ZD-)/.test(name))";
    page.stays(kept, json!([]), A_WHILE).await;
    assert_eq!(page.eval("zESettings.webWidget.authenticate === undefined").await, true);
});

in_every_engine!(widgets_that_would_show_are_not_loaded_for_a_logout, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    all_show(page, Some("user-1")).await;
    page.app.expire("user-1");
    page.reload().await;
    page.wait_for("window.vendorStubs?.intercom?.calls.map((call) => call.name)", json!(["shutdown"])).await;
    page.stays("Object.keys(window.vendorStubs)", json!(["intercom"]), A_WHILE).await;
});

in_every_engine!(widgets_show_the_next_user_in_the_same_page, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    all_show(page, Some("user-1")).await;
    sign_in_by_fetch(page, "user-2").await;
    all_show(page, Some("user-2")).await;
    assert_eq!(
        page.eval("vendorStubs.intercom.calls.map((call) => call.name)").await,
        json!(["boot", "shutdown", "boot"])
    );
    assert_eq!(page.eval("vendorStubs.ferndesk.calls").await, json!(["init", "identify", "init", "init", "identify"]));
    assert_eq!(page.eval(ERRORS).await, json!([]));
});
