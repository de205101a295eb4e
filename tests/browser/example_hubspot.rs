//! The example `hubspot`, started as a program: with a user, while HubSpot's API is down, and after a sign-out.

use serde_json::json;

use crate::harness::page::Page;
use crate::harness::{Started, run_programs};
use crate::support::process::{Process, example};

const CHAT: &str = "document.querySelector('#hubspot-chat')?.textContent ?? null";
const CALLS: &str = "window.hubspotStandIn?.calls ?? []";
const API_CALLS: &str = "Number(document.querySelector('#calls').textContent)";
/// What a session leaves behind.
const TRACES: &str = "[
    ...document.cookie.split('; ').filter((pair) => /^(messagesUtk|hubspotutk|__hs)/.test(pair)),
    ...Object.keys(window.hsConversationsSettings ?? {}).filter((name) => name.startsWith('identification')),
]";

async fn started() -> Started<Process> {
    let mut command = example("hubspot");
    command.env("PORT", "0");
    let program = Process::start(command, "http://localhost:");
    let port = program.port;
    Started { programs: program, port, widget: None }
}

async fn sign_in(page: &Page, user: &str) {
    page.leave_by(&format!("#{user}")).await;
    page.wait_for("document.querySelector('#sign-out') !== null", true).await;
}

async fn sign_out(page: &Page) {
    page.leave_by("#sign-out").await;
    page.wait_for("document.querySelector('#ada') !== null", true).await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn hubspot_identifies_the_user_and_nothing_is_left_after_the_sign_out() {
    run_programs(started, async |page| {
        assert_eq!(page.eval(CHAT).await, json!(null), "nothing runs for a signed-out visitor");
        sign_in(page, "ada").await;
        page.wait_for(CHAT, "Chat: verified as ada@example.com").await;
        assert_eq!(page.eval(CALLS).await, json!(["load"]));
        assert_ne!(page.eval(TRACES).await, json!([]), "else the next lines prove nothing");
        page.open("/?again").await;
        page.wait_for(CHAT, "Chat: verified as ada@example.com").await;
        page.wait_for(API_CALLS, 1).await;

        sign_out(page).await;
        page.wait_for(TRACES, json!([])).await;
        page.stays(TRACES, json!([]), std::time::Duration::from_millis(600)).await;
        page.wait_for_marker(None).await;
        assert_eq!(page.eval(CHAT).await, json!(null));

        sign_in(page, "grace").await;
        page.wait_for(CHAT, "Chat: verified as grace@example.com").await;
        let cookies = page.eval("document.cookie").await;
        assert!(!cookies.as_str().expect("a text").contains("ada@"), "{cookies}");
        page.wait_for(API_CALLS, 2).await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn hubspot_shows_no_user_while_the_api_is_down_and_the_user_once_it_is_back() {
    run_programs(started, async |page| {
        page.wait_for("document.querySelector('#api').hidden", false).await;
        page.eval("void document.querySelector('#switch').click()").await;
        page.wait_for("document.querySelector('#state').textContent", "down").await;
        sign_in(page, "ada").await;
        page.wait_for(API_CALLS, 1).await;
        assert_eq!(page.eval(CHAT).await, json!(null));
        assert_eq!(page.eval("document.querySelector('b').textContent").await, "ada", "the page stays");

        page.eval("void document.querySelector('#switch').click()").await;
        page.wait_for(CHAT, "Chat: verified as ada@example.com").await;
    })
    .await;
}
