//! Chatwoot's SDK in pages that replace the body, and with another user's tab open. A stub of the SDK has a real frame
//! and a server that knows whose conversation is whose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::Query;
use axum::response::{Html, Json};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_widget_identity::widget::{BootData, Chatwoot, Manifest, Widget};
use tower_widget_identity::{ConfigError, Identity, Secret, Token, TokenError, Widgets};

use crate::harness::app::{App, Settings, script};
use crate::harness::steps::A_WHILE;
use crate::harness::turbo::{turbo, turbo_visit};
use crate::harness::vendors::asking_the_session;
use crate::harness::{Stage, in_every_engine};

/// The user whom the frame's server names.
const WHO: &str = "document.querySelector('#chatwoot_live_chat_widget')?.contentWindow?.who ?? null";

/// The installation is on the page's own host, on any port.
struct Here(Chatwoot);

impl Widget for Here {
    fn manifest(&self) -> Manifest {
        self.0.manifest().with_setting("baseUrl", "/chatwoot")
    }
    fn secret(&self) -> Option<&Secret> {
        self.0.secret()
    }
    fn check(&self) -> Result<(), ConfigError> {
        self.0.check()
    }
    fn mint(&self, name: &str, identity: &Identity, now: std::time::SystemTime) -> Result<Token, TokenError> {
        self.0.mint(name, identity, now)
    }
    fn boot_data(&self, identity: &Identity, now: std::time::SystemTime) -> Result<BootData, TokenError> {
        self.0.boot_data(identity, now)
    }
}

fn chatwoot() -> Settings {
    Settings {
        routes: turbo().routes,
        assets: |app: &App| {
            let server = Server::default();
            let (frames, contacts) = (server.clone(), server);
            (turbo().assets)(app)
                .route("/chatwoot/packs/js/sdk.js", script(include_str!("stubs/chatwoot.js")))
                .route("/chatwoot/frame.js", script(include_str!("stubs/chatwoot_frame.js")))
                .route("/chatwoot/widget", get(async move |Query(asked): Query<Asked>| frames.frame(&asked)))
                .route("/chatwoot/contact", post(async move |body: String| contacts.identify(&body)))
        },
        widgets: |_| {
            let secret = Secret::new("the secret of the stand-in for Chatwoot").expect("a good secret");
            let widget = Chatwoot::new("site-1", secret).library_url("/chatwoot/packs/js/sdk.js");
            asking_the_session(Widgets::builder()).widget(Here(widget))
        },
        ..Settings::default()
    }
}

// --- The vendor's server ------------------------------------------------------------------------

#[derive(Clone, Default)]
struct Server(Arc<Mutex<Data>>);

#[derive(Default)]
struct Data {
    /// The user who is identified in each conversation.
    people: BTreeMap<String, Option<String>>,
    tokens_given: usize,
}

#[derive(Deserialize)]
struct Asked {
    cw_conversation: Option<String>,
}

impl Server {
    /// A frame for the conversation in the URL, or for a new one.
    fn frame(&self, asked: &Asked) -> Html<String> {
        let known = asked.cw_conversation.as_deref().and_then(source_of);
        let source = known.unwrap_or_else(|| self.new_conversation(None));
        let (who, token) = (self.who(&source).unwrap_or_default(), self.token(&source));
        Html(format!(
            "<!doctype html>\n<title>frame</title>\n<body data-who=\"{who}\" data-auth-token=\"{token}\">\n\
             <script src=\"/chatwoot/frame.js\"></script>\n"
        ))
    }

    /// Identifies the user of a conversation. If the conversation belongs to another user, the user gets a new one.
    fn identify(&self, body: &str) -> Json<Value> {
        let told: Value = serde_json::from_str(body).expect("JSON");
        let source = told["authToken"].as_str().and_then(source_of).expect("a conversation");
        let identifier = told["identifier"].as_str().expect("an identifier").to_owned();
        assert_eq!(told["user"]["identifier_hash"].as_str().map(str::len), Some(64), "an HMAC");
        let there = self.who(&source);
        if there.is_some() && there.as_ref() != Some(&identifier) {
            let moved = self.new_conversation(Some(identifier.clone()));
            return Json(json!({ "who": identifier, "widgetAuthToken": self.token(&moved) }));
        }
        self.data().people.insert(source, Some(identifier.clone()));
        Json(json!({ "who": identifier }))
    }

    fn new_conversation(&self, who: Option<String>) -> String {
        let mut data = self.data();
        let source = format!("conversation-{}", data.people.len());
        data.people.insert(source.clone(), who);
        source
    }

    fn who(&self, source: &str) -> Option<String> {
        self.data().people.get(source).cloned().flatten()
    }

    /// Returns a different token each time.
    fn token(&self, source: &str) -> String {
        let mut data = self.data();
        data.tokens_given += 1;
        let claims = STANDARD_NO_PAD.encode(json!({ "source_id": source, "iat": data.tokens_given }).to_string());
        format!("head.{claims}.signature")
    }

    fn data(&self) -> std::sync::MutexGuard<'_, Data> {
        self.0.lock().expect("no test panics in here")
    }
}

fn source_of(token: &str) -> Option<String> {
    let claims = STANDARD_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims["source_id"].as_str().map(str::to_owned)
}

// --- The tests ----------------------------------------------------------------------------------

/// Asserts that the frame's conversation is this user's, and that the next page will have the same one.
async fn knows(stage: &Stage, who: &str) {
    stage.wait_for(WHO, who).await;
    stage.stays(WHO, who, A_WHILE).await;
}

in_every_engine!(chatwoot_knows_the_user_after_turbo_moved_its_frame, chatwoot(), async |stage| {
    // The first page after a sign-in: the frame's URL names no conversation.
    stage.open("/turbo/one").await;
    stage.wait_for("typeof window.Turbo", "object").await;
    stage.click("button[value=user-1]").await;
    stage.wait_for("document.body.dataset.user", "user-1").await;
    knows(stage, "user-1").await;
    for page in ["two", "one"] {
        turbo_visit(stage, page).await;
        knows(stage, "user-1").await;
    }
    stage.reload().await;
    knows(stage, "user-1").await;
});

in_every_engine!(chatwoot_knows_the_user_although_another_tab_wrote_its_conversation, chatwoot(), async |stage| {
    stage.sign_in("user-1").await;
    knows(stage, "user-1").await;
    let former = stage.eval("document.cookie.match(/cw_conversation=([^;]*)/)[1]").await;
    stage.sign_out().await;
    stage.sign_in("user-2").await;
    knows(stage, "user-2").await;
    // A slow tab of user-1, whose frame has loaded only now.
    let late =
        format!("document.cookie = 'cw_conversation={}; Path=/; Max-Age=600'", former.as_str().expect("a token"));
    stage.eval(&late).await;
    stage.reload().await;
    knows(stage, "user-2").await;
    stage.reload().await;
    knows(stage, "user-2").await;
});

in_every_engine!(chatwoot_knows_no_user_after_a_logout, chatwoot(), async |stage| {
    stage.sign_in("user-1").await;
    knows(stage, "user-1").await;
    stage.click("#sign-out-fetch").await;
    knows(stage, "").await;
    let kept = "[...document.cookie.split('; '), ...Object.keys(sessionStorage)].filter((name) => /cw_user|chatwoot/.test(name))";
    assert_eq!(stage.eval(kept).await, json!([]));
});
