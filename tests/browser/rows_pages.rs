//! Pages that other scripts have a hand in: Turbo Drive, htmx and hydration; pages of a subdomain; pages for visitors.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{self, Extension};
use axum::http::{HeaderMap, Request, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_widget_identity::widget::Intercom;
use tower_widget_identity::{Secret, Widgets, WidgetsBuilder};

use crate::app::{self, App, Session, Settings, script};
use crate::harness::{Stage, in_every_engine};
use crate::identity::{nothing_left, verified};
use crate::packages::library;
use crate::page::{ARTIFACTS, CALLS, Page, STATE, WHO};
use crate::rows_widgets::asking_the_session;

const A_WHILE: Duration = Duration::from_millis(1500);

/// What the messenger was told of persons: that the body is a new one does not belong to it.
const CALL_NAMES: &str = "(window.demoMessenger?.calls ?? []).map((call) => call.name)
    .filter((name) => name !== 'reattach_activator')";
/// Whether each of these calls brought a token.
const TOKENS: &str = "(window.demoMessenger?.calls ?? []).filter((call) => call.name !== 'reattach_activator')
    .map((call) => call.token)";
/// How often the messenger was booted on this page.
const BOOTS: &str = "(window.demoMessenger?.calls ?? []).filter((call) => call.name === 'boot').length";
/// How often the messenger was told of the same person again.
const UPDATES: &str = "(window.demoMessenger?.calls ?? []).filter((call) => call.name === 'update').length";
const ALIVE: &str = "['verified', 'visitor'].includes(window.demoMessenger?.state)";

/// A page with these elements in its head, and with forms that come back to it.
pub(crate) fn document(session: &Session, path: &str, head: &str, content: &str) -> Html<String> {
    let user = app::shown(session).unwrap_or_default();
    Html(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{path}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n{head}\n</head>\n<body data-user=\"{user}\" data-page=\"{path}\">\n\
         <form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"to\" value=\"{path}\">\n\
         <button name=\"user\" value=\"user-1\">Sign in as user-1</button>\n\
         <button name=\"user\" value=\"user-2\">Sign in as user-2</button></form>\n\
         <form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"to\" value=\"{path}\">\n\
         <button id=\"sign-out\">Sign out</button></form>\n\
         <button id=\"sign-out-fetch\" onclick=\"fetch('/logout?fetch', {{ method: 'POST' }})\">By fetch</button>\n\
         {content}\n</body>\n</html>\n"
    ))
}

/// Goes to another page as a link does, and waits until it is there.
async fn go(page: &Page, path: &str) {
    page.eval(&format!("void (window.beforeTheClick = true, location.href = '{path}')")).await;
    page.wait_for("!window.beforeTheClick && location.pathname + location.search", path).await;
    page.wait_for("document.readyState", "complete").await;
}

// --- Turbo Drive ------------------------------------------------------------------------------

/// Turbo leaves the document as it is when it takes over a link or a form.
const SAME_DOCUMENT: &str = "window.sameDocument === true";

pub(crate) fn turbo() -> Settings {
    Settings {
        routes: |_| Router::new().route("/turbo/{page}", get(turbo_page)).route("/frame", get(frame)),
        assets: |_| Router::new().route("/libs/turbo.js", library("@hotwired/turbo/dist/turbo.es2017-umd.js")),
        ..Settings::default()
    }
}

async fn turbo_page(session: Extension<Session>, extract::Path(name): extract::Path<String>) -> Html<String> {
    let links = "<a id=\"one\" href=\"/turbo/one\">one</a> <a id=\"two\" href=\"/turbo/two\">two</a>\n\
        <turbo-frame id=\"part\"><a id=\"into-the-frame\" href=\"/frame\">part</a></turbo-frame>";
    document(&session, &format!("/turbo/{name}"), "<script src=\"/libs/turbo.js\"></script>", links)
}

/// A whole document, of which Turbo takes one element.
async fn frame() -> Html<&'static str> {
    Html("<!doctype html>\n<title>part</title>\n<turbo-frame id=\"part\"><b id=\"arrived\">here</b></turbo-frame>\n")
}

