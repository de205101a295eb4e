//! What each vendor's library is told: the adapters by themselves, and whole pages against stubs that follow the
//! vendors' published contracts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tower_widget_identity::widget::{Ferndesk, Intercom, ZendeskClassic};
use tower_widget_identity::{Identity, Secret, Viewer, Widgets, WidgetsBuilder};

use crate::app::{self, App, Session, Settings, TOKEN_PATH, script};
use crate::harness::{Stage, in_every_engine};
use crate::identity::verified;
use crate::page::{CALLS, STATE};
use crate::rows_pages::{sign_in_by_fetch, turbo_visit};

const A_WHILE: Duration = Duration::from_millis(1500);

// --- The vendors' servers ---------------------------------------------------------------------

/// What is signed by which secret: no two are the same.
const SECRETS: [(&str, &str); 4] = [
    ("intercom", "the secret of the stub of Intercom"),
    ("zendesk-chat", "the secret of the stub of Zendesk's chat"),
    ("zendesk-help-center", "the secret of the stub of Zendesk's help center"),
    ("ferndesk", "the secret of the stub of Ferndesk"),
];

fn secret_of(kind: &str) -> Option<&'static str> {
    SECRETS.iter().find(|(name, _)| *name == kind).map(|(_, secret)| *secret)
}

pub(crate) fn secret(kind: &str) -> Secret {
    Secret::new(secret_of(kind).expect("a kind of token")).expect("a good secret")
}

/// The claims of a token that is right in every respect. It shares no code with what signs.
fn verified_claims(kind: &str, token: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret_of(kind)?.as_bytes()).ok()?;
    mac.update(signed.as_bytes());
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    let (header, claims) = signed.split_once('.')?;
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
    let header: Value = serde_json::from_slice(&header).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    (header["alg"] == "HS256" && is_timely(kind, &claims)).then_some(claims)
}

/// As each vendor documents it: `iat` within two minutes, chat tokens for seven minutes at most.
fn is_timely(kind: &str, claims: &Value) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs();
    let fresh = claims["iat"].as_u64().is_some_and(|iat| iat.abs_diff(now) <= 120);
    let good = claims["exp"].as_u64().is_some_and(|exp| exp > now);
    match kind {
        "zendesk-chat" => fresh && good && claims["exp"].as_u64() <= claims["iat"].as_u64().map(|iat| iat + 420),
        "zendesk-help-center" => fresh && claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()),
        _ => good,
    }
}

async fn verify(extract::Path(kind): extract::Path<String>, token: String) -> Response {
    match verified_claims(&kind, &token) {
        Some(claims) => Json(claims).into_response(),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

pub(crate) fn stubs(_: &App) -> Router {
    Router::new()
        .route("/stub/verify/{kind}", post(verify))
        .route("/stubs/intercom.js", script(include_str!("stubs/intercom.js")))
        .route("/stubs/zendesk.js", script(include_str!("stubs/zendesk.js")))
        .route("/stubs/ferndesk.js", script(include_str!("stubs/ferndesk.js")))
        .route("/orders", get(orders_page))
        .route("/orders.js", script(include_str!("stubs/orders.js")))
        .route("/adapters.js", get(adapters))
}

/// All three vendors on one page, on a host with a parent domain.
pub(crate) fn all_widgets() -> Settings {
    Settings {
        host: "app.example.test",
        assets: stubs,
        routes: |_| Router::new().route("/own-settings", get(own_settings)),
        // The set that comes has the harness's own vendor.
        widgets: |_| with_all_widgets(asking_the_session(Widgets::builder())),
        ..Settings::default()
    }
}

fn with_all_widgets(builder: WidgetsBuilder) -> WidgetsBuilder {
    let zendesk = ZendeskClassic::chat("stub-key", secret("zendesk-chat"))
        .help_center(secret("zendesk-help-center"))
        .library_url("/stubs/zendesk.js?key=stub-key");
    builder
        .widget(Intercom::new("stub", secret("intercom")).library_url("/stubs/intercom.js"))
        .widget(zendesk)
        .widget(Ferndesk::new("stub", secret("ferndesk")).library_url("/stubs/ferndesk.js"))
}

/// Asks the application's sessions, as its usual configuration does.
pub(crate) fn asking_the_session(builder: WidgetsBuilder) -> WidgetsBuilder {
    let asking = builder.identify_async(|parts| {
        let session = parts.extensions.get::<Session>().cloned();
        async move { session.map_or(Viewer::Unknown, |session| viewer(&session)) }
    });
    asking.token_path(TOKEN_PATH)
}

fn viewer(session: &Session) -> Viewer {
    let person = |user: String| Identity::new(&*user).with_email(format!("{user}@example.test"));
    Viewer::from(session.user().map(|user| user.map(person)))
}

// --- The adapters by themselves ---------------------------------------------------------------

/// The library of each adapter, and the adapter.
const ADAPTERS: [(&str, &str, &str); 3] = [
    ("intercom", include_str!("stubs/intercom.js"), include_str!("../../src/widget/intercom/adapter.min.js")),
    (
        "zendesk-classic",
        include_str!("stubs/zendesk.js"),
        include_str!("../../src/widget/zendesk_classic/adapter.min.js"),
    ),
    ("ferndesk", include_str!("stubs/ferndesk.js"), include_str!("../../src/widget/ferndesk/adapter.min.js")),
];

/// The runtime's tools, for pages that have adapters and no runtime.
pub(crate) const TOOLS: &str = include_str!("stubs/tools.js");

async fn adapters() -> impl IntoResponse {
    let entry = |(name, library, adapter): (&str, &str, &str)| {
        format!("'{name}': {{ library: () => {{\n{library}\n}}, adapter: (\n{adapter}\n) }},\n")
    };
    let content = format!("window.adapters = {{\n{}}};\n{TOOLS}", ADAPTERS.map(entry).concat());
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content)
}

async fn orders_page() -> Html<&'static str> {
    Html(
        "<!doctype html>\n<title>orders</title>\n<script src=\"/adapters.js\"></script>\n<script src=\"/orders.js\"></script>\n",
    )
}

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

