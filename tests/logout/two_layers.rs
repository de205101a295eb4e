//! Two layers at one logout, and logouts whose response has no place for the snippet. Fuzzing found these cases.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use futures::executor::block_on;
use http::{HeaderMap, Request, Response, header::SET_COOKIE, request};
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt};
use tower_widget_identity::{Delivery, Identity, Outcome, SkipWidget, Viewer, Widgets, WidgetsBuilder, widget::Gist};

use crate::support::{FP_1, FP_2, MARKER, builder, secret};

const PAGE: &str = "<!doctype html><head><title>Home</title></head><body>Hello";
const VENDOR: &str = "intercom-session-abcd1234";

/// Returns the same response to every request.
#[derive(Clone)]
struct Handler(Response<String>);

impl Service<Request<()>> for Handler {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Ok(self.0.clone()))
    }
}

/// What the browser gets.
struct Seen {
    headers: HeaderMap,
    body: String,
    outcome: Option<&'static str>,
}

impl Seen {
    fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
    }

    /// Returns whether cookies end the session. All of them must agree.
    fn is_ended(&self) -> bool {
        let sets = |start: &str| self.cookies().iter().filter(|line| line.starts_with(start)).count();
        let [out, kept, any] =
            [format!("{MARKER}=out;"), format!("{MARKER}-kept="), MARKER.to_owned()].map(|s| sets(&s));
        let is_ended = out > 0;
        // A page that boots sets the second cookie, too.
        assert_eq!((out, any), (usize::from(is_ended), out + kept), "{:?}", self.cookies());
        assert!(kept == 1 || (kept == 0 && !is_ended), "{:?}", self.cookies());
        let is_stored =
            !self.headers.get_all("cache-control").iter().any(|line| line.to_str().unwrap().contains("no-store"));
        assert!(!(is_ended && is_stored), "a cache may store a logout");
        is_ended
    }

    fn has_snippet(&self) -> bool {
        self.body.contains("data-widget=")
    }

    /// Returns whether the response identifies a user to the widgets.
    fn identifies(&self) -> bool {
        let names = ["x-widget-token-intercom", "x-widget-page"];
        self.body.contains("eyJ") || names.iter().any(|name| self.headers.contains_key(*name))
    }
}

