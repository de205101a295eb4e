//! Tabs, frames and subdomains that share a browser: a marker that a sibling doubled, a page in a frame, responses
//! that overtake each other.

use axum::Router;
use axum::extract::{Extension, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, Response};
use axum::routing::get;
use serde_json::json;

use crate::harness::app::{self, App, Session, Settings};
use crate::harness::in_every_engine;
use crate::harness::page::{CALLS, STATE, WHO};
use crate::harness::steps::{A_WHILE, log_out_by_fetch, no_trace_of, signed_in, verified};

async fn home(session: Extension<Session>) -> Html<String> {
    app::page(app::shown(&session).as_deref(), "")
}

// --- A marker that is there twice -------------------------------------------------------------

fn parent_domain() -> Settings {
    Settings {
        host: "app.example.test",
        cookie_domain: Some("example.test"),
        routes: |_: &App| Router::new().route("/deep/page", get(home)),
        ..Settings::default()
    }
}

in_every_engine!(windows_a_doubled_marker_does_not_hide_a_logout, parent_domain(), async |page| {
    signed_in(page, "user-1").await;
    let (name, _) = page.marker_cookie().await.expect("a marker");
    let sibling = page.origin.replace("app.", "other.");
    page.client().goto(&format!("{sibling}/landing")).await.expect("the page opens");
    let double = format!("'{name}=BBBBBBBBBBBBBBBBBBBBBB; Domain=example.test; Path=/deep; Secure'");
    page.eval(&format!("void (document.cookie = {double})")).await;
    page.open("/deep/page").await;
    verified(page, "user-1").await;
    let markers = format!("document.cookie.split('; ').filter((pair) => pair.startsWith('{name}=')).length");
    assert_eq!(page.eval(&markers).await, 2, "else nothing is proved");
    page.eval("void dispatchEvent(new Event('focus'))").await;
    page.stays(WHO, "user-1", A_WHILE).await;

    let first = page.new_tab().await;
    page.open("/landing").await;
    log_out_by_fetch(page).await;
    page.switch_to(first).await;
    page.eval("void dispatchEvent(new Event('focus'))").await;
    page.wait_for(STATE, "shutdown").await;
});

// --- A page in a frame ------------------------------------------------------------------------

/// Without Fetch Metadata, a page in a frame asks as any other page does.
fn framed() -> Settings {
    Settings {
        routes: |_: &App| {
            Router::new().route("/inner", get(home)).route(
                "/framed",
                get(async |session: Extension<Session>| {
                    app::page(app::shown(&session).as_deref(), "<iframe src=\"/inner\"></iframe>")
                }),
            )
        },
        around: |router| router.layer(from_fn(strip_fetch_metadata)),
        ..Settings::default()
    }
}

async fn strip_fetch_metadata(mut request: Request, next: Next) -> Response {
    for name in ["sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user"] {
        request.headers_mut().remove(name);
    }
    next.run(request).await
}

const INNER_USER: &str = "frames[0]?.document.body?.dataset.user ?? null";
const INNER_WHO: &str = "frames[0]?.demoMessenger?.who ?? null";

in_every_engine!(windows_a_page_in_a_frame_boots_no_second_widget, framed(), async |page| {
    page.sign_in("user-1").await;
    page.open("/framed").await;
    verified(page, "user-1").await;
    page.wait_for(INNER_USER, "user-1").await;
    page.wait_for("frames[0].document.readyState", "complete").await;
    page.stays(&format!("[{INNER_WHO}, typeof frames[0].widgetIdentity]"), json!([null, "undefined"]), A_WHILE).await;
    assert_eq!(page.eval("typeof frames[0].Intercom").await, "undefined");
    // The test asks as the frame does. The frame's page must have had the element, or this would prove nothing.
    page.eval(
        "void fetch('/inner', { headers: { accept: 'text/html' } })
            .then((answer) => answer.text()).then((html) => { window.inner = html; })",
    )
    .await;
    page.wait_for("window.inner?.includes('data-widget')", true).await;
    verified(page, "user-1").await;
});

fn framed_and_allowed() -> Settings {
    Settings { iframes: true, ..framed() }
}

in_every_engine!(windows_a_page_in_a_frame_boots_where_that_is_allowed, framed_and_allowed(), async |page| {
    page.sign_in("user-1").await;
    page.open("/framed").await;
    verified(page, "user-1").await;
    page.wait_for(INNER_WHO, "user-1").await;
});

// --- Responses that overtake each other -------------------------------------------------------

/// Holds back the first response to `<token path>/page` until the test releases it.
const HOLD_FIRST: &str = "(() => {
    const real = window.fetch;
    let held = false;
    window.fetch = async (...call) => {
        const answer = await real(...call);
        if (held || !String(call[0]).includes('/page?')) return answer;
        held = true;
        window.holding = true;
        await new Promise((letGo) => { window.letGo = letGo; });
        return answer;
    };
})()";

async fn log_in_and_refresh(page: &crate::harness::Stage, user: &str) {
    let login = format!(
        "void fetch('/login', {{ method: 'POST', redirect: 'manual', body: new URLSearchParams({{ user: '{user}' }}) }})\
         .then(() => {{ window.refreshed = (window.refreshed ?? 0) + 1; widgetIdentity.refresh(); }})"
    );
    page.eval(&login).await;
}

in_every_engine!(windows_of_two_refreshes_the_last_one_wins, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    page.eval(HOLD_FIRST).await;
    log_in_and_refresh(page, "user-2").await;
    page.wait_for("window.holding === true", true).await;
    log_in_and_refresh(page, "user-1").await;
    page.wait_for("window.refreshed", 2).await;
    page.wait_for(CALLS, json!(["boot", "update"])).await;

    // The response to the first request: user-2 was signed in then.
    page.eval("void letGo()").await;
    page.stays(WHO, "user-1", A_WHILE).await;
    assert_eq!(page.calls().await, ["boot", "update"]);
    no_trace_of(page, "user-2").await;
});

in_every_engine!(windows_of_two_refreshes_the_last_one_wins_for_the_next_user_too, Settings::default(), async |page| {
    signed_in(page, "user-1").await;
    page.eval(HOLD_FIRST).await;
    page.eval("void widgetIdentity.refresh()").await;
    page.wait_for("window.holding === true", true).await;
    log_in_and_refresh(page, "user-2").await;
    verified(page, "user-2").await;

    page.eval("void letGo()").await;
    page.stays(WHO, "user-2", A_WHILE).await;
    assert_eq!(page.calls().await, ["boot", "shutdown", "boot"]);
    no_trace_of(page, "user-1").await;
});
