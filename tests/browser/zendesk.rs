//! Zendesk: tokens on demand, and the settings of the page.

use serde_json::json;

use crate::harness::in_every_engine;
use crate::harness::steps::{A_WHILE, sign_in_by_fetch};
use crate::harness::vendors::{all_show, all_widgets};

const PROOFS: &str = "[vendorStubs.zendesk.proofs.chat.length, vendorStubs.zendesk.proofs.helpCenter.length]";
const YIELDED: &str = "[vendorStubs.zendesk.yielded.chat, vendorStubs.zendesk.yielded.helpCenter]";
const ASK_AGAIN: &str = "void ['chat', 'helpCenter'].forEach((product) => vendorStubs.zendesk.ask(product))";

in_every_engine!(zendesk_gets_a_new_token_each_time, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    page.wait_for(PROOFS, json!([1, 1])).await;
    // Times are whole seconds, so two chat tokens of the same second are rightly the same.
    let first = page.eval("vendorStubs.zendesk.proofs.chat[0].iat").await;
    page.wait_for(&format!("Date.now() / 1000 >= {first} + 1"), true).await;
    page.app.clear_log();
    page.eval(ASK_AGAIN).await;
    page.wait_for(PROOFS, json!([2, 2])).await;
    let requests = page.app.token_requests();
    assert_eq!((requests["zendesk-chat"], requests["zendesk-help-center"]), (1, 1), "{requests:?}");
    let later = "vendorStubs.zendesk.proofs.chat[1].iat > vendorStubs.zendesk.proofs.chat[0].iat";
    assert_eq!(page.eval(later).await, true);
    let ids = page.eval("vendorStubs.zendesk.proofs.helpCenter.map((proof) => proof.jti)").await;
    assert_ne!(ids[0], ids[1]);
    assert_eq!(page.eval("vendorStubs.zendesk.proofs.chat[1].external_id").await, "user-1");
});

in_every_engine!(zendesk_gets_no_token_after_a_shutdown, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    page.wait_for(PROOFS, json!([1, 1])).await;
    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    page.app.clear_log();
    // The widget remembers the functions that it got.
    page.eval(ASK_AGAIN).await;
    page.stays(YIELDED, json!([1, 1]), A_WHILE).await;
    assert!(page.app.token_requests().is_empty(), "{:?}", page.app.token_requests());

    // Not even after the next user has signed in.
    page.eval(
        "void fetch('/login', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ user: 'user-2' }) })
        .then(() => { window.signedIn = true; })",
    )
    .await;
    page.wait_for("window.signedIn === true", true).await;
    page.eval(ASK_AGAIN).await;
    page.stays(YIELDED, json!([1, 1]), A_WHILE).await;
    all_show(page, None).await;
});

in_every_engine!(settings_of_the_page_are_kept, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    page.open("/own-settings").await;
    page.wait_for("window.vendorStubs?.zendesk?.settings.color?.theme ?? null", "#78a300").await;
    assert_eq!(page.eval("zESettings.other").await, 1);
    // The library has read both, and asks for tokens.
    all_show(page, Some("user-1")).await;
    assert_eq!(page.eval("typeof zESettings.webWidget.authenticate.chat.jwtFn").await, "function");
});

in_every_engine!(settings_of_the_page_are_merged_into, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    all_show(page, Some("user-1")).await;
    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    // Settings that are here before the next boot.
    page.eval("window.own = window.zESettings = { webWidget: { color: { theme: '#78a300' } }, other: 1 }").await;
    sign_in_by_fetch(page, "user-2").await;
    all_show(page, Some("user-2")).await;
    assert_eq!(page.eval("window.own === window.zESettings").await, true, "not replaced");
    let merged = "[zESettings.other, zESettings.webWidget.color.theme, typeof zESettings.webWidget.authenticate.jwtFn]";
    assert_eq!(page.eval(merged).await, json!([1, "#78a300", "function"]));
});
