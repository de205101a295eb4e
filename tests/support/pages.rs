//! A small application: one page, its users, and the layers' output.

use std::convert::Infallible;

use axum::{Router, body::Body, response::Html, routing::get};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_widget_identity::{
    Delivery, Identity, LogoutLayer, Outcome, OutcomeKind, Reason, SkipWidget, TokenError, Viewer, WidgetBody,
    WidgetLayer, Widgets, widget::Ferndesk,
};

use crate::support::{MARKER, builder, secret, verify, widgets};

pub(crate) const PAGE: &str = "<!doctype html><html><head><title>Home</title></head><body>Hello</body></html>";

/// The response of a test application: one page with every header that a cache would like.
pub(crate) fn page() -> Response<Body> {
    Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("content-length", PAGE.len())
        .header("etag", "\"v1\"")
        .header("last-modified", "Sun, 01 Nov 2026 00:00:00 GMT")
        .header("cache-control", "public, max-age=60")
        .header("accept-ranges", "bytes")
        .header("x-app", "kept")
        .body(Body::from(PAGE))
        .unwrap()
}

pub(crate) fn html(body: Body) -> Response<Body> {
    Response::builder().header("content-type", "text/html").body(body).unwrap()
}

pub(crate) fn answering(
    answer: impl Fn(&Request<Body>) -> Response<Body> + Clone,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone {
    service_fn(move |request: Request<Body>| std::future::ready(Ok(answer(&request))))
}

/// A page load by a browser that sends Fetch Metadata.
pub(crate) fn load(viewer: impl Into<Option<Viewer>>, marker: &str) -> Request<Body> {
    let mut request = Request::builder()
        .uri("http://app.example.test/")
        .header("sec-fetch-dest", "document")
        .header("accept", "text/html")
        .body(Body::empty())
        .unwrap();
    if !marker.is_empty() {
        let cookie = format!("sid=1; {MARKER}={marker}");
        request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
    }
    if let Some(viewer) = viewer.into() {
        request.extensions_mut().insert(viewer);
    }
    request
}

pub(crate) fn user(number: u8) -> Viewer {
    Viewer::SignedIn(Identity::new(format!("user-{number}")).with_email(format!("user-{number}@example.com")))
}

/// The claims of a token by the vendor with this secret, which the referee has verified.
pub(crate) fn claims_by(secret: &str, token: &serde_json::Value) -> serde_json::Value {
    verify(secret, token.as_str().unwrap()).unwrap().claims
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) viewer: Option<Viewer>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn is_untouched(&self) -> bool {
        let (head, _) = page().into_parts();
        self.body == PAGE && self.headers == head.headers
    }

    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

pub(crate) async fn ask<L, S, B>(layer: L, service: S, request: Request<Body>) -> Answer
where
    L: Layer<S>,
    L::Service: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let response = layer.layer(service).oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: head.status,
        headers: head.headers,
        outcome: head.extensions.get::<Outcome>().cloned(),
        viewer: head.extensions.get::<Viewer>().cloned(),
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

pub(crate) async fn visit(request: Request<Body>) -> Answer {
    ask(widgets().layer(), answering(|_| page()), request).await
}