async fn open_turbo(page: &Stage) {
    page.open("/turbo/one").await;
    page.eval("window.sameDocument = true").await;
    page.wait_for("typeof window.Turbo", "object").await;
}

/// Clicks without moving the mouse, upon which Turbo would prefetch.
pub(crate) async fn turbo_visit(page: &Stage, name: &str) {
    page.eval(&format!("void document.querySelector('#{name}').click()")).await;
    page.wait_for("document.body.dataset.page", format!("/turbo/{name}")).await;
}

async fn turbo_submit(page: &Stage, button: &str, user: &str) {
    page.click(button).await;
    page.wait_for("document.body.dataset.user", user).await;
    assert_eq!(page.eval(SAME_DOCUMENT).await, true, "Turbo submitted the form");
}

in_every_engine!(row_15_turbo_visits_follow_the_session, turbo(), async |page| {
    open_turbo(page).await;
    assert_eq!(page.eval("typeof window.widgetIdentity").await, "undefined", "nothing runs for nobody");

    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(CALL_NAMES).await, json!(["boot"]));

    turbo_visit(page, "two").await;
    page.wait_for(UPDATES, 1).await;
    turbo_visit(page, "one").await;
    page.wait_for(UPDATES, 2).await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(BOOTS).await, 1, "one boot for one identity");

    turbo_submit(page, "button[value=user-2]", "user-2").await;
    verified(page, "user-2").await;
    // At once, without its cookies; and once the server has said who is signed in, with all that it left.
    let calls = json!(["boot", "update", "update", "shutdown", "shutdown", "boot"]);
    assert_eq!(page.eval(CALL_NAMES).await, calls);
    let traces = page.traces().await;
    assert!(!traces.contains("user-1"), "{traces}");

    turbo_submit(page, "#sign-out", "").await;
    page.wait_for(STATE, "shutdown").await;
    nothing_left(page).await;
    turbo_visit(page, "two").await;
    page.stays(ALIVE, false, A_WHILE).await;
    assert_eq!(page.eval(BOOTS).await, 2);
    assert_eq!(page.eval(SAME_DOCUMENT).await, true);
});

in_every_engine!(row_15_a_turbo_visit_after_the_session_expired_shuts_down, turbo(), async |page| {
    open_turbo(page).await;
    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;

    page.app.expire("user-1");
    turbo_visit(page, "two").await;
    // At once, without its cookies; and once the server has said that nobody is signed in, with all that it left.
    page.wait_for(CALL_NAMES, json!(["boot", "shutdown", "shutdown"])).await;
    nothing_left(page).await;

    // Turbo shows its own copy of the page as it was.
    page.back().await;
    page.wait_for("document.body.dataset.page", "/turbo/one").await;
    page.stays(ALIVE, false, A_WHILE).await;
    nothing_left(page).await;
    assert_eq!(page.eval(SAME_DOCUMENT).await, true);
});

in_every_engine!(row_15_a_turbo_page_prefetched_before_the_logout_boots_nobody, turbo(), async |page| {
    open_turbo(page).await;
    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;

    page.app.clear_log();
    page.eval("void document.querySelector('#two').dispatchEvent(new MouseEvent('mouseenter'))").await;
    wait_for_request(page, "/turbo/two").await;
    page.click("#sign-out-fetch").await;
    page.wait_for(STATE, "shutdown").await;

    turbo_visit(page, "two").await;
    assert_eq!(page.app.requests("/turbo/two"), 1, "the prefetched page was shown");
    assert_eq!(page.eval("document.body.dataset.user").await, "user-1", "as it was before the logout");
    page.stays(ALIVE, false, A_WHILE).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    assert_eq!(page.eval(BOOTS).await, 1);
});

