//! Bodies that fail, are slow, must not be polled after their end, have trailers, or lose their reader.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    stream,
};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::StreamBody;
use hyper::body::Incoming;
use tower::Layer;
use tower_widget_identity::{Identity, Viewer};

use crate::support::{
    cut,
    socket::{Client, Server, answering, request, within},
    widgets,
};

const BEGINNING: &str = "<!doctype html><html><head>";

type Frames<E> = Vec<Result<Frame<Bytes>, E>>;

fn page_of<B>(body: B) -> Response<B> {
    let viewer = Viewer::SignedIn(Identity::new("user-1"));
    Response::builder().header("content-type", "text/html").extension(viewer).body(body).unwrap()
}

fn data<E>(text: &'static str) -> Result<Frame<Bytes>, E> {
    Ok(Frame::data(Bytes::from_static(text.as_bytes())))
}

fn personal(page: &str) -> bool {
    page.matches("<script data-cfasync=\"false\" data-widget=").count() == 1
}

// ---- trailers -----------------------------------------------------------------------------------------------------

fn trailers() -> Result<Frame<Bytes>, Infallible> {
    let mut fields = HeaderMap::new();
    for (name, value) in [("x-sum", "1"), ("x-sum", "2"), ("x-more", "3")] {
        fields.append(name, value.parse().unwrap());
    }
    Ok(Frame::trailers(fields))
}

#[tokio::test]
async fn trailers_follow_the_whole_page_in_order() {
    const PAGES: [&[&str]; 6] = [
        &["<!doctype html><html><head><title>Home</title>", "<p>Hello"],
        &["<!doctype html><html><head>"],
        &["<!doc", "type html><ht", "ml>", "", "<p>"],
        &["<!-- never ends"],
        &[""],
        &[],
    ];
    for frames in PAGES {
        let service = answering(move |_: &Request<Incoming>| {
            let frames = frames.iter().map(|text| data(text)).chain([trailers()]);
            let mut response = page_of(StreamBody::new(stream::iter(frames.collect::<Frames<Infallible>>())));
            response.headers_mut().insert("trailer", "x-sum, x-more".parse().unwrap());
            response
        });
        let server = Server::http1(widgets().layer().layer(service)).await;
        let mut client = Client::of(server.address).await;
        for _ in 0..2 {
            let page = client.ask(&request("GET", "/", &[("te", "trailers")])).await;
            assert!(page.whole && personal(&page.page()), "{frames:?}");
            let found: Vec<_> = page.trailers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, [("x-sum", "1"), ("x-sum", "2"), ("x-more", "3")], "{frames:?}");
            let text = page.page();
            let (before, _, after) = cut(&text);
            assert_eq!(format!("{before}{after}"), frames.concat());
        }
    }
}

// ---- the end ------------------------------------------------------------------------------------------------------

/// A body that counts how often it was polled after its end.
struct Stern {
    frames: std::vec::IntoIter<Result<Frame<Bytes>, std::io::Error>>,
    ended: bool,
    late: Arc<AtomicUsize>,
}

impl Body for Stern {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.ended {
            self.late.fetch_add(1, Ordering::Relaxed);
        }
        let frame = self.frames.next();
        self.ended = !matches!(frame, Some(Ok(_)));
        Poll::Ready(frame)
    }
}

#[tokio::test]
async fn no_body_is_polled_after_its_end_or_its_error() {
    let failing = || Err(std::io::Error::other("inner"));
    type Page = fn() -> Frames<std::io::Error>;
    let pages: [(Page, bool); 5] = [
        (|| vec![data(BEGINNING), data("<p>")], true),
        (|| vec![data("<html>")], true),
        (|| vec![data("<!doctype")], false),
        (|| vec![data("")], true),
        (Vec::new, true),
    ];
    for (frames, has_a_place) in pages {
        for broken in [false, true] {
            let late = Arc::new(AtomicUsize::new(0));
            let counted = late.clone();
            let service = answering(move |_: &Request<Incoming>| {
                let frames: Frames<_> = frames().into_iter().chain(broken.then(failing)).collect();
                page_of(Stern { frames: frames.into_iter(), ended: false, late: counted.clone() })
            });
            let server = Server::http1(widgets().layer().layer(service)).await;
            let said = server.transcript(&request("GET", "/", &[("connection", "close")])).await;
            assert!(broken || personal(&String::from_utf8_lossy(&said)) == has_a_place);
            assert_eq!(late.load(Ordering::Relaxed), 0);
        }
    }
}

