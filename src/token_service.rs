//! The token service: fresh tokens for pages that ask for one. Knows the configuration, and no layer.
//!
//! ```
//! use http::{Request, StatusCode};
//! use tower::{Service, util::ServiceExt};
//! use tower_widget_identity::{Identity, Secret, Viewer, Widgets, widget::Intercom};
//!
//! # futures::executor::block_on(async {
//! let widgets = Widgets::builder()
//!     .widget(Intercom::new("abcd1234", Secret::new("s3cret")?))
//!     .token_path("/widget-token")
//!     .build()?;
//!
//! let request = Request::get("/widget-token/intercom").extension(Viewer::SignedIn(Identity::new("user-1")));
//! let response = widgets.token_service().oneshot(request.body(())?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//! assert_eq!(response.headers()["cache-control"], "no-store");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures::{FutureExt, channel::oneshot, future::BoxFuture};
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS},
    request::Parts,
};
use http_body::{Body, Frame, SizeHint};
use serde::Serialize;
use tower::Service;

use crate::{
    config::{Config, Widgets},
    fetch_metadata::is_own_site,
    identity::{Identity, Viewer},
    lookup::Answer,
    marker::{BrowserState, Fingerprint},
    protocol::{self, PAGE},
    sign::Token,
    token_error::TokenError,
};

const PAGE_HEADER: HeaderName = HeaderName::from_static(protocol::PAGE_HEADER);
const LIFETIME_HEADER: HeaderName = HeaderName::from_static(protocol::LIFETIME_HEADER);
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Hands fresh tokens to pages of the same origin; made by [`Widgets::token_service`].
///
/// Mount it at the [`token_path`](crate::WidgetsBuilder::token_path), inside of the layers that load the session.
/// `GET <token_path>/<name>` answers
///
/// * 200 with the bare token as `text/plain`; `x-widget-lifetime` says for how many seconds it is good;
/// * 401 when nobody is signed in or [`Identity::with_session_expires`] has passed, 503 when it is not known who is;
/// * 503 also while too many [costly](crate::widget::Manifest::has_costly_tokens) tokens wait for their turn;
/// * 409 when the page (header `x-widget-page`) is another person's;
/// * 422 when the person lacks what the vendor needs, 500 when signing failed;
/// * 403 for other sites' requests, 404 for a name that is not configured, 405 for other methods.
///
/// Errors are JSON: `{"error":"signed-out"}`. Every answer has `Cache-Control: no-store`, `Vary: Cookie`,
/// `X-Content-Type-Options: nosniff` and `Cross-Origin-Resource-Policy: same-origin`; never a CORS header.
///
/// Its body type is its own: without a router, box it beside the bodies of other answers.
#[derive(Clone, Debug)]
#[must_use = "services do nothing unless they are called"]
pub struct TokenService(Widgets);

impl Widgets {
    /// The service that hands fresh tokens to pages; mount it at [`token_path`](crate::WidgetsBuilder::token_path).
    pub fn token_service(&self) -> TokenService {
        TokenService(self.clone())
    }
}

impl<B> Service<Request<B>> for TokenService {
    type Response = Response<TokenBody>;
    type Error = Infallible;
    type Future = TokenFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> TokenFuture {
        let (parts, _) = request.into_parts();
        let Some(config) = self.0.config() else {
            return TokenFuture::ready(Reply::Error(StatusCode::NOT_FOUND, "not-configured"));
        };
        let question = match Question::read(config, &parts) {
            Ok(question) => question,
            Err(reply) => return TokenFuture::ready(reply),
        };
        match config.identify.ask(&parts) {
            Answer::Known(viewer) => TokenFuture(question.answer(viewer)),
            Answer::Asked(lookup) => TokenFuture(Waiting::Lookup(lookup, question)),
        }
    }
}

/// A request that may be answered once it is known who asks.
struct Question {
    config: Arc<Config>,
    name: String,
    browser: BrowserState,
    /// The fingerprint of the person for whom the asking page is, as it says.
    page: Vec<HeaderValue>,
}

