//! What goes over the socket: framing, statuses, types, lengths, HTTP/1.0, HTTP/1.1 and HTTP/2.

use std::convert::Infallible;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tower::Layer;

use crate::support::{
    FP_2, MARKER, SECRET, cut,
    pages::{PAGE, user},
    snippet,
    socket::{Answer, Client, Server, answering, request, within, without_epochs},
    verify, widgets,
};

/// A page of the signed-in user-1.
fn answer(status: u16, headers: &[(&str, &str)], body: Body) -> Response<Body> {
    let mut response = Response::builder().status(status).extension(user(1));
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body).unwrap()
}

/// A body of unknown length, paced so that hyper writes what it has before it polls for more.
fn in_frames(bytes: &'static [u8], size: usize) -> Body {
    Body::from_stream(stream::unfold(bytes.chunks(size), async |mut frames| {
        tokio::task::yield_now().await;
        let frame = frames.next()?;
        Some((Ok::<_, Infallible>(Bytes::from_static(frame)), frames))
    }))
}

/// The page without the snippet, whose token must be user-1's.
fn without_snippet(page: &str) -> String {
    let (before, element, after) = cut(page);
    let data = snippet(element);
    let token = data["people"]["intercom"]["intercom_user_jwt"].as_str().expect("a token");
    assert_eq!(verify(SECRET, token).unwrap().claims["user_id"], "user-1");
    assert_eq!(page.matches("<script data-cfasync=\"false\" data-widget=").count(), 1);
    format!("{before}{after}")
}

/// Another user's marker: the strongest reason to change the response.
fn marker() -> String {
    format!("{MARKER}={FP_2}")
}

// ---- what is no page ----------------------------------------------------------------------------------------------

type Odd = (u16, &'static [(&'static str, &'static str)], &'static [u8]);

const HTML: (&str, &str) = ("content-type", "text/html");
const UTF_16_LE: &[u8] = b"\xff\xfe<\0h\0t\0m\0l\0>\0<\0p\0>\0";
const UTF_16_BE: &[u8] = b"\xfe\xff\0<\0h\0t\0m\0l\0>\0<\0p\0>";

const NO_PAGES: [Odd; 24] = [
    (100, &[HTML], b""),
    (102, &[HTML], b""),
    (103, &[HTML, ("link", "</app.css>; rel=preload")], b""),
    (204, &[HTML, ("etag", "\"v1\"")], b""),
    (205, &[HTML, ("content-length", "0")], b""),
    (206, &[HTML, ("content-range", "bytes 0-5/99")], b"<html>"),
    (206, &[HTML], b"<html>"),
    (301, &[HTML, ("location", "/")], b"<html><p>moved"),
    (304, &[HTML, ("etag", "\"v1\"")], b""),
    (304, &[HTML, ("content-length", "78")], b""),
    (200, &[], b"<html>"),
    (200, &[("content-type", "text/htmlx")], b"<html>"),
    (200, &[("content-type", "text/html+xml")], b"<html>"),
    (200, &[("content-type", "application/xhtml+xml")], b"<html/>"),
    (200, &[("content-type", "text/html, text/plain")], b"<html>"),
    (200, &[HTML, HTML], b"<html>"),
    (200, &[("content-type", "text/html; charset=utf-16")], UTF_16_LE),
    (200, &[("content-type", "text/html;charset=\"UTF-16BE\"")], UTF_16_BE),
    (200, &[HTML], UTF_16_LE),
    (200, &[("content-type", "text/html; charset=utf-8")], UTF_16_BE),
    (200, &[HTML, ("content-encoding", "br"), ("content-length", "6")], b"<html>"),
    (200, &[HTML, ("content-disposition", "attachment; filename=a.html")], b"<html>"),
    (200, &[HTML, ("cache-control", "no-transform")], b"<html>"),
    (200, &[("content-type", "text/event-stream")], b"data: <html>\n\n"),
];

