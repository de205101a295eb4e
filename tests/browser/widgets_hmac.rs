//! The adapters of the widgets that hash facts, alone, against stubs of the libraries that record the calls.

use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::{Value, json};
use tower_widget_identity::Identity;
use tower_widget_identity::widget::Widget;

use crate::harness::app::{App, Settings, script};
use crate::harness::dressed::Dressed;
use crate::harness::vendors::TOOLS;
use crate::harness::{Stage, in_every_engine};
use crate::support::golden::{self, Hash};

const A_MINUTE: Duration = Duration::from_secs(60);

/// The data that the runtime passes to the adapter, made by the widget itself.
fn entry(widget: &dyn Widget, hash: &Hash) -> Value {
    let person = |user: &str| {
        let identity = Identity::new(user).with_email(format!("{user}@example.test"));
        let person = json!(widget.boot_data(&identity, SystemTime::now()).expect("a person"));
        json!({
            "user": user,
            "message": hash.message(&person),
            "proof": person[&hash.proof],
            "token": person["token"],
            "person": person,
        })
    };
    let manifest = widget.manifest();
    json!({
        "widget": {
            "settings": manifest.settings(),
            "residue": manifest.artifacts(),
            "library": manifest.library(),
        },
        "people": [person("user-1"), person("user-2")],
    })
}

async fn adapters() -> impl IntoResponse {
    let entries = golden::every_hash().into_iter().map(|(golden, hash)| {
        let (widget, stub) = (Dressed::new(&golden), golden.stub().expect("a stand-in for the library"));
        let (data, manifest) = (entry(&widget, &hash), widget.manifest());
        let (name, adapter) = (manifest.name(), manifest.adapter());
        format!("'{name}': Object.assign({data}, {{ adapter: (\n{adapter}\n), stub: (\n{stub}\n) }}),\n")
    });
    let content = format!("window.hmac = {{\n{}}};\n{TOOLS}", entries.collect::<String>());
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content)
}

async fn page() -> Html<&'static str> {
    Html(
        "<!doctype html>\n<title>orders</title>\n<script src=\"/hmac-adapters.js\"></script>\n<script src=\"/hmac.js\"></script>\n",
    )
}

fn assets(_: &App) -> Router {
    Router::new()
        .route("/hmac", get(page))
        .route("/hmac.js", script(include_str!("stubs/hmac.js")))
        .route("/hmac-adapters.js", get(adapters))
}

fn alone() -> Settings {
    Settings { assets, ..Settings::default() }
}

/// Every order of up to four verbs, with the library at every place in between.
async fn every_order(stage: &Stage, name: &str, orders: u64, [visitor, load, same]: [bool; 3]) {
    stage.open("/hmac").await;
    let run = format!("hmacOrders('{name}', {visitor}, {load}, {same})");
    stage.eval(&format!("void {run}.then((result) => {{ window.result = result; }})")).await;
    stage.wait_at_most(A_MINUTE, "window.result?.tried ?? 0", orders).await;
    let wrong = stage.eval("window.result.wrong.slice(0, 5)").await;
    assert_eq!(wrong, json!([]), "{name}, visitor: {visitor}, load: {load}, same: {same}");
}

in_every_engine!(widgets_hmac_adapters_take_any_order, alone(), async |stage| {
    for (golden, _) in golden::every_hash() {
        let name = golden.name();
        stage.open("/hmac").await;
        let verbs = format!("Object.keys(hmac['{name}'].adapter(toolsFor(() => false))).sort()");
        assert_eq!(stage.eval(&verbs).await, json!(["boot", "refresh", "shutdown"]), "{name}");
        for visitor_load_same in [[false, true, false], [false, false, false], [false, true, true], [true, true, false]]
        {
            every_order(stage, name, golden.data.browser.orders, visitor_load_same).await;
        }
    }
});
