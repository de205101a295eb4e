//! The layers with others: applied twice, in either order, around compression, upgrades and services that are not
//! ready.

use std::{
    convert::Infallible,
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{Router, body::Body, extract::WebSocketUpgrade, routing::any};
use flate2::read::GzDecoder;
use http::{Request, Response};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, limit::ConcurrencyLimitLayer, service_fn};
use tower_http::compression::CompressionLayer;
use tower_widget_identity::{Identity, Outcome, OutcomeKind, Viewer, WidgetBody};

use crate::support::{
    FP_1, FP_2, MARKER, builder, cut,
    pages::{PAGE, user},
    snippet,
    socket::{Answer, Client, Server, answering, request, without_epochs},
    widgets,
};

fn page<R>(_: &R) -> Response<Body> {
    let page = Response::builder().header("content-type", "text/html").header("etag", "\"v1\"").extension(user(1));
    page.body(PAGE.into()).unwrap()
}

/// Copies the outcome into a header, for the test.
fn outcome_in_header<B>(mut response: Response<B>) -> Response<B> {
    if let Some(outcome) = response.extensions().get::<Outcome>().map(Outcome::as_str) {
        response.headers_mut().insert("x-outcome", outcome.parse().unwrap());
    }
    response
}

// ---- twice, and in either order -----------------------------------------------------------------------------------

#[tokio::test]
async fn layers_applied_twice_and_thrice_give_the_same_bytes_as_once() {
    let (one, two, three) = (widgets().layer(), widgets().layer(), widgets().layer());
    let service = answering(page);
    let requests = request("GET", "/", &[])
        + &request("HEAD", "/", &[])
        + &request("GET", "/", &[("connection", "close"), ("cookie", &format!("{MARKER}={FP_2}"))]);
    let once = Server::http1(one.layer(service.clone())).await.transcript(&requests).await;
    let twice = Server::http1(one.layer(two.layer(service.clone()))).await.transcript(&requests).await;
    let thrice = Server::http1(one.layer(two.layer(three.layer(service)))).await.transcript(&requests).await;
    let [once, twice, thrice] = [once, twice, thrice].map(|bytes| without_epochs(&String::from_utf8(bytes).unwrap()));
    assert_eq!(once.matches("<script data-cfasync=\"false\" data-widget=").count(), 2);
    assert_eq!(once.matches("-kept=;").count(), 3);
    assert_eq!((twice, thrice), (once.clone(), once));
}

/// The response of a logout route to a POST, with the page layer around the logout layer or inside of it.
async fn signing_out(page_is_outer: bool, status: u16) -> Answer {
    let service = answering(move |request: &Request<_>| {
        let mut response = page(request);
        *response.status_mut() = status.try_into().unwrap();
        response.headers_mut().insert("location", "/".parse().unwrap());
        response.extensions_mut().remove::<Viewer>();
        response
    });
    // A snapshot: it still names the user after the logout.
    let widgets = builder().identify(|_| Some(Identity::new("user-1"))).build().unwrap();
    let cookie = format!("{MARKER}={FP_1}; intercom-session-abcd1234=s");
    let post = request("POST", "/logout", &[("cookie", &cookie), ("content-length", "0")]);
    let outcome = ServiceBuilder::new().map_response(outcome_in_header);
    let server = if page_is_outer {
        let service = outcome.layer(widgets.layer()).layer(widgets.logout_layer()).service(service);
        Server::http1(service).await
    } else {
        let service = outcome.layer(widgets.logout_layer()).layer(widgets.layer()).service(service);
        Server::http1(service).await
    };
    let mut client = Client::of(server.address).await;
    let first = client.ask(&post).await;
    let second = client.ask(&post).await;
    let headers = |answer: &Answer| without_epochs(&format!("{:?}", answer.headers));
    assert_eq!((headers(&first), first.body()), (headers(&second), second.body()), "on a connection that goes on");
    assert!(first.whole);
    first
}

#[tokio::test]
async fn logout_ends_the_session_once_with_the_layers_in_either_order() {
    for page_is_outer in [true, false] {
        for (status, outcome) in [(303, "logout"), (204, "logout"), (200, "shutdown"), (403, "boot")] {
            let answer = signing_out(page_is_outer, status).await;
            assert_eq!(answer.header("x-outcome"), Some(outcome), "{status} outer: {page_is_outer}");
            let out = format!("{MARKER}=out; Path=/; Secure; SameSite=Lax; Max-Age=34560000");
            let ended = answer.all("set-cookie").into_iter().filter(|line| *line == out).count();
            assert_eq!(ended, usize::from(outcome != "boot"), "{status} outer: {page_is_outer}");
            let expired = answer.all("set-cookie").iter().filter(|line| line.starts_with("intercom-")).count();
            assert_eq!(expired, if outcome == "boot" { 0 } else { 3 }, "host-only and two levels");
            assert!(answer.all("cache-control").join(", ").contains("no-store"));
            assert_eq!(answer.header("location"), Some("/"));
            let page = answer.page();
            match outcome {
                "logout" => assert!(page.is_empty() || page == PAGE),
                "shutdown" => assert_eq!(snippet(cut(&page).1)["seen"], "out"),
                _ => assert_eq!(snippet(cut(&page).1)["fp"], FP_1),
            }
            assert_eq!(page.contains("eyJ"), outcome == "boot", "a token only where the logout failed");
        }
    }
}

