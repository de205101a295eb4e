//! Requests to the token service, and assertions about its responses.

use std::convert::Infallible;

use axum::{Router, body::Body};
use futures::executor::block_on;
use http::{Request, Response, request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_widget_identity::{
    Identity, Viewer, Widgets, WidgetsBuilder,
    widget::{Ferndesk, ZendeskClassic},
};

use crate::support::{SECRET, builder, secret};

pub(crate) const TOKENS: [&str; 4] = ["intercom", "zendesk-chat", "zendesk-help-center", "ferndesk"];
pub(crate) const SECRETS: [&str; 4] = [SECRET, "chat secret", "help center secret", "ferndesk secret"];

/// The fingerprint of user-123, computed with Python: the first 22 characters of
/// `base64.urlsafe_b64encode(hmac.digest(key, b"user-123", "sha256"))`, with `key = hmac.digest(b"ferndesk secret",
/// b"tower-widget-identity/marker/v1\xff", "sha256")`. The key is Ferndesk's, because that name comes first in the
/// alphabet.
pub(crate) const FINGERPRINT: &str = "V359fNZTvvcyMIPCUbs-mn";

pub(crate) fn all_widgets() -> WidgetsBuilder {
    let zendesk = ZendeskClassic::chat("key-1", secret("chat secret")).help_center(secret("help center secret"));
    builder().widget(zendesk).widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).token_path("/widget-token")
}

pub(crate) fn widgets() -> Widgets {
    all_widgets().build().unwrap()
}

pub(crate) fn person() -> Identity {
    Identity::new("user-123").with_email("user@example.com")
}

/// A request to the service by a signed-in user.
pub(crate) fn get(name: &str) -> request::Builder {
    Request::get(format!("/widget-token/{name}")).extension(Viewer::SignedIn(person()))
}

/// A request to the service by this viewer.
pub(crate) fn get_as(name: &str, viewer: impl Into<Viewer>) -> request::Builder {
    Request::get(format!("/widget-token/{name}")).extension(viewer.into())
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) async fn answer<S, B>(service: S, request: Request<()>) -> Answer
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let response = service.oneshot(request.map(|()| Body::empty())).await.unwrap();
    let length = http_body::Body::size_hint(response.body()).exact();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    assert_eq!(length, Some(body.len() as u64), "the body's length is known");
    // axum adds this one.
    let others = parts.headers.iter().filter(|(name, _)| *name != "content-length");
    let mut headers: Vec<_> =
        others.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    Answer { status: parts.status.as_u16(), headers, body: String::from_utf8(body.into()).unwrap() }
}

pub(crate) fn nested(widgets: &Widgets, path: &str) -> Router {
    Router::new().nest_service(path, widgets.token_service())
}

/// Asks three times: the service alone, the service nested in a router, which strips the path, and the layer, which
/// serves its own path.
pub(crate) fn ask(widgets: &Widgets, request: request::Builder) -> [Answer; 3] {
    let request = request.body(()).unwrap();
    let bare = block_on(answer(widgets.token_service(), request.clone()));
    let layered = widgets.layer().layer(service_fn(async |_: Request<Body>| -> Result<Response<Body>, Infallible> {
        panic!("the inner service is not called")
    }));
    [bare, block_on(answer(nested(widgets, "/widget-token"), request.clone())), block_on(answer(layered, request))]
}

/// The headers of every response, and these.
pub(crate) fn headers(own: &[(&str, &str)]) -> Vec<(String, String)> {
    let always = [
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
        ("vary", "Cookie"),
        ("x-content-type-options", "nosniff"),
    ];
    let mut headers: Vec<_> = always.iter().chain(own).map(|(name, value)| ((*name).into(), (*value).into())).collect();
    headers.sort();
    headers
}

/// Asserts that each response to this request is this error, and contains nothing else.
pub(crate) fn assert_error(widgets: &Widgets, request: request::Builder, status: u16, error: &str) {
    let what = format!("{:?} {:?} {:?}", request.method_ref(), request.uri_ref(), request.headers_ref());
    for answer in ask(widgets, request) {
        assert_eq!((answer.status, answer.body.as_str()), (status, &*json!({ "error": error }).to_string()), "{what}");
        let json = ("content-type", "application/json");
        let own: &[_] = if status == 405 { &[json, ("allow", "GET")] } else { &[json] };
        assert_eq!(answer.headers, headers(own), "{what}");
    }
}

pub(crate) async fn answer_of_any_length<S, B>(service: S, request: Request<()>) -> String
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let response = service.oneshot(request.map(|()| Body::empty())).await.unwrap();
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}
