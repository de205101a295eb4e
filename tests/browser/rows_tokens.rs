//! Pages that stay open long, libraries that do not come, and browsers that keep nothing.

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::extract::{Extension, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;
use tower_widget_identity::WidgetsBuilder;

use crate::app::{self, App, NO_NETWORK, Session, Settings, Widget};
use crate::before::with_scripts_before;
use crate::harness::{Stage, in_every_engine};
use crate::identity::verified;
use crate::page::{ARTIFACTS, BUBBLE, CALLS, Page, STATE, WHO};
use crate::rows_pending::{log_out_by_fetch, open_beside, sign_in_without_a_page};

const LIBRARY: &str = "/demo/messenger.js";
const A_WHILE: Duration = Duration::from_millis(800);
/// How long a failure may keep the page from a new token: it is tried again after five seconds, then ten, then twenty.
const RETRIES: Duration = Duration::from_secs(45);

fn prepared() -> Settings {
    let routes = |_: &App| Router::new().route("/strict", get(home)).route("/sandboxed", get(home));
    Settings {
        routes,
        around: |router| with_scripts_before(router).layer(from_fn(add_policies)),
        ..Settings::default()
    }
}

/// What a server in front of the application adds to these pages. No library is let in, and on the second one the
/// browser itself forbids cookies and storage: each access throws.
const POLICIES: [(&str, &str); 2] =
    [("/strict", "script-src 'unsafe-inline'"), ("/sandboxed", "script-src 'unsafe-inline'; sandbox allow-scripts")];

async fn add_policies(request: Request, next: Next) -> Response {
    let policy = POLICIES.iter().find(|(path, _)| *path == request.uri().path());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.extend(policy.map(|(_, policy)| (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))));
    response
}

async fn home(Extension(session): Extension<Session>) -> Html<String> {
    app::page(app::shown(&session).as_deref(), "")
}

async fn nothing_failed(page: &Page) {
    page.stays("failures", json!([]), A_WHILE).await;
}

// --- 13: a page that outlives its token -----------------------------------------------------------

/// For how long the tokens are good, in seconds: where they have to arrive in time, and where nobody minds.
const IN_TIME: u64 = 20;
const SHORT: u64 = 4;
const SHORT_LIFE: Duration = Duration::from_secs(SHORT);

/// A token's times are whole seconds. Rounded up, so that a short life is no shorter than it says.
fn rounded_up(builder: WidgetsBuilder) -> WidgetsBuilder {
    builder.clock(|| SystemTime::now() + Duration::from_secs(1))
}

fn short_lived(widget: Widget, lifetime: u64) -> Settings {
    Settings { widget, lifetime, widgets: rounded_up, ..prepared() }
}

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

/// Waits until three tokens have been handed over; answers those calls.
async fn three_tokens(page: &Page) -> Vec<Handed> {
    let there = "handed.filter((one) => one.token).length >= 3";
    page.wait_at_most(Duration::from_secs(IN_TIME * 4), there, true).await;
    handed(page).await.into_iter().filter(|one| one.token.is_some()).take(3).collect()
}

fn each_before_the_last_one_expired(tokens: &[Handed]) {
    for pair in tokens.windows(2) {
        assert_ne!(pair[0].token, pair[1].token);
        // 70 % of its life, less what the library took to come: until then the first call waits in the queue.
        let waited = pair[1].at - pair[0].at;
        assert!(waited >= 450.0 * IN_TIME as f64, "after {waited} ms already");
        let expired = pair[0].expires.expect("an expiry time");
        assert!(pair[1].at < expired, "{} ms too late", pair[1].at - expired);
    }
}

in_every_engine!(row_13_intercom_gets_a_fresh_token_in_time, short_lived(Widget::Intercom, IN_TIME), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=witness").await;
    verified(page, "user-1").await;

    let tokens = three_tokens(page).await;
    assert_eq!(tokens.iter().map(|one| &*one.call).collect::<Vec<_>>(), ["boot", "update", "update"]);
    each_before_the_last_one_expired(&tokens);
    verified(page, "user-1").await;
});