// ---- compression --------------------------------------------------------------------------------------------------

fn unzipped(answer: &Answer) -> String {
    let mut page = String::new();
    GzDecoder::new(&*answer.body()).read_to_string(&mut page).unwrap();
    page
}

async fn zipped<S, B>(service: S) -> Answer
where
    S: Service<Request<hyper::body::Incoming>, Response = Response<B>, Error = Infallible, Future: Send>,
    S: Clone + Send + 'static,
    B: http_body::Body<Data: Send, Error: Into<axum::BoxError>> + Send + 'static,
{
    let server = Server::http1(ServiceBuilder::new().map_response(outcome_in_header).service(service)).await;
    let answer = server.ask(&request("GET", "/", &[("accept-encoding", "gzip")])).await;
    assert_eq!((answer.header("content-encoding"), answer.whole), (Some("gzip"), true));
    answer
}

#[tokio::test]
async fn compression_outside_compresses_the_page_with_the_snippet_in_it() {
    let compressed = ServiceBuilder::new().layer(CompressionLayer::new()).layer(widgets().layer());
    let answer = zipped(compressed.service(answering(page))).await;
    assert_eq!(answer.header("x-outcome"), Some("boot"));
    let page = unzipped(&answer);
    let (before, element, after) = cut(&page);
    assert_eq!(format!("{before}{after}"), PAGE);
    assert_eq!(snippet(element)["fp"], FP_1);
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert_eq!((answer.header("etag"), answer.header("content-length")), (None, None));
    let vary = answer.all("vary").join(", ").to_ascii_lowercase();
    assert!(vary.contains("cookie") && vary.contains("accept-encoding"), "{vary}");
}

#[tokio::test]
async fn compression_inside_hides_the_page_and_is_in_the_outcome() {
    let bare = zipped(CompressionLayer::new().layer(answering(page))).await;
    let inside = ServiceBuilder::new().layer(widgets().layer()).layer(CompressionLayer::new());
    let both = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .layer(widgets().layer())
        .layer(CompressionLayer::new())
        .service(answering(page));
    for answer in [zipped(inside.service(answering(page))).await, zipped(both).await] {
        assert_eq!(answer.header("x-outcome"), Some("encoded"));
        assert_eq!(unzipped(&answer), PAGE, "one encoding, and no snippet");
        let headers = |answer: &Answer| {
            let headers = answer.headers.iter().filter(|(name, _)| name != "x-outcome").cloned();
            headers.collect::<Vec<_>>()
        };
        assert_eq!(headers(&answer), headers(&bare));
    }
}

#[tokio::test]
async fn compression_inside_does_not_affect_browsers_that_do_not_accept_it() {
    let inside = ServiceBuilder::new().layer(widgets().layer()).layer(CompressionLayer::new());
    let answer = Server::http1(inside.service(answering(page))).await.load("/").await;
    cut(&answer.page());
}

// ---- upgrades -----------------------------------------------------------------------------------------------------

async fn echo(upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    })
}

/// A text frame as a client sends it: <https://www.rfc-editor.org/rfc/rfc6455#section-5.2>.
fn masked(text: &str) -> Vec<u8> {
    let mask = [7, 1, 8, 2];
    let payload = text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    [0x81, 0x80 | u8::try_from(text.len()).unwrap()].into_iter().chain(mask).chain(payload).collect()
}