in_every_engine!(widgets_adapters_have_the_same_three_verbs, alone(), async |page| {
    page.open("/orders").await;
    for (name, ..) in ADAPTERS {
        let verbs = format!("Object.keys(adapters['{name}'].adapter(toolsFor(() => false))).sort()");
        assert_eq!(page.eval(&verbs).await, json!(["boot", "refresh", "shutdown"]), "{name}");
    }
});

in_every_engine!(widgets_intercom_takes_any_order, alone(), async |page| {
    every_order(page, "intercom", false).await;
    every_order(page, "intercom", true).await;
});

in_every_engine!(widgets_zendesk_takes_any_order, alone(), async |page| {
    every_order(page, "zendesk-classic", false).await;
    every_order(page, "zendesk-classic", true).await;
});

in_every_engine!(widgets_ferndesk_takes_any_order, alone(), async |page| {
    every_order(page, "ferndesk", false).await;
    every_order(page, "ferndesk", true).await;
});

// --- All of them on one page ------------------------------------------------------------------

/// Whom each library shows: Intercom, Zendesk's chat and help center, Ferndesk.
const SHOWN: &str = "[window.vendorStubs?.intercom?.who ?? null, window.vendorStubs?.zendesk?.chat ?? null,
    window.vendorStubs?.zendesk?.helpCenter ?? null, window.vendorStubs?.ferndesk?.who ?? null]";
/// What went against a vendor's contract.
const ERRORS: &str = "[vendorStubs.intercom, vendorStubs.zendesk, vendorStubs.ferndesk].flatMap((stub) => stub.errors)";

/// Waits until every vendor has verified this person, or shows nobody.
pub(crate) async fn all_show(page: &Stage, user: Option<&str>) {
    let email = user.map(|user| format!("{user}@example.test"));
    page.wait_for(SHOWN, json!([user, email, email, user])).await;
}

in_every_engine!(widgets_show_the_person_and_nobody_after_the_logout, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    all_show(page, Some("user-1")).await;
    assert_eq!(page.eval(ERRORS).await, json!([]));
    // With the page's own origin, whatever its `<base>` says.
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

in_every_engine!(widgets_are_not_loaded_for_a_logout_where_they_would_show, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    all_show(page, Some("user-1")).await;
    page.app.expire("user-1");
    page.reload().await;
    page.wait_for("window.vendorStubs?.intercom?.calls.map((call) => call.name)", json!(["shutdown"])).await;
    page.stays("Object.keys(window.vendorStubs)", json!(["intercom"]), A_WHILE).await;
});

