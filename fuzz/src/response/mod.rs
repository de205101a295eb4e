//! Checks a whole response.
//!
//! The page is unchanged or has one snippet, and its frames, headers and length are right.

mod asked;
mod judge;

use std::{future::Future, pin::Pin, sync::Arc, task::Poll};

use http::{HeaderValue, Method, Request, Response, header::ACCEPT};
use tower::Layer;
use tower_widget_identity::{Delivery, Identity, SkipWidget, Viewer, Widgets};

use crate::{
    layer::{Script, Served, Watch, answering, data, send},
    serve::marked,
    support::{self, FP_1, FP_2, NOW},
};
use asked::{Asked, Load, Said, Stack};

thread_local! {
    static WIDGETS: [Widgets; 8] = std::array::from_fn(|bits| configured(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0));
}

fn configured(visitors: bool, header: bool, late: bool) -> Widgets {
    let delivery = if header { Delivery::Header } else { Delivery::Html };
    let builder = support::builder().visitors(visitors).delivery(delivery);
    let builder = if late {
        builder.identify_async(|parts| {
            let viewer = parts.extensions.get::<Viewer>().cloned().unwrap_or(Viewer::Unknown);
            async {
                Yield(false).await;
                viewer
            }
        })
    } else {
        builder
    };
    builder.build().unwrap()
}

/// A future that is pending on its first poll.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Checks an input; `README.md` describes the format.
///
/// It is a line of words, the status, header lines, an empty line, and the body's frames.
///
/// See `README.md`.
pub fn check(input: &[u8]) {
    let asked = Asked::read(input);
    let at =
        usize::from(asked.says("visitors")) + 2 * usize::from(asked.is_header()) + 4 * usize::from(asked.says("later"));
    let served = WIDGETS.with(|widgets| serve(&widgets[at], &asked));
    judge::judge(&asked, &served);
}

fn serve(widgets: &Widgets, asked: &Asked) -> Served {
    let watch = Arc::<Watch>::default();
    let inner = answering(response(asked, &watch));
    let request = request(widgets, asked);
    let (page, logout) = (widgets.layer(), widgets.logout_layer());
    match asked.stack() {
        Stack::Page => send(page.layer(inner), request, &watch),
        Stack::Logout => send(logout.layer(inner), request, &watch),
        Stack::PageInLogout => send(logout.layer(page.layer(inner)), request, &watch),
        Stack::LogoutInPage => send(page.layer(logout.layer(inner)), request, &watch),
        Stack::Twice => send(page.layer(page.layer(inner)), request, &watch),
    }
}

fn request(widgets: &Widgets, asked: &Asked) -> Request<()> {
    let headers: &[(&str, &str)] = match asked.load() {
        Load::Document => &[("sec-fetch-dest", "document")],
        Load::Plain => &[(ACCEPT.as_str(), "text/html,*/*")],
        Load::Fetch => &[("sec-fetch-dest", "empty"), ("sec-fetch-site", "same-origin")],
        Load::Image => &[("sec-fetch-dest", "image")],
    };
    let mut request = Request::builder().method(asked.method());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.extension(viewer(asked.viewer(), asked)).body(()).unwrap();
    let marker = [("own", FP_1), ("other", FP_2), ("gone", "out")].into_iter().find(|(word, _)| asked.says(word));
    match marker {
        Some((_, marker)) => marked(request, widgets, marker.as_bytes()),
        None if asked.says("residue") => {
            let mut request = request;
            request.headers_mut().insert("cookie", HeaderValue::from_static("intercom-session-abcd1234=1"));
            request
        }
        None => request,
    }
}

fn viewer(said: Said, asked: &Asked) -> Viewer {
    match said {
        Said::Unknown => Viewer::Unknown,
        Said::Nobody => Viewer::SignedOut,
        Said::Person if asked.says("nameless") => Viewer::SignedIn(Identity::new("")),
        Said::Person if asked.says("over") => Viewer::SignedIn(Identity::new("user-1").with_session_expires(std::time::UNIX_EPOCH + std::time::Duration::from_secs(NOW - 1))),
        Said::Person => Viewer::SignedIn(Identity::new("user-1")),
    }
}

fn response(asked: &Asked, watch: &Arc<Watch>) -> Response<Script> {
    let body = Script::new(asked.items.clone(), watch.clone());
    let length = data(&asked.items).map(|data| data.len() as u64).sum();
    let body = if asked.says("exact") { body.outspoken(length) } else { body };
    let mut response = Response::new(body);
    *response.status_mut() = asked.status;
    *response.headers_mut() = asked.headers.clone();
    let said = asked.late().map(|said| viewer(said, asked));
    if let Some(said) = said {
        response.extensions_mut().insert(said);
    }
    if asked.says("skip") {
        response.extensions_mut().insert(SkipWidget);
    }
    response
}

/// The method that the word names.
fn method(word: &str) -> Option<Method> {
    ["HEAD", "POST", "DELETE", "OPTIONS"].contains(&word).then(|| word.parse().expect("a method"))
}