fn serve<S, B>(service: S, request: request::Builder) -> Seen
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let Ok(response) = block_on(service.oneshot(request.body(()).unwrap()));
    let (head, body) = response.into_parts();
    let body = block_on(body.collect()).unwrap().to_bytes();
    Seen {
        outcome: head.extensions.get().map(Outcome::as_str),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// A request by the application's own page, for a document, with these cookies.
fn ask(method: &str, path: &str, cookies: &str) -> request::Builder {
    let request = Request::builder().method(method).uri(path).header("host", "app.test");
    let request = request.header("sec-fetch-dest", "document").header("sec-fetch-site", "same-origin");
    if cookies.is_empty() { request } else { request.header("cookie", cookies) }
}

/// The same by a script.
fn fetch(method: &str, path: &str, cookies: &str) -> request::Builder {
    let mut request = ask(method, path, cookies);
    request.headers_mut().unwrap().insert("sec-fetch-dest", "empty".parse().unwrap());
    request
}

/// The same by a browser without Fetch Metadata.
fn plain(method: &str, path: &str, cookies: &str) -> request::Builder {
    let mut request = ask(method, path, cookies).header("accept", "text/html");
    let headers = request.headers_mut().unwrap();
    headers.remove("sec-fetch-dest");
    headers.remove("sec-fetch-site");
    request
}

fn foreign(mut request: request::Builder) -> request::Builder {
    request.headers_mut().unwrap().insert("sec-fetch-site", "cross-site".parse().unwrap());
    request
}

fn answer(status: u16, media_type: &str, body: &str) -> Response<String> {
    Response::builder().status(status).header("content-type", media_type).body(body.to_owned()).unwrap()
}

fn page() -> Response<String> {
    answer(200, "text/html", PAGE)
}

fn json() -> Response<String> {
    answer(200, "application/json", "{}")
}

fn redirect() -> Response<String> {
    Response::builder().status(303).header("location", "/").body(String::new()).unwrap()
}

fn with(name: &'static str, value: &'static str, mut response: Response<String>) -> Response<String> {
    response.headers_mut().append(name, value.parse().unwrap());
    response
}

fn saying_signed_out(mut response: Response<String>) -> Response<String> {
    response.extensions_mut().insert(Viewer::SignedOut);
    response
}

/// Sends the request through each pair of layers that handles a logout at `/logout` twice.
fn through_both(set: &Widgets, response: &Response<String>, request: &dyn Fn() -> request::Builder) -> [Seen; 4] {
    let handler = || Handler(response.clone());
    [
        serve(set.layer().layer(set.layer().layer(handler())), request()),
        serve(set.layer().layer(set.logout_layer().layer(handler())), request()),
        serve(set.logout_layer().layer(set.layer().layer(handler())), request()),
        serve(set.logout_layer().layer(set.logout_layer().layer(handler())), request()),
    ]
}

fn with_logout_path() -> WidgetsBuilder {
    builder().widget(Gist::new("gist-app", secret("gist secret"))).marker_name(MARKER).logout_path("/logout")
}

// ---- a token on the response to a logout ----------------------------------------------------------------------------

/// The look-up reads a copy from before the logout. Only the removed cookie shows that this was one.
#[test]
fn page_layer_inside_of_a_logout_layer_sees_the_removed_cookie() {
    let asks = || builder().identify_async(|_| async { Viewer::SignedIn(Identity::new("user-1")) });
    let removes = with("set-cookie", "sid=; Max-Age=0", page());
    for marker in [FP_1, FP_2, "out"] {
        let cookies = format!("sid=1; {MARKER}={marker}");
        let set = asks().build().unwrap();
        let both = set.logout_layer().layer(set.layer().layer(Handler(removes.clone())));
        let seen = serve(both, ask("POST", "/", &cookies));
        assert!(seen.is_ended() && !seen.identifies(), "{marker}: {:?}", seen.outcome);
        assert_eq!(seen.outcome, Some("shutdown"), "{marker}");

        let set = asks().delivery(Delivery::Header).build().unwrap();
        let both = set.logout_layer().layer(set.layer().layer(Handler(removes.clone())));
        let seen = serve(both, fetch("POST", "/", &cookies));
        assert!(seen.is_ended() && !seen.identifies(), "{marker}: {:?}", seen.headers);
        assert_eq!(seen.headers["x-widget-shutdown"], "intercom", "{marker}");
    }
    // Without a removed cookie, such a page is the form that did not sign the user in.
    let set = asks().build().unwrap();
    let both = set.logout_layer().layer(set.layer().layer(Handler(page())));
    let seen = serve(both, ask("POST", "/", &format!("sid=1; {MARKER}={FP_1}")));
    assert!(!seen.is_ended());
    assert_eq!(seen.outcome, Some("boot"));
}

/// The form that did not sign the user in stays untouched, because the page layer is opted out there.
#[test]
fn opted_out_page_layer_inside_of_a_logout_layer_takes_no_form_for_a_logout() {
    let asks = |viewer: Viewer| {
        builder().when(|_| false).identify_async(move |_| {
            let viewer = viewer.clone();
            async { viewer }
        })
    };
    let through = |viewer: Viewer, response: Response<String>| {
        let set = asks(viewer).build().unwrap();
        let both = set.logout_layer().layer(set.layer().layer(Handler(response)));
        serve(both, ask("POST", "/", &format!("sid=1; {MARKER}={FP_1}")))
    };
    let user = Viewer::SignedIn(Identity::new("user-1"));
    let form = through(user.clone(), page());
    assert!(!form.is_ended() && !form.has_snippet(), "{:?}", form.outcome);
    for (viewer, response) in [
        (user, with("set-cookie", "sid=; Max-Age=0", page())),
        (Viewer::SignedOut, page()),
        (Viewer::SignedOut, redirect()),
    ] {
        assert!(through(viewer, response).is_ended());
    }
}

// ---- `SignedOut` without a page -------------------------------------------------------------------------------------

#[test]
fn signed_out_ends_the_session_wherever_the_page_carries_no_snippet() {
    let skipped = || {
        let mut response = page();
        response.extensions_mut().insert(SkipWidget);
        response
    };
    let sandboxed = || with("content-security-policy", "sandbox", page());
    let encoded = || with("content-encoding", "gzip", page());
    let long = || answer(200, "text/html", &format!("<!--{}", "x".repeat(70_000)));
    let part = || answer(200, "text/html", "<p>part</p>");
    let html = builder().build().unwrap();
    let opted_out = builder().when(|_| false).build().unwrap();
    let header = builder().delivery(Delivery::Header).build().unwrap();
    for (name, set, response, load) in [
        ("redirect", &html, redirect(), ask as fn(&str, &str, &str) -> _),
        ("json", &html, json(), ask),
        ("no content", &html, answer(204, "text/html", ""), ask),
        ("skipped", &html, skipped(), ask),
        ("sandbox", &html, sandboxed(), ask),
        ("encoded", &html, encoded(), ask),
        ("long prologue", &html, long(), ask),
        ("fragment", &html, part(), plain),
        ("opted out", &opted_out, page(), ask),
        ("header delivery, redirect", &header, redirect(), fetch),
        ("header delivery, failed", &header, answer(500, "application/json", "{}"), fetch),
        ("header delivery, page load", &header, page(), ask),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let body = response.body().clone();
            let cookies = format!("{VENDOR}=1; {MARKER}={FP_1}");
            let layered = || set.layer().layer(Handler(saying_signed_out(response.clone())));
            let seen = serve(layered(), load(method, "/", &cookies));
            assert!(seen.is_ended(), "{name} {method}: {:?}", seen.outcome);
            assert_eq!((seen.outcome, &seen.body), (Some("logout"), &body), "{name} {method}");
            let expired = format!("{VENDOR}=; Path=/; Max-Age=0");
            assert!(seen.cookies().contains(&expired.as_str()), "{name} {method}: {:?}", seen.cookies());

            let kept = serve(layered(), load(method, "/", &format!("{MARKER}-kept=abcdefghijkl")));
            assert!(kept.is_ended(), "{name} {method}");
            let silent = serve(set.layer().layer(Handler(response.clone())), load(method, "/", &cookies));
            assert!(!silent.is_ended(), "{name} {method}: the application did not say so");
            let without = serve(layered(), load(method, "/", "sid=1"));
            assert!(!without.is_ended() && without.outcome != Some("logout"), "{name} {method}: there is no session");
            let foreign = serve(layered(), foreign(ask(method, "/", &cookies)));
            assert!(!foreign.is_ended(), "{name} {method}: another origin's page asked");
        }
        let cookies = format!("{MARKER}={FP_1}");
        let layered = set.layer().layer(Handler(saying_signed_out(response.clone())));
        assert!(!serve(layered, load("HEAD", "/", &cookies)).is_ended(), "{name} HEAD");
    }
}

