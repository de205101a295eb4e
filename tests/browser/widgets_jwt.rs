//! The adapters of the widgets that take JWTs or records and have a `stub.js` in `tests/widgets`: alone in every order
//! of calls, and on a whole page with the runtime and the token service.

use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::{Value, json};
use tower_widget_identity::{Widgets, WidgetsBuilder};

use crate::harness::app::{App, Settings, script};
use crate::harness::dressed::Dressed;
use crate::harness::steps::sign_in_by_fetch;
use crate::harness::vendors::{TOOLS, asking_the_session};
use crate::harness::{Stage, in_every_engine};
use crate::support::golden::{self, Golden, Jwt};

const LIBRARIES: &str = include_str!("stubs/jwt_libraries.js");

/// The first user of each page.
const FIRST: &str = "user-1";

/// Each widget, the facts about its JWTs if its tokens are JWTs, and the stub of its library.
fn stubbed() -> Vec<(Golden, Option<Jwt>, String)> {
    let jwts = golden::every_jwt().into_iter().map(|(golden, jwt)| (golden, Some(jwt)));
    let records = golden::every_record().into_iter().map(|(golden, _)| (golden, None));
    let stubbed = jwts.chain(records).filter_map(|(golden, jwt)| {
        let stub = golden.stub()?;
        Some((golden, jwt, stub))
    });
    stubbed.collect()
}

// --- Each adapter alone -----------------------------------------------------------------------

async fn adapters() -> impl IntoResponse {
    let entries = stubbed().into_iter().map(|(golden, jwt, stub)| {
        let (name, manifest) = (golden.name(), golden.widget().manifest());
        let data = json!({
            "settings": manifest.settings(),
            "inPageAs": jwt.as_ref().and_then(|jwt| jwt.in_page_as.as_ref()),
            "subject": jwt.as_ref().map_or("id", |jwt| jwt.id_claims.first().map_or("email", String::as_str)),
            "record": jwt.is_none(),
        });
        let adapter = manifest.adapter();
        let library = format!("jwtLibrary('{name}', (\n{stub}\n))");
        format!("'{name}': Object.assign({data}, {{ adapter: (\n{adapter}\n), library: {library} }}),\n")
    });
    javascript(format!("{TOOLS}{LIBRARIES}\nwindow.jwtWidgets = {{\n{}}};\n", entries.collect::<String>()))
}

fn javascript(content: String) -> impl IntoResponse {
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
    stubbed().into_iter().fold(alone, |router, (golden, _, stub)| {
        let content = library(golden.name(), &stub);
        router.route(&library_path(golden.name()), get(move || async { javascript(content) }))
    })
}

fn alone() -> Settings {
    Settings { assets: stubs, ..Settings::default() }
}

in_every_engine!(widgets_jwt_adapters_take_any_order, alone(), async |page| {
    page.open("/jwt-orders").await;
    for (golden, ..) in stubbed() {
        let name = golden.name();
        let verbs = format!("Object.keys(jwtWidgets['{name}'].adapter({{ on() {{}}, onSwap() {{}} }})).sort()");
        assert_eq!(page.eval(&verbs).await, json!(["boot", "refresh", "shutdown"]), "{name}");
        let run = format!("jwtOrders('{name}').then((result) => {{ window.result = result; }})");
        page.eval(&format!("void (window.result = null, {run})")).await;
        let orders = golden.data.browser.orders;
        page.wait_at_most(Duration::from_secs(60), "window.result?.tried ?? 0", orders).await;
        assert_eq!(page.eval("window.result.wrong.slice(0, 5)").await, json!([]), "{name}");
    }
});

// --- All of them on one page ------------------------------------------------------------------

fn library_path(name: &str) -> String {
    format!("/jwt/{name}.js")
}

/// The stub, and the attributes of its element.
fn library(name: &str, stub: &str) -> String {
    let element = "document.currentScript || document.querySelector('script[type=module]')";
    let noted = "{ id: element.id, type: element.type, domain: element.domain || '', data: Object.assign({}, element.dataset) }";
    let note = format!("const element = {element}; (window.elements = window.elements || {{}})['{name}'] = {noted};");
    format!("{LIBRARIES}\n{{ {note} }}\njwtLibrary('{name}', (\n{stub}\n)).library();\n")
}

fn with_all_widgets(builder: WidgetsBuilder) -> WidgetsBuilder {
    stubbed().iter().fold(builder, |builder, (golden, ..)| {
        builder.widget(Dressed::new(golden).with_library(library_path(golden.name())))
    })
}

fn all_widgets() -> Settings {
    Settings {
        assets: stubs,
        // The builder that is passed in has the harness's own vendor.
        widgets: |_| with_all_widgets(asking_the_session(Widgets::builder())),
        ..Settings::default()
    }
}

