//! The application behind the proxy: forwards requests to it and returns its responses.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::uri::{Authority, InvalidUriParts, PathAndQuery, Scheme};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper::upgrade::{self, OnUpgrade};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::copy_bidirectional;

use super::headers;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;
pub(crate) type Body = BoxBody<Bytes, BoxError>;
pub(crate) type Answer = Response<Body>;

const CONNECT: Duration = Duration::from_secs(5);
/// The idle time of connections, which is shorter than that of application servers.
///
/// A request on a connection that the server is closing would fail.
const KEEP_IDLE: Duration = Duration::from_secs(2);

/// The client's address, in the extensions of its request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The connections to the application. Cheap to clone: the clones share them.
#[derive(Clone)]
pub(crate) struct Upstream {
    client: Client<HttpConnector, Incoming>,
    authority: Authority,
    proxy_in_front: bool,
}

impl Upstream {
    pub(crate) fn new(authority: Authority, proxy_in_front: bool) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(KEEP_IDLE)
            .pool_timer(TokioTimer::new())
            .http1_preserve_header_case(true)
            .build(connector);
        Self { client, authority, proxy_in_front }
    }

    pub(crate) async fn forward(&self, mut request: Request<Incoming>) -> Answer {
        if let Some(refusal) = refusal(&request) {
            return refusal;
        }
        name_host(&mut request);
        let websocket = headers::asks_for_websocket(request.method(), request.headers());
        let client = websocket.then(|| upgrade::on(&mut request));
        if self.address(&mut request).is_err() {
            return note(StatusCode::BAD_REQUEST, "This URL cannot be forwarded.");
        }
        self.prepare(&mut request, websocket);
        match self.client.request(request).await {
            Ok(response) => receive(response, client),
            Err(error) => {
                eprintln!("the application does not respond: {}", chain(&error));
                unreachable()
            }
        }
    }

    /// Replaces the request's URL by the same path and query at the application.
    fn address(&self, request: &mut Request<Incoming>) -> Result<(), InvalidUriParts> {
        let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        let mut parts = http::uri::Parts::default();
        (parts.scheme, parts.authority) = (Some(Scheme::HTTP), Some(self.authority.clone()));
        parts.path_and_query = Some(path);
        *request.uri_mut() = Uri::from_parts(parts)?;
        Ok(())
    }

    fn prepare(&self, request: &mut Request<Incoming>, websocket: bool) {
        // A body without a length is sent chunked, even for a GET, which hyper would otherwise send without its body.
        let has_body = !request.body().is_end_stream() && request.body().size_hint().exact().is_none();
        let peer = request.extensions().get().copied();
        *request.version_mut() = Version::HTTP_11;
        let headers = request.headers_mut();
        let trailers = headers::takes_trailers(headers);
        headers::strip_hop_by_hop(headers);
        headers::strip_false_identities(headers);
        if websocket {
            headers::ask_for_websocket(headers);
        }
        if trailers {
            headers::ask_for_trailers(headers);
        }
        if has_body {
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        if let Some(Peer(peer)) = peer {
            headers::tell_the_way(headers, peer, self.proxy_in_front);
        }
        if headers::may_be_page(headers) {
            headers::ask_for_plain_text(headers);
        }
    }
}

/// The response to a request that cannot be forwarded as it is meant.
fn refusal(request: &Request<Incoming>) -> Option<Answer> {
    if *request.method() == Method::CONNECT {
        let mut answer = note(StatusCode::METHOD_NOT_ALLOWED, "This proxy opens no tunnels.");
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
        return Some(answer);
    }
    let hosts = request.headers().get_all(HOST).iter().count();
    let missing = hosts == 0 && request.uri().authority().is_none() && request.version() > Version::HTTP_10;
    (hosts > 1 || missing).then(|| note(StatusCode::BAD_REQUEST, "A request must name exactly one host."))
}

/// A whole URL in the request line determines the host: RFC 9112, section 3.2.2.
fn name_host(request: &mut Request<Incoming>) {
    let named = request.uri().authority().and_then(|named| HeaderValue::try_from(named.as_str()).ok());
    if let Some(host) = named {
        request.headers_mut().insert(HOST, host);
    }
}

fn receive(mut response: Response<Incoming>, client: Option<OnUpgrade>) -> Answer {
    let upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    let websocket = headers::is_websocket(response.headers());
    headers::strip_hop_by_hop(response.headers_mut());
    *response.version_mut() = Version::HTTP_11;
    if upgraded {
        let Some(client) = client.filter(|_| websocket) else {
            eprintln!("the application switches to a protocol that was not requested");
            return unreachable();
        };
        headers::ask_for_websocket(response.headers_mut());
        tokio::spawn(tunnel(client, upgrade::on(&mut response)));
    }
    response.map(|body| body.map_err(Into::into).boxed())
}

/// Copies a WebSocket's bytes in both directions until one side ends.
async fn tunnel(client: OnUpgrade, application: OnUpgrade) {
    // If one side has closed its connection, there is no tunnel.
    if let (Ok(client), Ok(application)) = tokio::join!(client, application) {
        let _ = copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(application)).await;
    }
}

/// An error with its causes. None of them contains data of the request.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn unreachable() -> Answer {
    let page = Bytes::from_static(include_bytes!("unreachable.html"));
    answer(StatusCode::BAD_GATEWAY, "text/html; charset=utf-8", page)
}

fn note(status: StatusCode, text: &'static str) -> Answer {
    answer(status, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}

fn answer(status: StatusCode, media_type: &'static str, content: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(content).map_err(|never| match never {}).boxed());
    *answer.status_mut() = status;
    let headers: [(HeaderName, &str); 2] = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")];
    answer.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    answer
}
