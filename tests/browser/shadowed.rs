//! Elements whose names hide members of documents and windows: with `<img name=cookie>`, `document.cookie` is that
//! element.
//! <https://html.spec.whatwg.org/multipage/dom.html#dom-document-nameditem>
//! <https://html.spec.whatwg.org/multipage/nav-history-apis.html#named-access-on-the-window-object>

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Extension, Path};
use axum::response::Html;
use axum::routing::get;
use serde_json::json;
use tokio::time::sleep;
use tower_widget_identity::widget::Userflow;
use tower_widget_identity::{Secret, Widgets};

use crate::harness::app::{self, App, Session, Settings, script};
use crate::harness::before::with_scripts_before;
use crate::harness::page::{ARTIFACTS, PATIENCE, STATE};
use crate::harness::steps::{sign_in_without_a_page, verified};
use crate::harness::turbo::{turbo, turbo_visit};
use crate::harness::vendors::asking_the_session;
use crate::harness::{Stage, in_every_engine};

/// By the name in the page's URL. The first ones hide members of the document, the others globals.
const ELEMENTS: [(&str, &str); 16] = [
    ("current-script", "<img name=currentScript>"),
    (
        "current-script-with-data",
        r#"<img name=currentScript data-widget='{"seen":"","fp":"AAAAAAAAAAAAAAAAAAAAAA","people":
        {"intercom":{"intercom_user_jwt":"evil"}},"lifetimes":{},"widgets":[],"cookie":{"name":"evil","attributes":""}}'>"#,
    ),
    ("cookie", "<img name=cookie>"),
    ("head", "<img name=head>"),
    ("create-element", "<img name=createElement>"),
    ("add-event-listener", "<img name=addEventListener>"),
    ("hidden", "<img name=hidden>"),
    ("ready-state", "<img name=readyState>"),
    ("prerendering", "<img name=prerendering>"),
    ("identity", "<a id=widgetIdentity></a>"),
    ("identity-form", "<form id=widgetIdentity><input name=visit></form>"),
    ("identity-frame", "<iframe name=widgetIdentity></iframe>"),
    ("cookie-store", "<a id=cookieStore></a>"),
    ("window-listener", "<a id=addEventListener></a>"),
    ("base", "<base href='https://evil.example/'>"),
    ("vendor", "<a id=userflow></a><form id=USERFLOWJS_QUEUE></form>"),
];

const DOCUMENT_MEMBERS: std::ops::Range<usize> = 0..9;
const GLOBALS: std::ops::Range<usize> = 9..14;

fn shadowed() -> Settings {
    Settings {
        routes: |_: &App| Router::new().route("/shadowed/{element}", get(shadowed_page)),
        assets: |_: &App| Router::new().route("/swap.js", script(include_str!("stubs/swap.js"))),
        around: with_scripts_before,
        ..Settings::default()
    }
}

async fn shadowed_page(session: Extension<Session>, Path(element): Path<String>) -> Html<String> {
    let user = app::shown(&session).unwrap_or_default();
    let markup = ELEMENTS.iter().find(|(name, _)| *name == element).map_or("", |(_, markup)| markup);
    Html(format!(
        "<!doctype html><html><head><title>{element}</title><script src=\"/swap.js\"></script></head>\
         <body data-user=\"{user}\" data-page=\"{element}\">{markup}</body></html>"
    ))
}

/// The last call to the vendor's function: its name and its user.
const LAST: &str = "[window.handed?.at(-1)?.call, window.handed?.at(-1)?.user]";
const LIBRARY: &str = "document.querySelector('head script[src*=\"/demo/messenger.js\"]') !== null";

async fn swap(page: &Stage, element: &str) {
    page.eval(&format!("void swap('/shadowed/{element}')")).await;
    page.wait_for("document.body.dataset.page", element).await;
}