impl Question {
    fn read(config: &Arc<Config>, parts: &Parts) -> Result<Self, Reply> {
        if !is_own_site(&parts.headers) {
            return Err(Reply::Error(StatusCode::FORBIDDEN, "cross-site"));
        }
        let name = token_name(parts.uri.path(), config.token_path.as_deref());
        if name != PAGE && !config.tokens().any(|(_, known)| known == name) {
            return Err(Reply::Error(StatusCode::NOT_FOUND, "not-configured"));
        }
        if parts.method != Method::GET {
            return Err(Reply::Error(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"));
        }
        Ok(Self {
            name: name.to_owned(),
            browser: config.read_cookies(&parts.headers),
            page: parts.headers.get_all(PAGE_HEADER).iter().cloned().collect(),
            config: config.clone(),
        })
    }

    fn answer(&self, viewer: Viewer) -> Waiting {
        Waiting::reply(match viewer {
            Viewer::Unknown => Reply::Error(StatusCode::SERVICE_UNAVAILABLE, "unknown-viewer"),
            Viewer::SignedOut if self.name == PAGE => self.page_data(None),
            Viewer::SignedOut => Reply::Error(StatusCode::UNAUTHORIZED, "signed-out"),
            Viewer::SignedIn(identity) => {
                return self.answer_person(identity).unwrap_or_else(|error| Waiting::reply(Reply::no_token(error)));
            }
        })
    }

    fn answer_person(&self, identity: Identity) -> Result<Waiting, TokenError> {
        let fingerprint = self.config.fingerprint(&identity)?;
        if self.page.iter().any(|page| page != fingerprint.as_str()) {
            return Ok(Waiting::reply(Reply::Error(StatusCode::CONFLICT, "another-person")));
        }
        if self.name == PAGE {
            return Ok(Waiting::reply(self.page_data(Some((&fingerprint, &identity)))));
        }
        if self.is_costly() {
            return Ok(self.work(identity));
        }
        Ok(Waiting::reply(Reply::token(self.config.mint(&self.name, &identity)?)))
    }

    fn is_costly(&self) -> bool {
        self.config.tokens().any(|(widget, name)| name == self.name && widget.manifest().has_costly_tokens())
    }

    /// Has the token made where nobody else is held up.
    fn work(&self, identity: Identity) -> Waiting {
        let (config, name) = (self.config.clone(), self.name.clone());
        let answer = self.config.worker.as_ref().and_then(|worker| worker.take(move || config.mint(&name, &identity)));
        answer.map_or_else(|| Waiting::reply(Reply::busy()), Waiting::Worker)
    }

    fn page_data(&self, person: Option<(&Fingerprint, &Identity)>) -> Reply {
        let (people, _) = person.map(|(_, identity)| self.config.people(identity)).unwrap_or_default();
        let fingerprint = person.map(|(fingerprint, _)| fingerprint);
        let data = self.config.page_data(&self.browser, fingerprint, &people);
        data.to_json().map_or_else(|_| Reply::no_token(TokenError::Signing), Reply::Page)
    }
}

/// The last segment, whether the path was stripped by nesting or not.
fn token_name<'a>(path: &'a str, token_path: Option<&str>) -> &'a str {
    let stripped = token_path.and_then(|prefix| path.strip_prefix(prefix)).filter(|rest| rest.starts_with('/'));
    let name = stripped.unwrap_or(path);
    name.strip_prefix('/').unwrap_or(name)
}

/// What is answered, before it is written as a response.
enum Reply {
    Token { text: String, lifetime: Option<u64> },
    Page(Vec<u8>),
    Error(StatusCode, &'static str),
}

#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
}

impl Reply {
    fn token(token: Token) -> Self {
        Self::Token { lifetime: token.lifetime().map(|lifetime| lifetime.as_secs()), text: token.into_string() }
    }

    /// As for an unknown viewer: the page asks again later.
    fn busy() -> Self {
        Self::Error(StatusCode::SERVICE_UNAVAILABLE, "busy")
    }

    fn no_token(error: TokenError) -> Self {
        let status = match error {
            TokenError::Signing => StatusCode::INTERNAL_SERVER_ERROR,
            TokenError::SessionOver => StatusCode::UNAUTHORIZED,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::Error(status, error.as_str())
    }

    fn into_response(self) -> Response<TokenBody> {
        let (status, media_type, body, lifetime) = match self {
            Self::Token { text, lifetime } => (StatusCode::OK, "text/plain", text.into(), lifetime),
            Self::Page(json) => (StatusCode::OK, "application/json", json.into(), None),
            Self::Error(status, error) => {
                let json = serde_json::to_vec(&ErrorBody { error }).unwrap_or_default();
                (status, "application/json", json.into(), None)
            }
        };
        let mut response = Response::new(TokenBody(Some(body)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("Cookie"));
        // Without it, a bare JWT that another site includes as a script can be read from the error that it makes.
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
        headers.extend(lifetime.map(|seconds| (LIFETIME_HEADER, HeaderValue::from(seconds))));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET"));
        }
        response
    }
}

/// The response future of [`TokenService`].
pub struct TokenFuture(Waiting);

enum Waiting {
    Ready(Option<Reply>),
    Lookup(BoxFuture<'static, Viewer>, Question),
    Worker(oneshot::Receiver<Result<Token, TokenError>>),
}

impl Waiting {
    fn reply(reply: Reply) -> Self {
        Self::Ready(Some(reply))
    }
}

impl TokenFuture {
    fn ready(reply: Reply) -> Self {
        Self(Waiting::reply(reply))
    }
}

impl Future for TokenFuture {
    type Output = Result<Response<TokenBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Waiting::Lookup(lookup, question) = &mut self.0 {
            let viewer = ready!(lookup.as_mut().poll(cx));
            self.0 = question.answer(viewer);
        }
        let reply = match &mut self.0 {
            Waiting::Worker(answer) => match ready!(answer.poll_unpin(cx)) {
                Ok(minted) => Some(minted.map_or_else(Reply::no_token, Reply::token)),
                // The job was dropped, or failed.
                Err(oneshot::Canceled) => Some(Reply::busy()),
            },
            Waiting::Ready(reply) => reply.take(),
            Waiting::Lookup(..) => None,
        };
        self.0 = Waiting::Ready(None);
        // Polled again after it was ready: a mistake of the caller that is no reason to panic.
        reply.map_or(Poll::Pending, |reply| Poll::Ready(Ok(reply.into_response())))
    }
}

impl fmt::Debug for TokenFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenFuture").finish_non_exhaustive()
    }
}

/// The body of a [`TokenService`] answer: one frame. `Debug` does not show it.
#[derive(Default)]
pub struct TokenBody(Option<Bytes>);

impl Body for TokenBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |data| data.len() as u64))
    }
}

impl fmt::Debug for TokenBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBody").finish_non_exhaustive()
    }
}
