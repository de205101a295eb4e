//! Lengths and framing on a real loopback socket through hyper and axum, where a wrong length or a lost tail shows.

use std::convert::Infallible;

use axum::{Router, body::Body, response::Html, routing::get};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Request, Response, StatusCode};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, ServiceBuilder, service_fn};
use tower_widget_identity::{Viewer, WidgetBody, Widgets};

use crate::support::{
    FP_2, MARKER, cut,
    pages::{PAGE, html, user},
    widgets,
};

const HEAD: usize = "<!doctype html><html><head>".len();

/// The page as a stream of frames of this size, so that its length is unknown.
fn streamed(size: usize) -> Response<Body> {
    let frames: Vec<_> =
        PAGE.as_bytes().chunks(size).map(|chunk| Ok::<_, Infallible>(Bytes::from_static(chunk))).collect();
    html(Body::from_stream(stream::iter(frames)))
}

/// A response as it came over the socket.
struct Wire {
    head: String,
    body: Vec<u8>,
}

impl Wire {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    fn page(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body without the chunked coding, chunk by chunk.
    fn chunks(&self) -> Vec<String> {
        let mut rest = self.page();
        let mut chunks = Vec::new();
        while let Some((length, tail)) = rest.split_once("\r\n") {
            let length = usize::from_str_radix(length, 16).unwrap();
            if length == 0 {
                assert_eq!(tail, "\r\n", "ends properly");
                return chunks;
            }
            chunks.push(tail[..length].to_owned());
            rest = tail[length..].strip_prefix("\r\n").unwrap();
        }
        panic!("no last chunk in {:?}", self.page());
    }
}

async fn exchange(address: std::net::SocketAddr, method: &str, path: &str) -> Wire {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nSec-Fetch-Dest: document\r\nAccept: text/html\r\n\
         Cookie: {MARKER}={FP_2}\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).await.unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
    Wire { head: String::from_utf8(bytes[..end].to_vec()).unwrap(), body: bytes[end..].to_vec() }
}

/// The layers around a hyper service, without a framework.
async fn through_hyper(method: &str, answer: impl Fn() -> Response<Body> + Clone + Send + 'static) -> Wire {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = service_fn(move |_: Request<hyper::body::Incoming>| {
        let mut response = answer();
        response.extensions_mut().insert(user(1));
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let service = TowerToHyperService::new(widgets().layer().layer(service));
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service);
        // An error of the body is an error of the connection, which some tests expect.
        connection.await.ok();
    });
    let wire = exchange(address, method, "/").await;
    server.await.unwrap();
    wire
}

/// An axum application with the layer inside of the router, or around it.
async fn through_axum(method: &str, path: &str, around: bool) -> Wire {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let says = axum::middleware::map_response(async |mut response: axum::response::Response| {
        response.extensions_mut().insert(user(1));
        response
    });
    let router = Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/own", get(async || ([("content-length", PAGE.len().to_string())], Html(PAGE))))
        .route("/stream", get(async || streamed(16)))
        .layer(says);
    let server = if around {
        let service = ServiceBuilder::new()
            .map_response(|response: Response<WidgetBody<Body>>| response.map(Body::new))
            .layer(widgets().layer())
            .service(router);
        tokio::spawn(async move { axum::serve(listener, tower::make::Shared::new(service)).await })
    } else {
        tokio::spawn(async move { axum::serve(listener, router.layer(widgets().layer())).await })
    };
    let wire = exchange(address, method, path).await;
    server.abort();
    wire
}

#[tokio::test]
async fn content_length_of_the_application_is_corrected() {
    let sized = || {
        let mut response = html(Body::from(PAGE));
        response.headers_mut().insert("content-length", PAGE.len().into());
        response
    };
    let wire = through_hyper("GET", sized).await;
    assert_eq!(wire.header("content-length"), Some(wire.body.len().to_string().as_str()));
    let (before, _, after) = cut(wire.page());
    assert_eq!(format!("{before}{after}"), PAGE);
}

#[tokio::test]
async fn missing_length_becomes_exact() {
    let wire = through_hyper("GET", || html(Body::from(PAGE))).await;
    assert_eq!(wire.header("content-length"), Some(wire.body.len().to_string().as_str()));
}

#[tokio::test]
async fn chunked_page_stays_chunked_whatever_its_frames() {
    for size in [1, 2, 16, HEAD, PAGE.len()] {
        let wire = through_hyper("GET", move || streamed(size)).await;
        assert_eq!(wire.header("transfer-encoding"), Some("chunked"), "{size}");
        assert_eq!(wire.header("content-length"), None);
        let page = wire.chunks().concat();
        let (before, _, after) = cut(&page);
        assert_eq!((before, after), (&PAGE[..HEAD], &PAGE[HEAD..]), "{size}");
    }
}

