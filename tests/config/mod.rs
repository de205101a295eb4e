//! What `build()` accepts and rejects.

mod disabled;
mod marker;
mod token_path;
mod widgets;

use std::{convert::Infallible, time::SystemTime};

use axum::body::Body;
use bytes::Bytes;
use futures::{executor::block_on, stream};
use http::{HeaderMap, Method, Request, Response, Version, response::Parts};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::json;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_widget_identity::{
    ConfigError, ConfigErrorKind, Identity, Secret, Token, TokenError, Viewer, Widgets, WidgetsBuilder,
    widget::{BootData, Intercom, Manifest, Widget, ZendeskClassic},
};

use crate::support::secs;

/// The secret, which must not occur in any message.
pub(crate) const SECRET: &str = "canary";

pub(crate) fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

pub(crate) fn intercom() -> Intercom {
    Intercom::new("abcd1234", secret())
}

pub(crate) fn zendesk() -> ZendeskClassic {
    ZendeskClassic::chat("key-1", secret())
}

pub(crate) fn build(widget: impl Widget) -> Result<Widgets, ConfigError> {
    Widgets::builder().widget(widget).token_path("/widget-token").build()
}

pub(crate) fn builder() -> WidgetsBuilder {
    Widgets::builder().widget(intercom())
}

/// Asserts that `build()` reports this error, and that its message has these words: the cause and the remedy.
pub(crate) fn assert_refused<T>(built: Result<T, ConfigError>, kind: ConfigErrorKind, words: &[&str], case: &str) {
    let Err(error) = built else { panic!("{case:?} was taken, but is {kind:?}") };
    assert_eq!(error.kind(), kind, "{case:?}: {error}");
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(SECRET), "{case:?}: {text}");
    }
    for word in words {
        assert!(error.to_string().contains(word), "{case:?}: no {word:?} in: {error}");
    }
}

/// Asserts that a configuration is accepted.
pub(crate) fn assert_taken(built: Result<Widgets, ConfigError>, case: &str) {
    assert!(built.is_ok_and(|widgets| widgets.is_enabled()), "{case:?} was refused");
}

/// Everything that can be seen of a request or response.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) extensions: usize,
    pub(crate) frames: Vec<Result<Bytes, HeaderMap>>,
}

pub(crate) fn page_load() -> Request<Full<Bytes>> {
    Request::builder()
        .method(Method::POST)
        .uri("http://app.example.test/logout?next=%00")
        .header("sec-fetch-dest", "document")
        .header("cookie", "__Host-widget-00000000=out; intercom-session-abcd1234=x")
        .header("if-none-match", "\"v1\"")
        .header("range", "bytes=0-1")
        .header("x-twice", "1")
        .header("x-twice", "\u{e9}")
        .extension(Viewer::SignedIn(Identity::new("user-1")))
        .body(Full::from("a=b"))
        .unwrap()
}

pub(crate) type Frames = stream::Iter<std::vec::IntoIter<Result<Frame<Bytes>, Infallible>>>;

/// Records what reaches it, and responds with a page that only a layer that does nothing leaves unchanged.
pub(crate) async fn application(request: Request<Full<Bytes>>) -> Result<Response<StreamBody<Frames>>, Infallible> {
    let (parts, body) = request.into_parts();
    let seen = Seen {
        line: format!("{} {}", parts.method, parts.uri),
        version: parts.version,
        extensions: parts.extensions.len(),
        headers: parts.headers,
        frames: vec![Ok(body.collect().await.unwrap().to_bytes())],
    };
    let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), "1".parse().unwrap())]);
    let frames =
        [Frame::data("<!doctype html><html><head>".into()), Frame::data("</head>".into()), Frame::trailers(trailers)];
    let response = Response::builder()
        .version(Version::HTTP_2)
        .header("content-type", "text/html")
        .header("cache-control", "public, max-age=60")
        .header("etag", "\"v1\"")
        .header("content-length", "34")
        .header("x-request-seen", format!("{seen:?}").escape_default().to_string());
    Ok(response.body(StreamBody::new(stream::iter(frames.map(Ok).into_iter().collect::<Vec<_>>()))).unwrap())
}

pub(crate) async fn exchange<S, B>(service: S) -> Seen
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    let (parts, body) = service.oneshot(page_load()).await.unwrap().into_parts();
    let mut body = std::pin::pin!(body);
    let mut frames = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.unwrap();
        frames.push(frame.into_data().map_err(|frame| frame.into_trailers().unwrap_or_default()));
    }
    let Parts { status, version, headers, extensions, .. } = parts;
    Seen { line: status.to_string(), version, headers, extensions: extensions.len(), frames }
}

pub(crate) fn page_through(layer: tower_widget_identity::WidgetLayer) -> String {
    let home = |_: Request<Body>| async {
        Ok::<_, Infallible>(
            Response::builder().header("content-type", "text/html").body(Body::from("<!doctype html>")).unwrap(),
        )
    };
    let request = Request::get("/").header("sec-fetch-dest", "document");
    let request = request.extension(Viewer::SignedIn(Identity::new("user-1"))).body(Body::empty()).unwrap();
    let response = block_on(layer.layer(service_fn(home)).oneshot(request)).unwrap();
    String::from_utf8(block_on(response.collect()).unwrap().to_bytes().into()).unwrap()
}

/// A custom widget with one wrong detail.
#[derive(Clone)]
pub(crate) struct Acme {
    pub(crate) secret: Secret,
    pub(crate) name: &'static str,
    pub(crate) tokens: Vec<&'static str>,
    pub(crate) adapter: &'static str,
    pub(crate) fetches: bool,
    pub(crate) check: Result<(), ConfigError>,
}

pub(crate) fn acme() -> Acme {
    let adapter = "tools => ({ boot() {}, refresh() {}, shutdown() {} })";
    Acme { secret: secret(), name: "acme", tokens: vec!["acme"], adapter, fetches: false, check: Ok(()) }
}

impl Widget for Acme {
    fn manifest(&self) -> Manifest {
        let manifest = Manifest::new(self.name, "acme 1/é", self.adapter).with_token_names(self.tokens.clone());
        if self.fetches { manifest.with_required_token_path() } else { manifest }
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.check.clone()
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        self.secret.jwt(&json!({ "sub": identity.id(), "exp": identity.validity(now, secs(60))?.exp() }))
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(self.name, identity, now)?))
    }
}