async fn wait_for_request(page: &Stage, path: &str) {
    let start = std::time::Instant::now();
    while page.app.requests(path) == 0 {
        assert!(start.elapsed() < crate::page::PATIENCE, "no request for {path}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

in_every_engine!(row_15_turbo_frames_are_untouched, turbo(), async |page| {
    open_turbo(page).await;
    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;

    let answer = "document.addEventListener('turbo:before-fetch-response', async (event) => {
        if (event.detail.fetchResponse.location.pathname !== '/frame') return;
        window.answer = await event.detail.fetchResponse.responseHTML; })";
    page.eval(&format!("void {answer}")).await;
    page.eval("void document.querySelector('#into-the-frame').click()").await;
    page.wait_for("document.querySelector('#part #arrived')?.textContent ?? ''", "here").await;
    assert_eq!(page.eval("window.answer").await, frame().await.0);
    assert_eq!(page.eval(CALL_NAMES).await, json!(["boot"]));
});

// --- htmx -------------------------------------------------------------------------------------

fn htmx() -> Settings {
    Settings {
        routes: |_| Router::new().route("/htmx/{page}", get(htmx_page)).route("/part", get(part)),
        assets: |_| Router::new().route("/libs/htmx.js", library("htmx.org/dist/htmx.js")),
        ..Settings::default()
    }
}

/// What htmx was answered, as it came.
const HTMX_HEAD: &str = "<script src=\"/libs/htmx.js\"></script>\n<script>window.answers = [];\n\
    document.addEventListener('htmx:afterRequest', (event) => answers.push(event.detail.xhr.responseText));</script>";

async fn htmx_page(session: Extension<Session>, extract::Path(name): extract::Path<String>) -> Html<String> {
    let content = "<div hx-boost=\"true\"><a id=\"two\" href=\"/htmx/two\">two</a>\n\
        <form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"to\" value=\"/htmx/one\">\
        <button id=\"boosted-login\" name=\"user\" value=\"user-2\">Sign in as user-2</button></form>\n\
        <form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"to\" value=\"/htmx/one\">\
        <button id=\"boosted-logout\">Sign out</button></form></div>\n\
        <button id=\"swap\" hx-get=\"/part\" hx-target=\"#here\">Swap</button><p id=\"here\"></p>";
    document(&session, &format!("/htmx/{name}"), HTMX_HEAD, content)
}

/// A fragment that begins as a document does.
async fn part() -> Html<&'static str> {
    Html("<!doctype html>\n<html><head></head><body><b id=\"arrived\">here</b></body></html>\n")
}

async fn open_htmx_as_user_1(page: &Stage) {
    page.open("/htmx/one").await;
    page.leave_by("button[value=user-1]").await;
    verified(page, "user-1").await;
    page.eval("window.sameDocument = true").await;
}

in_every_engine!(row_15_htmx_answers_are_untouched, htmx(), async |page| {
    open_htmx_as_user_1(page).await;
    page.click("#swap").await;
    page.wait_for("document.querySelector('#here #arrived')?.textContent ?? ''", "here").await;
    assert_eq!(page.eval("window.answers").await, json!([part().await.0]));

    page.click("#two").await;
    page.wait_for("location.pathname", "/htmx/two").await;
    page.wait_for("window.answers.length", 2).await;
    let boosted = page.eval("window.answers[1]").await;
    assert!(boosted.as_str().is_some_and(|html| html.contains("<!doctype html>")), "{boosted}");
    assert!(!boosted.as_str().is_some_and(|html| html.contains("data-widget")), "{boosted}");
    // The launcher goes with a body that is replaced, so the library is asked to show it again.
    let others = format!("({CALLS}).filter((call) => call !== 'reattach_activator')");
    page.stays(&others, json!(["boot"]), A_WHILE).await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(SAME_DOCUMENT).await, true);
});

in_every_engine!(row_15_htmx_boosted_forms_follow_the_session, htmx(), async |page| {
    open_htmx_as_user_1(page).await;
    page.click("#boosted-logout").await;
    page.wait_for(STATE, "shutdown").await;
    page.wait_for(ARTIFACTS, json!([])).await;
    page.wait_for("window.answers.length", 1).await;

    // A boosted login is not a page load: nobody is shown until the next one.
    page.click("#boosted-login").await;
    page.wait_for("window.answers.length", 2).await;
    page.stays(ALIVE, false, A_WHILE).await;
    assert_eq!(page.eval(SAME_DOCUMENT).await, true);

    page.reload().await;
    verified(page, "user-2").await;
    assert_eq!(page.eval(BOOTS).await, 1);
    let traces = page.traces().await;
    assert!(!traces.contains("user-1"), "{traces}");
});

// --- Cookies of a parent domain ---------------------------------------------------------------

