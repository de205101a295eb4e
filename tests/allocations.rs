//! What a page costs in allocations and memory, and that its bytes are passed on instead of copied.
//!
//! This test is alone in its binary, because the counters count for the whole process.

use std::{
    alloc::System,
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{
    HeaderValue, Request, Response,
    header::{CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};
use http_body::{Body, Frame};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::{Layer, Service};
use tower_widget_identity::{Identity, Outcome, OutcomeKind, Secret, Widgets, widget::Intercom};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The usual case for such a limit: one vendor, with signing and escaping.
const MOST_FOR_A_PAGE: usize = 9;
/// A policy that lacks the hash and all of the vendor's sources in eight lists. Measured: 72.
const MOST_FOR_A_POLICY: usize = 75;
/// A policy that allows everything already, so the layer only reads it. Measured: 27.
const MOST_FOR_AN_OPEN_POLICY: usize = 30;
const MOST_EXTRA_BYTES: usize = 64 * 1024;
const FRAME: usize = 64 * 1024;
const GIBIBYTE: usize = 1024 * 1024 * 1024;

/// An application that responds with frames of one and the same block of memory.
#[derive(Clone)]
struct Application {
    content_type: &'static str,
    policy: Option<HeaderValue>,
    first: Bytes,
    frame: Bytes,
    frames: usize,
    polls: Arc<AtomicUsize>,
}

struct Frames {
    application: Application,
    yielded: usize,
}

impl Service<Request<()>> for Application {
    type Response = Response<Frames>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Frames>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let mut response = Response::new(Frames { application: self.clone(), yielded: 0 });
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(policy) = &self.policy {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy.clone());
        }
        // The layer increases it. The value itself does not matter here.
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("8192"));
        ready(Ok(response))
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.application.polls.fetch_add(1, Ordering::Relaxed);
        self.yielded += 1;
        let data = match self.yielded {
            1 => self.application.first.clone(),
            number if number <= self.application.frames => self.application.frame.clone(),
            _ => return Poll::Ready(None),
        };
        Poll::Ready(Some(Ok(Frame::data(data))))
    }
}

fn application(content_type: &'static str, frames: usize) -> Application {
    let first = Bytes::from_static(b"<!doctype html><html lang=en><head><title>Orders</title></head><body>");
    Application { content_type, policy: None, first, frame: vec![b' '; FRAME].into(), frames, polls: Arc::default() }
}

fn request(dest: &str, path: &str) -> Request<()> {
    let request = Request::get(path).header("sec-fetch-dest", dest).header("cookie", "theme=dark; session=0123456789");
    // As hyper makes it: a slice of the buffer that it read. A clone shares those bytes.
    request.header("host", HeaderValue::from_static("app.example.test")).body(()).unwrap()
}

fn widgets() -> Widgets {
    let person = Identity::new("user-1")
        .with_email("user@example.test")
        .with_name("Näme </script>")
        .with_attribute("plan", "pro");
    let intercom = Intercom::new("abcd1234", Secret::new("a secret").unwrap());
    let widgets = Widgets::builder().widget(intercom);
    widgets.identify(move |parts| (parts.uri.path() == "/orders").then(|| person.clone())).build().unwrap()
}

/// Returns the output of a future that is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("everything is there, and it waits"),
    }
}

fn call<S, B>(service: &mut S, request: Request<()>) -> Response<B>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
{
    now(service.call(request)).unwrap_or_else(|never| match never {})
}

fn next<B: Body<Data = Bytes, Error = Infallible> + Unpin>(body: &mut B) -> Option<Bytes> {
    let frame = now(std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)))?;
    frame.unwrap_or_else(|never| match never {}).into_data().ok()
}

fn allocations<S, B>(service: &mut S, request: Request<()>) -> usize
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes, Error = Infallible> + Unpin,
{
    let region = Region::new(ALLOCATOR);
    let mut body = call(service, request).into_body();
    while next(&mut body).is_some() {}
    drop(body);
    let stats = region.change();
    stats.allocations + stats.reallocations
}