/// Opens a page of user-1 with this element, and visits pages of user-2 and of an expired session from there.
async fn follows_the_session(page: &Stage, element: &str) {
    page.open("/shadowed/none").await;
    sign_in_without_a_page(page).await;
    page.open(&format!("/shadowed/{element}?before=witness")).await;
    page.wait_for(LAST, json!(["boot", "user-1"])).await;
    page.wait_for(LIBRARY, true).await;
    assert_eq!(page.marker().await.map(|marker| marker.len()), Some(22), "{element}");

    page.app.replace("user-1", "user-2");
    swap(page, element).await;
    page.wait_for(LAST, json!(["boot", "user-2"])).await;
    page.eval("void localStorage.setItem('intercom.intercom-state-demo', 'user-2')").await;

    page.app.expire("user-2");
    swap(page, "none").await;
    page.wait_for(LAST, json!(["shutdown", null])).await;
    page.wait_for_marker(None).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    let strangers = "handed.filter((one) => one.user && !['user-1', 'user-2'].includes(one.user))";
    assert_eq!(page.eval(strangers).await, json!([]), "{element}");
}

in_every_engine!(shadowed_document_members_hide_nothing_from_the_runtime, shadowed(), async |page| {
    for (element, _) in &ELEMENTS[DOCUMENT_MEMBERS] {
        follows_the_session(page, element).await;
    }
});

in_every_engine!(shadowed_globals_hide_nothing_from_the_runtime, shadowed(), async |page| {
    for (element, _) in &ELEMENTS[GLOBALS] {
        follows_the_session(page, element).await;
    }
});

/// The elements with which the messenger itself works.
const WITH_MESSENGER: [&str; 10] = [
    "current-script",
    "current-script-with-data",
    "add-event-listener",
    "hidden",
    "prerendering",
    "identity",
    "identity-form",
    "identity-frame",
    "cookie-store",
    "window-listener",
];

/// Opens a signed-out page with this element, which has no snippet, and signs in there.
async fn starts(page: &Stage, element: &str) {
    page.open(&format!("/shadowed/{element}")).await;
    assert_eq!(page.eval("document.querySelector('head script[data-widget]')").await, json!(null));
    sign_in_without_a_page(page).await;
    swap(page, element).await;
    verified(page, "user-1").await;
    page.app.expire("user-1");
    swap(page, "none").await;
    page.wait_for(STATE, "shutdown").await;
    page.wait_for_marker(None).await;
    page.wait_for(ARTIFACTS, json!([])).await;
}

in_every_engine!(shadowed_members_do_not_keep_the_runtime_from_starting, shadowed(), async |page| {
    for element in WITH_MESSENGER {
        starts(page, element).await;
    }
});

fn shadowed_with_external_script() -> Settings {
    Settings { widgets: |builder| builder.external_script(true), ..shadowed() }
}

in_every_engine!(shadowed_members_do_not_keep_the_code_from_loading, shadowed_with_external_script(), async |page| {
    for element in ["current-script", "identity", "identity-form", "identity-frame"] {
        starts(page, element).await;
    }
});

in_every_engine!(shadowed_members_do_not_hide_a_logout, shadowed(), async |page| {
    for element in ["cookie", "add-event-listener", "hidden", "cookie-store"] {
        page.open("/shadowed/none").await;
        sign_in_without_a_page(page).await;
        page.open(&format!("/shadowed/{element}?before=witness")).await;
        page.wait_for(LAST, json!(["boot", "user-1"])).await;
        page.eval("void fetch('/logout?fetch', { method: 'POST' })").await;
        page.wait_for_marker(Some("out")).await;
        // Engines without the Cookie Store check the cookies when the tab gets the focus.
        page.eval("void dispatchEvent(new Event('focus'))").await;
        page.wait_for(LAST, json!(["shutdown", null])).await;
    }
});

// --- A vendor's globals -----------------------------------------------------------------------

fn shadowed_userflow() -> Settings {
    Settings {
        assets: |_| Router::new().route("/userflow.js", script(include_str!("stubs/userflow.js"))),
        widgets: |_| {
            let secret = Secret::new("the secret of the stub of Userflow").expect("a good secret");
            let userflow = Userflow::new("stub", secret).library_url("/userflow.js");
            asking_the_session(Widgets::builder()).widget(userflow)
        },
        around: |router| router,
        ..shadowed()
    }
}