#[test]
fn page_that_shuts_the_widgets_down_sets_no_cookies() {
    let set = builder().build().unwrap();
    for method in ["GET", "POST"] {
        let cookies = format!("{VENDOR}=1; {MARKER}={FP_1}");
        let seen = serve(set.layer().layer(Handler(saying_signed_out(page()))), ask(method, "/", &cookies));
        assert_eq!((seen.outcome, seen.has_snippet()), (Some("shutdown"), true), "{method}");
        assert!(seen.cookies().is_empty(), "{method}: {:?}", seen.cookies());
    }
}

// ---- two layers at one logout ---------------------------------------------------------------------------------------

#[test]
fn two_layers_expire_each_cookie_once() {
    let set = with_logout_path().build().unwrap();
    let many: Vec<_> = (0..20).map(|number| format!("gist-{number}=x")).collect();
    let cookies = format!("{MARKER}={FP_1}; {VENDOR}=1; {}", many.join("; "));
    let request = || {
        let mut request = ask("POST", "/logout", &cookies);
        request.headers_mut().unwrap().insert("host", "a.b.c.d.app.test".parse().unwrap());
        request
    };
    for response in [redirect(), json(), page(), saying_signed_out(redirect()), saying_signed_out(page())] {
        for (at, seen) in through_both(&set, &response, &request).iter().enumerate() {
            assert!(seen.is_ended(), "{at}");
            let mut lines = seen.cookies();
            let count = lines.len();
            assert!(count > 10, "{at}: {lines:?}");
            lines.sort_unstable();
            lines.dedup();
            assert_eq!(lines.len(), count, "{at}: a line occurs twice");
            let expiring: usize = lines.iter().filter(|line| line.contains("Max-Age=0")).map(|line| line.len()).sum();
            assert!(expiring <= 2048, "{at}: {expiring} bytes");
            assert_eq!(seen.outcome, Some(if seen.has_snippet() { "shutdown" } else { "logout" }), "{at}");
            assert!(seen.body.matches("data-widget=").count() <= 1, "{at}");
        }
    }
}