/// The number of allocations beyond those without the layer, after a warm-up.
fn extra(content_type: &'static str, dest: &str, path: &str) -> usize {
    extra_around(application(content_type, 2), dest, path)
}

fn extra_around(mut bare: Application, dest: &str, path: &str) -> usize {
    let mut layered = widgets().layer().layer(bare.clone());
    allocations(&mut layered, request(dest, path));
    allocations(&mut layered, request(dest, path)) - allocations(&mut bare, request(dest, path))
}

#[test]
fn page_costs_at_most_the_promised_allocations() {
    assert_eq!(extra("image/png", "image", "/orders"), 0, "an image");
    // The outcome in the response's extensions.
    assert!(extra("text/html", "document", "/") <= 3, "a visitor's page");
    let page = extra("text/html", "document", "/orders");
    assert!((1..=MOST_FOR_A_PAGE).contains(&page), "{page} allocations for an identified page");
    for (policy, most) in
        [("default-src 'self'", MOST_FOR_A_POLICY), ("default-src * 'unsafe-inline'", MOST_FOR_AN_OPEN_POLICY)]
    {
        let application = application("text/html", 2);
        let patched = Application { policy: Some(HeaderValue::from_static(policy)), ..application };
        let patched = extra_around(patched, "document", "/orders") - page;
        assert!((1..=most).contains(&patched), "{patched} allocations for {policy:?}, beyond those for the page");
    }
    the_code_and_the_page_are_shared();
    a_gibibyte_passes_in_little_memory();
}

/// The second and third element point to the same bytes as the first: the constant parts are never copied.
fn the_code_and_the_page_are_shared() {
    let application = application("text/html", 3);
    let frame = application.frame.as_ptr();
    let mut service = widgets().layer().layer(application);
    let pages = [(); 2].map(|()| {
        let mut body = call(&mut service, request("document", "/orders")).into_body();
        let frames: Vec<Bytes> = std::iter::from_fn(|| next(&mut body)).collect();
        frames
    });
    let [first, second] = &pages;
    let addresses = |page: &[Bytes]| page.iter().map(|data| data.as_ptr()).collect::<Vec<_>>();
    assert_eq!(first.len(), 6, "before, opening with data, code, after, and the two frames that follow");
    for shared in [0, 2, 3] {
        assert_eq!(addresses(first)[shared], addresses(second)[shared], "part {shared}");
    }
    assert_ne!(addresses(first)[1], addresses(second)[1], "each page has data of its own");
    assert!(first[2].len() > 1000 && first[2].ends_with(b"</script>"), "the code");
    assert_eq!(addresses(first)[4..], [frame, frame], "the inner body's own frames");
}

fn a_gibibyte_passes_in_little_memory() {
    let application = application("text/html", GIBIBYTE / FRAME);
    let (frame, polls) = (application.frame.as_ptr(), application.polls.clone());
    let mut service = widgets().layer().layer(application);
    let request = request("document", "/orders");
    let region = Region::new(ALLOCATOR);
    let response = call(&mut service, request);
    assert!(matches!(response.extensions().get::<Outcome>(), Some(outcome) if outcome.kind() == OutcomeKind::Boot));
    assert_eq!(polls.load(Ordering::Relaxed), 1, "the head is released before a second frame is asked for");
    let mut body = response.into_body();
    let mut parts = 0;
    let (mut bytes, mut most) = (0, 0);
    while let Some(data) = next(&mut body) {
        parts += 1;
        bytes += data.len();
        let frames = polls.load(Ordering::Relaxed);
        assert!(parts > 4 || frames == 1, "the beginning is handed on before a second frame is asked for");
        assert!(parts <= 4 || data.as_ptr() == frame, "frame {frames} is not the inner body's own");
        let change = region.change();
        most = most.max(change.bytes_allocated.saturating_sub(change.bytes_deallocated));
    }
    assert!(bytes > GIBIBYTE - FRAME && parts > GIBIBYTE / FRAME);
    assert!(most <= MOST_EXTRA_BYTES, "{most} bytes of memory");
}
