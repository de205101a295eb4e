//! The stand-in for HubSpot: its API, which counts calls, and the library that the page loads.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const ACCESS_TOKEN: &str = "not a secret: this is a demo";

/// The state that the API shares with the page that shows the number of calls.
#[derive(Clone, Default)]
pub(crate) struct StandIn(Arc<Inner>);

#[derive(Default)]
struct Inner {
    calls: AtomicUsize,
    is_down: AtomicBool,
    /// The e-mail addresses; a token names an index.
    emails: Mutex<Vec<String>>,
}

impl StandIn {
    /// Starts the API on its own port.
    pub(crate) async fn start() -> io::Result<(Self, SocketAddr)> {
        let stand_in = Self::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let api = Router::new().route(super::TOKEN_PATH, post(create_token)).with_state(stand_in.clone());
        tokio::spawn(async move { serve(listener, api).await });
        Ok((stand_in, address))
    }

    /// The routes that the browser uses.
    pub(crate) fn routes(self) -> Router {
        let script = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
        Router::new()
            .route("/stand-in/library.js", get(async move || (script, include_str!("library.js"))))
            .route("/stand-in/who", get(who))
            .route("/stand-in/calls", get(calls))
            .route("/stand-in/switch", post(switch))
            .with_state(self)
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }
}

#[derive(Deserialize)]
struct Visitor {
    email: String,
}

async fn create_token(State(api): State<StandIn>, headers: HeaderMap, Json(visitor): Json<Visitor>) -> Response {
    api.0.calls.fetch_add(1, Ordering::SeqCst);
    let authorized = headers.get(header::AUTHORIZATION).is_some_and(|value| value == &format!("Bearer {ACCESS_TOKEN}"));
    if !authorized {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if api.0.is_down.load(Ordering::SeqCst) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let mut emails = api.0.emails.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    emails.push(visitor.email);
    Json(json!({ "token": format!("visitor-{}", emails.len() - 1) })).into_response()
}

#[derive(Deserialize)]
struct Who {
    token: String,
    email: String,
}

/// Returns the user whose conversations the chat shows, if the token belongs to the address.
async fn who(State(api): State<StandIn>, Query(who): Query<Who>) -> Json<Value> {
    let emails = api.0.emails.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let number = who.token.strip_prefix("visitor-").and_then(|number| number.parse::<usize>().ok());
    let known = number.and_then(|number| emails.get(number)).filter(|email| **email == who.email);
    Json(json!({ "email": known }))
}

async fn calls(State(api): State<StandIn>) -> Json<Value> {
    Json(json!({ "calls": api.calls(), "down": api.0.is_down.load(Ordering::SeqCst) }))
}

async fn switch(State(api): State<StandIn>) -> Json<Value> {
    api.0.is_down.fetch_xor(true, Ordering::SeqCst);
    calls(State(api)).await
}