in_every_engine!(row_13_ferndesk_gets_a_fresh_token_in_time, short_lived(Widget::Ferndesk, IN_TIME), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=witness").await;

    let tokens = three_tokens(page).await;
    each_before_the_last_one_expired(&tokens);
    assert!(tokens.iter().all(|one| one.call == "identify" && one.other == one.token), "both spellings: {tokens:?}");
    let calls: Vec<_> = handed(page).await.into_iter().map(|one| one.call).take(4).collect();
    assert_eq!(calls, ["init", "identify", "identify", "identify"]);
    assert_eq!(page.app.token_requests().get("ferndesk"), Some(&2));
});

in_every_engine!(row_13_not_every_page_asks_at_the_same_time, prepared(), async |page| {
    page.sign_in("user-1").await;
    let mut waits = BTreeSet::new();
    for _ in 0..6 {
        page.open("/?before=timers").await;
        verified(page, "user-1").await;
        let wait = page.eval("waits.filter((wait) => wait > 1_000_000)").await;
        let [wait] = serde_json::from_value::<[f64; 1]>(wait).expect("one long wait");
        // At 70 to 85 % of an hour.
        assert!((2_519_000.0..=3_060_000.0).contains(&wait), "{wait}");
        waits.insert(wait as u64 / 100);
    }
    assert_eq!(waits.len(), 6, "{waits:?}");
});

/// The window is put away, or is shown again.
async fn hide(page: &Page, hidden: bool) {
    let client = page.client();
    if hidden {
        client.minimize_window().await.expect("the window can be hidden");
    } else {
        client.set_window_rect(0, 0, 1000, 800).await.expect("the window can be shown");
    }
    page.wait_for("document.hidden", hidden).await;
}

fn asked(page: &Stage, token: &str) -> usize {
    page.app.token_requests().get(token).copied().unwrap_or_default()
}

/// Waits until the page has asked for tokens this often.
async fn asked_at_least(page: &Stage, token: &str, count: usize) {
    let start = Instant::now();
    while asked(page, token) < count {
        assert!(start.elapsed() < RETRIES, "asked {} times, not {count}", asked(page, token));
        sleep(Duration::from_millis(10)).await;
    }
}

in_every_engine!(row_13_hidden_page_waits_until_it_is_looked_at, short_lived(Widget::Intercom, SHORT), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=witness").await;
    verified(page, "user-1").await;
    hide(page, true).await;
    // What was asked for just before may still be under way.
    page.stays("document.hidden", true, Duration::from_millis(300)).await;
    let before = asked(page, "intercom");

    page.stays("document.hidden", true, SHORT_LIFE * 3 / 2).await;
    assert_eq!(asked(page, "intercom"), before, "nobody looks at it");
    let tokens_before = page.eval("handed.filter((one) => one.token).length").await;

    hide(page, false).await;
    asked_at_least(page, "intercom", before + 1).await;
    let more = format!("handed.filter((one) => one.token).length > {tokens_before}");
    page.wait_for(&more, true).await;
    verified(page, "user-1").await;
});

// --- 14: a page that outlives its session ---------------------------------------------------------

/// The page was not told by the marker, which is still its person's; it learns it when it asks for a token.
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

in_every_engine!(row_14_session_gone_ends_the_page, short_lived(Widget::Intercom, SHORT), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    page.app.expire("user-1");
    ends_when_it_asks(page).await;
});

in_every_engine!(row_14_another_persons_session_ends_the_page, short_lived(Widget::Intercom, SHORT), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    page.app.replace("user-1", "user-2");
    ends_when_it_asks(page).await;

    page.reload().await;
    verified(page, "user-2").await;
});

