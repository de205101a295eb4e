//! The server's half: leptos renders the page, and `WidgetLayer` puts Intercom's snippet in front.
//!
//! `server <site root>` listens on a free port of the loopback interface and prints its address. The cookie `user` says
//! who is signed in. The page at `/late` waits until the check hydrates it; on a slow device, too, the messenger
//! comes first. The pages at `/stray` and `/changed` have one node too many, and must fail to hydrate.

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use beside_leptos::Document;
use jsonwebtoken::{DecodingKey, Validation, decode};
use leptos::prelude::*;
use leptos_axum::{render_app_to_stream, site_pkg_dir_service, site_pkg_dir_service_route_path};
use serde_json::Value;
use tokio::net::TcpListener;
use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};

/// The stub of Intercom's library that the browser tests use, too.
const MESSENGER: &str = include_str!("../../../browser/stubs/intercom.js");
const SECRET: &str = "the vendor's secret";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let site_root = env::args().nth(1).ok_or("usage: server <site root>")?;
    let options = LeptosOptions::builder().output_name("page").site_root(site_root).build();

    // `leptos_routes` does this in an application with a router.
    any_spawner::Executor::init_tokio()?;

    let widgets = Widgets::builder()
        .widget(Intercom::new("abcd1234", Secret::new(SECRET)?).library_url("/messenger.js"))
        .identify(|parts| signed_in(parts).map(Identity::new))
        .plain_http(true)
        .build()?;
    let app = Router::new()
        .route("/", get(page))
        .route("/late", changed_page("mod.hydrate();", "window.hydrateLate = () => mod.hydrate();"))
        .route("/stray", changed_page("<head>", "<head><script></script>"))
        .route("/changed", changed_page("<main>", "<main><hr>"))
        .route("/messenger.js", get(([(CONTENT_TYPE, "text/javascript")], MESSENGER)))
        .route("/stub/verify/intercom", post(verify))
        .route_service(&site_pkg_dir_service_route_path(&options), site_pkg_dir_service(&options))
        .layer(widgets.layer());

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://localhost:{}", listener.local_addr()?.port());
    Ok(axum::serve(listener, app).await?)
}

async fn page(request: Request) -> Response {
    let document = || view! { <!DOCTYPE html> <html lang="en"><Document /></html> };
    render_app_to_stream(document)(request).await
}

/// The page with a change that neither half knows of.
fn changed_page(from: &'static str, to: &'static str) -> MethodRouter {
    get(async move |request: Request| {
        let (parts, body) = page(request).await.into_parts();
        let html = to_bytes(body, 1 << 20).await.expect("leptos renders the page");
        let html = String::from_utf8(html.into()).expect("leptos writes UTF-8");
        assert!(html.contains(from), "no {from} in the page");
        Response::from_parts(parts, Body::from(html.replacen(from, to, 1)))
    })
}

fn signed_in(parts: &Parts) -> Option<String> {
    let cookies = parts.headers.get(COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|pair| pair.strip_prefix("user=")).map(str::to_owned)
}

/// The vendor's server: the claims of a token that it accepts.
async fn verify(token: String) -> Response {
    let key = DecodingKey::from_secret(SECRET.as_bytes());
    match decode::<Value>(token, &key, &Validation::default()) {
        Ok(token) => Json(token.claims).into_response(),
        Err(_) => StatusCode::FORBIDDEN.into_response(),
    }
}
