//! The token service: fresh tokens for pages that request one. It knows the configuration, but no layer.
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
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS},
    request::Parts,
};
use http_body::{Body, Frame, SizeHint};
use serde::Serialize;
use tower::Service;

#[cfg(feature = "issued")]
use crate::issued::{IssueError, IssuedTokens};
use crate::{
    config::{Config, Widgets},
    fetch_metadata::Sender,
    identity::{Identity, Viewer},
    lookup::Answer,
    marker::{BrowserState, Fingerprint},
    protocol::{self, PAGE},
    sign::Token,
    token_error::TokenError,
    widget::PageValue,
};

const PAGE_HEADER: HeaderName = HeaderName::from_static(protocol::PAGE_HEADER);
const VALUE_HEADER: HeaderName = HeaderName::from_static(protocol::VALUE_HEADER);
const LIFETIME_HEADER: HeaderName = HeaderName::from_static(protocol::LIFETIME_HEADER);
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Returns fresh tokens to pages of the same origin; made by [`Widgets::token_service`].
///
/// Mount it at the [`token_path`](crate::WidgetsBuilder::token_path), inside the layers that load the session.
/// `GET <token_path>/<name>` returns:
///
/// * 200 with the bare token as `text/plain`; `x-widget-lifetime` is the number of seconds for which it is valid;
/// * 401 if no user is signed in or [`Identity::with_session_expires`] has passed, 503 if the viewer is not known;
/// * 503 also while too many [costly](crate::widget::Manifest::is_costly) tokens are queued, and if an issuer (the type
///   `Issuer`, feature `issued`) fails or is slow;
/// * 409 if the page (header `x-widget-page`) is that of another user;
/// * 400 if the token [signs a value of the page](crate::widget::Manifest::with_value_token_names), and the header
///   `x-widget-value` is missing, occurs more than once, or is not 1 to 64 letters, digits and hyphens;
/// * 422 if the identity lacks what the vendor requires, 500 if signing failed;
/// * 403 for requests from other origins, by `Sec-Fetch-Site`, which also excludes a typed address; if the browser
///   sends none, by `Origin`. A request without either passes;
/// * 404 for a name that is not configured, 405 for other methods.
///
/// `GET <token_path>/page` is for this crate's own script: it returns the data of a page load as JSON, for a signed-out
/// visitor, too.
///
/// `GET <token_path>/<hash>.js` is the script of [`external_script`](crate::WidgetsBuilder::external_script). Its name
/// changes with its text, so caches may keep it for a year. It is the same for every user, and has no secret.
///
/// Every response has `X-Content-Type-Options: nosniff` and `Cross-Origin-Resource-Policy: same-origin`, and never a
/// CORS header. Every response except that script has `Cache-Control: no-store` and `Vary: Cookie`. Errors are JSON:
/// `{"error":"signed-out"}`.
///
/// The service has its own body type: without a router, box it together with the bodies of your other responses.
#[derive(Clone, Debug)]
#[must_use = "services do nothing unless they are called"]
pub struct TokenService(Widgets);

impl Widgets {
    /// Returns the service that gives pages fresh tokens.
    ///
    /// Mount it at the [`token_path`](crate::WidgetsBuilder::token_path).
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
        match self.0.config_for(&parts) {
            Some(config) => TokenFuture::of(&config, &parts),
            None => TokenFuture::ready(Reply::Error(StatusCode::NOT_FOUND, "not-configured")),
        }
    }
}