in_every_engine!(row_14_failures_are_tried_again, short_lived(Widget::Intercom, SHORT), async |page| {
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

// --- 17: a library that is late, or never comes ---------------------------------------------------

const QUEUE: &str = "(window.Intercom?.q ?? []).map((call) => call[0])";

fn with_widget(widget: Widget) -> Settings {
    Settings { widget, ..prepared() }
}

/// Waits until the page has tried to load the library, in vain.
async fn blocked(page: &Page) {
    page.wait_for("violations.length > 0", true).await;
    page.wait_for("document.readyState", "complete").await;
}

in_every_engine!(row_17_blocked_intercom_is_shut_down_all_the_same, with_widget(Widget::Intercom), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    let kept = page.eval(ARTIFACTS).await;
    assert_ne!(kept, json!([]), "else the next lines prove nothing");
    page.open("/strict?before=failures").await;
    blocked(page).await;
    assert_eq!(page.eval(QUEUE).await, json!(["boot"]));
    assert_eq!(page.eval(ARTIFACTS).await, kept);

    log_out_by_fetch(page).await;
    page.wait_for(QUEUE, json!(["shutdown"])).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    nothing_failed(page).await;

    // The page that is to carry the logout out cannot load the library either.
    page.eval("void localStorage.setItem('intercom.intercom-state-demo', 'user-1')").await;
    page.open("/strict?before=failures").await;
    page.wait_for("document.body.dataset.user", "").await;
    crate::identity::nothing_left(page).await;
    assert_eq!(page.eval(QUEUE).await, json!(["shutdown"]));
    nothing_failed(page).await;
});

in_every_engine!(row_17_blocked_zendesk_is_shut_down_all_the_same, with_widget(Widget::Zendesk), async |page| {
    page.sign_in("user-1").await;
    page.open("/strict?before=failures").await;
    blocked(page).await;
    page.eval("void (document.cookie = '__zlcmid=user-1; Path=/')").await;
    page.eval("void localStorage.setItem('ZD-store', 'user-1')").await;
    assert_eq!(page.eval("typeof window.zESettings?.webWidget?.authenticate?.jwtFn").await, "function");

    log_out_by_fetch(page).await;
    page.wait_for("window.zESettings?.webWidget?.authenticate ?? null", json!(null)).await;
    page.wait_for("document.cookie.includes('__zlcmid')", false).await;
    page.wait_for("localStorage.getItem('ZD-store')", json!(null)).await;
    nothing_failed(page).await;
});

in_every_engine!(row_17_blocked_ferndesk_is_shut_down_all_the_same, with_widget(Widget::Ferndesk), async |page| {
    const QUEUE: &str = "(window.Ferndesk?.q ?? []).map((call) => call[0])";
    page.sign_in("user-1").await;
    page.open("/strict?before=failures").await;
    blocked(page).await;
    assert_eq!(page.eval(QUEUE).await, json!(["init", "identify"]));

    log_out_by_fetch(page).await;
    page.wait_for(QUEUE, json!(["init"])).await;
    nothing_failed(page).await;
});

/// What `js` is on the page in the other tab. A driver may wait for that page to be complete, with its library; so the
/// page before the driver's eyes is another one, behind no layer.
fn beside(js: &str) -> String {
    format!("window.beside.eval({})", json!(js))
}

/// User-1's page, in another tab, waits for its library.
async fn waiting_for_its_library(page: &Stage) {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    page.open("/landing").await;
    page.gate.hold(LIBRARY);
    open_beside(page, "/?before=failures").await;
    page.wait_for(&beside(QUEUE), json!(["boot"])).await;
    page.stays(&beside(QUEUE), json!(["boot"]), A_WHILE).await;
}

in_every_engine!(row_17_slow_library_runs_the_queued_call_when_it_arrives, prepared(), async |page| {
    waiting_for_its_library(page).await;
    page.gate.release(LIBRARY);
    page.wait_for(&beside(STATE), "verified").await;
    assert_eq!(page.eval(&beside(WHO)).await, "user-1");
    assert_eq!(page.eval(&beside(CALLS)).await, json!(["boot"]));
    page.stays(&beside("failures"), json!([]), A_WHILE).await;
});

in_every_engine!(row_17_slow_library_learns_nothing_of_who_left_before_it_came, prepared(), async |page| {
    waiting_for_its_library(page).await;
    assert_ne!(page.eval(ARTIFACTS).await, json!([]), "else the next lines prove nothing");

    log_out_by_fetch(page).await;
    page.wait_for(&beside(QUEUE), json!(["shutdown"])).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    page.gate.release(LIBRARY);
    page.wait_for(&beside(CALLS), json!(["shutdown"])).await;
    // It wrote its cookies when it came.
    page.wait_for(ARTIFACTS, json!([])).await;
    page.stays(ARTIFACTS, json!([]), A_WHILE * 2).await;
    let traces = format!("JSON.stringify([{CALLS}, {WHO}, {BUBBLE}, window.Intercom.q])");
    let traces = page.eval(&beside(&traces)).await.to_string();
    assert!(!traces.contains("user-1"), "{traces}");
    page.stays(&beside("failures"), json!([]), A_WHILE).await;
});

// --- 18: a browser that keeps nothing, or says nothing --------------------------------------------

in_every_engine!(row_18_without_cookies_the_page_works, prepared(), async |page| {
    sign_in_without_a_page(page).await;
    page.open("/?before=failures,no-cookies").await;
    verified(page, "user-1").await;
    assert_eq!(page.marker().await, None);

    // A marker that was never kept says nothing about a logout.
    for event in ["pageshow", "focus"] {
        page.eval(&format!("dispatchEvent(new Event('{event}'))")).await;
    }
    page.eval("document.dispatchEvent(new Event('visibilitychange'))").await;
    hide(page, true).await;
    hide(page, false).await;
    page.stays(STATE, "verified", A_WHILE).await;
    assert_eq!(page.calls().await, ["boot"]);
    nothing_failed(page).await;
});

const THROWN: &str = "['cookie', 'localStorage'].map((name) => {
    try { return void (name === 'cookie' ? document.cookie : localStorage); } catch (error) { return error.name; }
})";

