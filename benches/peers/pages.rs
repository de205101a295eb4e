//! The pages, and a body that yields their frames without any work.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
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
    cookie: String,
}

impl Page {
    /// A page in one frame.
    pub(crate) fn whole(size: usize) -> Self {
        Self {
            frames: vec![html(size)],
            content_type: "text/html; charset=utf-8",
            dest: "document",
            path: "/orders",
            cookie: "theme=dark; session=0123456789abcdef0123456789abcdef".to_owned(),
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

    /// Adds cookies of other parts of the application to the request.
    pub(crate) fn with_cookies(mut self, bytes: usize) -> Self {
        let length = self.cookie.len();
        for number in 0.. {
            let left = bytes - (self.cookie.len() - length);
            let cookie = format!("; c{number}=0123456789abcdef0123456789abcdef");
            self.cookie.push_str(&cookie[..cookie.len().min(left)]);
            if cookie.len() >= left {
                break;
            }
        }
        self
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.frames.concat()).expect("a page of ASCII")
    }

    pub(crate) fn request(&self) -> Request<()> {
        Request::get(self.path)
            .header("host", "app.example.test")
            .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
            .header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header("accept-encoding", "gzip, deflate, br")
            .header("cookie", &self.cookie)
            .header("sec-fetch-dest", self.dest)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-site", "same-origin")
            .body(())
            .expect("a request")
    }

    pub(crate) fn response(&self) -> Response<Frames> {
        let mut response = Response::new(Frames { frames: self.frames.clone(), next: 0 });
        response.headers_mut().insert("content-type", http::HeaderValue::from_static(self.content_type));
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