fn subdomain() -> Settings {
    Settings { host: "app.example.test", ..Settings::default() }
}

const VENDOR_COOKIES: [&str; 3] = ["intercom-session-demo", "intercom-id-demo", "intercom-device-id-demo"];
const LEVELS: [&str; 3] = ["", "; Domain=app.example.test", "; Domain=example.test"];

/// What a messenger keeps that chooses its domains as it likes.
async fn cookies_on_every_level(page: &Stage) {
    for name in VENDOR_COOKIES {
        for level in LEVELS {
            page.eval(&format!("document.cookie = '{name}=user-1; Path=/{level}'")).await;
        }
    }
    assert_eq!(widget_cookies(page).await.len(), 9, "else the next lines prove nothing");
}

/// The vendor's cookies that go to this page, each as often as there are levels that have it.
async fn widget_cookies(page: &Stage) -> Vec<String> {
    let cookies = page.client().get_all_cookies().await.expect("the cookies");
    let named = cookies.iter().filter(|cookie| VENDOR_COOKIES.contains(&cookie.name()));
    named.map(|cookie| format!("{} of {:?}", cookie.name(), cookie.domain())).collect()
}

async fn wait_until_no_vendor_cookie_is_left(page: &Stage) {
    let start = std::time::Instant::now();
    loop {
        let left = widget_cookies(page).await;
        if left.is_empty() {
            return;
        }
        assert!(start.elapsed() < crate::page::PATIENCE, "{left:?}");
    }
}

in_every_engine!(row_19_the_logout_response_purges_every_domain_level, subdomain(), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    // No script of ours is here: whatever goes is the response's doing.
    page.open("/landing").await;
    assert_eq!(page.eval("typeof window.widgetIdentity").await, "undefined");

    cookies_on_every_level(page).await;
    page.leave_by("#sign-out-landing").await;
    assert_eq!(widget_cookies(page).await, Vec::<String>::new(), "after a redirect");
    page.wait_for_marker(Some("out")).await;

    cookies_on_every_level(page).await;
    page.eval("void fetch('/logout?fetch', { method: 'POST' }).then(() => { window.answered = true; })").await;
    page.wait_for("window.answered === true", true).await;
    assert_eq!(widget_cookies(page).await, Vec::<String>::new(), "after a fetch");
});

/// The messenger's library does not come: what is done is the runtime's own doing.
fn subdomain_without_library() -> Settings {
    let widgets: fn(WidgetsBuilder) -> WidgetsBuilder = |_| {
        let secret = Secret::new("a secret of this test").expect("a good secret");
        asking_the_session(Widgets::builder()).widget(Intercom::new("demo", secret).library_url("/nowhere.js"))
    };
    Settings { widgets, ..subdomain() }
}

in_every_engine!(row_19_the_runtime_purges_every_domain_level, subdomain_without_library(), async |page| {
    page.sign_in("user-1").await;
    page.wait_for("typeof window.widgetIdentity", "object").await;
    assert!(page.marker().await.is_some_and(|marker| marker.len() == 22), "booted");
    cookies_on_every_level(page).await;

    page.app.expire("user-1");
    page.app.clear_log();
    page.reload().await;
    page.wait_for("document.body.dataset.user", "").await;
    wait_until_no_vendor_cookie_is_left(page).await;
    page.wait_for_marker(None).await;
    assert_eq!(page.app.requests("/logout"), 0);
});

// --- Hydration --------------------------------------------------------------------------------

