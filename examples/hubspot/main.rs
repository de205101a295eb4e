//! HubSpot's chat, with tokens that the application fetches from HubSpot's own API.
//!
//! ```text
//! cargo run --example hubspot
//! ```
//!
//! Then open <http://localhost:3000> (or the port in `PORT`). A stand-in for HubSpot's API runs beside the application.
//! It checks the access token and counts the calls, and a button on the page takes it down. Open ten tabs: the API is
//! called once. Take it down and sign in as another user: the page still works, and the chat appears once the API is
//! back.
//!
//! Set `HUBSPOT_PORTAL_ID` and `HUBSPOT_ACCESS_TOKEN` (of a private app with the scope
//! `conversations.visitor_identification.tokens.create`) to use the real HubSpot. You then need an HTTP client with
//! TLS: enable one of the TLS features of `reqwest` in `Cargo.toml`.

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::extract::Form;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Router, serve};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::Error as SessionError;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use tower_widget_identity::widget::HubSpot;
use tower_widget_identity::{Identity, IssuedToken, Issuer, Secret, Viewer, Widgets};

mod stand_in;

use stand_in::StandIn;

type BoxError = Box<dyn Error + Send + Sync>;

/// See <https://developers.hubspot.com/docs/api-reference/conversations-visitor-identification-v3/guide>.
const TOKEN_LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
const TOKEN_PATH: &str = "/visitor-identification/2026-03/tokens/create";

/// The key under which a session stores the signed-in user.
const USER: &str = "user";

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let port: u16 = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let setting = |name| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let app = match (setting("HUBSPOT_PORTAL_ID"), setting("HUBSPOT_ACCESS_TOKEN")) {
        (Some(portal), Some(access_token)) => {
            let api = HubSpotApi::new("https://api.hubapi.com", access_token)?;
            app(HubSpot::new(portal, issuer(api)), Router::new())?
        }
        _ => {
            let (stand_in, address) = StandIn::start().await?;
            let api = HubSpotApi::new(&format!("http://{address}"), stand_in::ACCESS_TOKEN)?;
            let widget = HubSpot::new("1234567", issuer(api)).library_url("/stand-in/library.js");
            app(widget, stand_in.routes())?
        }
    };
    println!("Open http://localhost:{}", listener.local_addr()?.port());
    serve(listener, app).await?;
    Ok(())
}

/// HubSpot's API, as this application calls it.
#[derive(Clone)]
struct HubSpotApi {
    client: reqwest::Client,
    address: String,
    access_token: String,
}

#[derive(Deserialize)]
struct Created {
    token: String,
}

impl HubSpotApi {
    fn new(address: &str, access_token: impl Into<String>) -> Result<Self, BoxError> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(4)).build()?;
        Ok(Self { client, address: format!("{address}{TOKEN_PATH}"), access_token: access_token.into() })
    }

    async fn create_token(&self, identity: &Identity) -> Result<IssuedToken, reqwest::Error> {
        let mut person: Value = json!({ "email": identity.email() });
        if let Some(name) = identity.name() {
            person["firstName"] = name.into();
        }
        let request = self.client.post(&self.address).bearer_auth(&self.access_token).json(&person);
        let created: Created = request.send().await?.error_for_status()?.json().await?;
        Ok(IssuedToken::new(created.token, TOKEN_LIFETIME))
    }
}

fn issuer(api: HubSpotApi) -> Issuer {
    Issuer::new(move |identity| {
        let api = api.clone();
        async move {
            let created = api.create_token(&identity).await;
            // The library drops the error. The text is safe to log: reqwest names the failure and the URL, but no user.
            created.inspect_err(|error| eprintln!("no token from HubSpot: {error}"))
        }
    })
}

fn app(widget: HubSpot, stand_in: Router) -> Result<Router, BoxError> {
    let widgets = Widgets::builder()
        .widget(widget)
        .identify_async(|parts| viewer(parts.extensions.get().cloned()))
        // No widget here has a secret, so the marker cookie needs a key of its own.
        .marker_key(Secret::new("not a secret: this is a demo")?)
        // For http://localhost only: remove this if the site is served over HTTPS.
        .plain_http(true)
        .build()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/login", post(log_in))
        .route("/logout", post(log_out).layer(widgets.logout_layer()))
        // `merge` below adds routes without the layer, and a fallback that would handle this path.
        .nest_service("/widget-token", widgets.token_service())
        .layer(widgets.layer())
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(false).with_same_site(SameSite::Lax))
        .merge(stand_in))
}

async fn viewer(session: Option<Session>) -> Viewer {
    let Some(session) = session else { return Viewer::Unknown };
    let user = session.get::<String>(USER).await;
    Viewer::from(user.map(|user| user.map(|user| person(&user))))
}

fn person(user: &str) -> Identity {
    Identity::new(user).with_email(format!("{user}@example.com")).with_name(user)
}

#[derive(Deserialize)]
struct Login {
    user: String,
}

/// Signs in any user without a password, because the demo is about what follows the login.
async fn log_in(session: Session, Form(login): Form<Login>) -> Result<Redirect, StatusError> {
    let known = login.user.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !login.user.is_empty();
    session.cycle_id().await?;
    if known {
        session.insert(USER, login.user).await?;
    }
    Ok(Redirect::to("/"))
}

async fn log_out(session: Session) -> Result<Redirect, StatusError> {
    session.flush().await?;
    Ok(Redirect::to("/"))
}

/// The session store failed: a plain 500.
struct StatusError;

impl From<SessionError> for StatusError {
    fn from(_: SessionError) -> Self {
        Self
    }
}

impl axum::response::IntoResponse for StatusError {
    fn into_response(self) -> axum::response::Response {
        axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

async fn home(session: Session) -> Result<Html<String>, StatusError> {
    let user: Option<String> = session.get(USER).await?;
    // The login accepts only letters and digits, so the name needs no escaping.
    let (state, form) = match &user {
        Some(user) => (
            format!("Signed in as <b>{user}</b>."),
            "<form method=post action=/logout><button id=sign-out>Sign out</button></form>".to_owned(),
        ),
        None => ("You are signed out.".to_owned(), ["ada", "grace"].map(sign_in).concat()),
    };
    Ok(Html(include_str!("page.html").replace("{state}", &state).replace("{form}", &form)))
}

fn sign_in(user: &str) -> String {
    format!(
        "<form method=post action=/login><button id={user} name=user value={user}>Sign in as {user}</button></form>"
    )
}

#[cfg(test)]
mod tests;
