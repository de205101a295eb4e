//! Uses the layer on single routes only.
//!
//! ```text
//! cargo run --example per_route
//! ```
//!
//! Then open <http://localhost:3000> (or the port in `PORT`). With `INTERCOM_APP_ID` and `INTERCOM_SECRET`, the pages
//! show that workspace's messenger. Without them, they contain a signed token for a workspace that Intercom does not
//! know.
//!
//! | path | what it shows |
//! |---|---|
//! | `/` | no layer: the page stays unchanged |
//! | `/account` | the layer on this route only |
//! | `/receipt` | the same layer, and a handler that opts out with `SkipWidget` |
//! | `/help`, `/help/print` | a layer for both, with a predicate that excludes the print version |
//! | `/api/me` | the token in a header, for the script on `/app` |

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;

use axum::response::{Html, Json, Redirect};
use axum::routing::{get, post};
use axum::{Extension, Router, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::Error as SessionError;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use tower_widget_identity::widget::Intercom;
use tower_widget_identity::{Delivery, Identity, Secret, SkipWidget, Widgets, WidgetsBuilder};

type BoxError = Box<dyn Error + Send + Sync>;

const LINKS: [(&str, &str); 5] = [
    ("/account", "the layer on this route only"),
    ("/receipt", "the same layer, but the handler opts out"),
    ("/help", "a layer with a predicate"),
    ("/help/print", "the same layer, but the predicate excludes this page"),
    ("/app", "a script that gets its token from a header"),
];

/// The key under which a session stores the signed-in user.
const USER: &str = "user";

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let port: u16 = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("Open http://localhost:{}", listener.local_addr()?.port());
    serve(listener, app()?).await?;
    Ok(())
}

fn app() -> Result<Router, BoxError> {
    let pages = widgets()?.build()?;
    let help = widgets()?.when(|parts| !parts.uri.path().ends_with("/print")).build()?;
    let api = widgets()?.delivery(Delivery::Header).build()?;

    let help_pages = Router::new()
        .route("/help", get(async || page("Help", "<p>How can we help?</p>")))
        .route("/help/print", get(async || page("Help", "<p>The print version.</p>")))
        .layer(help.layer());

    Ok(Router::new()
        .route("/", get(home))
        .route("/account", get(account).layer(pages.layer()))
        .route("/receipt", get(receipt).layer(pages.layer()))
        .merge(help_pages)
        .route("/api/me", get(me).layer(api.layer()))
        .route("/app", get(single_page_app))
        .route("/login", post(login))
        .route("/logout", post(logout).layer(pages.logout_layer()))
        // A layer around the whole router would handle this path by itself, but these layers are on single routes.
        .nest_service("/widget-token", pages.token_service())
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(false).with_same_site(SameSite::Lax)))
}

/// The configuration that the three sets share.
///
/// They have the same widget, and so the same marker, and the same closure.
fn widgets() -> Result<WidgetsBuilder, BoxError> {
    let setting = |name| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let app_id = setting("INTERCOM_APP_ID").unwrap_or_else(|| "demo".to_owned());
    let secret = setting("INTERCOM_SECRET").unwrap_or_else(|| "not a secret: this is a demo".to_owned());
    Ok(Widgets::builder()
        .widget(Intercom::new(app_id, Secret::new(secret)?))
        .identify_with(async |session: Session| user(&session).await.map(|id| id.map(Identity::new)))
        // For http://localhost only: remove this if the site is served over HTTPS.
        .plain_http(true))
}

async fn user(session: &Session) -> Result<Option<String>, SessionError> {
    session.get(USER).await
}

async fn home(session: Session) -> Html<String> {
    let item = |(path, text)| format!("<li><a href=\"{path}\">{path}</a><span>{text}</span></li>");
    let items: String = LINKS.map(item).concat();
    let (state, action, button) = match user(&session).await.ok().flatten() {
        Some(_) => ("You are signed in.", "/logout", "Sign out"),
        None => ("You are signed out.", "/login", "Sign in"),
    };
    let form = format!("<form method=\"post\" action=\"{action}\"><button>{button}</button></form>");
    page("The layer on single routes", &format!("<p>{state} This page stays unchanged.</p>{form}<ul>{items}</ul>"))
}

async fn account() -> Html<String> {
    page("Your account", "<p>This page has the widget.</p>")
}

/// Opts out of the layer around it.
async fn receipt() -> (Extension<SkipWidget>, Html<String>) {
    (Extension(SkipWidget), page("Receipt", "<p>This page is for your records, and has no widget.</p>"))
}

async fn me(session: Session) -> Json<Value> {
    Json(json!({ "user": user(&session).await.ok().flatten() }))
}

/// Shows the headers that a single-page application would read.
async fn single_page_app() -> Html<String> {
    let script = "<pre id=\"shown\"></pre>
<script>
fetch('/api/me').then(async response => {
  const names = ['x-widget-token-intercom', 'x-widget-page', 'x-widget-shutdown'];
  const lines = names.map(name => `${name}: ${response.headers.get(name) ?? 'none'}`);
  document.getElementById('shown').textContent = [JSON.stringify(await response.json()), ...lines].join('\\n');
});
</script>";
    page("A single-page application", script)
}

async fn login(session: Session) -> Redirect {
    // A new id, so that an attacker cannot prepare the session of the user who signs in.
    let signed_in = async {
        session.cycle_id().await?;
        session.insert(USER, "user-1").await
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

fn page(title: &str, content: &str) -> Html<String> {
    Html(format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>{title}</title>
<style>
body {{ margin: 12vh auto; max-width: 36rem; padding: 0 1.5rem; font: 1.05rem/1.6 system-ui, sans-serif; }}
h1 {{ margin: 0 0 .5rem; font-size: 1.7rem; line-height: 1.2; }}
button {{ font: inherit; font-weight: 600; padding: .5rem 1.2rem; border-radius: .7rem; cursor: pointer;
  color: #fff; background: #4338ca; border: 0; }}
ul {{ list-style: none; margin: 2rem 0; padding: 0; display: grid; gap: .6rem; }}
li {{ display: grid; grid-template-columns: 8rem 1fr; padding: .7rem 1rem; border: 1px solid #8884; border-radius: .8rem; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{title}</h1>
{content}
</body>
</html>
"
    ))
}