/// Documents that an application may send, the optional tags there or left away.
const DOCUMENTS: [&str; 8] = [
    "\n<!-- before -->\n<!doctype html>\n<!-- between -->\n<html lang=\"en\" data-a='>'>\n<!-- in html -->\n<head>\n\
     <!-- in head -->\n  <meta charset=\"utf-8\">\n<title>one</title><script src=\"/record.js\"></script>\n</head>\n\n\
     <body class=\"a\">\n  <p>text<!-- in body --> more </p>\n<template><i>t</i></template>\n</body>\n</html>\n<!-- end -->\n",
    "<!doctype html>\n\n<title>two</title>\n<script src=\"/record.js\"></script>\n<p>no tags at all",
    "<!doctype html>\n<html>\n<!-- c -->\n<body>\n<script src=\"/record.js\"></script> <p>no head</p>\n</body></html>\n",
    "<!doctype html>\n\n  Words first. <script src=\"/record.js\"></script>\n<b>bold</b>\n",
    "<p>No doctype.</p>\n<table><tr><td>1</table>\n<script src=\"/record.js\"></script>",
    "\u{feff}<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n\
     <HTML>\n<HEAD PROFILE=\"a>b\">\n<TITLE>six</TITLE><SCRIPT SRC=\"/record.js\"></SCRIPT>\n<BODY>\n<P>six",
    "<!doctype html><html><head></head>\n \n<body>\n<script src=\"/record.js\"></script></body></html>",
    "<!doctype html><script src=\"/record.js\"></script><header>Not a head.</header>",
];

fn hydration() -> Settings {
    Settings {
        routes: |_| Router::new().route("/document/{number}", get(served)).route("/hydrated", get(hydrated)),
        assets: |_| {
            Router::new()
                .route("/bare/{number}", get(served))
                .route("/record.js", script(include_str!("stubs/record.js")))
                .route("/hydrate.js", script(include_str!("stubs/hydrate.js")))
                .route("/libs/preact.js", library("preact/dist/preact.umd.js"))
        },
        ..Settings::default()
    }
}

async fn served(extract::Path(number): extract::Path<usize>) -> Html<&'static str> {
    Html(DOCUMENTS[number])
}

/// What a client framework would find, node for node.
async fn found(page: &Stage, path: &str) -> Value {
    page.open(path).await;
    page.wait_for("typeof window.atContentLoaded", "string").await;
    page.eval("window.atContentLoaded").await
}

in_every_engine!(row_20_the_dom_is_the_applications_own, hydration(), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    for (number, document) in DOCUMENTS.iter().enumerate() {
        let bare = found(page, &format!("/bare/{number}")).await;
        assert_eq!(page.eval("typeof window.widgetIdentity").await, "undefined");
        let ours = found(page, &format!("/document/{number}")).await;
        assert_eq!(ours, bare, "{document}");
        // Our script did run.
        verified(page, "user-1").await;
    }
});

/// As the framework's own server renderer would write it: `hydrate.js` has the same tree.
async fn hydrated() -> Html<&'static str> {
    Html(concat!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Hydrated</title>",
        "<script src=\"/libs/preact.js\"></script><script src=\"/hydrate.js\"></script></head>",
        "<body><main><h1>Counter</h1><button id=\"count\">0</button></main></body></html>"
    ))
}

in_every_engine!(row_20_a_framework_hydrates_the_page_without_a_change, hydration(), async |page| {
    page.sign_in("user-1").await;
    page.open("/hydrated").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval("window.hydration.before").await, "loading", "before the load event");
    assert_eq!(page.eval("window.hydration.changes").await, json!([]));
    assert_eq!(page.eval("window.hydration.replaced").await, 0);
    page.eval("void document.querySelector('#count').click()").await;
    page.wait_for("document.querySelector('#count').textContent", "1").await;
});

// --- Visitors ---------------------------------------------------------------------------------

fn visitors() -> Settings {
    Settings { visitors: true, routes: |_| Router::new().route("/cached", get(cached)), ..Settings::default() }
}

/// The same for everybody, and good for a minute.
async fn cached() -> Response {
    let headers = [(header::CACHE_CONTROL, "max-age=60"), (header::ETAG, "\"v1\"")];
    (headers, app::page(None, "<p id=\"cached\">Kept for a minute.</p>")).into_response()
}

async fn fetched(app: &App, path: &str) -> (HeaderMap, Bytes) {
    let request = Request::get(path).header("sec-fetch-dest", "document").header("accept", "text/html");
    let response = app.router().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let (parts, body) = response.into_parts();
    (parts.headers, body.collect().await.expect("a body").to_bytes())
}

