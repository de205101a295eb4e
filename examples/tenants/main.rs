//! Tenants with their own workspaces, chosen by the host.
//!
//! You can add a tenant while the application runs.
//!
//! ```text
//! cargo run --example tenants
//! ```
//!
//! Then open <http://one.localhost:3000> (or the port in `PORT`) and sign in: the page contains a token for that
//! tenant's workspace. The form on the page adds the tenant `two`, whose pages are then on <http://two.localhost:3000>.
//! Set `INTERCOM_APP_ID` and `INTERCOM_SECRET` to the first tenant's workspace; without them, it is one that Intercom
//! does not know.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Form, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use serde::Deserialize;
use tokio::net::TcpListener;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::Error as SessionError;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use tower_widget_identity::widget::Intercom;
use tower_widget_identity::{ConfigError, Identity, Secret, Widgets};

type BoxError = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let port: u16 = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let setting = |name| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let tenants = Tenants::default();
    tenants.add(Tenant {
        name: "one".to_owned(),
        app_id: setting("INTERCOM_APP_ID").unwrap_or_else(|| "demo".to_owned()),
        secret: setting("INTERCOM_SECRET").unwrap_or_else(|| "not a secret: this is a demo".to_owned()),
    })?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("Open http://one.localhost:{}", listener.local_addr()?.port());
    serve(listener, app(tenants)).await?;
    Ok(())
}

fn app(tenants: Tenants) -> Router {
    let widgets = tenants.widgets();
    Router::new()
        .route("/", get(home))
        .route("/login", post(login))
        .route("/logout", post(logout))
        .route("/tenants", post(add_tenant))
        .with_state(tenants)
        .layer(widgets.layer())
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(false).with_same_site(SameSite::Lax))
}

/// The tenants' widget sets by host. Clones share them.
#[derive(Clone, Default)]
struct Tenants(Arc<RwLock<BTreeMap<String, Widgets>>>);

/// The fields of the form.
#[derive(Deserialize)]
struct Tenant {
    name: String,
    app_id: String,
    secret: String,
}

impl Tenants {
    /// Builds the tenant's set once. Each request clones it, which is cheap.
    fn add(&self, tenant: Tenant) -> Result<(), Refused> {
        let is_label = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if tenant.name.is_empty() || tenant.name.len() > 63 || !is_label(&tenant.name) {
            return Err(Refused::Name);
        }
        let host = format!("{}.localhost", tenant.name);
        let user = user_key(&host);
        let widgets = Widgets::builder()
            .widget(Intercom::new(tenant.app_id, Secret::new(tenant.secret)?))
            .identify_with(move |session: Session| {
                let user = user.clone();
                async move { session.get::<String>(&user).await.map(|id| id.map(Identity::new)) }
            })
            .logout_path("/logout")
            // For http://localhost only: remove this if the site is served over HTTPS.
            .plain_http(true)
            .build()?;
        let mut tenants = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if tenants.contains_key(&host) {
            return Err(Refused::Taken);
        }
        tenants.insert(host, widgets);
        Ok(())
    }

    /// One set for the layers, which chooses the tenant's set for each request. Other hosts have no widget.
    fn widgets(&self) -> Widgets {
        let tenants = self.clone();
        Widgets::select(move |parts| {
            let host = authority(&parts.uri, &parts.headers)?;
            tenants.0.read().unwrap_or_else(PoisonError::into_inner).get(host.host()).cloned()
        })
    }

    fn hosts(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }
}

/// Reads the host and port: HTTP/2 has them in the URI, HTTP/1.1 in a header.
fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    uri.authority().cloned().or_else(|| headers.get(header::HOST)?.to_str().ok()?.parse().ok())
}

/// The key under which a session stores the user who is signed in at this host.
///
/// A user of one tenant who sends the session cookie to another tenant is not signed in there.
fn user_key(host: &str) -> String {
    format!("user at {host}")
}

fn user_key_of(uri: &Uri, headers: &HeaderMap) -> String {
    user_key(authority(uri, headers).as_ref().map_or("", Authority::host))
}

async fn home(State(tenants): State<Tenants>, uri: Uri, headers: HeaderMap, session: Session) -> Html<String> {
    let port =
        authority(&uri, &headers).and_then(|host| host.port_u16()).map(|port| format!(":{port}")).unwrap_or_default();
    let link = |host: String| format!("<li><a href=\"http://{host}{port}\">{host}</a></li>");
    let links: String = tenants.hosts().into_iter().map(link).collect();
    let user: Option<String> = session.get(&user_key_of(&uri, &headers)).await.ok().flatten();
    let (state, action, button) = match user {
        Some(_) => ("You are signed in.", "/logout", "Sign out"),
        None => ("You are signed out.", "/login", "Sign in"),
    };
    Html(
        include_str!("page.html")
            .replace("{{state}}", state)
            .replace("{{action}}", action)
            .replace("{{button}}", button)
            .replace("{{tenants}}", &links),
    )
}

/// In a real application, only the operator may do this.
async fn add_tenant(State(tenants): State<Tenants>, Form(tenant): Form<Tenant>) -> Result<Redirect, Refused> {
    tenants.add(tenant)?;
    Ok(Redirect::to("/"))
}

async fn login(uri: Uri, headers: HeaderMap, session: Session) -> Redirect {
    // A new id, so that an attacker cannot prepare the session of the user who signs in.
    let signed_in = async {
        session.cycle_id().await?;
        session.insert(&user_key_of(&uri, &headers), "user-1").await
    };
    report(signed_in.await);
    Redirect::to("/")
}

async fn logout(session: Session) -> Redirect {
    report(session.flush().await);
    Redirect::to("/")
}

fn report(outcome: Result<(), SessionError>) {
    if let Err(error) = outcome {
        eprintln!("session store: {error}");
    }
}

/// Why a tenant was not added.
#[derive(Debug)]
enum Refused {
    Name,
    Taken,
    Config(ConfigError),
}

impl From<ConfigError> for Refused {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name => f.write_str("a tenant's name must consist of 1 to 63 lower-case letters and digits"),
            Self::Taken => f.write_str("a tenant with this name already exists"),
            Self::Config(error) => error.fmt(f),
        }
    }
}

impl Error for Refused {}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = if matches!(self, Self::Taken) { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
        (status, self.to_string()).into_response()
    }
}