#[tokio::test]
async fn websocket_passes_both_layers_in_either_order() {
    let signed_in = builder().identify(|_| Some(Identity::new("user-1"))).build().unwrap();
    let router = Router::new().route("/echo", any(echo));
    let routers = [
        router.clone().layer(signed_in.layer()).layer(signed_in.logout_layer()),
        router.clone().layer(signed_in.logout_layer()).layer(signed_in.layer()),
        router.layer(signed_in.layer()).layer(CompressionLayer::new()).layer(signed_in.layer()),
    ];
    for router in routers {
        let server = Server::http1(router).await;
        for dest in ["websocket", "document", "empty"] {
            let mut client = Client::of(server.address).await;
            let upgrade = format!(
                "GET /echo HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                 Sec-Fetch-Dest: {dest}\r\nAccept: text/html\r\nCookie: {MARKER}={FP_2}\r\n\r\n"
            );
            let head = client.ask(&upgrade).await;
            assert_eq!((head.status, head.header("upgrade")), (101, Some("websocket")), "{dest}");
            assert_eq!(head.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
            assert_eq!((head.header("set-cookie"), head.header("cache-control")), (None, None));
            for text in ["<!doctype html><html><head>", "hello"] {
                client.send(&masked(text)).await;
                let frame = client.exactly(2 + text.len()).await;
                assert_eq!((frame[0], &frame[2..]), (0x81, text.as_bytes()), "{dest}");
            }
        }
    }
}

// ---- services that are not ready ------------------------------------------------------------------------------------

/// Is ready at the third poll, or never; panics when it is called before it is ready.
#[derive(Debug)]
struct Strict {
    polls: usize,
    fails: bool,
    ready: bool,
}

impl Strict {
    fn new(fails: bool) -> Self {
        Self { polls: 0, fails, ready: false }
    }
}

/// A clone is not ready, like a clone of a rate limit.
impl Clone for Strict {
    fn clone(&self) -> Self {
        Self::new(self.fails)
    }
}

impl<R> Service<Request<R>> for Strict {
    type Response = Response<Body>;
    type Error = std::io::Error;
    type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.polls += 1;
        if self.polls < 3 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.ready = true;
        Poll::Ready(if self.fails { Err(std::io::Error::other("never ready")) } else { Ok(()) })
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without being ready");
        self.polls = 0;
        std::future::ready(Ok(page(&request)))
    }
}

async fn ready<S: Service<Request<()>>>(service: &mut S) -> Result<&mut S, S::Error> {
    service.ready().await
}

#[tokio::test]
async fn service_is_called_only_when_ready_and_keeps_its_own_error() {
    let load = || Request::builder().header("sec-fetch-dest", "document").body(()).unwrap();
    let mut service = widgets().layer().layer(widgets().logout_layer().layer(Strict::new(false)));
    for _ in 0..3 {
        let response = ready(&mut service).await.unwrap().call(load()).await.unwrap();
        assert_eq!(response.extensions().get().map(Outcome::kind), Some(OutcomeKind::Boot));
    }
    let mut fails = widgets().layer().layer(Strict::new(true));
    let error: std::io::Error = ready(&mut fails).await.unwrap_err();
    assert_eq!(error.to_string(), "never ready");
}

#[tokio::test]
async fn error_of_a_call_is_returned_unchanged() {
    let load = || Request::builder().header("sec-fetch-dest", "document").extension(user(1)).body(()).unwrap();
    let fails = service_fn(async |_: Request<()>| Err::<Response<Body>, _>(std::io::Error::other("inner")));
    let service = widgets().layer().layer(widgets().logout_layer().layer(fails));
    let error: std::io::Error = service.oneshot(load()).await.map(drop).unwrap_err();
    assert_eq!(error.to_string(), "inner");
}

#[tokio::test]
async fn service_that_is_never_ready_ends_the_connection() {
    let server = Server::http1(widgets().layer().layer(Strict::new(false))).await;
    let mut client = Client::of(server.address).await;
    for _ in 0..3 {
        cut(&client.ask(&request("GET", "/", &[])).await.page());
    }
    let server = Server::http1(widgets().layer().layer(Strict::new(true))).await;
    assert_eq!(server.transcript(&request("GET", "/", &[])).await, b"");
}

#[tokio::test]
async fn back_pressure_from_inside_reaches_the_caller() {
    let (free, waiting) = tokio::sync::oneshot::channel::<()>();
    let waiting = Arc::new(std::sync::Mutex::new(Some(waiting)));
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let slow = service_fn(move |request: Request<()>| {
        counted.fetch_add(1, Ordering::Relaxed);
        let waiting = waiting.lock().unwrap().take();
        async move {
            if let Some(waiting) = waiting {
                waiting.await.ok();
            }
            Ok::<_, Infallible>(page(&request))
        }
    });
    let limited = ServiceBuilder::new().layer(widgets().layer()).layer(ConcurrencyLimitLayer::new(1)).service(slow);
    let (mut first, mut second) = (limited.clone(), limited);
    let load = || Request::builder().header("sec-fetch-dest", "document").body(()).unwrap();
    let mut running = Box::pin(first.ready().await.unwrap().call(load()));
    assert!(futures::poll!(&mut running).is_pending());
    assert!(futures::poll!(second.ready()).is_pending(), "one at a time");
    free.send(()).unwrap();
    let response: Response<WidgetBody<Body>> = running.await.unwrap();
    assert_eq!(response.extensions().get().map(Outcome::kind), Some(OutcomeKind::Boot));
    second.ready().await.unwrap().call(load()).await.unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}
