//! The pages, and a body that yields their frames without any work.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header};
use http_body::{Body, Frame, SizeHint};

pub(crate) const EIGHT_KIB: usize = 8 * 1024;
pub(crate) const HUNDRED_KIB: usize = 100 * 1024;
pub(crate) const ONE_MIB: usize = 1024 * 1024;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width\">\n<title>Orders</title>\n\
    <link rel=\"stylesheet\" href=\"/app.css\">\n<script src=\"/app.js\" defer></script>\n</head>\n<body>\n<table>\n";
const TAIL: &str = "</table>\n</body>\n</html>\n";

pub(crate) fn name(size: usize) -> String {
    if size < ONE_MIB { format!("{} KiB", size / 1024) } else { format!("{} MiB", size / ONE_MIB) }
}

/// A request and its response.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) frames: Vec<Bytes>,
    content_type: &'static str,
    dest: &'static str,
    /// The user is signed in on `/orders` only.
    path: &'static str,
    cookie: Bytes,
}

/// Values of the request that are the same for all pages.
const HEADERS: [(&str, &str); 6] = [
    ("host", "app.example.test"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("accept-encoding", "gzip, deflate, br"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-site", "same-origin"),
];

impl Page {
    /// A page in one frame.
    pub(crate) fn whole(size: usize) -> Self {
        Self {
            frames: vec![html(size)],
            content_type: "text/html; charset=utf-8",
            dest: "document",
            path: "/orders",
            cookie: Bytes::from_static(b"theme=dark; session=0123456789abcdef0123456789abcdef"),
        }
    }

    pub(crate) fn framed(size: usize, frame: usize) -> Self {
        let page = html(size);
        let frames = (0..size).step_by(frame).map(|at| page.slice(at..size.min(at + frame))).collect();
        Self { frames, ..Self::whole(EIGHT_KIB) }
    }

    pub(crate) fn image() -> Self {
        Self { content_type: "image/png", dest: "image", ..Self::whole(EIGHT_KIB) }
    }

    pub(crate) fn visitors() -> Self {
        Self { path: "/", ..Self::whole(EIGHT_KIB) }
    }

    /// Adds cookies of other parts of the application, of 40 bytes each, before those of this page.
    pub(crate) fn with_cookies(self, bytes: usize) -> Self {
        let mut cookies: String = (0..bytes / 40).map(|number| format!("c{number:03}={number:033}; ")).collect();
        assert_eq!(cookies.len(), bytes, "whole cookies");
        cookies.push_str(std::str::from_utf8(&self.cookie).expect("ASCII"));
        Self { cookie: cookies.into(), ..self }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.frames.concat()).expect("a page of ASCII")
    }

    /// The request as hyper makes it: all values share the bytes that were read, so that a clone of one allocates nothing.
    pub(crate) fn request(&self) -> Request<()> {
        let mut request = Request::new(());
        *request.uri_mut() = http::Uri::from_static(self.path);
        let headers = request.headers_mut();
        headers.extend(HEADERS.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))));
        let cookie = HeaderValue::from_maybe_shared(self.cookie.clone()).expect("cookies");
        headers.insert(header::COOKIE, cookie);
        headers.insert("sec-fetch-dest", HeaderValue::from_static(self.dest));
        request
    }

    pub(crate) fn response(&self) -> Response<Frames> {
        let mut response = Response::new(Frames { frames: self.frames.clone(), next: 0 });
        response.headers_mut().insert("content-type", HeaderValue::from_static(self.content_type));
        let length: usize = self.frames.iter().map(Bytes::len).sum();
        response.headers_mut().insert("content-length", length.into());
        response
    }
}

/// Builds a page of orders, a table with markup throughout.
fn html(size: usize) -> Bytes {
    let mut page = HEAD.to_owned();
    let mut row = 0;
    while page.len() < size - TAIL.len() - 80 {
        row += 1;
        page.push_str(&format!("<tr class=\"order\"><td>{row}</td><td><a href=\"/orders/{row}\">open</a></td></tr>\n"));
    }
    page.push_str(&" ".repeat(size - TAIL.len() - page.len()));
    page.push_str(TAIL);
    page.into()
}

/// A body whose frames are all ready.
pub(crate) struct Frames {
    frames: Vec<Bytes>,
    next: usize,
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.next;
        self.next += 1;
        Poll::Ready(self.frames.get_mut(next).map(|frame| Ok(Frame::data(std::mem::take(frame)))))
    }

    fn is_end_stream(&self) -> bool {
        self.next >= self.frames.len()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.frames.iter().map(|frame| frame.len() as u64).sum())
    }
}