/// Returns whether this is the path of a token, as the browser requests it.
pub(crate) fn is_token_path(config: &Config, path: &str) -> bool {
    path.strip_prefix(config.token_path.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

/// A checked token request that waits for its viewer.
struct Question {
    config: Arc<Config>,
    name: String,
    /// The value that the token must sign besides, for the tokens that sign one.
    value: Option<PageValue>,
    browser: BrowserState,
    /// The fingerprint of the user that the requesting page is for, as the page claims.
    page: Vec<HeaderValue>,
}

impl Question {
    fn read(config: &Arc<Config>, parts: &Parts) -> Result<Self, Reply> {
        // A page requests its own token; at an address that a user typed, the token would appear on the screen.
        if matches!(Sender::of(parts, config.site), Sender::Foreign | Sender::User) {
            return Err(Reply::Error(StatusCode::FORBIDDEN, "cross-site"));
        }
        let name = token_name(parts.uri.path(), &config.token_path);
        if let Some(file) = config.snippet.file().filter(|file| file.name == name && parts.method == Method::GET) {
            return Err(Reply::Script(file.text.clone()));
        }
        let takes_value = config.value_tokens().any(|(_, known)| known == name);
        if name != PAGE && !takes_value && !config.tokens().any(|(_, known)| known == name) {
            return Err(Reply::Error(StatusCode::NOT_FOUND, "not-configured"));
        }
        if parts.method != Method::GET {
            return Err(Reply::Error(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"));
        }
        // Only a token that signs the value may see it.
        let value = if takes_value { Some(page_value(&parts.headers)?) } else { None };
        Ok(Self {
            name: name.to_owned(),
            value,
            browser: config.read_cookies(&parts.headers),
            page: parts.headers.get_all(PAGE_HEADER).iter().cloned().collect(),
            config: config.clone(),
        })
    }

    fn respond(&self, viewer: Viewer) -> Waiting {
        Waiting::reply(match viewer {
            Viewer::Unknown | Viewer::LookupFailed => Reply::Error(StatusCode::SERVICE_UNAVAILABLE, "unknown-viewer"),
            Viewer::SignedOut if self.name == PAGE => self.page_data(None),
            Viewer::SignedOut => Reply::Error(StatusCode::UNAUTHORIZED, "signed-out"),
            Viewer::SignedIn(identity) => {
                return self.respond_to_user(identity).unwrap_or_else(|error| Waiting::reply(Reply::no_token(error)));
            }
        })
    }

    fn respond_to_user(&self, identity: Identity) -> Result<Waiting, TokenError> {
        let fingerprint = self.config.fingerprint(&identity)?;
        if self.page.iter().any(|page| page != fingerprint.as_str()) {
            return Ok(Waiting::reply(Reply::Error(StatusCode::CONFLICT, "another-person")));
        }
        if self.name == PAGE {
            return Ok(Waiting::reply(self.page_data(Some((&fingerprint, &identity)))));
        }
        #[cfg(feature = "issued")]
        if let Some(issued) = self.issued() {
            return Ok(Waiting::Issuer(issued.obtain(identity, &self.config.clock)));
        }
        if self.is_costly() {
            return Ok(self.work(identity));
        }
        Ok(Waiting::reply(Reply::token(mint(&self.config, &self.name, self.value.as_ref(), &identity)?)))
    }

    #[cfg(feature = "issued")]
    fn issued(&self) -> Option<&Arc<IssuedTokens>> {
        self.config.tokens().find(|(_, name)| *name == self.name)?.0.issued()
    }

    fn is_costly(&self) -> bool {
        self.config.widgets.iter().any(|widget| widget.manifest().is_costly(&self.name))
    }

    /// Makes the token on the worker thread, so that it blocks no async thread.
    fn work(&self, identity: Identity) -> Waiting {
        let (config, name, value) = (self.config.clone(), self.name.clone(), self.value.clone());
        let job = move || mint(&config, &name, value.as_ref(), &identity);
        let answer = self.config.worker.as_ref().and_then(|worker| worker.take(job));
        answer.map_or_else(|| Waiting::reply(Reply::busy()), Waiting::Worker)
    }

    fn page_data(&self, person: Option<(&Fingerprint, &Identity)>) -> Reply {
        let (people, _) = person.map(|(_, identity)| self.config.people(identity)).unwrap_or_default();
        let fingerprint = person.map(|(fingerprint, _)| fingerprint);
        let data = self.config.page_data(&self.browser, fingerprint, &people);
        data.to_json().map_or_else(|_| Reply::no_token(TokenError::Signing), Reply::Page)
    }
}

fn mint(config: &Config, name: &str, value: Option<&PageValue>, identity: &Identity) -> Result<Token, TokenError> {
    match value {
        Some(value) => config.mint_with_value(name, value, identity),
        None => config.mint(name, identity),
    }
}

/// Returns the single value that the page sent.
fn page_value(headers: &HeaderMap) -> Result<PageValue, Reply> {
    let mut values = headers.get_all(VALUE_HEADER).iter();
    let only = values.next().filter(|_| values.next().is_none());
    let value = only.and_then(|value| value.to_str().ok()).and_then(PageValue::new);
    value.ok_or(Reply::Error(StatusCode::BAD_REQUEST, "bad-value"))
}

/// Returns the token's name, whether or not nesting has stripped the path.
fn token_name<'a>(path: &'a str, token_path: &str) -> &'a str {
    let stripped = path.strip_prefix(token_path).filter(|rest| rest.starts_with('/'));
    let name = stripped.unwrap_or(path);
    name.strip_prefix('/').unwrap_or(name)
}

/// A response before it is written as HTTP.
enum Reply {
    Token { text: String, lifetime: Option<u64> },
    Page(Vec<u8>),
    Script(Bytes),
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

    /// Reports a full queue with a 503, as for an unknown viewer: the page retries later.
    fn busy() -> Self {
        Self::Error(StatusCode::SERVICE_UNAVAILABLE, "busy")
    }

    #[cfg(feature = "issued")]
    fn not_issued(error: IssueError) -> Self {
        match error {
            IssueError::Failed => Self::Error(StatusCode::SERVICE_UNAVAILABLE, "issuer-failed"),
            IssueError::Slow => Self::Error(StatusCode::SERVICE_UNAVAILABLE, "issuer-slow"),
            IssueError::Busy => Self::busy(),
            IssueError::SessionOver => Self::no_token(TokenError::SessionOver),
        }
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
        let is_script = matches!(self, Self::Script(_));
        let (status, media_type, body, lifetime) = match self {
            Self::Token { text, lifetime } => (StatusCode::OK, "text/plain", text.into(), lifetime),
            Self::Page(json) => (StatusCode::OK, "application/json", json.into(), None),
            Self::Script(text) => (StatusCode::OK, "text/javascript; charset=utf-8", text, None),
            Self::Error(status, error) => {
                let json = serde_json::to_vec(&ErrorBody { error }).unwrap_or_default();
                (status, "application/json", json.into(), None)
            }
        };
        let mut response = Response::new(TokenBody(Some(body)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        if is_script {
            // Its name changes with its text, and every user gets the same.
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
        } else {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(VARY, HeaderValue::from_static("Cookie"));
        }
        // Without `nosniff`, another site can include a bare JWT as a script, and read it from the error that results.
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
    #[cfg(feature = "issued")]
    Issuer(BoxFuture<'static, Result<Token, IssueError>>),
}

impl Waiting {
    fn reply(reply: Reply) -> Self {
        Self::Ready(Some(reply))
    }
}

impl TokenFuture {
    /// Starts the response to this request, for the service or for the layer at its own token path.
    pub(crate) fn of(config: &Arc<Config>, parts: &Parts) -> Self {
        let question = match Question::read(config, parts) {
            Ok(question) => question,
            Err(reply) => return Self::ready(reply),
        };
        match config.identify.ask(parts) {
            Answer::Known(viewer) => Self(question.respond(viewer)),
            Answer::Asked(lookup) => Self(Waiting::Lookup(lookup, question)),
        }
    }

    fn ready(reply: Reply) -> Self {
        Self(Waiting::reply(reply))
    }
}

impl Future for TokenFuture {
    type Output = Result<Response<TokenBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Waiting::Lookup(lookup, question) = &mut self.0 {
            let viewer = ready!(lookup.as_mut().poll(cx));
            self.0 = question.respond(viewer);
        }
        let reply = match &mut self.0 {
            Waiting::Worker(answer) => match ready!(answer.poll_unpin(cx)) {
                Ok(minted) => Some(minted.map_or_else(Reply::no_token, Reply::token)),
                // The job was dropped, or it panicked.
                Err(oneshot::Canceled) => Some(Reply::busy()),
            },
            #[cfg(feature = "issued")]
            Waiting::Issuer(token) => {
                Some(ready!(token.as_mut().poll(cx)).map_or_else(Reply::not_issued, Reply::token))
            }
            Waiting::Ready(reply) => reply.take(),
            Waiting::Lookup(..) => None,
        };
        self.0 = Waiting::Ready(None);
        // The caller polled again after completion, which is its bug but no reason to panic.
        reply.map_or(Poll::Pending, |reply| Poll::Ready(Ok(reply.into_response())))
    }
}

impl fmt::Debug for TokenFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenFuture").finish_non_exhaustive()
    }
}

/// The body of a [`TokenService`] response: one frame. `Debug` does not show it.
#[derive(Default)]
pub struct TokenBody(Option<Bytes>);

impl TokenBody {
    pub(crate) fn next_frame(&mut self) -> Option<Frame<Bytes>> {
        self.0.take().map(Frame::data)
    }
}

impl Body for TokenBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.next_frame().map(Ok))
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