#[tokio::test]
async fn an_unfold_goes_over_the_wire_to_its_end_twice() {
    for frames in [&["<html>"][..], &["<html><head>", "<p>"], &["<!-- never ends"], &[]] {
        // `unfold` panics when it is polled after its end, which would break the connection.
        let service = answering(move |_: &Request<Incoming>| {
            let body = stream::unfold(frames.iter(), async |mut rest| {
                let text = rest.next()?;
                Some((data::<Infallible>(text), rest))
            });
            page_of(StreamBody::new(body.boxed()))
        });
        let server = Server::http1(widgets().layer().layer(service)).await;
        let mut client = Client::of(server.address).await;
        for _ in 0..2 {
            let page = client.ask(&request("GET", "/", &[])).await;
            assert!(page.whole && personal(&page.page()), "{frames:?}");
        }
    }
}

// ---- paced by the test ----------------------------------------------------------------------------------------------

type Sent = Result<Frame<Bytes>, std::io::Error>;

/// A page whose frames the test sends one by one. The sender shows when the client has disconnected.
async fn paced() -> (Server, UnboundedReceiver<UnboundedSender<Sent>>) {
    let (hand, handed) = unbounded();
    let service = answering(move |_: &Request<Incoming>| {
        let (send, receive) = unbounded::<Sent>();
        hand.unbounded_send(send).unwrap();
        page_of(StreamBody::new(receive))
    });
    (Server::http1(widgets().layer().layer(service)).await, handed)
}

fn send(to: &UnboundedSender<Sent>, text: &'static str) {
    to.unbounded_send(data(text)).unwrap();
}

async fn is_pending<T>(what: impl Future<Output = T>) -> bool {
    tokio::time::timeout(Duration::from_millis(50), what).await.is_err()
}

#[tokio::test]
async fn a_slow_page_arrives_frame_by_frame_once_its_place_is_known() {
    let (server, mut handed) = paced().await;
    let mut client = Client::of(server.address).await;
    client.send(request("GET", "/", &[]).as_bytes()).await;
    let body = within(handed.next()).await.unwrap();
    for part in ["<!doc", "type html>", "<html", ">"] {
        assert!(is_pending(client.head()).await, "the head waits for the place");
        send(&body, part);
    }
    assert!(is_pending(client.head()).await, "a <head> may follow");
    send(&body, "<title>");
    let head = client.head().await;
    assert_eq!((head.status, head.header("cache-control")), (200, Some("private, no-store")));
    let mut page = String::new();
    while !page.ends_with("<title>") {
        page.push_str(std::str::from_utf8(&client.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(personal(&page));
    for part in ["Home</title>", "<p>one", "<p>two"] {
        send(&body, part);
        assert_eq!(client.chunk().await.unwrap().unwrap(), part, "nothing behind the place is held back");
    }
    drop(body);
    assert_eq!(client.chunk().await, Some(None));
}

#[tokio::test]
async fn error_breaks_the_page_off_after_all_earlier_bytes() {
    let (server, mut handed) = paced().await;
    let mut client = Client::of(server.address).await;
    client.send(request("GET", "/", &[]).as_bytes()).await;
    let body = within(handed.next()).await.unwrap();
    send(&body, "<html><p>");
    client.head().await;
    let mut page = String::new();
    while !page.ends_with("<p>") {
        page.push_str(std::str::from_utf8(&client.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(personal(&page));
    send(&body, "seen");
    assert_eq!(client.chunk().await, Some(Some("seen".into())));
    body.unbounded_send(Err(std::io::Error::other("inner"))).unwrap();
    assert!(client.says_no_more().await, "without a last chunk: the browser sees that the page is not whole");
}

#[tokio::test]
async fn error_before_the_snippet_leaves_a_broken_page_without_an_identity() {
    let (server, mut handed) = paced().await;
    let failing = async {
        let body = within(handed.next()).await.unwrap();
        send(&body, "<!-- never");
        send(&body, " ends");
        body.unbounded_send(Err(std::io::Error::other("inner"))).unwrap();
    };
    let load = request("GET", "/", &[]);
    let (said, ()) = futures::join!(server.transcript(&load), failing);
    let said = String::from_utf8(said).unwrap();
    // The page ends with the connection, not with a length or a last chunk that would make it complete.
    for never in ["data-widget", "no-store", "content-length", "0\r\n\r\n"] {
        assert!(!said.contains(never), "{said:?}");
    }
}

#[tokio::test]
async fn page_is_dropped_when_the_browser_hangs_up_before_and_after_the_snippet() {
    for (parts, sees_the_head) in [(&[][..], false), (&["<!-- never"], false), (&["<html><p>"], true)] {
        let (server, mut handed) = paced().await;
        let mut client = Client::of(server.address).await;
        client.send(request("GET", "/", &[]).as_bytes()).await;
        let body = within(handed.next()).await.unwrap();
        for part in parts {
            send(&body, part);
        }
        if sees_the_head {
            client.head().await;
        }
        drop(client);
        // The receiver is gone as soon as the layer drops the body.
        let dropped = async {
            while body.unbounded_send(data("<p>more")).is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        within(dropped).await;
    }
}
