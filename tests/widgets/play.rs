//! Plays pages with the crate's runtime and one widget's adapter.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rquickjs::{Context, Runtime};
use serde_json::{Map, Value, json};
use tower_widget_identity::{Identity, Secret, widget::Widget};

use crate::runtime;

pub(crate) const STAGE: &str = include_str!("../../src/conformance/stage.js");
const PLAY: &str = include_str!("play.js");

pub(crate) fn secret() -> Secret {
    Secret::new("a secret of the test").unwrap()
}

/// The stage's clock.
pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

pub(crate) fn ada() -> Identity {
    Identity::new("ada").with_email("ada@example.com").with_name("Ada")
}

pub(crate) fn bela() -> Identity {
    Identity::new("bela").with_email("bela@example.com").with_name("Bela")
}

/// The journal of a script in which Ada and Bela may sign in.
pub(crate) fn play(widget: &dyn Widget, script: &str) -> Vec<Value> {
    play_with(widget, &ada(), &bela(), script)
}

/// The same, where Ada has this identity.
pub(crate) fn play_as(widget: &dyn Widget, ada: &Identity, script: &str) -> Vec<Value> {
    play_with(widget, ada, &bela(), script)
}

/// The same for two users: in the script, `ada` and `bela`.
pub(crate) fn play_with(widget: &dyn Widget, ada: &Identity, bela: &Identity, script: &str) -> Vec<Value> {
    let manifest = widget.manifest();
    let input = json!({
        "runtime": runtime::minified(),
        "adapter": manifest.adapter(),
        "tokenPath": "/widget-token",
        "widget": {
            "name": manifest.name(),
            "token": manifest.token_names().first(),
            "library": manifest.library(),
            "settings": manifest.settings(),
            "residue": manifest.artifacts(),
        },
        "ada": person(widget, ada, 'A'),
        "bela": person(widget, bela, 'B'),
    });
    let code = format!("(input => {{ {STAGE}\n{PLAY}\nplay(async () => {{\n{script}\n}});\n}})({input})");
    serde_json::from_str(&result(&code)).unwrap()
}

/// A user's data for the page and the token service. Placeholders replace the tokens: `ada-in-page` is in the page,
/// and `ada-fresh` is the token service's response. A token that does not renew the page's one has its name, as in
/// `ada-intercom-salesforce`. If the vendor's API issues the tokens, the script names them.
fn person(widget: &dyn Widget, identity: &Identity, fp: char) -> Value {
    let id = identity.id();
    let manifest = widget.manifest();
    let mut page = serde_json::to_string(&widget.boot_data(identity, now()).unwrap()).unwrap();
    let mut tokens = Map::new();
    if widget.issuer().is_none() {
        for (at, name) in manifest.token_names().into_iter().enumerate() {
            let token = widget.mint(name, identity, now()).unwrap();
            page = page.replace(token.as_str(), &format!("{id}-in-page"));
            tokens.insert(name.to_owned(), if at == 0 { format!("{id}-fresh") } else { format!("{id}-{name}") }.into());
        }
    }
    for name in manifest.value_token_names() {
        tokens.insert(name.to_owned(), format!("{id}-with-value").into());
    }
    let page: Value = serde_json::from_str(&page).unwrap();
    json!({ "fp": fp.to_string().repeat(22), "person": page, "lifetime": 0, "tokens": tokens })
}

/// Runs the code until nothing is left to do, and returns the global `result`.
pub(crate) fn result(code: &str) -> String {
    let engine = Runtime::new().unwrap();
    let context = Context::full(&engine).unwrap();
    context.with(|ctx| {
        if ctx.eval::<(), _>(code).is_err() {
            panic!("the code throws {:?}", ctx.catch());
        }
    });
    while engine.is_job_pending() {
        // A rejected promise is noted in the journal, or no code waits for it.
        let _ = engine.execute_pending_job();
    }
    context.with(|ctx| ctx.globals().get("result")).expect("the script comes to its end")
}
