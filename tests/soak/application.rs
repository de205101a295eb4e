//! An application with pages of many kinds, some of which fail.

use std::{convert::Infallible, io, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Path,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use bytes::Bytes;
use futures::stream;
use http::HeaderMap;
use tower_widget_identity::{Identity, Viewer, Widgets, WidgetsBuilder};

use crate::support::{builder, socket::Server};

pub(crate) const PAGE: &str =
    "<!doctype html><html lang=\"en\"><head><title>Home</title></head><body><p>Hello</p></body></html>";
pub(crate) const KINDS: [&str; 9] =
    ["exact", "sized", "stream", "slow", "long", "late", "json", "fails-before", "fails-behind"];

/// The page of a kind without the layers; `None` if it fails.
pub(crate) fn bare(kind: &str) -> Option<String> {
    match kind {
        "long" => Some(format!("{PAGE}<!-- {} -->", "x".repeat(60_000))),
        "late" => Some(format!("<!-- {} -->{PAGE}", "x".repeat(3_000))),
        "json" => Some("{}".to_owned()),
        "fails-before" | "fails-behind" => None,
        _ => Some(PAGE.to_owned()),
    }
}

fn in_frames(page: String, size: usize, pause: Duration, fails: bool) -> Response {
    let frames = stream::unfold((Bytes::from(page), Some(fails)), move |(mut rest, fails)| async move {
        if pause.is_zero() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(pause).await;
        }
        if rest.is_empty() {
            return fails?.then(|| (Err(io::Error::other("inner")), (rest, None)));
        }
        let frame = rest.split_to(size.min(rest.len()));
        Some((Ok(frame), (rest, fails)))
    });
    Html(Body::from_stream(frames)).into_response()
}

async fn page(Path(kind): Path<String>) -> Response {
    let whole = bare(&kind).unwrap_or_default();
    match kind.as_str() {
        "json" => ([("content-type", "application/json")], whole).into_response(),
        "sized" => ([("content-length", whole.len().to_string())], Html(whole)).into_response(),
        "stream" => in_frames(whole, 7, Duration::ZERO, false),
        "late" => in_frames(whole, 500, Duration::ZERO, false),
        "slow" => in_frames(whole, 40, Duration::from_millis(1), false),
        "fails-before" => in_frames("<!-- never".to_owned(), 5, Duration::ZERO, true),
        "fails-behind" => in_frames(PAGE.to_owned(), 30, Duration::ZERO, true),
        _ => Html(whole).into_response(),
    }
}

/// `sid=user-7` is that user, `sid=?` a session that cannot be read, and no cookie a signed-out visitor.
fn viewer(headers: &HeaderMap) -> Viewer {
    let cookies = headers.get("cookie").map(|value| value.to_str().unwrap()).unwrap_or_default();
    match cookies.split("; ").find_map(|pair| pair.strip_prefix("sid=")) {
        Some("?") => Viewer::Unknown,
        person => Viewer::from(person.map(|id| Identity::new(id).with_email(format!("{id}@example.com")))),
    }
}

/// An application whose viewer is known at once.
pub(crate) async fn now() -> Server {
    serve(builder().identify(|parts| viewer(&parts.headers))).await
}

/// An application whose viewer is known only after the handler has run, and not at once even then.
pub(crate) async fn later() -> Server {
    serve(builder().identify_async(|parts| {
        let viewer = viewer(&parts.headers);
        async move {
            tokio::task::yield_now().await;
            viewer
        }
    }))
    .await
}

async fn serve(builder: WidgetsBuilder) -> Server {
    let widgets: Widgets = builder.token_path("/tokens").build().unwrap();
    let router: Router<()> = Router::new()
        .route("/pages/{kind}", get(page))
        .route("/logout", post(async || Ok::<_, Infallible>(Redirect::to("/"))).layer(widgets.logout_layer()))
        .nest_service("/tokens", widgets.token_service());
    Server::http1(router.layer(widgets.layer())).await
}
