//! Gleap's published package with a stub of its server: what it keeps of a user, and what arrives after a logout.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Json, Query};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_widget_identity::widget::Gleap;
use tower_widget_identity::{Secret, Widgets};

use crate::harness::app::Settings;
use crate::harness::packages::library_with;
use crate::harness::steps::{A_WHILE, sign_in_by_fetch};
use crate::harness::vendors::asking_the_session;
use crate::harness::{Stage, in_every_engine};

const IDENTIFY: &str = "/gleap/api/sessions/identify";

const WHO: &str = "typeof window.Gleap === 'function' ? Gleap.getIdentity()?.userId ?? '' : ''";
/// What Gleap itself shows.
const SHOWN: &str = "document.querySelector('.gleap-notification-container')?.textContent ?? ''";
/// Everything that the browser keeps about a user.
const KEPT: &str = "[document.cookie, ...Object.entries(localStorage), ...Object.entries(sessionStorage)].join('\\n')
    .match(/user-[12]/g) ?? []";

fn gleap() -> Settings {
    Settings {
        // Gleap's cookie needs a domain.
        host: "app.example.test",
        assets: |_| {
            // Only the server's address changes in the package.
            let here = [
                ("\"https://api.gleap.io\"", "\"/gleap/api\""),
                ("\"wss://ws.gleap.io\"", "(\"wss://\"+location.host+\"/gleap/ws\")"),
            ];
            Router::new()
                .route("/libs/gleap.js", library_with("gleap/build/browser/index.js", &here))
                .route("/gleap/api/config/{key}", get(config))
                .route("/gleap/api/sessions", post(session))
                .route("/gleap/api/sessions/events", post(async || Json(json!({}))))
                .route(IDENTIFY, post(identify))
                .route("/gleap/ws", get(socket))
        },
        widgets: |_| {
            let secret = Secret::new("the secret of the stand-in for Gleap").expect("a good secret");
            asking_the_session(Widgets::builder()).widget(Gleap::new("key-1", secret).library_url("/libs/gleap.js"))
        },
        ..Settings::default()
    }
}

// --- The vendor's server ------------------------------------------------------------------------

async fn config() -> Json<Value> {
    Json(json!({ "flowConfig": {}, "projectActions": {} }))
}

/// Returns an existing session unchanged, or a new one without a user.
async fn session(headers: HeaderMap) -> Json<Value> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let known = headers.get("gleap-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    match known.strip_prefix("id-of-") {
        Some(user) => person(user),
        None if !known.is_empty() => Json(json!({ "gleapId": known, "gleapHash": "hash" })),
        None => {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            Json(json!({ "gleapId": format!("visitor-{number}"), "gleapHash": "hash" }))
        }
    }
}

