//! The figures that are counted instead of timed: allocations and bytes.

use std::{
    convert::Infallible,
    future::{Future, ready},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Response, header::CONTENT_TYPE};
use http_body::{Body, Frame};
use tower::{Layer, Service, service_fn};

use crate::{
    contestants::{Contestant, Person},
    pages::{EIGHT_KIB, Page},
    switch::Count,
    table::{Goal, Table, Target},
};

/// Counts allocations, in responses that pass and in an identified page.
pub(crate) fn allocations(person: &Person, table: &mut Table) {
    for (what, page, goal, target) in [
        ("an image", Page::image(), 0.0, Target::Passing),
        ("a visitor's page", Page::visitors(), 0.0, Target::Passing),
        ("an identified page", Page::whole(EIGHT_KIB), 9.0, Target::Allocations),
    ] {
        let over = count(&Contestant::ours(person), &page) - count(&Contestant::bare(), &page);
        table.row(target, &format!("allocations for {what}"), over, Goal::CostAtMost(goal));
    }
}

fn count(contestant: &Contestant, page: &Page) -> f64 {
    per_page(contestant, page, Count::allocations) as f64
}

/// Counts something for each page.
pub(crate) fn per_page(contestant: &Contestant, page: &Page, what: impl Fn(&Count) -> usize) -> usize {
    const TIMES: usize = 64;
    let answer = contestant.answering(page);
    let requests: Vec<_> = (0..=TIMES).map(|_| page.request()).collect();
    let mut requests = requests.into_iter();
    // The first page makes what all pages share.
    requests.by_ref().take(1).for_each(|request| answer(request, &mut |_| {}));
    let count = Count::start();
    requests.for_each(|request| answer(request, &mut |_| {}));
    what(&count) / TIMES
}

const FRAME: usize = 64 * 1024;
const FRAMES: usize = 1024 * 1024 * 1024 / FRAME;

/// A page of 1 GiB in frames that are made on demand.
struct Endless {
    frame: Bytes,
    first: Bytes,
    yielded: usize,
}

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.yielded += 1;
        Poll::Ready(match self.yielded {
            1 => Some(Ok(Frame::data(self.first.clone()))),
            number if number <= FRAMES => Some(Ok(Frame::data(self.frame.clone()))),
            _ => None,
        })
    }
}

/// Measures the memory for a page of 1 GiB. A test of the library checks the order of its frames.
pub(crate) fn streaming(person: &Person, table: &mut Table) {
    let first = Bytes::from_static(b"<!doctype html><html><head><title>Big</title></head><body>");
    let frame = Bytes::from(vec![b' '; FRAME]);
    let address = frame.as_ptr();
    let mut service = person.widgets().layer().layer(service_fn(move |_| {
        let body = Endless { frame: frame.clone(), first: first.clone(), yielded: 0 };
        let mut response = Response::new(body);
        response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("text/html"));
        ready(Ok::<_, Infallible>(response))
    }));
    let request = Page::whole(EIGHT_KIB).request();
    let mut context = Context::from_waker(Waker::noop());
    let count = Count::start();
    let mut same = 0;
    let Poll::Ready(Ok(response)) = pin!(service.call(request)).poll(&mut context) else { panic!("not ready") };
    let mut body = pin!(response.into_body());
    while let Poll::Ready(Some(Ok(frame))) = body.as_mut().poll_frame(&mut context) {
        same += usize::from(frame.data_ref().is_some_and(|data| data.as_ptr() == address));
    }
    let peak = count.peak() as f64;
    drop(count);
    table.row(Target::Streaming, "bytes of memory for a page of 1 GiB", peak, Goal::CostAtMost(65536.0));
    let share = same as f64 / (FRAMES - 1) as f64;
    table.row(Target::Streaming, "share of its frames that are the inner body's own", share, Goal::ShareAtLeast(1.0));
}
