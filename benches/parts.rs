//! Benchmarks of single parts: `cargo bench -p benchmarks --bench parts`.
//!
//! The benchmark `peers` compares the layer with other ways to do the same job.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use divan::Bencher;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service};
use tower_widget_identity::{
    Identity, Secret, WidgetService, Widgets,
    widget::{Ferndesk, Intercom, Widget, ZendeskClassic},
};

fn main() {
    divan::main();
}

fn secret() -> Secret {
    Secret::new("kJ4vQ0YbZt1mWc8sXg2nUe5rHd7pLa9fTiOo6yVx3zB").expect("a secret")
}

fn person() -> Identity {
    Identity::new("user-123456").with_email("person@example.com").with_name("A Person").with_attribute("plan", "pro")
}

#[divan::bench(args = ["intercom", "ferndesk", "zendesk-chat", "zendesk-help-center"])]
fn mint(bencher: Bencher<'_, '_>, token: &str) {
    let widget: Box<dyn Widget> = match token {
        "intercom" => Box::new(Intercom::new("abcd1234", secret())),
        "ferndesk" => Box::new(Ferndesk::new("widget-1", secret())),
        _ => Box::new(ZendeskClassic::chat("key-1", secret()).help_center(secret())),
    };
    let person = person();
    let now = std::time::SystemTime::now();
    bencher.bench(|| widget.mint(token, &person, now).expect("a token"));
}

#[derive(Clone)]
struct Application;

impl Service<Request<()>> for Application {
    type Response = Response<Full<&'static [u8]>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let page = Full::new(&b"<!doctype html><html lang=en><head><title>Orders</title></head><body>"[..]);
        let mut response = Response::new(page);
        response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/html"));
        ready(Ok(response))
    }
}

fn service(viewer: Option<Identity>) -> WidgetService<Application> {
    let widgets = Widgets::builder().widget(Intercom::new("abcd1234", secret())).identify(move |_| viewer.clone());
    widgets.build().expect("widgets").layer().layer(Application)
}

fn head(service: &mut WidgetService<Application>, request: Request<()>) -> impl Sized + use<> {
    match pin!(service.call(request)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => response,
        Poll::Pending => panic!("the response is not ready, although nothing has to be awaited"),
    }
}

fn request(dest: &str) -> Request<()> {
    let request = Request::get("/orders").header("sec-fetch-dest", dest);
    request.header("cookie", "theme=dark; session=0123456789abcdef").body(()).expect("a request")
}

/// A page until its response head is returned: everything except the frames after it.
#[divan::bench]
fn identified_page(bencher: Bencher<'_, '_>) {
    let mut service = service(Some(person()));
    bencher.with_inputs(|| request("document")).bench_local_values(|request| head(&mut service, request));
}

#[divan::bench]
fn visitors_page(bencher: Bencher<'_, '_>) {
    let mut service = service(None);
    bencher.with_inputs(|| request("document")).bench_local_values(|request| head(&mut service, request));
}

#[divan::bench]
fn image(bencher: Bencher<'_, '_>) {
    let mut service = service(Some(person()));
    bencher.with_inputs(|| request("image")).bench_local_values(|request| head(&mut service, request));
}
