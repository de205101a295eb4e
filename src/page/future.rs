//! The response future: runs the inner service, then decides, and looks into the body before the headers leave.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::future::BoxFuture;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::{
    body::WidgetBody,
    exchange::{Exchange, Step},
    pending::PendingInjection,
};
use crate::identity::Viewer;

pin_project! {
    /// The response future of [`WidgetService`](crate::WidgetService).
    pub struct ResponseFuture<F, B>
    where
        B: Body,
    {
        #[pin]
        state: State<F, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, B>
    where
        B: Body,
    {
        /// The inner service is at work.
        Running { #[pin] inner: F, visit: Option<Exchange> },
        /// The application is asked who is looking, now that the handler has run.
        Asking { lookup: BoxFuture<'static, Viewer>, held: Option<(Exchange, Response<B>)> },
        /// The body is looked into.
        PendingInjection { scanning: Option<PendingInjection<B>> },
        Done,
    }
}

impl<F, B: Body> ResponseFuture<F, B> {
    pub(super) fn new(inner: F, visit: Option<Exchange>) -> Self {
        Self { state: State::Running { inner, visit } }
    }
}

impl<F, B, E> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<WidgetBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let step = match state.as_mut().project() {
                StateProjection::Running { inner, visit } => {
                    let response = ready!(inner.poll(cx))?;
                    match visit.take() {
                        Some(visit) => visit.arrive(response),
                        None => Step::Done(response.map(WidgetBody::untouched)),
                    }
                }
                StateProjection::Asking { lookup, held } => {
                    let viewer = ready!(lookup.as_mut().poll(cx));
                    let Some((visit, response)) = held.take() else { return Poll::Pending };
                    visit.settle(viewer, response)
                }
                StateProjection::PendingInjection { scanning } => {
                    let Some(held) = scanning else { return Poll::Pending };
                    let place = ready!(held.poll(cx));
                    let Some(held) = scanning.take() else { return Poll::Pending };
                    Step::Done(held.release(place))
                }
                // Polled again after it was ready: a mistake of the caller that is no reason to panic.
                StateProjection::Done => return Poll::Pending,
            };
            match step {
                Step::Done(response) => {
                    state.set(State::Done);
                    return Poll::Ready(Ok(response));
                }
                Step::Ask(lookup, visit, response) => {
                    state.set(State::Asking { lookup, held: Some((visit, response)) });
                }
                Step::Scan(scanning) => state.set(State::PendingInjection { scanning: Some(scanning) }),
            }
        }
    }
}

impl<F, B: Body> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
