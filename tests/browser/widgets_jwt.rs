//! The adapters of the vendors that take JWTs, beyond the first three: by themselves in every order, and on a whole page
//! with the runtime and the token service.

use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::json;
use tower_widget_identity::widget::{
    Chatbase, Drift, Featurebase, Freshchat, FreshdeskHelpWidget, Kustomer, Salesforce, UserJot, ZendeskMessaging,
};
use tower_widget_identity::{Secret, Widgets, WidgetsBuilder};

use crate::app::{App, Settings, script};
use crate::harness::{Stage, in_every_engine};
use crate::rows_pages::sign_in_by_fetch;
use crate::rows_widgets::{TOOLS, asking_the_session};

/// Each adapter, under its vendor's name.
const ADAPTERS: [(&str, &str); 9] = [
    ("featurebase", include_str!("../../src/widget/featurebase/adapter.min.js")),
    ("kustomer", include_str!("../../src/widget/kustomer/adapter.min.js")),
    ("freshchat", include_str!("../../src/widget/freshchat/adapter.min.js")),
    ("freshdesk-help-widget", include_str!("../../src/widget/freshdesk_help_widget/adapter.min.js")),
    ("drift", include_str!("../../src/widget/drift/adapter.min.js")),
    ("chatbase", include_str!("../../src/widget/chatbase/adapter.min.js")),
    ("userjot", include_str!("../../src/widget/userjot/adapter.min.js")),
    ("zendesk-messaging", include_str!("../../src/widget/zendesk_messaging/adapter.min.js")),
    ("salesforce", include_str!("../../src/widget/salesforce/adapter.min.js")),
];

const LIBRARIES: &str = include_str!("stubs/jwt_libraries.js");

// --- The adapters by themselves ---------------------------------------------------------------

async fn adapters() -> impl IntoResponse {
    let entries = ADAPTERS.map(|(name, adapter)| format!("'{name}': (\n{adapter}\n),\n")).concat();
    let content = format!("window.jwtAdapters = {{\n{entries}}};\n{TOOLS}{LIBRARIES}");
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content)
}

async fn orders_page() -> Html<&'static str> {
    Html(
        "<!doctype html>\n<title>orders</title>\n<script src=\"/jwt.js\"></script>\n<script src=\"/jwt_orders.js\"></script>\n",
    )
}

fn stubs(_: &App) -> Router {
    let alone = Router::new()
        .route("/jwt-orders", get(orders_page))
        .route("/jwt.js", get(adapters))
        .route("/jwt_orders.js", script(include_str!("stubs/jwt_orders.js")));
    ADAPTERS.iter().fold(alone, |router, (name, _)| router.route(&library_path(name), get(|| library(name))))
}

fn alone() -> Settings {
    Settings { assets: stubs, ..Settings::default() }
}

in_every_engine!(widgets_jwt_adapters_take_any_order, alone(), async |page| {
    page.open("/jwt-orders").await;
    for (name, _) in ADAPTERS {
        let verbs = format!("Object.keys(jwtAdapters['{name}']({{}})).sort()");
        assert_eq!(page.eval(&verbs).await, json!(["boot", "refresh", "shutdown"]), "{name}");
        let run = format!("jwtOrders('{name}').then((result) => {{ window.result = result; }})");
        page.eval(&format!("void (window.result = null, {run})")).await;
        page.wait_at_most(Duration::from_secs(60), "window.result?.tried ?? 0", 7420).await;
        assert_eq!(page.eval("window.result.wrong.slice(0, 5)").await, json!([]), "{name}");
    }
});

// --- All of them on one page ------------------------------------------------------------------

fn library_path(name: &str) -> String {
    format!("/jwt/{name}.js")
}

/// The stub, and what stands on its element.
async fn library(name: &str) -> impl IntoResponse + use<> {
    let element = "document.currentScript || document.querySelector('script[type=module]')";
    let noted = format!("const element = {element}; stubOf('{name}', element);");
    let note = "const stubOf = (name, element) => { (window.elements = window.elements || {})[name] = [element.id, element.type, \
        element.domain || '', element.getAttribute('data-kustomer-api-key') || '']; };";
    let content = format!("{LIBRARIES}\n{{ {note} {noted} }}\njwtLibraries['{name}']();\n");
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content)
}

fn secret() -> Secret {
    Secret::new("the secret of the stubs").expect("a good secret")
}

fn rsa() -> Secret {
    Secret::rsa_pem(include_str!("../suite/widgets/keys/rsa.pem")).expect("a good key").with_key_id("key-1")
}