#[tokio::test]
async fn responses_without_a_page_are_the_same_bytes_on_a_kept_connection() {
    for (status, headers, body) in NO_PAGES {
        for streamed in [false, true] {
            let service = answering(move |request: &Request<Incoming>| match request.uri().path() {
                "/next" => answer(200, &[("content-type", "text/plain")], "next".into()),
                _ if streamed && !body.is_empty() => answer(status, headers, in_frames(body, 1)),
                _ => answer(status, headers, body.into()),
            });
            let cookie = marker();
            let requests = request("GET", "/", &[("cookie", &cookie)])
                + &request("GET", "/", &[])
                + &request("GET", "/next", &[("connection", "close")]);
            let bare = Server::http1(service.clone()).await.transcript(&requests).await;
            let layered = Server::http1(widgets().layer().layer(service)).await.transcript(&requests).await;
            let (bare, layered) = (String::from_utf8_lossy(&bare), String::from_utf8_lossy(&layered));
            assert!(bare.starts_with("HTTP/1.1 "), "{bare:?}");
            // hyper itself responds to a final 1xx with a 500, and closes the connection.
            assert!(status < 200 || bare.ends_with("next"), "{status}: {bare:?}");
            assert_eq!(layered, bare, "{status} {headers:?}");
        }
    }
}

#[tokio::test]
async fn head_responses_that_cannot_have_a_snippet_are_the_same_bytes() {
    for (status, headers, body) in NO_PAGES.into_iter().filter(|(_, _, body)| !body.starts_with(&[0xff])) {
        if body == UTF_16_BE {
            continue; // a response without a body cannot tell how the body begins
        }
        let service = answering(move |_: &Request<Incoming>| answer(status, headers, body.into()));
        let requests = request("HEAD", "/", &[]) + &request("HEAD", "/", &[("connection", "close")]);
        let bare = Server::http1(service.clone()).await.transcript(&requests).await;
        let layered = Server::http1(widgets().layer().layer(service)).await.transcript(&requests).await;
        assert!(bare.starts_with(b"HTTP/1.1 "));
        assert_eq!(String::from_utf8_lossy(&layered), String::from_utf8_lossy(&bare), "{status} {headers:?}");
    }
}

// ---- pages, in every framing --------------------------------------------------------------------------------------

#[tokio::test]
async fn page_with_any_headers_has_the_snippet_and_correct_framing() {
    let types = [
        "text/html",
        "Text/HTML;Charset=\"UTF-8\"",
        "TEXT/HTML ; charset=utf-8",
        "text/html; charset=\"Shift_JIS\"",
        "text/html; x=y; charset=windows-1252",
        "text/html;",
    ];
    for (content_type, status) in types.into_iter().zip([200, 201, 404, 410, 500, 503]) {
        for size in [0, 1, 7, PAGE.len()] {
            let service = answering(move |_: &Request<Incoming>| {
                let body = if size == 0 { PAGE.into() } else { in_frames(PAGE.as_bytes(), size) };
                answer(status, &[("content-type", content_type)], body)
            });
            let server = Server::http1(widgets().layer().layer(service)).await;
            let mut client = Client::of(server.address).await;
            for _ in 0..2 {
                let page = client.ask(&request("GET", "/", &[("cookie", &marker())])).await;
                assert_eq!((page.status, page.whole), (status, true), "{content_type} {size}");
                assert_eq!(without_snippet(&page.page()), PAGE);
                assert_eq!(page.header("content-type"), Some(content_type));
                assert_eq!(page.header("cache-control"), Some("private, no-store"));
                assert_eq!(page.header("content-length").is_some(), size == 0, "exact, or chunked");
            }
        }
    }
}

#[tokio::test]
async fn http_1_0_page_ends_with_the_connection() {
    for size in [0, 5] {
        let service = answering(move |_: &Request<Incoming>| {
            answer(200, &[HTML], if size == 0 { PAGE.into() } else { in_frames(PAGE.as_bytes(), size) })
        });
        let server = Server::http1(widgets().layer().layer(service)).await;
        let said = server.transcript("GET / HTTP/1.0\r\nHost: a.test\r\nAccept: text/html\r\n\r\n").await;
        let said = String::from_utf8(said).unwrap();
        let (head, page) = said.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200") && !head.contains("chunked"), "{head}");
        assert_eq!(without_snippet(page), PAGE);
    }
}