in_every_engine!(row_18_where_cookies_and_storage_throw_the_page_works, with_widget(Widget::Ferndesk), async |page| {
    sign_in_without_a_page(page).await;
    page.open("/?before=witness,failures,throwing-cookies,no-storage").await;
    assert_eq!(page.eval(THROWN).await, json!(["SecurityError", "SecurityError"]));
    page.wait_for("handed.map((one) => one.call)", json!(["init", "identify"])).await;

    page.eval("dispatchEvent(new Event('focus'))").await;
    page.stays("handed.length", 2, A_WHILE).await;
    nothing_failed(page).await;
});

// Its origin is none, so it cannot ask who is signed in.
in_every_engine!(row_18_a_sandboxed_page_boots_nobody_and_works, with_widget(Widget::Ferndesk), async |page| {
    sign_in_without_a_page(page).await;
    page.open("/sandboxed?before=witness,failures").await;
    assert_eq!(page.eval(THROWN).await, json!(["SecurityError", "SecurityError"]));
    page.stays("handed", json!([]), A_WHILE).await;
    nothing_failed(page).await;
});

async fn set_marker_to_out(page: &Page) {
    let (name, _) = page.marker_cookie().await.expect("a marker");
    page.eval(&format!("void (document.cookie = '{name}=out; Path=/; Secure; SameSite=Lax')")).await;
}

in_every_engine!(row_18_where_storage_throws_a_logout_purges_the_cookies, prepared(), async |page| {
    const COOKIES: &str = "document.cookie.split('; ').filter((pair) => pair.startsWith('intercom'))";
    page.sign_in("user-1").await;
    page.open("/?before=failures,no-storage").await;
    verified(page, "user-1").await;
    assert_ne!(page.eval(COOKIES).await, json!([]), "else the next lines prove nothing");

    // By hand: a logout's answer would have taken the cookies away by itself.
    set_marker_to_out(page).await;
    page.wait_for(STATE, "shutdown").await;
    page.wait_for(COOKIES, json!([])).await;
    nothing_failed(page).await;
});

/// A page of user-1 that is told nothing when cookies change: the marker is `out`, and it does not know.
async fn unaware(page: &Page) {
    page.open("/?before=failures,no-cookie-store").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval("typeof window.cookieStore").await, "undefined");
    set_marker_to_out(page).await;
    page.stays(STATE, "verified", A_WHILE).await;
}

async fn noticed(page: &Page) {
    page.wait_for(STATE, "shutdown").await;
    page.wait_for(WHO, Value::Null).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    nothing_failed(page).await;
}

in_every_engine!(row_18_without_cookie_events_focus_and_return_tell, prepared(), async |page| {
    page.sign_in("user-1").await;
    for target in ["window", "window", "document"].into_iter().zip(["focus", "pageshow", "visibilitychange"]) {
        let (target, event) = target;
        unaware(page).await;
        page.eval(&format!("{target}.dispatchEvent(new Event('{event}'))")).await;
        noticed(page).await;
    }
});

in_every_engine!(row_18_without_cookie_events_the_return_to_a_hidden_page_tells, prepared(), async |page| {
    page.sign_in("user-1").await;
    page.open("/?before=failures,no-cookie-store").await;
    verified(page, "user-1").await;
    hide(page, true).await;
    log_out_by_fetch(page).await;
    page.stays(STATE, "verified", A_WHILE).await;

    hide(page, false).await;
    noticed(page).await;
    page.wait_for_marker(Some("out")).await;
});