/// The inner layer puts `SignedOut` into the response, because the application did sign a user out. But nothing says
/// that the user had a widget session.
#[test]
fn inner_layers_signed_out_is_not_the_applications_word() {
    let set = with_logout_path().build().unwrap();
    let request = || fetch("POST", "/logout", "sid=1");
    for response in [json(), redirect(), page()] {
        for (at, seen) in through_both(&set, &response, &request).iter().enumerate() {
            assert!(!seen.is_ended() && seen.cookies().is_empty(), "{at}: {:?}", seen.cookies());
            assert_ne!(seen.outcome, Some("logout"), "{at}");
        }
        for (at, seen) in through_both(&set, &saying_signed_out(response), &request).iter().enumerate() {
            assert!(seen.is_ended(), "{at}: the application itself says so");
            assert_eq!(seen.outcome, Some("logout"), "{at}");
        }
    }
}

#[test]
fn two_sets_of_widgets_end_both_sessions() {
    let other = || Widgets::builder().widget(Gist::new("gist-app", secret("gist secret"))).marker_name("__Host-other");
    let other = other().logout_path("/logout").build().unwrap();
    let set = builder().logout_path("/logout").build().unwrap();
    let cookies = format!("{MARKER}={FP_1}; __Host-other={FP_2}");
    for path in ["/logout", "/"] {
        for response in [redirect(), json(), page()] {
            let both = other.layer().layer(set.layer().layer(Handler(saying_signed_out(response.clone()))));
            let seen = serve(both, ask("POST", path, &cookies));
            let lines = seen.cookies();
            assert_eq!(
                lines.iter().filter(|line| line.starts_with("__Host-other=out;")).count(),
                1,
                "{path} {lines:?}"
            );
            assert_eq!(
                lines.iter().filter(|line| line.starts_with("__Host-other-kept=")).count(),
                1,
                "{path} {lines:?}"
            );
            assert!(seen.is_ended() || seen.has_snippet(), "{path} {lines:?}");
        }
    }
}

// ---- failed logouts, and outcomes -----------------------------------------------------------------------------------

#[test]
fn failed_logout_by_another_origins_page_ends_no_session() {
    let set = builder().logout_path("/logout").build().unwrap();
    let failed = saying_signed_out(answer(500, "application/json", "{}"));
    let cookies = format!("{MARKER}={FP_1}");
    let own = serve(set.layer().layer(Handler(failed.clone())), ask("POST", "/logout", &cookies));
    assert!(own.is_ended(), "the application says that no user is signed in");
    let seen = serve(set.layer().layer(Handler(failed)), foreign(ask("POST", "/logout", &cookies)));
    assert!(!seen.is_ended() && seen.outcome != Some("logout"), "{:?}", seen.outcome);
}

#[test]
fn outcome_of_a_logout_without_a_session_says_that_the_page_has_a_visitors_snippet() {
    let set = builder().visitors(true).build().unwrap();
    let both = || set.logout_layer().layer(set.layer().layer(Handler(page())));
    let seen = serve(both(), ask("POST", "/", ""));
    assert_eq!((seen.outcome, seen.has_snippet()), (Some("visitor"), true));
    assert!(seen.cookies().is_empty());

    let set = builder().build().unwrap();
    let both = || set.logout_layer().layer(set.layer().layer(Handler(page())));
    let seen = serve(both(), ask("POST", "/", ""));
    assert_eq!((seen.outcome, seen.has_snippet()), (Some("no-session"), false));
}

#[test]
fn outcome_of_a_logout_page_without_a_place_for_the_snippet_is_logout() {
    let set = builder().logout_path("/logout").build().unwrap();
    let sandboxed = with("content-security-policy", "sandbox", page());
    let long = answer(200, "text/html", &format!("<!--{}", "x".repeat(70_000)));
    for (name, response) in [
        ("fragment", answer(200, "text/html", "<p>part</p>")),
        ("sandbox", sandboxed),
        ("long prologue", long),
        ("unfinished", answer(200, "text/html", "<!--")),
    ] {
        let request = || plain("POST", "/logout", &format!("{MARKER}={FP_1}"));
        let alone = serve(set.layer().layer(Handler(response.clone())), request());
        let by_layer = serve(set.logout_layer().layer(Handler(response.clone())), request());
        for seen in through_both(&set, &response, &request).into_iter().chain([alone, by_layer]) {
            assert!(seen.is_ended() && !seen.has_snippet(), "{name}");
            assert_eq!((seen.outcome, &seen.body), (Some("logout"), response.body()), "{name}");
        }
    }
}