/// The transcript of two page loads on one connection, where the application announces this length.
async fn with_length(layered: bool, page: &'static str, length: &str, streamed: bool) -> String {
    let length = length.to_owned();
    let service = answering(move |_: &Request<Incoming>| {
        let body = if streamed { in_frames(page.as_bytes(), 20) } else { page.into() };
        answer(200, &[HTML, ("content-length", &length)], body)
    });
    let server =
        if layered { Server::http1(widgets().layer().layer(service)).await } else { Server::http1(service).await };
    let requests = request("GET", "/", &[]) + &request("GET", "/", &[("connection", "close")]);
    String::from_utf8(server.transcript(&requests).await).unwrap()
}

#[tokio::test]
async fn length_keeps_the_error_of_the_application_and_gets_no_other() {
    for (page, off, streamed) in [
        (PAGE, 0, false),
        (PAGE, 0, true),
        (PAGE, 9, true),
        (PAGE, -9, true),
        ("<html>", 0, true),
        ("<html>", 9, true),
        ("<!doctype html><html><p>", -3, true),
    ] {
        let length = page.len() as i64 + off;
        let bare = with_length(false, page, &length.to_string(), streamed).await;
        let mut layered = with_length(true, page, &length.to_string(), streamed).await;
        assert!(bare.contains(&format!("content-length: {length}\r\n")));
        // Without its snippet, and with the snippet's size taken off the length, it is unchanged.
        while let Some(start) = layered.find("<script data-cfasync=\"false\" data-widget=") {
            let size = layered[start..].find("</script>").unwrap() + "</script>".len();
            layered.replace_range(start..start + size, "");
            let longer = format!("content-length: {}\r\n", length + size as i64);
            assert!(layered.contains(&longer), "{off}: {layered}");
            layered = layered.replacen(&longer, &format!("content-length: {length}\r\n"), 1);
        }
        let kept = format!("set-cookie: {MARKER}-kept=; Path=/; Secure; SameSite=Lax; Max-Age=34560000\r\n");
        let layered = without_epochs(&layered).replace(&kept, "");
        let layered = layered.replace("cache-control: private, no-store\r\nvary: Cookie\r\n", "");
        assert_eq!(layered, bare, "{page} {off}");
        // Two responses if the connection survives; a page that is too short ends it.
        assert_eq!(bare.matches("HTTP/1.1 200 OK").count(), if off > 0 { 1 } else { 2 });
    }
}

#[tokio::test]
async fn invalid_length_is_dropped() {
    for length in ["many", "-1", "", "+78", "78, 78", "0x4e", "18446744073709551615", "99999999999999999999"] {
        let said = with_length(true, PAGE, length, true).await;
        assert!(!said.contains("content-length") && said.ends_with("0\r\n\r\n"), "{length:?}: {said}");
        assert_eq!(said.matches("transfer-encoding: chunked").count(), 2);
        assert_eq!(said.matches("<script data-cfasync=\"false\" data-widget=").count(), 2);
    }
}

#[tokio::test]
async fn bodies_that_turn_out_to_be_no_page_are_the_same_bytes() {
    let long: &'static str = format!("<!--{}--><html>", "x".repeat(70_000)).leak();
    let without_metadata = "GET / HTTP/1.1\r\nHost: a.test\r\nAccept: text/html\r\nConnection: close\r\n\r\n";
    let with_metadata = request("GET", "/", &[("connection", "close")]);
    for (body, requests, policy) in [
        ("<p>a row</p>", without_metadata, ""),
        ("<!-- only", without_metadata, ""),
        (long, &with_metadata, ""),
        (PAGE, &with_metadata, "sandbox"),
    ] {
        for (size, sized) in [(0, true), (0, false), (3_000, true), (3_000, false)] {
            let service = answering(move |_: &Request<Incoming>| {
                let content = if size == 0 { body.into() } else { in_frames(body.as_bytes(), size) };
                let mut response = answer(200, &[HTML, ("etag", "\"v1\"")], content);
                if sized {
                    response.headers_mut().insert("content-length", body.len().into());
                }
                if !policy.is_empty() {
                    response.headers_mut().insert("content-security-policy", policy.parse().unwrap());
                }
                response
            });
            let bare = Server::http1(service.clone()).await.transcript(requests).await;
            let layered = Server::http1(widgets().layer().layer(service)).await.transcript(requests).await;
            assert!(bare.starts_with(b"HTTP/1.1 200 OK") && bare.len() > body.len());
            assert_eq!(String::from_utf8_lossy(&layered), String::from_utf8_lossy(&bare), "{size} {sized}");
        }
    }
}

