//! Consent tools that replace the browser's `document.cookie` with their own.

use serde_json::json;

use crate::harness::app::Settings;
use crate::harness::before::with_scripts_before;
use crate::harness::page::{ARTIFACTS, Page};
use crate::harness::steps::{A_WHILE, log_out_by_fetch, nothing_left, sign_in_without_a_page, signed_in};
use crate::harness::{Stage, in_every_engine};

const TOOLS: [&str; 4] = ["consent", "consent-fixed", "consent-hides", "consent-throws"];
const FOCUS: &str = "void dispatchEvent(new Event('focus'))";

/// The last call to the vendor's function: its name and its user.
const LAST: &str = "[window.handed?.at(-1)?.call, window.handed?.at(-1)?.user]";
/// Whether the tool's property is the one that it made.
const IS_THE_TOOLS: &str = "(() => {
    const now = Object.getOwnPropertyDescriptor(document, 'cookie') ?? {};
    return ['get', 'set', 'configurable', 'enumerable'].every((key) => now[key] === tool[key]);
})()";
/// Makes the page's own script try to set a cookie that the tool blocks.
const SET_BLOCKED: &str = "(() => { try { document.cookie = 'blocked=1; Path=/'; } catch {} })()";

fn tools() -> Settings {
    Settings { around: with_scripts_before, ..Settings::default() }
}

async fn signed_in_with(page: &Stage, tool: &str) {
    page.open("/").await;
    nothing_left(page).await;
    sign_in_without_a_page(page).await;
    page.open(&format!("/?before={tool},witness")).await;
    page.wait_for(LAST, json!(["boot", "user-1"])).await;
    page.wait_for("document.readyState", "complete").await;
    assert!(page.marker().await.is_some_and(|marker| marker.len() == 22), "{tool}");
}

async fn tool_is_as_it_was(page: &Page, tool: &str) {
    assert_eq!(page.eval(IS_THE_TOOLS).await, true, "{tool}");
    page.eval(SET_BLOCKED).await;
    assert!(!page.cookies().await.contains_key("blocked"), "{tool}");
}

in_every_engine!(consent_tools_do_not_hide_a_logout, tools(), async |page| {
    for tool in TOOLS {
        signed_in_with(page, tool).await;
        tool_is_as_it_was(page, tool).await;
        log_out_by_fetch(page).await;
        page.eval(FOCUS).await;
        page.wait_for(LAST, json!(["shutdown", null])).await;
        page.wait_for("Object.keys(localStorage).filter((name) => name.startsWith('intercom'))", json!([])).await;
        tool_is_as_it_was(page, tool).await;
    }
});

in_every_engine!(consent_tools_survive_another_users_sign_in, tools(), async |page| {
    for tool in TOOLS {
        signed_in_with(page, tool).await;
        let marker = page.marker().await;
        let first = page.new_tab().await;
        page.open("/").await;
        signed_in(page, "user-2").await;
        assert_ne!(page.marker().await, marker, "{tool}");
        let (second, kept) = (page.tab().await, page.eval(ARTIFACTS).await);

        page.switch_to(first.clone()).await;
        page.eval(FOCUS).await;
        page.wait_for(LAST, json!(["shutdown", null])).await;
        tool_is_as_it_was(page, tool).await;
        page.switch_to(second).await;
        // Where the property cannot be replaced, ending the former user's session matters more than removing the
        // cookies.
        if tool != "consent-fixed" {
            page.stays(ARTIFACTS, kept, A_WHILE).await;
        }
        log_out_by_fetch(page).await;
        page.client().close_window().await.expect("the tab closes");
        page.switch_to(first).await;
    }
});

in_every_engine!(consent_tools_do_not_keep_an_expired_session, tools(), async |page| {
    for tool in TOOLS {
        signed_in_with(page, tool).await;
        page.app.expire("user-1");
        page.open(&format!("/?before={tool},witness")).await;
        page.wait_for(LAST, json!(["shutdown", null])).await;
        page.wait_for_marker(None).await;
        tool_is_as_it_was(page, tool).await;
    }
});