in_every_engine!(shadowed_globals_of_a_vendor_stop_neither_boot_nor_logout, shadowed_userflow(), async |page| {
    page.open("/shadowed/none").await;
    sign_in_without_a_page(page).await;
    page.open("/shadowed/vendor").await;
    page.wait_for("window.userflowCalls", json!([["init", "stub"], ["identify", "user-1"]])).await;

    // The next page loads the library for the reset alone.
    page.app.expire("user-1");
    page.open("/shadowed/vendor").await;
    page.wait_for("window.userflowCalls", json!([["reset", null]])).await;
    page.wait_for_marker(None).await;
});

fn short_lived() -> Settings {
    Settings { lifetime: 4, ..shadowed() }
}

in_every_engine!(shadowed_base_address_leads_no_question_elsewhere, short_lived(), async |page| {
    page.open("/shadowed/none").await;
    sign_in_without_a_page(page).await;
    page.open("/shadowed/base?before=witness").await;
    page.wait_for(LAST, json!(["boot", "user-1"])).await;
    page.wait_for(LIBRARY, true).await;
    assert_eq!(page.eval("document.baseURI").await, "https://evil.example/", "else nothing is proved");

    let start = Instant::now();
    while page.app.requests("/widget-token/intercom") == 0 {
        assert!(start.elapsed() < PATIENCE, "no token is asked for");
        sleep(Duration::from_millis(20)).await;
    }
    page.app.replace("user-1", "user-2");
    swap(page, "base").await;
    page.wait_for(LAST, json!(["boot", "user-2"])).await;
    let elsewhere = "performance.getEntriesByType('resource').map((entry) => entry.name)
        .filter((url) => url.startsWith('https://evil.example/') && !url.endsWith('/demo/verify'))";
    assert_eq!(page.eval(elsewhere).await, json!([]), "but for what the messenger itself fetches");
});

// --- Turbo Drive itself -----------------------------------------------------------------------

/// The elements with which Turbo works.
const WITH_TURBO: [&str; 5] =
    ["current-script", "current-script-with-data", "prerendering", "identity-form", "identity-frame"];

fn shadowed_turbo() -> Settings {
    Settings { routes: |_: &App| Router::new().route("/turbo/{page}", get(turbo_page)), ..turbo() }
}

/// A page whose body remains while the head script of the next one runs. Turbo prefetches none, wherever the mouse is.
async fn turbo_page(session: Extension<Session>, Path(name): Path<String>) -> Html<String> {
    let user = app::shown(&session).unwrap_or_default();
    let links: String =
        WITH_TURBO.iter().map(|other| format!("<a id=\"{other}\" href=\"/turbo/{other}\">{other}</a>")).collect();
    let markup = ELEMENTS.iter().find(|(element, _)| *element == name).map_or("", |(_, markup)| markup);
    Html(format!(
        "<!doctype html><html><head><title>{name}</title><link rel=\"icon\" href=\"data:,\">\
         <meta name=\"turbo-prefetch\" content=\"false\"><script src=\"/libs/turbo.js\"></script></head>\
         <body data-user=\"{user}\" data-page=\"/turbo/{name}\">{links}<a id=\"end\" href=\"/turbo/end\">end</a>{markup}</body></html>"
    ))
}

in_every_engine!(shadowed_turbo_pages_follow_the_session, shadowed_turbo(), async |page| {
    page.sign_in("user-1").await;
    page.open("/turbo/start").await;
    verified(page, "user-1").await;
    page.eval("window.sameDocument = true").await;
    page.wait_for("typeof window.Turbo", "object").await;
    let mut user = "user-1";
    for name in WITH_TURBO {
        let next = if user == "user-1" { "user-2" } else { "user-1" };
        page.app.replace(user, next);
        user = next;
        turbo_visit(page, name).await;
        verified(page, user).await;
    }
    page.app.expire(user);
    turbo_visit(page, "end").await;
    page.wait_for(STATE, "shutdown").await;
    page.wait_for_marker(None).await;
    page.wait_for(ARTIFACTS, json!([])).await;
    assert_eq!(page.eval("window.sameDocument").await, true, "Turbo took over every link");
});
