//! The demo's routes beside the shop: the page's script and style, and the vendor's stand-in.
//!
//! None of them reads the session, because a vendor's server does not know it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{MethodRouter, get, post};
use serde::Serialize;

use super::messenger::{Kind, Messenger};
use super::verifier::{self, Verified};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The size limit of a request's body: more than any token needs, and safe to read into memory.
const MAX_BODY: usize = 16 * 1024;

pub(crate) fn routes(messenger: &Messenger) -> Router {
    let assets = Router::new()
        .route("/demo/page.js", asset(SCRIPT, include_str!("page.js")))
        .route("/demo/page.css", asset(STYLE, include_str!("page.css")));
    match messenger.kind() {
        Kind::Intercom => assets,
        Kind::Demo => assets.merge(widget(messenger.secret())),
    }
}

/// The stand-in for the vendor: its library, and the server that verifies tokens for it.
fn widget(secret: Arc<str>) -> Router {
    Router::new()
        .route("/demo/messenger.js", asset(SCRIPT, include_str!("messenger.js")))
        .route("/demo/verify", post(verify))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(secret)
}

fn asset<S: Clone + Send + Sync + 'static>(media_type: &'static str, content: &'static str) -> MethodRouter<S> {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    get(move || async move { (headers, content) })
}

#[derive(Serialize)]
struct Accepted {
    ok: bool,
    #[serde(flatten)]
    person: Verified,
}

#[derive(Serialize)]
struct Rejection {
    ok: bool,
    reason: &'static str,
}

// The response to a POST is not cached anyway, so it has no `no-store`. With it, a browser would not keep the page for
// the Back button, and the demo shows what a kept page does.
async fn verify(State(secret): State<Arc<str>>, token: String) -> Response {
    match verifier::verify(secret.as_bytes(), token.trim(), now()) {
        Ok(person) => Json(Accepted { ok: true, person }).into_response(),
        Err(rejected) => {
            (StatusCode::FORBIDDEN, Json(Rejection { ok: false, reason: rejected.reason() })).into_response()
        }
    }
}

/// Seconds since 1970. If the clock is set to an earlier time, every token counts as expired.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs())
}
