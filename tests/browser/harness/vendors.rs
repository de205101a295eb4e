//! Stubs of the vendors: libraries by their published contracts, and servers that verify the tokens.

use std::time::{SystemTime, UNIX_EPOCH};

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

use crate::harness::Stage;
use crate::harness::app::{self, App, Session, Settings, TOKEN_PATH, script};

/// The secret for each kind of token: no two are the same.
pub(crate) const SECRETS: [(&str, &str); 4] = [
    ("intercom", "the secret of the stub of Intercom"),
    ("zendesk-chat", "the secret of the stub of Zendesk's chat"),
    ("zendesk-help-center", "the secret of the stub of Zendesk's help center"),
    ("ferndesk", "the secret of the stub of Ferndesk"),
];

pub(crate) fn secret_of(kind: &str) -> Option<&'static str> {
    SECRETS.iter().find(|(name, _)| *name == kind).map(|(_, secret)| *secret)
}

pub(crate) fn secret(kind: &str) -> Secret {
    Secret::new(secret_of(kind).expect("a kind of token")).expect("a good secret")
}

/// The claims of a token that is correct in every respect. It shares no code with the signing.
pub(crate) fn verified_claims(kind: &str, token: &str) -> Option<Value> {
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

/// The time limits of each vendor's documentation: `iat` within two minutes, and at most seven minutes for chat
/// tokens.
pub(crate) fn is_timely(kind: &str, claims: &Value) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs();
    let fresh = claims["iat"].as_u64().is_some_and(|iat| iat.abs_diff(now) <= 120);
    let good = claims["exp"].as_u64().is_some_and(|exp| exp > now);
    match kind {
        "zendesk-chat" => fresh && good && claims["exp"].as_u64() <= claims["iat"].as_u64().map(|iat| iat + 420),
        "zendesk-help-center" => fresh && claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()),
        _ => good,
    }
}

pub(crate) async fn verify(extract::Path(kind): extract::Path<String>, token: String) -> Response {
    match verified_claims(&kind, &token) {
        Some(claims) => Json(claims).into_response(),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

pub(crate) fn stubs(_: &App) -> Router {
    Router::new()
        .route("/stub/verify/{kind}", post(verify))
        .route("/stubs/intercom.js", script(include_str!("../stubs/intercom.js")))
        .route("/stubs/zendesk.js", script(include_str!("../stubs/zendesk.js")))
        .route("/stubs/ferndesk.js", script(include_str!("../stubs/ferndesk.js")))
        .route("/orders", get(orders_page))
        .route("/orders.js", script(include_str!("../stubs/orders.js")))
        .route("/adapters.js", get(adapters))
}

/// All three vendors on one page, on a host with a parent domain.
pub(crate) fn all_widgets() -> Settings {
    Settings {
        host: "app.example.test",
        assets: stubs,
        routes: |_| Router::new().route("/own-settings", get(own_settings)),
        // The builder that is passed in has the harness's own vendor.
        widgets: |_| with_all_widgets(asking_the_session(Widgets::builder())),
        ..Settings::default()
    }
}

pub(crate) fn with_all_widgets(builder: WidgetsBuilder) -> WidgetsBuilder {
    let zendesk = ZendeskClassic::chat("stub-key", secret("zendesk-chat"))
        .help_center(secret("zendesk-help-center"))
        .library_url("/stubs/zendesk.js?key=stub-key");
    builder
        .widget(Intercom::new("stub", secret("intercom")).library_url("/stubs/intercom.js"))
        .widget(zendesk)
        .widget(Ferndesk::new("stub", secret("ferndesk")).library_url("/stubs/ferndesk.js"))
}

/// Makes the configuration ask the application's sessions, as it usually does.
pub(crate) fn asking_the_session(builder: WidgetsBuilder) -> WidgetsBuilder {
    let asking = builder.identify_async(|parts| {
        let session = parts.extensions.get::<Session>().cloned();
        async move { session.map_or(Viewer::Unknown, |session| viewer(&session)) }
    });
    asking.token_path(TOKEN_PATH)
}

pub(crate) fn viewer(session: &Session) -> Viewer {
    let person = |user: String| Identity::new(&*user).with_email(format!("{user}@example.test"));
    Viewer::from(session.user().map(|user| user.map(person)))
}

/// The name, library and adapter of each widget.
pub(crate) const ADAPTERS: [(&str, &str, &str); 3] = [
    ("intercom", include_str!("../stubs/intercom.js"), include_str!("../../../src/widget/intercom/adapter.min.js")),
    (
        "zendesk-classic",
        include_str!("../stubs/zendesk.js"),
        include_str!("../../../src/widget/zendesk_classic/adapter.min.js"),
    ),
    ("ferndesk", include_str!("../stubs/ferndesk.js"), include_str!("../../../src/widget/ferndesk/adapter.min.js")),
];

/// The runtime's tools, for pages that have adapters and no runtime.
pub(crate) const TOOLS: &str = include_str!("../stubs/tools.js");

pub(crate) async fn adapters() -> impl IntoResponse {
    let entry = |(name, library, adapter): (&str, &str, &str)| {
        format!("'{name}': {{ library: () => {{\n{library}\n}}, adapter: (\n{adapter}\n) }},\n")
    };
    let content = format!("window.adapters = {{\n{}}};\n{TOOLS}", ADAPTERS.map(entry).concat());
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content)
}

pub(crate) async fn orders_page() -> Html<&'static str> {
    Html(
        "<!doctype html>\n<title>orders</title>\n<script src=\"/adapters.js\"></script>\n<script src=\"/orders.js\"></script>\n",
    )
}

/// The widget's settings as Zendesk's own examples set them: in a script of the page, by a plain assignment.
pub(crate) async fn own_settings(session: Extension<Session>) -> Html<String> {
    let settings = "<script>window.zESettings = { webWidget: { color: { theme: '#78a300' } }, other: 1 };</script>";
    app::page(app::shown(&session).as_deref(), settings)
}

/// The user whom each library shows: Intercom, Zendesk's chat and help center, Ferndesk.
pub(crate) const SHOWN: &str = "[window.vendorStubs?.intercom?.who ?? null, window.vendorStubs?.zendesk?.chat ?? null,
    window.vendorStubs?.zendesk?.helpCenter ?? null, window.vendorStubs?.ferndesk?.who ?? null]";

/// The violations of a vendor's contract.
pub(crate) const ERRORS: &str =
    "[vendorStubs.intercom, vendorStubs.zendesk, vendorStubs.ferndesk].flatMap((stub) => stub.errors)";

/// Waits until every vendor has verified this user, or shows none.
pub(crate) async fn all_show(page: &Stage, user: Option<&str>) {
    let email = user.map(|user| format!("{user}@example.test"));
    page.wait_for(SHOWN, json!([user, email, email, user])).await;
}
