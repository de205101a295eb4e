//! An inner service that returns a scripted response, and the layers' output, frame by frame.

use std::{
    convert::Infallible,
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, response};
use http_body::{Body, Frame, SizeHint};
use tower::{Service, ServiceExt, service_fn};

/// The limit of consecutive polls. A future that is pending for longer never ends.
const MANY_POLLS: usize = 1_000_000;

/// A body's reaction to a poll.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Data(Bytes),
    Trailers(HeaderMap),
    Failure,
    /// Not ready yet, but woken at once.
    Wait,
}

/// The error of a body that fails.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed;

/// A body that follows a script, and panics if it is polled after its end.
pub(crate) struct Script {
    items: std::vec::IntoIter<Item>,
    hint: SizeHint,
    tells_end: bool,
    ended: bool,
    watch: Arc<Watch>,
}

/// What the layers have read of the body.
#[derive(Default)]
pub(crate) struct Watch {
    frames: AtomicUsize,
    ended: AtomicBool,
}

impl Script {
    pub(crate) fn new(items: Vec<Item>, watch: Arc<Watch>) -> Self {
        Self { items: items.into_iter(), hint: SizeHint::default(), tells_end: false, ended: false, watch }
    }

    /// Announces the body's length in the size hint, and its end before the last poll.
    pub(crate) fn outspoken(self, length: u64) -> Self {
        Self { hint: SizeHint::with_exact(length), tells_end: true, ..self }
    }

    fn end<T>(&mut self, last: T) -> Poll<T> {
        self.ended = true;
        self.watch.ended.store(true, Ordering::Relaxed);
        Poll::Ready(last)
    }

    fn frame(&mut self, frame: Frame<Bytes>) -> Poll<Option<Result<Frame<Bytes>, Failed>>> {
        self.watch.frames.fetch_add(1, Ordering::Relaxed);
        let passed = frame.data_ref().map_or(0, |data| data.len() as u64);
        self.hint = self.hint.exact().map_or(self.hint, |left| SizeHint::with_exact(left.saturating_sub(passed)));
        Poll::Ready(Some(Ok(frame)))
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Failed;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failed>>> {
        assert!(!self.ended, "polled after its end");
        match self.items.next() {
            None => self.end(None),
            Some(Item::Failure) => self.end(Some(Err(Failed))),
            Some(Item::Data(data)) => self.frame(Frame::data(data)),
            Some(Item::Trailers(trailers)) => self.frame(Frame::trailers(trailers)),
            Some(Item::Wait) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.tells_end && self.items.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}

/// The layers' output.
pub(crate) struct Served {
    pub(crate) head: response::Parts,
    pub(crate) items: Vec<Item>,
    /// The number of frames that were read before the response head was returned.
    pub(crate) read_ahead: usize,
    pub(crate) read_whole: bool,
    /// The body's size hint when the response head was returned.
    pub(crate) hint: SizeHint,
}

impl Served {
    /// All data in one piece.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        data(&self.items).flatten().copied().collect()
    }

    pub(crate) fn outcome(&self) -> Option<&str> {
        self.head.extensions.get::<tower_widget_identity::Outcome>().map(|outcome| outcome.as_str())
    }
}

pub(crate) fn data(items: &[Item]) -> impl Iterator<Item = &Bytes> {
    items.iter().filter_map(|item| if let Item::Data(data) = item { Some(data) } else { None })
}

/// A service for one request.
pub(crate) fn answering<B: Body>(
    response: Response<B>,
) -> impl Service<Request<()>, Response = Response<B>, Error = Infallible> {
    let mut response = Some(response);
    service_fn(move |_| std::future::ready(Ok(response.take().expect("one request"))))
}

/// Sends the request and reads the response to its end.
pub(crate) fn send<S, B>(service: S, request: Request<()>, watch: &Watch) -> Served
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes, Error = Failed>,
{
    let Ok(response) = now(service.oneshot(request));
    let (head, body) = response.into_parts();
    let read_ahead = watch.frames.load(Ordering::Relaxed);
    let read_whole = watch.ended.load(Ordering::Relaxed);
    let hint = body.size_hint();
    // A body that a layer has read must know its end. The application's own body need not.
    let items = read(body, read_ahead > 0 || read_whole);
    Served { head, items, read_ahead, read_whole, hint }
}

fn read<B: Body<Data = Bytes, Error = Failed>>(body: B, knows_its_end: bool) -> Vec<Item> {
    let mut body = pin!(body);
    let mut items = Vec::new();
    loop {
        let ends = body.is_end_stream();
        let frame = now(std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)));
        assert!(frame.is_none() || !ends, "a frame follows the end of the stream");
        match frame {
            None => break,
            Some(Err(Failed)) => {
                items.push(Item::Failure);
                break;
            }
            Some(Ok(frame)) => items.push(match frame.into_data() {
                Ok(data) => Item::Data(data),
                Err(frame) => Item::Trailers(frame.into_trailers().expect("data or trailers")),
            }),
        }
    }
    if knows_its_end {
        let behind = now(std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)));
        assert!(behind.is_none(), "a frame follows the end");
    }
    items
}

/// Polls the future until it is ready, and returns its output.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..MANY_POLLS {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut cx) {
            return answer;
        }
    }
    panic!("never ready");
}