#[tokio::test]
async fn request_body_is_read_after_100_continue() {
    let echo = tower::service_fn(async |request: Request<Incoming>| {
        let sent = request.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(sent, "a=b");
        Ok::<_, Infallible>(answer(200, &[HTML], PAGE.into()))
    });
    let server = Server::http1(widgets().layer().layer(widgets().logout_layer().layer(echo))).await;
    let mut client = Client::of(server.address).await;
    let post = request("POST", "/", &[("expect", "100-continue"), ("content-length", "3")]);
    for _ in 0..2 {
        client.send(post.as_bytes()).await;
        assert_eq!(client.answer(false).await.status, 100);
        client.send(b"a=b").await;
        let page = client.answer(false).await;
        assert_eq!((page.status, page.whole), (200, true));
        assert_eq!(without_snippet(&page.page()), PAGE);
    }
}

// ---- HTTP/2 --------------------------------------------------------------------------------------------------------

/// A response over HTTP/2, by hyper's own client.
async fn over_http2(server: &Server, method: &str) -> Result<Answer, hyper::Error> {
    let socket = TcpStream::connect(server.address).await.unwrap();
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await?;
    tokio::spawn(connection);
    let request =
        Request::builder().method(method).uri("http://app.example.test/").header("sec-fetch-dest", "document");
    let response = within(client.send_request(request.body(String::new()).unwrap())).await?;
    let text = |headers: &http::HeaderMap| {
        let pairs = headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        pairs.collect::<Vec<_>>()
    };
    let mut answer =
        Answer { status: response.status().as_u16(), headers: text(response.headers()), ..Answer::default() };
    let body = within(response.into_body().collect()).await?;
    answer.trailers = body.trailers().map(text).unwrap_or_default();
    answer.chunks.push(body.to_bytes());
    Ok(answer)
}

#[tokio::test]
async fn http2_lengths_trailers_and_heads_are_right() {
    let trailers = || {
        let fields = [("x-sum", "1"), ("x-sum", "2"), ("x-more", "3")];
        let fields = fields.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        fields.into_iter().collect::<http::HeaderMap>()
    };
    let service = answering(move |_: &Request<Incoming>| {
        let framed = in_frames(PAGE.as_bytes(), 9).with_trailers(std::future::ready(Some(Ok(trailers()))));
        answer(200, &[HTML], Body::new(framed))
    });
    let page = over_http2(&Server::http2(widgets().layer().layer(service)).await, "GET").await.unwrap();
    assert_eq!(without_snippet(&page.page()), PAGE);
    let found: Vec<_> = page.trailers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(found, [("x-sum", "1"), ("x-sum", "2"), ("x-more", "3")]);

    // Over HTTP/2, hyper leaves it to the application to omit the body of a HEAD response.
    let sized = answering(|request: &Request<Incoming>| {
        let body = if request.method() == "HEAD" { Body::empty() } else { PAGE.into() };
        let mut response = answer(200, &[HTML], body);
        response.headers_mut().insert("content-length", PAGE.len().into());
        response
    });
    let server = Server::http2(widgets().layer().layer(sized)).await;
    let page = over_http2(&server, "GET").await.unwrap();
    assert_eq!(page.header("content-length"), Some(page.body().len().to_string().as_str()));
    let head = over_http2(&server, "HEAD").await.unwrap();
    assert_eq!((head.header("content-length"), head.body().len()), (None, 0));
    assert_eq!(head.header("cache-control"), Some("private, no-store"));
}

#[tokio::test]
async fn http2_page_that_fails_is_reset() {
    for beginning in ["<html><p>", "<!-- never"] {
        let service = answering(move |_: &Request<Incoming>| {
            let frames = [Ok(Bytes::from(beginning)), Err(std::io::Error::other("inner"))];
            answer(200, &[HTML], Body::from_stream(stream::iter(frames)))
        });
        let server = Server::http2(widgets().layer().layer(service)).await;
        assert!(over_http2(&server, "GET").await.is_err(), "{beginning}");
    }
}