/// Waits until every library shows this user, or none.
async fn all_show(page: &Stage, user: Option<&str>) {
    for (golden, jwt, _) in stubbed() {
        let name = golden.name();
        let shown = match user {
            Some(user) if golden.data.browser.one_person && user != FIRST => Value::Null,
            // Where no claim holds the id, the library knows the e-mail address.
            Some(user) if jwt.is_some_and(|jwt| jwt.id_claims.is_empty()) => json!(format!("{user}@example.test")),
            _ => json!(user),
        };
        page.wait_for(&format!("(window.jwtStubs ?? {{}})['{name}']?.who ?? null"), shown).await;
    }
}

const ERRORS: &str = "Object.values(jwtStubs).flatMap((stub) => stub.errors)";

in_every_engine!(widgets_jwt_show_the_user_then_the_next_then_none, all_widgets(), async |page| {
    page.sign_in(FIRST).await;
    all_show(page, Some(FIRST)).await;
    for (golden, ..) in stubbed() {
        let (name, browser) = (golden.name(), &golden.data.browser);
        if let Some(element) = &browser.element {
            assert_eq!(&page.eval(&format!("elements['{name}']")).await, element, "{name}");
        }
        if let Some(attributes) = &browser.attributes {
            assert_eq!(&page.eval(&format!("jwtStubs['{name}'].attributes")).await, attributes, "{name}");
        }
    }
    assert_eq!(page.eval(ERRORS).await, json!([]));

    // Libraries that ask for another token get one.
    let asking = stubbed().into_iter().filter_map(|(golden, ..)| Some((golden.name(), golden.data.browser.asks?)));
    let asking: Vec<_> = asking.collect();
    assert!(!asking.is_empty());
    for (name, ask) in &asking {
        let identified = page.eval(&format!("jwtStubs['{name}'].identified")).await.as_u64().expect("a number");
        page.app.clear_log();
        page.eval(&format!("void jwtStubs['{name}'].{ask}()")).await;
        page.wait_for(&format!("jwtStubs['{name}'].identified"), identified + 1).await;
        assert_eq!(page.app.token_requests()[*name], 1, "{name}");
    }

    sign_in_by_fetch(page, "user-2").await;
    all_show(page, Some("user-2")).await;
    assert_eq!(page.eval(ERRORS).await, json!([]));

    page.click("#sign-out-fetch").await;
    all_show(page, None).await;
    assert_eq!(page.eval(ERRORS).await, json!([]));
    // The page of a signed-out visitor gets no token.
    page.app.clear_log();
    for (name, _) in asking.iter().filter(|(_, ask)| ask == "expire") {
        page.eval(&format!("void jwtStubs['{name}'].expire()")).await;
    }
    page.stays("Object.values(jwtStubs).map((stub) => stub.who).filter(Boolean)", json!([]), Duration::from_secs(1))
        .await;
    assert!(page.app.token_requests().is_empty(), "{:?}", page.app.token_requests());
});

in_every_engine!(widgets_jwt_end_what_an_earlier_page_left, all_widgets(), async |page| {
    let (widgets, mut loaded) = (stubbed(), Vec::new());
    page.sign_in(FIRST).await;
    all_show(page, Some(FIRST)).await;
    let left: Vec<_> = widgets.iter().flat_map(|(golden, ..)| &golden.data.browser.leaves).collect();
    assert!(!left.is_empty());
    page.eval(&format!("void {}.forEach((key) => localStorage.setItem(key, '{{}}'))", json!(left))).await;
    page.app.expire(FIRST);
    page.reload().await;
    // Only libraries that show nothing by themselves are loaded for a logout.
    for (golden, ..) in &widgets {
        loaded.extend(golden.data.browser.logout_of_an_earlier_page.as_ref().map(|logout| (golden.name(), logout)));
    }
    loaded.sort_unstable_by_key(|(name, _)| *name);
    let names: Vec<_> = loaded.iter().map(|(name, _)| *name).collect();
    page.wait_for("Object.keys(window.jwtStubs ?? {}).sort()", json!(names)).await;
    for (name, logout) in loaded {
        let Value::Object(logout) = logout else { panic!("{name}") };
        page.wait_for(&format!("jwtStubs['{name}'].calls"), logout["calls"].clone()).await;
        assert_eq!(page.eval(&format!("jwtStubs['{name}'].hidden === true")).await, logout["hidden"], "{name}");
    }
    assert_eq!(page.eval("Object.keys(localStorage)").await, json!([]));
    page.stays("Object.keys(window.jwtStubs).length", names.len(), Duration::from_secs(1)).await;
});