fn person(user: &str) -> Json<Value> {
    Json(json!({
        "gleapId": format!("id-of-{user}"), "gleapHash": "hash", "userId": user,
        "email": format!("{user}@example.test"),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identify {
    user_id: String,
    user_hash: String,
}

async fn identify(Json(Identify { user_id, user_hash }): Json<Identify>) -> Json<Value> {
    assert_eq!(user_hash.len(), 64, "an HMAC");
    person(&user_id)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    gleap_id: String,
}

/// Sends a support reply for user-1 as soon as they are identified.
async fn socket(Query(connection): Query<Connection>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket: WebSocket| {
        if connection.gleap_id == "id-of-user-1" {
            // The page first makes the place for it.
            tokio::time::sleep(Duration::from_millis(500)).await;
            let reply = json!({ "name": "update", "data": { "a": [{
                "actionType": "notification", "outbound": "reply-1",
                "createdAt": "2100-01-01T00:00:00.000Z",
                "data": { "text": "A reply for user-1", "conversation": { "shareToken": "token-1" }, "sender": { "name": "Support" } }
            }], "u": 1 } });
            let _ = socket.send(Message::Text(reply.to_string().into())).await;
        }
        while let Some(Ok(_)) = socket.recv().await {}
    })
}

// --- What a user leaves behind -------------------------------------------------------------------

async fn user_1_has_a_reply(stage: &Stage) {
    stage.sign_in("user-1").await;
    stage.wait_for(WHO, "user-1").await;
    stage
        .wait_for("localStorage.getItem('gleap-widget-unread-notifications')?.includes('user-1') ?? false", true)
        .await;
    stage.wait_for(&format!("({SHOWN}).includes('A reply for user-1')"), true).await;
}

in_every_engine!(gleap_shows_the_next_user_no_reply_of_the_former_one, gleap(), async |stage| {
    user_1_has_a_reply(stage).await;
    stage.eval("localStorage.setItem('gleap-tour-data', '{\"tour\":\"user-1\"}')").await;
    // The session ends without a logout. The next page, without the library, removes what is left.
    stage.app.expire("user-1");
    stage.reload().await;
    stage.wait_for("document.body.dataset.user", "").await;
    stage.wait_for(KEPT, json!([])).await;

    stage.sign_in("user-2").await;
    stage.wait_for(WHO, "user-2").await;
    stage.stays(&format!("({SHOWN}).includes('user-1')"), false, A_WHILE).await;
    let kept = stage.eval(KEPT).await;
    assert!(!kept.to_string().contains("user-1"), "{kept}");
});

in_every_engine!(gleap_keeps_nothing_after_a_logout, gleap(), async |stage| {
    user_1_has_a_reply(stage).await;
    stage.click("#sign-out-fetch").await;
    stage.wait_for(WHO, "").await;
    stage.wait_for(KEPT, json!([])).await;
    stage.stays(&format!("({SHOWN}).includes('user-1')"), false, A_WHILE).await;
    assert_eq!(stage.eval(KEPT).await, json!([]));
});

// --- A response that was under way --------------------------------------------------------------

in_every_engine!(gleap_forgets_an_identity_that_arrives_after_the_logout, gleap(), async |stage| {
    stage.gate.hold_answer(IDENTIFY);
    stage.sign_in("user-1").await;
    wait_for_request(stage, IDENTIFY).await;
    stage.click("#sign-out-fetch").await;
    stage.wait_for_marker(Some("out")).await;
    // After the first removals, and before the last.
    tokio::time::sleep(Duration::from_secs(2)).await;
    stage.gate.release(IDENTIFY);
    tokio::time::sleep(Duration::from_secs(1)).await;
    stage.stays(&format!("[{WHO}, {KEPT}]"), json!(["", []]), A_WHILE).await;

    stage.sign_in("user-2").await;
    stage.wait_for(WHO, "user-2").await;
    let kept = stage.eval(KEPT).await;
    assert!(!kept.to_string().contains("user-1"), "{kept}");
});

in_every_engine!(gleap_corrects_an_identity_that_arrives_after_the_next_sign_in, gleap(), async |stage| {
    stage.gate.hold_answer(IDENTIFY);
    stage.sign_in("user-1").await;
    wait_for_request(stage, IDENTIFY).await;
    stage.click("#sign-out-fetch").await;
    stage.wait_for_marker(Some("out")).await;
    sign_in_by_fetch(stage, "user-2").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    stage.gate.release(IDENTIFY);

    stage.wait_for(WHO, "user-2").await;
    stage.stays(WHO, "user-2", A_WHILE).await;
    let kept = stage.eval(KEPT).await;
    assert!(!kept.to_string().contains("user-1"), "{kept}");
});

// --- The same document --------------------------------------------------------------------------

in_every_engine!(gleap_goes_with_its_user_and_comes_again_for_the_next_one, gleap(), async |stage| {
    const BUTTONS: &str = "document.querySelectorAll('.bb-feedback-button').length";
    user_1_has_a_reply(stage).await;
    stage.wait_for(BUTTONS, 1).await;
    stage.click("#sign-out-fetch").await;
    stage.wait_for(WHO, "").await;
    stage.wait_for(&format!("[{WHO}, {KEPT}, {BUTTONS}]"), json!(["", [], 0])).await;
    stage.stays(&format!("[{WHO}, {KEPT}, {BUTTONS}]"), json!(["", [], 0]), A_WHILE).await;

    sign_in_by_fetch(stage, "user-2").await;
    stage.wait_for(WHO, "user-2").await;
    stage.wait_for(BUTTONS, 1).await;
});

async fn wait_for_request(stage: &Stage, path: &str) {
    let start = std::time::Instant::now();
    while stage.app.requests(path) == 0 {
        assert!(start.elapsed() < crate::harness::page::PATIENCE, "no request for {path}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