#[tokio::test]
async fn unreadable_length_is_dropped() {
    let odd = || {
        let mut response = streamed(16);
        response.headers_mut().insert("content-length", "many".parse().unwrap());
        response
    };
    let wire = through_hyper("GET", odd).await;
    assert_eq!((wire.header("content-length"), wire.header("transfer-encoding")), (None, Some("chunked")));
    cut(&wire.chunks().concat());
}

#[tokio::test]
async fn layer_inside_and_around_a_router_is_right_for_get_and_head() {
    for around in [false, true] {
        for path in ["/", "/own"] {
            let wire = through_axum("GET", path, around).await;
            assert_eq!(wire.header("content-length"), Some(wire.body.len().to_string().as_str()), "{path} {around}");
            cut(wire.page());
            let wire = through_axum("HEAD", path, around).await;
            assert_eq!(wire.body, b"", "{path} around: {around}");
            assert_eq!(wire.header("content-length"), None, "{path} around: {around}");
            assert_eq!(wire.header("cache-control"), Some("private, no-store"));
        }
        let wire = through_axum("GET", "/stream", around).await;
        cut(&wire.chunks().concat());
        assert_eq!(through_axum("HEAD", "/stream", around).await.body, b"");
    }
}

/// The response of an application with this viewer, with or without the layer, to a browser without a marker.
async fn bytes_of(path: &str, viewer: Option<Viewer>, layered: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let cached = [("cache-control", "public, max-age=60"), ("etag", "\"v1\""), ("last-modified", "then")];
    let router =
        Router::new().route("/", get(async move || (cached, Html(PAGE)))).route("/stream", get(async || streamed(7)));
    let widgets = if layered { widgets() } else { Widgets::disabled() };
    let says = axum::middleware::map_request(move |mut request: axum::extract::Request| {
        if let Some(viewer) = viewer.clone() {
            request.extensions_mut().insert(viewer);
        }
        std::future::ready(request)
    });
    let server = tokio::spawn(async move { axum::serve(listener, router.layer(widgets.layer()).layer(says)).await });
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nSec-Fetch-Dest: document\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = String::new();
    socket.read_to_string(&mut bytes).await.unwrap();
    server.abort();
    bytes.lines().filter(|line| !line.starts_with("date: ")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn signed_out_page_and_404_are_the_same_bytes_as_without_the_layer() {
    for (path, viewer) in [
        ("/", Some(Viewer::SignedOut)),
        ("/stream", Some(Viewer::SignedOut)),
        ("/", None),
        ("/lost", None),
        ("/lost", Some(user(1))),
    ] {
        let bare = bytes_of(path, viewer.clone(), false).await;
        assert!(bare.starts_with("HTTP/1.1 "), "{bare}");
        assert_eq!(bytes_of(path, viewer.clone(), true).await, bare, "{path} {viewer:?}");
    }
    assert_ne!(bytes_of("/", Some(user(1)), true).await, bytes_of("/", Some(user(1)), false).await);
}

#[tokio::test]
async fn statuses_without_a_page_are_untouched() {
    for status in [204, 205, 206, 304] {
        let bare = move || {
            let mut response = html(if status == 206 { Body::from("<html>") } else { Body::empty() });
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response.headers_mut().insert("etag", "\"v1\"".parse().unwrap());
            response
        };
        let wire = through_hyper("GET", bare).await;
        assert_eq!(wire.header("etag"), Some("\"v1\""), "{status}");
        assert_eq!(wire.header("cache-control"), None, "{status}");
        assert_eq!(wire.page(), if status == 206 { "<html>" } else { "" }, "{status}");
    }
}

#[tokio::test]
async fn error_after_the_snippet_breaks_the_page_off_as_without_the_layer() {
    let failing = || {
        let frames = [Ok(Bytes::from_static(b"<html><p>")), Err(std::io::Error::other("inner"))];
        // hyper writes the head together with the first frame only if the next frame is not ready at once.
        let paced = stream::iter(frames).then(async |frame| {
            tokio::task::yield_now().await;
            frame
        });
        html(Body::from_stream(paced))
    };
    let wire = through_hyper("GET", failing).await;
    assert!(wire.page().contains("data-widget") && !wire.page().ends_with("0\r\n\r\n"));
}