in_every_engine!(widgets_are_told_of_the_next_person_in_the_same_page, all_widgets(), async |page| {
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

// --- Zendesk: tokens on demand ----------------------------------------------------------------

const PROOFS: &str = "[vendorStubs.zendesk.proofs.chat.length, vendorStubs.zendesk.proofs.helpCenter.length]";
const YIELDED: &str = "[vendorStubs.zendesk.yielded.chat, vendorStubs.zendesk.yielded.helpCenter]";
const ASK_AGAIN: &str = "void ['chat', 'helpCenter'].forEach((product) => vendorStubs.zendesk.ask(product))";

in_every_engine!(widgets_zendesk_gets_a_new_token_each_time, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    page.wait_for(PROOFS, json!([1, 1])).await;
    // Times are in whole seconds: within one, two tokens for the chat are rightly the same.
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

in_every_engine!(widgets_zendesk_gets_no_token_after_a_shutdown, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    page.wait_for(PROOFS, json!([1, 1])).await;
    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    page.app.clear_log();
    // The widget remembers the functions that it was given.
    page.eval(ASK_AGAIN).await;
    page.stays(YIELDED, json!([1, 1]), A_WHILE).await;
    assert!(page.app.token_requests().is_empty(), "{:?}", page.app.token_requests());

    // Not even when somebody else has signed in meanwhile.
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

/// The widget's settings as Zendesk's own examples set them: in a script of the page, with a plain assignment.
async fn own_settings(session: Extension<Session>) -> Html<String> {
    let settings = "<script>window.zESettings = { webWidget: { color: { theme: '#78a300' } }, other: 1 };</script>";
    app::page(app::shown(&session).as_deref(), settings)
}

in_every_engine!(widgets_zendesk_settings_of_the_page_are_kept, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    page.open("/own-settings").await;
    page.wait_for("window.vendorStubs?.zendesk?.settings.color?.theme ?? null", "#78a300").await;
    assert_eq!(page.eval("zESettings.other").await, 1);
    // The library has read both, and asks for tokens.
    all_show(page, Some("user-1")).await;
    assert_eq!(page.eval("typeof zESettings.webWidget.authenticate.chat.jwtFn").await, "function");
});

in_every_engine!(widgets_zendesk_settings_are_merged_into, all_widgets(), async |page| {
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

// --- A vendor that a later page of the same person brings --------------------------------------

fn without_email_at_first() -> Settings {
    let widgets: fn(WidgetsBuilder) -> WidgetsBuilder = |_| {
        let asking = Widgets::builder().identify_async(|parts| {
            let session = parts.extensions.get::<Session>().cloned();
            let first = parts.uri.path() == "/turbo/one";
            async move {
                let person = |user: String| match first {
                    true => Identity::new(user),
                    false => Identity::new(&*user).with_email(format!("{user}@example.test")),
                };
                session.map_or(Viewer::Unknown, |session| Viewer::from(session.user().map(|user| user.map(person))))
            }
        });
        with_all_widgets(asking.token_path(TOKEN_PATH))
    };
    Settings { widgets, ..turbo_with_launcher() }
}

in_every_engine!(row_15_turbo_boots_what_was_refused_on_the_first_visit, without_email_at_first(), async |page| {
    page.sign_in("user-1").await;
    page.open("/turbo/one").await;
    page.wait_for("typeof window.Turbo", "object").await;
    page.wait_for(SHOWN, json!(["user-1", null, null, null])).await;
    page.stays("typeof window.Ferndesk", "undefined", A_WHILE).await;

    turbo_visit(page, "two").await;
    all_show(page, Some("user-1")).await;
    assert_eq!(page.eval("vendorStubs.ferndesk.calls").await, json!(["init", "identify"]));
    let told = "vendorStubs.intercom.calls.map((call) => call.name).filter((name) => name !== 'reattach_activator')";
    assert_eq!(page.eval(told).await, json!(["boot", "update"]));
    assert_eq!(page.eval(ERRORS).await, json!([]));

    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    sign_in_by_fetch(page, "user-1").await;
    all_show(page, Some("user-1")).await;
    assert_eq!(page.eval(told).await, json!(["boot", "update", "shutdown", "shutdown", "boot"]));
});

// --- Intercom: the launcher in a body that is replaced ----------------------------------------

fn turbo_with_launcher() -> Settings {
    Settings {
        routes: crate::rows_pages::turbo().routes,
        assets: |app| stubs(app).merge((crate::rows_pages::turbo().assets)(app)),
        ..all_widgets()
    }
}

in_every_engine!(row_15_turbo_gives_the_launcher_back_to_the_new_body, turbo_with_launcher(), async |page| {
    page.sign_in("user-1").await;
    page.open("/turbo/one").await;
    page.wait_for("typeof window.Turbo", "object").await;
    all_show(page, Some("user-1")).await;
    page.wait_for("document.body.querySelectorAll('#intercom-stub').length", 1).await;
    page.eval("void document.querySelector('#two').click()").await;
    page.wait_for("document.body.dataset.page", "/turbo/two").await;
    page.wait_for("document.body.querySelectorAll('#intercom-stub').length", 1).await;
    assert_eq!(page.eval("vendorStubs.intercom.calls.filter((call) => call.name === 'boot').length").await, 1);
});

// --- A login without a page load --------------------------------------------------------------

in_every_engine!(widgets_refresh_after_a_login_by_fetch_boots_the_new_person, Settings::default(), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    sign_in_by_fetch(page, "user-2").await;
    verified(page, "user-2").await;
    assert_eq!(page.calls().await, ["boot", "shutdown", "boot"]);
    let traces = page.traces().await;
    assert!(!traces.contains("user-1"), "{traces}");

    page.click("#sign-out-fetch").await;
    page.wait_for(STATE, "shutdown").await;
    sign_in_by_fetch(page, "user-1").await;
    verified(page, "user-1").await;
    page.wait_for(CALLS, json!(["boot", "shutdown", "boot", "shutdown", "shutdown", "boot"])).await;
    let traces = page.traces().await;
    assert!(!traces.contains("user-2"), "{traces}");
});

in_every_engine!(widgets_refresh_after_the_session_expired_shuts_down, Settings::default(), async |page| {
    page.sign_in("user-1").await;
    verified(page, "user-1").await;
    page.app.expire("user-1");
    page.eval("void widgetIdentity.refresh()").await;
    page.wait_for(STATE, "shutdown").await;
    crate::identity::nothing_left(page).await;
});
