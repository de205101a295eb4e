//! Where a token must not be found: in other origins, in the page, in URLs. And what the runtime leaves in the window:
//! one global, and each listener once.

use std::net::Ipv4Addr;
use std::time::SystemTime;

use axum::Router;
use axum::extract::{self, Extension};
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_widget_identity::widget::{BootData, Manifest, SessionArtifacts, Widget};
use tower_widget_identity::{Identity, Secret, Token, TokenError, Widgets};

use crate::harness::app::{self, Session, Settings, script};
use crate::harness::steps::{sign_in_by_fetch, signed_in};
use crate::harness::tls::TlsListener;
use crate::harness::vendors::{all_show, all_widgets, asking_the_session, stubs};
use crate::harness::{Stage, in_every_engine};

/// Another port of the same host. It is another origin but the same site, so the browser sends the session cookie.
struct Elsewhere {
    origin: String,
    server: JoinHandle<()>,
}

impl Elsewhere {
    async fn serve(app: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let server = tokio::spawn(async move {
            axum::serve(TlsListener::new(listener), app).await.expect("the server runs");
        });
        Self { origin: format!("https://localhost:{port}"), server }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A page that includes these URLs as scripts. Its policy forbids them, but only reports.
fn thief(victims: &[String; 3], header: &str) -> Router {
    let [token, page, careless] = victims;
    let scripts: String =
        [token, page, &format!("{careless}{header}")].map(|url| format!("<script src=\"{url}\"></script>\n")).concat();
    let page = format!("<!doctype html>\n<title>Elsewhere</title>\n<script src=\"/thief.js\"></script>\n{scripts}");
    let policy = "script-src 'self' 'report-sample'";
    let answer = get(move || async move { ([("content-security-policy-report-only", policy)], Html(page)) });
    Router::new().route("/", answer).route("/thief.js", script(include_str!("stubs/thief.js")))
}

fn careless() -> Settings {
    Settings { assets: |_| Router::new().route("/careless/{header}", get(careless_answer)), ..Settings::default() }
}

/// The response of a token service without any precaution.
async fn careless_answer(extract::Path(header): extract::Path<String>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain")], format!("{header}.claims.signature"))
}

/// The first part of a token, which the thief knows from a token of its own.
async fn token_header(page: &Stage) -> String {
    let ask = "void fetch('/widget-token/intercom').then((answer) => answer.text())
        .then((token) => { window.header = token.split('.')[0]; })";
    page.eval(ask).await;
    page.wait_for("(window.header ?? '').startsWith('eyJ')", true).await;
    page.eval("window.header").await.as_str().expect("a text").to_owned()
}

in_every_engine!(page_of_another_origin_learns_no_token, careless(), async |page| {
    signed_in(page, "user-1").await;
    let header = token_header(page).await;
    let victims = ["/widget-token/intercom", "/widget-token/page", "/careless/"].map(|path| page.origin.clone() + path);
    let elsewhere = Elsewhere::serve(thief(&victims, &header)).await;

    page.app.clear_log();
    page.client().goto(&format!("{}/?header={header}", elsewhere.origin)).await.expect("the page opens");
    page.wait_for("document.readyState", "complete").await;
    assert!(page.app.requests("/widget-token/intercom") > 0, "it did ask");
    assert!(page.app.requests("/widget-token/page") > 0, "it did ask");
    let known = json!([format!("token: {header}.claims"), format!("token: {header}.claims.signature")]);
    assert_eq!(page.eval("learned.filter((what) => what.startsWith('token: '))").await, known, "no other token");
    let learned =
        format!("learned.filter((what) => !what.startsWith('token: ')).join().replaceAll('/careless/{header}', '')");
    let learned = page.eval(&learned).await.as_str().expect("a text").to_owned();
    assert!(!["eyJ", "people", "user-1"].iter().any(|secret| learned.contains(secret)), "{learned}");
    let globals = "Object.getOwnPropertyNames(window)
        .filter((name) => !namesBefore.includes(name) && !['namesBefore', 'ret_nodes'].includes(name))";
    assert_eq!(page.eval(globals).await, json!([]));

    // A plain fetch does not get it either.
    let fetches = "void ['cors', 'no-cors'].forEach((mode) => fetch(TARGET, { mode, credentials: 'include' })
        .then((answer) => answer.text(), () => '')
        .then((text) => { (window.fetched = window.fetched ?? []).push(text); }))";
    page.eval(&fetches.replace("TARGET", &format!("'{}'", victims[0]))).await;
    page.wait_for("window.fetched ?? []", json!(["", ""])).await;
});

fn searched() -> Settings {
    Settings {
        assets: |app| stubs(app).route("/search.js", script(include_str!("stubs/search.js"))),
        routes: |_| Router::new().route("/searched", get(searched_page)),
        ..all_widgets()
    }
}

async fn searched_page(session: Extension<Session>) -> Html<String> {
    app::page(app::shown(&session).as_deref(), "<script src=\"/search.js\"></script>")
}

async fn no_token_anywhere(page: &Stage, when: &str) {
    assert_eq!(page.eval("searchForToken()").await, json!([]), "{when}");
    let requests: Vec<_> = page.app.log().into_iter().map(|one| format!("{}?{}", one.path, one.query)).collect();
    assert!(!requests.iter().any(|url| url.contains("eyJ")), "{when}: {requests:?}");
}

in_every_engine!(no_token_stays_in_the_page, searched(), async |page| {
    page.sign_in("user-1").await;
    page.open("/searched").await;
    all_show(page, Some("user-1")).await;
    no_token_anywhere(page, "after the boot").await;

    page.eval("void widgetIdentity.refresh()").await;
    page.wait_for("vendorStubs.intercom.calls.at(-1).name", "update").await;
    page.wait_for("vendorStubs.ferndesk.proofs.length", 2).await;
    no_token_anywhere(page, "after a refresh").await;

    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    no_token_anywhere(page, "after the shutdown").await;
});

in_every_engine!(search_finds_what_is_there, searched(), async |page| {
    page.open("/searched").await;
    page.wait_for("typeof searchForToken", "function").await;
    assert_eq!(page.eval("searchForToken()").await, json!([]));
    for (hide, place) in [
        ("document.body.title = 'eyJ'", "BODY@title"),
        ("document.body.append(document.createComment('eyJ'))", "a text in BODY"),
        ("sessionStorage.a = 'eyJ'", "sessionStorage"),
        ("localStorage.a = 'eyJ'", "localStorage"),
        ("document.cookie = 'a=eyJ'", "cookie"),
        ("window.a = { b: { c: 'eyJ' } }", "window.a.b.c"),
        ("window.b = Object.assign(() => {}, { q: [['boot', { jwt: 'eyJ' }]] })", "window.b.q.0.1.jwt"),
        ("fetch('/landing?eyJ')", "entries"),
    ] {
        page.eval(&format!("void ({hide})")).await;
        page.wait_for(&format!("searchForToken().includes('{place}')"), true).await;
    }
});

fn run_again() -> Settings {
    Settings {
        assets: |app| {
            stubs(app)
                .route(
                    "/again",
                    get(|| async {
                        Html("<!doctype html>\n<title>again</title>\n<script src=\"/again.js\"></script>\n")
                    }),
                )
                .route("/again.js", script(include_str!("stubs/again.js")))
        },
        ..all_widgets()
    }
}

/// The new names in the window, except the vendors' own and those of ChromeDriver.
const NEW_NAMES: &str = "Object.getOwnPropertyNames(window).filter((name) => !namesBefore.includes(name)
    && !['Intercom', 'zE', 'zESettings', 'Ferndesk', 'vendorStubs', 'ret_nodes'].includes(name))";