#[tokio::test]
async fn row_21_a_visitors_page_is_constant_and_stays_cacheable() {
    let app = App::new(visitors());
    let (headers, first) = fetched(&app, "/cached").await;
    let (_, second) = fetched(&App::new(visitors()), "/cached").await;
    assert!(first.windows(11).any(|part| part == b"data-widget"), "there is a snippet");
    assert_eq!(first, second);
    assert_eq!(headers["cache-control"], "max-age=60");
    assert_eq!(headers["etag"], "W/\"v1\"");
    assert!(!headers.contains_key("set-cookie") && !headers.contains_key("vary"), "{headers:?}");
}

in_every_engine!(row_21_a_cached_page_boots_no_visitor_over_a_person, visitors(), async |page| {
    go(page, "/cached").await;
    page.wait_for(STATE, "visitor").await;
    assert_eq!((page.calls().await, page.eval(TOKENS).await), (vec!["boot".to_owned()], json!([false])));

    go(page, "/").await;
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    let marker = page.marker().await.expect("a marker");
    let kept = page.eval(ARTIFACTS).await;

    go(page, "/cached").await;
    assert_eq!(page.app.requests("/cached"), 1, "the browser showed its copy");
    page.wait_for("typeof window.widgetIdentity", "object").await;
    page.stays(CALLS, json!([]), A_WHILE).await;
    assert_eq!(page.eval(STATE).await, json!(null));
    assert_eq!(page.eval(ARTIFACTS).await, kept, "the session goes on");
    assert_eq!(page.marker().await, Some(marker));

    go(page, "/").await;
    verified(page, "user-1").await;
    assert_eq!(page.calls().await, ["boot"]);
});

in_every_engine!(row_21_a_cached_page_cleans_up_after_a_logout, visitors(), async |page| {
    go(page, "/cached").await;
    page.wait_for(STATE, "visitor").await;
    go(page, "/").await;
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    page.leave_by("#sign-out-landing").await;
    page.wait_for_marker(Some("out")).await;
    // What a page that is closed too soon leaves behind.
    page.eval("document.cookie = 'intercom-session-demo=user-1; Path=/'").await;
    page.eval("localStorage.setItem('intercom.intercom-state-demo', '{\"user\":{\"user_id\":\"user-1\"}}')").await;

    go(page, "/cached").await;
    assert_eq!(page.app.requests("/cached"), 1, "the browser showed its copy");
    page.wait_for(CALLS, json!(["shutdown", "boot"])).await;
    page.wait_for(STATE, "visitor").await;
    page.wait_for_marker(None).await;
    page.stays(WHO, json!(null), A_WHILE).await;
    let traces = page.traces().await;
    assert!(!traces.contains("user-1"), "{traces}");
});

fn turbo_for_visitors() -> Settings {
    Settings { visitors: true, ..turbo() }
}

in_every_engine!(row_21_a_turbo_login_turns_the_visitor_into_the_user, turbo_for_visitors(), async |page| {
    open_turbo(page).await;
    page.wait_for(STATE, "visitor").await;

    turbo_submit(page, "button[value=user-1]", "user-1").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval(CALL_NAMES).await, json!(["boot", "shutdown", "boot"]));
    assert_eq!(page.eval(TOKENS).await, json!([false, false, true]));

    turbo_submit(page, "#sign-out", "").await;
    page.wait_for(STATE, "visitor").await;
    page.wait_for_marker(None).await;
    assert_eq!(page.eval("window.demoMessenger.calls.at(-1)").await["token"], false);
    let traces = page.traces().await;
    assert!(!traces.contains("user-1"), "{traces}");
});

in_every_engine!(row_21_a_login_by_fetch_turns_the_visitor_into_the_user, visitors(), async |page| {
    page.wait_for(STATE, "visitor").await;
    sign_in_by_fetch(page, "user-1").await;
    verified(page, "user-1").await;
    assert_eq!(page.calls().await, ["boot", "shutdown", "boot"]);
    assert_eq!(page.eval(TOKENS).await, json!([false, false, true]));
});

/// As a single-page application does: no page load, then `widgetIdentity.refresh()`.
pub(crate) async fn sign_in_by_fetch(page: &Stage, user: &str) {
    let login = format!(
        "void fetch('/login', {{ method: 'POST', redirect: 'manual', body: new URLSearchParams({{ user: '{user}' }}) }})\
         .then(() => widgetIdentity.refresh())"
    );
    page.eval(&login).await;
}
