//! A small shop with two accounts, tower-sessions and the Intercom messenger.
//!
//! ```text
//! cargo run --example axum
//! ```
//!
//! Then open <http://localhost:3000> (or the port in `PORT`). By default, a demo messenger stands in for Intercom. Set
//! `INTERCOM_APP_ID` and `INTERCOM_SECRET` to use the real one.
//!
//! All code for `tower-widget-identity` is in [`app`]; the handlers do not need to know about it.

use std::error::Error;
use std::net::Ipv4Addr;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use serde::Deserialize;
use tokio::net::TcpListener;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::session::Error as SessionError;
use tower_sessions::{Expiry, MemoryStore, Session, SessionManagerLayer};
use tower_widget_identity::{Identity, Widgets};

mod accounts;
pub(crate) mod demo;
mod messenger;
mod page;
mod template;
mod verifier;

pub(crate) use messenger::Messenger;

use accounts::Account;
use messenger::Kind;

type BoxError = Box<dyn Error + Send + Sync>;

/// The key under which a session stores the signed-in account's id.
const USER: &str = "user";

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (app, port) = (app(Messenger::from_env()?)?, port()?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| format!("cannot listen on port {port} (set PORT to use another one): {error}"))?;
    println!("Open http://localhost:{}", listener.local_addr()?.port());
    serve(listener, app).await?;
    Ok(())
}

fn port() -> Result<u16, BoxError> {
    let Ok(port) = std::env::var("PORT") else {
        return Ok(3000);
    };
    port.parse().map_err(|_| format!("PORT must be a number up to 65535, not {port:?}").into())
}

/// The shop with this messenger.
pub(crate) fn app(messenger: Messenger) -> Result<Router, BoxError> {
    let widgets = Widgets::builder()
        .widget(messenger.widget()?)
        // Reads the session after the handler, so that a sign-in or sign-out in the handler takes effect. `Ok(None)`
        // means that the user is signed out, and an error means that this is unknown.
        .identify_with(async |session: Session| signed_in(&session).await)
        .logout_path("/logout")
        // For http://localhost only: remove this if the site is served over HTTPS.
        .plain_http(true)
        .build()?;

    Ok(Router::new()
        .route("/", get(home))
        .route("/login", post(login))
        .route("/logout", post(logout))
        .with_state(messenger.kind())
        .merge(demo::routes(&messenger))
        // Add the layer after `merge`, which would drop the part of it that handles `/widget-token`.
        .layer(widgets.layer())
        // Outside our layer, so that the session is in the request before our layer reads it.
        .layer(sessions()))
}

impl From<&Account> for Identity {
    fn from(account: &Account) -> Self {
        Identity::new(account.id).with_email(account.email).with_name(account.name)
    }
}

async fn signed_in(session: &Session) -> Result<Option<&'static Account>, SessionError> {
    let id: Option<String> = session.get(USER).await?;
    Ok(id.as_deref().and_then(accounts::find))
}

fn sessions() -> SessionManagerLayer<MemoryStore> {
    SessionManagerLayer::new(MemoryStore::default())
        .with_name("demo-session")
        .with_secure(false)
        // Browsers do not send the session cookie with other sites' forms.
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::hours(8)))
}

async fn home(State(kind): State<Kind>, session: Session) -> Result<Html<String>, Failed> {
    let account = signed_in(&session).await?;
    Ok(Html(page::render(account, kind)))
}

#[derive(Deserialize)]
struct Login {
    user: String,
}

async fn login(session: Session, Form(login): Form<Login>) -> Result<Response, Failed> {
    let Some(account) = accounts::find(&login.user) else {
        return Ok((StatusCode::BAD_REQUEST, "There is no such account.").into_response());
    };
    // A new id, so that an attacker cannot prepare the session of the user who signs in.
    session.cycle_id().await?;
    session.insert(USER, account.id).await?;
    Ok(Redirect::to("/").into_response())
}

async fn logout(session: Session) -> Result<Redirect, Failed> {
    session.flush().await?;
    Ok(Redirect::to("/"))
}

/// The session store failed. The response does not say more.
struct Failed;

impl From<SessionError> for Failed {
    fn from(error: SessionError) -> Self {
        eprintln!("session store: {error}");
        Self
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let answer = (StatusCode::INTERNAL_SERVER_ERROR, "Please try again later.");
        answer.into_response()
    }
}
