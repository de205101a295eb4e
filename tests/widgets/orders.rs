//! The adapters of the vendors that check an HMAC, in every order of calls, with the stubs of the browser tests.
//! `tests/browser/widgets_hmac.rs` does the same in browsers.

use serde_json::{Value, json};
use tower_widget_identity::Identity;

use crate::{
    support::golden::{self, Golden, Hash},
    widgets::play::{self, STAGE, now},
};

const TOOLS: &str = include_str!("../browser/stubs/tools.js");
const ORDERS: &str = include_str!("../browser/stubs/hmac.js");
const PLAY: &str = include_str!("orders.js");

/// The data that the runtime passes to the adapter, made by the widget itself, and what its stub needs.
fn data(golden: &Golden, hash: &Hash) -> Value {
    let widget = golden.widget();
    let manifest = widget.manifest();
    let person = |user: &str| {
        let identity = Identity::new(user).with_email(format!("{user}@example.test"));
        let mut person = json!(widget.boot_data(&identity, now()).unwrap());
        for (key, text) in &golden.data.browser.boot_data {
            person[key] = text.replace("{id}", user).into();
        }
        let (message, proof) = (hash.message(&person), person[&hash.proof].clone());
        json!({ "user": user, "message": message, "proof": proof, "token": person["token"], "person": person })
    };
    let mut settings = json!(manifest.settings());
    for (key, value) in &golden.data.browser.settings {
        settings[key] = value.clone();
    }
    json!({
        "widget": { "settings": settings, "residue": manifest.artifacts(), "library": manifest.library() },
        "people": [person("user-1"), person("user-2")],
    })
}

/// Returns how many orders there were, and what went wrong.
fn play(golden: &Golden, hash: &Hash, [visitor, load, same]: [bool; 3]) -> (u64, Vec<String>) {
    let (name, data) = (golden.name(), data(golden, hash));
    let (adapter, stub) = (golden.widget().manifest().adapter().to_owned(), golden.stub().unwrap());
    let widget = format!("'{name}': Object.assign({data}, {{ adapter: (\n{adapter}\n), stub: (\n{stub}\n) }})");
    let input = json!({ "name": name, "visitor": visitor, "load": load, "same": same });
    let code = format!("(input => {{ {STAGE}\n{TOOLS}\nwindow.hmac = {{ {widget} }};\n{ORDERS}\n{PLAY}\n}})({input})");
    serde_json::from_str(&play::result(&code)).unwrap()
}

#[test]
#[ignore = "takes minutes; the browser tests play the same"]
fn adapters_take_any_order_without_a_browser() {
    for (golden, hash) in golden::every_hash() {
        for case in [[false, true, false], [false, false, false], [false, true, true], [true, true, false]] {
            let (tried, wrong) = play(&golden, &hash, case);
            let first: Vec<_> = wrong.iter().take(5).collect();
            assert!(wrong.is_empty(), "{}, visitor, load, same: {case:?}: {first:#?}", golden.name());
            assert_eq!(tried, golden.data.browser.orders, "{}", golden.name());
        }
    }
}
