//! Pages that outlive their token, or their session.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use crate::harness::app::{NO_NETWORK, Widget};
use crate::harness::page::{ARTIFACTS, CALLS, Page, STATE};
use crate::harness::prepared::{SHORT, SHORT_LIFE, nothing_failed, prepared, short_lived};
use crate::harness::steps::{hide, signed_in, verified};
use crate::harness::{Stage, in_every_engine};

/// How long a failure may keep the page from a new token: the page tries again after five seconds, then ten, then
/// twenty.
const RETRIES: Duration = Duration::from_secs(45);

/// The lifetime of the tokens, in seconds: where they have to arrive in time, and where they may be late.
const IN_TIME: u64 = 20;

/// A call of a vendor's function; times in milliseconds since 1970.
#[derive(Debug, Deserialize)]
struct Handed {
    call: String,
    at: f64,
    token: Option<String>,
    other: Option<String>,
    expires: Option<f64>,
}

async fn handed(page: &Page) -> Vec<Handed> {
    let handed = page.eval("handed").await;
    serde_json::from_value(handed).expect("a list of calls")
}

/// Waits until the page has handed over three tokens, and returns those calls.
async fn three_tokens(page: &Page) -> Vec<Handed> {
    let there = "handed.filter((one) => one.token).length >= 3";
    page.wait_at_most(Duration::from_secs(IN_TIME * 4), there, true).await;
    handed(page).await.into_iter().filter(|one| one.token.is_some()).take(3).collect()
}

fn each_before_the_last_one_expired(tokens: &[Handed]) {
    for pair in tokens.windows(2) {
        assert_ne!(pair[0].token, pair[1].token);
        // 70 % of its lifetime, less the time that the library took to load: until then, the first call waits in the
        // queue.
        let waited = pair[1].at - pair[0].at;
        assert!(waited >= 450.0 * IN_TIME as f64, "after {waited} ms already");
        let expired = pair[0].expires.expect("an expiry time");
        assert!(pair[1].at < expired, "{} ms too late", pair[1].at - expired);
    }
}

in_every_engine!(intercom_gets_a_fresh_token_in_time, short_lived(Widget::Intercom, IN_TIME), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=witness").await;
    verified(page, "user-1").await;

    let tokens = three_tokens(page).await;
    assert_eq!(tokens.iter().map(|one| &*one.call).collect::<Vec<_>>(), ["boot", "update", "update"]);
    each_before_the_last_one_expired(&tokens);
    verified(page, "user-1").await;
});

in_every_engine!(ferndesk_gets_a_fresh_token_in_time, short_lived(Widget::Ferndesk, IN_TIME), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=witness").await;

    let tokens = three_tokens(page).await;
    each_before_the_last_one_expired(&tokens);
    assert!(tokens.iter().all(|one| one.call == "identify" && one.other == one.token), "both spellings: {tokens:?}");
    let calls: Vec<_> = handed(page).await.into_iter().map(|one| one.call).take(4).collect();
    assert_eq!(calls, ["init", "identify", "identify", "identify"]);
    assert_eq!(page.app.token_requests().get("ferndesk"), Some(&2));
});

in_every_engine!(pages_ask_at_different_times, prepared(), async |page| {
    page.sign_in("user-1").await;
    let mut waits = BTreeSet::new();
    for _ in 0..6 {
        page.open("/?before=timers").await;
        verified(page, "user-1").await;
        let wait = page.eval("waits.filter((wait) => wait > 1_000_000)").await;
        let [wait] = serde_json::from_value::<[f64; 1]>(wait).expect("one long wait");
        // 70 to 85 % of an hour.
        assert!((2_519_000.0..=3_060_000.0).contains(&wait), "{wait}");
        waits.insert(wait as u64 / 100);
    }
    assert_eq!(waits.len(), 6, "{waits:?}");
});

fn asked(page: &Stage, token: &str) -> usize {
    page.app.token_requests().get(token).copied().unwrap_or_default()
}

/// Waits until the page has asked for this many tokens.
async fn asked_at_least(page: &Stage, token: &str, count: usize) {
    let start = Instant::now();
    while asked(page, token) < count {
        assert!(start.elapsed() < RETRIES, "asked {} times, not {count}", asked(page, token));
        sleep(Duration::from_millis(10)).await;
    }
}

in_every_engine!(hidden_page_asks_once_it_is_visible, short_lived(Widget::Intercom, SHORT), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=witness").await;
    verified(page, "user-1").await;
    hide(page, true).await;
    // A request from just before may still be under way.
    page.stays("document.hidden", true, Duration::from_millis(300)).await;
    let before = asked(page, "intercom");

    page.stays("document.hidden", true, SHORT_LIFE * 3 / 2).await;
    assert_eq!(asked(page, "intercom"), before, "a hidden page asks for no token");
    let tokens_before = page.eval("handed.filter((one) => one.token).length").await;

    hide(page, false).await;
    asked_at_least(page, "intercom", before + 1).await;
    let more = format!("handed.filter((one) => one.token).length > {tokens_before}");
    page.wait_for(&more, true).await;
    verified(page, "user-1").await;
});

/// The marker is still that of the page's user, so the page learns of the end only when it asks for a token.
async fn ends_when_it_asks(page: &Stage) {
    let marker = page.marker().await;
    assert_ne!(page.eval(ARTIFACTS).await, json!([]), "else the next lines prove nothing");
    page.wait_at_most(SHORT_LIFE * 2, STATE, "shutdown").await;
    assert_eq!(asked(page, "intercom"), 1);
    page.wait_for(ARTIFACTS, json!([])).await;
    assert_eq!(page.calls().await, ["boot", "shutdown"]);

    page.stays(STATE, "shutdown", SHORT_LIFE * 5 / 4).await;
    assert_eq!(asked(page, "intercom"), 1, "it asks no more");
    assert_eq!(page.eval(ARTIFACTS).await, json!([]));
    assert_eq!(page.marker().await, marker, "that is for the next page to settle");
}

in_every_engine!(expired_session_ends_the_page_that_asks, short_lived(Widget::Intercom, SHORT), async |page| {
    signed_in(page, "user-1").await;
    page.app.expire("user-1");
    ends_when_it_asks(page).await;
});

in_every_engine!(
    session_of_the_next_user_ends_the_page_that_asks,
    short_lived(Widget::Intercom, SHORT),
    async |page| {
        signed_in(page, "user-1").await;
        page.app.replace("user-1", "user-2");
        ends_when_it_asks(page).await;

        page.reload().await;
        verified(page, "user-2").await;
    }
);

in_every_engine!(failed_requests_are_tried_again, short_lived(Widget::Intercom, SHORT), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=witness,failures").await;
    verified(page, "user-1").await;

    page.app.fail_tokens(Some(503));
    asked_at_least(page, "intercom", 1).await;
    page.app.fail_tokens(Some(NO_NETWORK));
    asked_at_least(page, "intercom", 2).await;
    assert_eq!(page.eval(CALLS).await, json!(["boot"]), "a failure is no reason to end anything");

    page.app.fail_tokens(None);
    page.wait_at_most(RETRIES, CALLS, json!(["boot", "update"])).await;
    verified(page, "user-1").await;
    nothing_failed(page).await;
});