in_every_engine!(each_listener_is_added_once_and_one_global, run_again(), async |page| {
    page.sign_in("user-1").await;
    page.open("/again").await;
    page.eval("void again('/')").await;
    all_show(page, Some("user-1")).await;
    let listeners = page.eval("listeners").await;
    let distinct = page.eval("[...new Set(listeners)]").await;
    assert_eq!(listeners, distinct, "none twice");
    assert!(listeners.as_array().is_some_and(|all| all.len() >= 3), "{listeners}");
    assert_eq!(page.eval(NEW_NAMES).await, json!(["widgetIdentity"]));

    for run in 2..=4 {
        page.eval("void again('/')").await;
        page.wait_for("window.runs", run).await;
    }
    sign_in_by_fetch(page, "user-2").await;
    all_show(page, Some("user-2")).await;
    assert_eq!(page.eval("listeners").await, listeners, "none again");
    assert_eq!(page.eval(NEW_NAMES).await, json!(["widgetIdentity"]));
    assert_eq!(page.eval("document.querySelectorAll('[data-widget]').length").await, 0);
    assert_eq!(page.eval("vendorStubs.intercom.calls.filter((call) => call.name === 'boot').length").await, 2);
});

fn declared() -> Settings {
    Settings {
        widgets: |_| {
            let secret = Secret::new("a secret of this test").expect("a good secret");
            asking_the_session(Widgets::builder()).widget(Acme(secret))
        },
        ..Settings::default()
    }
}

/// A vendor with two globals. Its adapter clears nothing, so only the runtime can clean up.
struct Acme(Secret);

impl Widget for Acme {
    fn manifest(&self) -> Manifest {
        let adapter = "tools => ({
            boot(widget) { window.acme = Object.assign({}, widget.person); window.Acme = () => {}; },
            refresh() {},
            shutdown() {}
        })";
        Manifest::new("acme", "acme-1", adapter).with_artifacts(SessionArtifacts::new().global("acme").global("Acme"))
    }
    fn secret(&self) -> Option<&Secret> {
        Some(&self.0)
    }
    fn mint(&self, _: &str, identity: &Identity, _: SystemTime) -> Result<Token, TokenError> {
        self.0.hmac_hex(identity.required_id()?)
    }
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("hash", self.mint("acme", identity, now)?))
    }
}

/// Declares the vendor's first global as a variable of the page, which cannot be deleted.
const DECLARE: &str = "void document.body.append(Object.assign(document.createElement('script'), { textContent:
    'var acme; var warned = []; console.warn = (...all) => { warned.push(all.join(\" \")); };' }))";

const KINDS: &str = "['acme', 'Acme'].map((name) => typeof window[name])";
const NAMES: &str = "['acme', 'Acme'].map((name) => name in window)";

in_every_engine!(declared_global_is_emptied_and_keeps_no_other, declared(), async |page| {
    page.sign_in("user-1").await;
    page.wait_for(KINDS, json!(["object", "function"])).await;
    page.click("#sign-out-fetch").await;
    page.wait_for(NAMES, json!([false, false])).await;

    page.eval(DECLARE).await;
    sign_in_by_fetch(page, "user-1").await;
    page.wait_for(KINDS, json!(["object", "function"])).await;
    page.click("#sign-out-fetch").await;
    page.wait_for(KINDS, json!(["undefined", "undefined"])).await;
    assert_eq!(page.eval(NAMES).await, json!([true, false]));
    assert_eq!(page.eval("warned").await, json!([]));
});
