//! The adapters of the vendors that check an HMAC, by themselves: against stand-ins for the libraries that record what
//! they are told.

use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::{Value, json};
use tower_widget_identity::widget::{
    Canny, Chatwoot, Crisp, Front, Gist, Gleap, HelpScout, Plain, Pylon, Tawk, Userflow, Widget,
};
use tower_widget_identity::{Identity, Secret};

use crate::app::{App, Settings, script};
use crate::harness::{Stage, in_every_engine};
use crate::rows_widgets::TOOLS;

const A_MINUTE: Duration = Duration::from_secs(60);

/// Each vendor, with the field that is signed and the one that proves it.
fn widgets() -> Vec<(Box<dyn Widget>, &'static str, &'static str)> {
    let secret = || Secret::new("the secret of the stubs").expect("a good secret");
    vec![
        (Box::new(HelpScout::new("app", secret()).setting("color", "#000000")), "email", "signature"),
        (Box::new(Crisp::new("app", secret()).session_tokens(secret())), "email", "signature"),
        (Box::new(chatwoot(secret())), "identifier", "identifier_hash"),
        (Box::new(Front::new("app", secret())), "email", "userHash"),
        (Box::new(Pylon::new("app", secret())), "email", "email_hash"),
        (Box::new(Plain::new("app", secret())), "email", "emailHash"),
        (Box::new(Tawk::new("app", secret())), "userId", "hash"),
        (Box::new(Gleap::new("app", secret())), "userId", "hash"),
        (Box::new(Userflow::new("app", secret())), "userId", "signature"),
        (Box::new(Canny::new("app", secret())), "id", "hash"),
        (Box::new(Gist::new("app", secret())), "user_id", "user_hash"),
    ]
}

fn chatwoot(secret: Secret) -> Chatwoot {
    Chatwoot::new("app", secret).base_url("https://chat.example.com").base_domain(".example.com")
}

/// What the runtime hands to the adapter, from the vendor itself.
fn entry(widget: &dyn Widget, message: &str, proof: &str) -> Value {
    let person = |user: &str| {
        let identity = Identity::new(user).with_email(format!("{user}@example.test"));
        let person = json!(widget.boot_data(&identity, std::time::SystemTime::now()).expect("a person"));
        json!({
            "user": user,
            "message": person[message],
            "proof": person[proof],
            "token": person["token"],
            "person": person,
        })
    };
    json!({
        "widget": {
            "settings": widget.manifest().settings(),
            "residue": widget.manifest().artifacts(),
            "library": widget.manifest().library(),
        },
        "people": [person("user-1"), person("user-2")],
    })
}

async fn adapters() -> impl IntoResponse {
    let entries = widgets().into_iter().map(|(widget, message, proof)| {
        let data = entry(widget.as_ref(), message, proof);
        format!(
            "'{}': Object.assign({data}, {{ adapter: (\n{}\n) }}),\n",
            widget.manifest().name(),
            widget.manifest().adapter()
        )
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
async fn every_order(stage: &Stage, name: &str, [visitor, load, same]: [bool; 3]) {
    stage.open("/hmac").await;
    let run = format!("hmacOrders('{name}', {visitor}, {load}, {same})");
    stage.eval(&format!("void {run}.then((result) => {{ window.result = result; }})")).await;
    let tried = match name {
        // Its library is never there from the start.
        "pylon" => 426,
        // Of up to three verbs, for it takes its time.
        "chatwoot" => 141,
        _ => 546,
    };
    stage.wait_at_most(A_MINUTE, "window.result?.tried ?? 0", tried).await;
    let wrong = stage.eval("window.result.wrong.slice(0, 5)").await;
    assert_eq!(wrong, json!([]), "{name}, visitor: {visitor}, load: {load}, same: {same}");
}

in_every_engine!(widgets_hmac_adapters_take_any_order, alone(), async |stage| {
    for (widget, ..) in widgets() {
        let manifest = widget.manifest();
        let name = manifest.name();
        stage.open("/hmac").await;
        let verbs = format!("Object.keys(hmac['{name}'].adapter({{}})).sort()");
        assert_eq!(stage.eval(&verbs).await, json!(["boot", "refresh", "shutdown"]), "{name}");
        for visitor_load_same in [[false, true, false], [false, false, false], [false, true, true], [true, true, false]]
        {
            every_order(stage, name, visitor_load_same).await;
        }
    }
});
