//! axum-login with its sessions in SQLite: login, a protected page, logout.
//!
//! ```text
//! cargo run -p example-axum-login
//! ```
//!
//! Then open <http://localhost:3000> (or the port in `PORT`). The database is the file in `DATABASE`. Several instances
//! can share it; they then need the same `INTERCOM_APP_ID` and `INTERCOM_SECRET`. Without these variables, the demo
//! messenger of the example `axum` stands in for Intercom.
//!
//! All code for `tower-widget-identity` is in [`app`] and in [`guest`], which signs in and returns a page at once.

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router, serve};
use axum_login::{AuthManagerLayerBuilder, login_required};
use tokio::net::TcpListener;
use tokio_rusqlite::Connection;
use tokio_rusqlite::rusqlite::TransactionBehavior;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{ExpiredDeletion, Expiry, SessionManagerLayer};
use tower_sessions_rusqlite_store::RusqliteStore;
use tower_widget_identity::{Identity, Viewer, Widgets};

mod accounts;
mod page;
// The demo messenger and the vendor's side come from the example `axum`.
#[path = "../../axum/demo.rs"]
mod demo;
#[path = "../../axum/messenger.rs"]
mod messenger;
#[path = "../../axum/template.rs"]
mod template;
#[path = "../../axum/verifier.rs"]
mod verifier;

use accounts::{Account, Accounts, Credentials};
use messenger::{Kind, Messenger};

type BoxError = Box<dyn Error + Send + Sync>;
type AuthSession = axum_login::AuthSession<Accounts>;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let app = app(Messenger::from_env()?, open(database()).await?).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port()?)).await?;
    println!("Open http://localhost:{}", listener.local_addr()?.port());
    serve(listener, app).await?;
    Ok(())
}

fn port() -> Result<u16, BoxError> {
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    port.parse().map_err(|_| "PORT must be a number up to 65535".into())
}

fn database() -> PathBuf {
    let usual = || env::temp_dir().join("tower-widget-identity-axum-login.sqlite");
    env::var_os("DATABASE").map_or_else(usual, PathBuf::from)
}

pub(crate) async fn open(file: PathBuf) -> Result<Connection, BoxError> {
    let database = Connection::open(file).await?;
    // Another instance may be writing, and a transaction that reads first and writes later would not wait for it.
    let immediate = |database: &mut tokio_rusqlite::rusqlite::Connection| {
        database.set_transaction_behavior(TransactionBehavior::Immediate);
    };
    database.call_raw(immediate).await?;
    Ok(database)
}

async fn app(messenger: Messenger, database: Connection) -> Result<Router, BoxError> {
    let store = RusqliteStore::new(database.clone());
    store.migrate().await?;
    tokio::spawn(forget_expired(store.clone()));
    let accounts = Accounts::open(database).await?;

    let widgets = Widgets::builder()
        .widget(messenger.widget()?)
        .identify_with(|auth: AuthSession| auth.user)
        .logout_path("/logout")
        // For http://localhost only: remove this if the site is served over HTTPS.
        .plain_http(true)
        .build()?;

    Ok(Router::new()
        .route("/account", get(account))
        .route_layer(login_required!(Accounts, login_url = "/login"))
        .route("/", get(home))
        .route("/login", get(ask).post(login))
        .route("/guest", post(guest))
        .route("/logout", post(logout))
        .with_state(messenger.kind())
        .merge(demo::routes(&messenger))
        // Add the layer after `merge`, which would drop the part of it that handles `/widget-token`.
        .layer(widgets.layer())
        // Outside our layer, so that the session is in the request before our layer reads it.
        .layer(AuthManagerLayerBuilder::new(accounts, sessions(store)).build()))
}

impl From<Account> for Identity {
    fn from(account: Account) -> Self {
        Identity::new(account.id).with_email(account.email).with_name(account.username)
    }
}

fn sessions(store: RusqliteStore) -> SessionManagerLayer<RusqliteStore> {
    SessionManagerLayer::new(store)
        .with_name("demo-session")
        .with_secure(false)
        // Browsers do not send the session cookie with other sites' forms.
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::hours(8)))
}

async fn forget_expired(store: RusqliteStore) {
    loop {
        if let Err(error) = store.delete_expired().await {
            eprintln!("session store: {error}");
        }
        tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    }
}

async fn home(State(kind): State<Kind>, auth: AuthSession) -> Html<String> {
    Html(page::home(kind, auth.user.as_ref()))
}

/// The account page. The layer around it redirects signed-out visitors to the login page.
async fn account(State(kind): State<Kind>, auth: AuthSession) -> Response {
    match &auth.user {
        Some(account) => Html(page::account(kind, account)).into_response(),
        None => Redirect::to("/login").into_response(),
    }
}

async fn ask(State(kind): State<Kind>) -> Html<String> {
    Html(page::login(kind, ""))
}

async fn login(
    State(kind): State<Kind>,
    mut auth: AuthSession,
    Form(credentials): Form<Credentials>,
) -> Result<Response, Failed> {
    let Some(account) = auth.authenticate(credentials).await? else {
        let page = Html(page::login(kind, "There is no such account, or the password is wrong."));
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    };
    // A new session, so that the last user's data does not become this user's.
    auth.logout().await?;
    auth.login(&account).await?;
    Ok(Redirect::to("/account").into_response())
}

/// Signs a guest in and returns a page at once.
///
/// The layer's `AuthSession` was read before this handler, so the response says who is signed in now.
async fn guest(State(kind): State<Kind>, mut auth: AuthSession) -> Result<impl IntoResponse, Failed> {
    let account = auth.backend.add_guest().await?;
    auth.logout().await?;
    auth.login(&account).await?;
    let page = Html(page::account(kind, &account));
    Ok((Extension(Viewer::SignedIn(account.into())), page))
}

async fn logout(mut auth: AuthSession) -> Result<Redirect, Failed> {
    auth.logout().await?;
    Ok(Redirect::to("/"))
}

/// A store failed. The response does not say more.
struct Failed;

impl<E: Error> From<E> for Failed {
    fn from(error: E) -> Self {
        eprintln!("{error}");
        Self
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, "Please try again later.").into_response()
    }
}