fn with_all_widgets(builder: WidgetsBuilder) -> WidgetsBuilder {
    let at = library_path;
    let salesforce = Salesforce::new("org", rsa())
        .deployment("name")
        .issuer("issuer")
        .site_url("https://site.test")
        .scrt2_url("https://scrt.test");
    builder
        .widget(Featurebase::new("app", secret()).library_url(at("featurebase")))
        .widget(Kustomer::new("key.1", secret()).library_url(at("kustomer")))
        .widget(Freshchat::new("token", secret()).library_url(at("freshchat")))
        .widget(FreshdeskHelpWidget::new("1", secret()).library_url(at("freshdesk-help-widget")))
        .widget(Drift::new("embed", secret()).library_url(at("drift")))
        .widget(Chatbase::new("agent", secret()).library_url(at("chatbase")))
        .widget(UserJot::new("project", secret()).library_url(at("userjot")))
        .widget(ZendeskMessaging::new("key", secret().with_key_id("app_1")).library_url(at("zendesk-messaging")))
        .widget(salesforce.library_url(at("salesforce")))
}

fn all_widgets() -> Settings {
    Settings {
        assets: stubs,
        // The set that comes has the harness's own vendor.
        widgets: |_| with_all_widgets(asking_the_session(Widgets::builder())),
        ..Settings::default()
    }
}

/// Waits until every library shows this person, or nobody.
async fn all_show(page: &Stage, user: Option<&str>) {
    for (name, _) in ADAPTERS {
        let shown = match (name, user) {
            ("freshdesk-help-widget", Some(user)) => json!(format!("{user}@example.test")),
            _ => json!(user),
        };
        page.wait_for(&format!("(window.jwtStubs ?? {{}})['{name}']?.who ?? null"), shown).await;
    }
}

const ERRORS: &str = "Object.values(jwtStubs).flatMap((stub) => stub.errors)";

in_every_engine!(widgets_jwt_show_the_person_the_next_and_nobody, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    all_show(page, Some("user-1")).await;
    let elements = "['kustomer', 'chatbase', 'userjot', 'zendesk-messaging'].map((name) => elements[name])";
    let expected = json!([
        ["", "", "", "key.1"],
        ["agent", "", "www.chatbase.co", ""],
        ["", "module", "", ""],
        ["ze-snippet", "", "", ""]
    ]);
    assert_eq!(page.eval(elements).await, expected, "id, type, domain and key");
    assert_eq!(page.eval("jwtStubs.drift.attributes").await, json!({ "email": "user-1@example.test" }));
    assert_eq!(page.eval(ERRORS).await, json!([]));

    // Libraries that ask for another token get one.
    for (name, ask) in [("freshdesk-help-widget", "expire"), ("zendesk-messaging", "ask"), ("salesforce", "expire")] {
        let told = page.eval(&format!("jwtStubs['{name}'].told")).await.as_u64().expect("a number");
        page.app.clear_log();
        page.eval(&format!("void jwtStubs['{name}'].{ask}()")).await;
        page.wait_for(&format!("jwtStubs['{name}'].told"), told + 1).await;
        assert_eq!(page.app.token_requests()[name], 1, "{name}");
    }

    sign_in_by_fetch(page, "user-2").await;
    all_show(page, Some("user-2")).await;
    assert_eq!(page.eval(ERRORS).await, json!([]));

    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    assert_eq!(page.eval(ERRORS).await, json!([]));
    // Nobody's page yields no token.
    page.app.clear_log();
    page.eval("void ['freshdesk-help-widget', 'salesforce'].forEach((name) => jwtStubs[name].expire())").await;
    page.stays("Object.values(jwtStubs).map((stub) => stub.who).filter(Boolean)", json!([]), Duration::from_secs(1))
        .await;
    assert!(page.app.token_requests().is_empty(), "{:?}", page.app.token_requests());
});

in_every_engine!(widgets_jwt_end_what_an_earlier_page_left, all_widgets(), async |page| {
    page.sign_in("user-1").await;
    all_show(page, Some("user-1")).await;
    page.eval("void ['featurebase-js:org:app', 'org_WEB_STORAGE'].forEach((key) => localStorage.setItem(key, '{}'))")
        .await;
    page.app.expire("user-1");
    page.reload().await;
    // Only those are loaded for a logout that show nothing.
    page.wait_for("Object.keys(window.jwtStubs ?? {}).sort()", json!(["featurebase", "kustomer"])).await;
    page.wait_for("jwtStubs.featurebase.calls", json!(["shutdown"])).await;
    page.wait_for("jwtStubs.kustomer.calls", json!(["start", "logout"])).await;
    assert_eq!(page.eval("jwtStubs.kustomer.hidden").await, true);
    assert_eq!(page.eval("Object.keys(localStorage)").await, json!([]));
    page.stays("Object.keys(window.jwtStubs).length", 2, Duration::from_secs(1)).await;
});
