//! Checks a whole response.
//!
//! The page is unchanged or has one snippet, and its frames, headers and length are right.

mod asked;
mod judge;
mod rules;

use std::{future::Future, pin::Pin, sync::Arc, task::Poll};

use http::{
    Method, Request, Response,
    header::{ACCEPT, COOKIE, ORIGIN},
};
use tower::Layer;
use tower_widget_identity::{Delivery, Identity, SkipWidget, Viewer, Widgets};

use crate::{
    layer::{Script, Served, Watch, answering, data, send},
    support::{self, NOW},
};
use asked::{Asked, Load, Said, Stack};

thread_local! {
    static WIDGETS: [Widgets; 8] = std::array::from_fn(|bits| configured(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0));
}

const LOGOUT_PATH: &str = "/logout";

/// What an asynchronous look-up will find after the handler.
#[derive(Clone)]
struct Then(Viewer);

fn configured(visitors: bool, header: bool, late: bool) -> Widgets {
    let delivery = if header { Delivery::Header } else { Delivery::Html };
    let builder = support::builder().visitors(visitors).delivery(delivery).logout_path(LOGOUT_PATH);
    let builder = if late {
        builder.identify_async(|parts| {
            let Then(viewer) = parts.extensions.get::<Then>().cloned().expect("the look-up's own answer");
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
    let request = request(asked);
    let (page, logout) = (widgets.layer(), widgets.logout_layer());
    match asked.stack() {
        Stack::Page => send(page.layer(inner), request, &watch),
        Stack::Logout => send(logout.layer(inner), request, &watch),
        Stack::PageInLogout => send(logout.layer(page.layer(inner)), request, &watch),
        Stack::LogoutInPage => send(page.layer(logout.layer(inner)), request, &watch),
        Stack::Twice => send(page.layer(page.layer(inner)), request, &watch),
    }
}

fn request(asked: &Asked) -> Request<()> {
    let site = if asked.is_own() { "same-origin" } else { "cross-site" };
    // A link on another page and a link on the own page are page loads alike.
    let mut headers = match asked.load() {
        Load::Document => vec![("sec-fetch-dest", "document"), ("sec-fetch-site", site)],
        Load::Plain => vec![(ACCEPT.as_str(), "text/html,*/*")],
        Load::Fetch => vec![("sec-fetch-dest", "empty"), ("sec-fetch-site", site)],
        Load::Image => vec![("sec-fetch-dest", "image"), ("sec-fetch-site", site)],
    };
    if asked.load() == Load::Plain && !asked.is_own() {
        headers.push((ORIGIN.as_str(), "https://other.test"));
    }
    let path = if asked.says("path") { LOGOUT_PATH } else { "/" };
    let mut request = Request::builder().method(asked.method()).uri(path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let cookies: Vec<_> = asked.cookies().map(|(name, value)| format!("{name}={value}")).collect();
    if !cookies.is_empty() {
        request = request.header(COOKIE, cookies.join("; "));
    }
    let viewers = (viewer(asked.viewer(), asked), Then(viewer(asked.then(), asked)));
    request.extension(viewers.0).extension(viewers.1).body(()).unwrap()
}

fn viewer(said: Said, asked: &Asked) -> Viewer {
    match said {
        Said::Unknown => Viewer::Unknown,
        Said::Nobody => Viewer::SignedOut,
        Said::Person if asked.says("nameless") => Viewer::SignedIn(Identity::new("")),
        Said::Person if asked.says("over") => Viewer::SignedIn(
            Identity::new("user-1")
                .with_session_expires(std::time::UNIX_EPOCH + std::time::Duration::from_secs(NOW - 1)),
        ),
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
