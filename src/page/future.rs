//! The response future: drives the inner service, the lookup and the start of the body, in this order.
//!
//! This module makes no decision.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::future::BoxFuture;
use http::{HeaderValue, Response};
use http_body::Body;
use pin_project_lite::pin_project;

use super::{
    body::WidgetBody,
    conclusion::{OUTCOME, explain_otherwise, untouched},
    exchange::{Exchange, Step},
    pending::PendingInjection,
};
use crate::{
    identity::Viewer,
    outcome::{Outcome, Reason},
    token_service::TokenFuture,
};

pin_project! {
    /// The response future of [`WidgetService`](crate::WidgetService).
    pub struct ResponseFuture<F, B>
    where
        B: Body,
    {
        #[pin]
        state: State<F, B>,
        // In development: the reason to send in a header if the response has no outcome.
        explained: Option<Reason>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, B>
    where
        B: Body,
    {
        /// The layer itself responds, at its token path; the inner service is not called.
        Token { #[pin] answer: TokenFuture },
        /// The inner service is running.
        Running { #[pin] inner: F, exchange: Option<Exchange> },
        /// The lookup is running, now that the handler has returned.
        Asking { lookup: BoxFuture<'static, Viewer>, waiting: Option<(Exchange, Response<B>)> },
        /// The start of the body is being read.
        Holding { pending: Option<PendingInjection<B>> },
        Done,
    }
}

impl<F, B: Body> ResponseFuture<F, B> {
    /// Creates the future of a call to the inner service.
    ///
    /// If `explained` is set, a header says what was done, or this reason if nothing was decided.
    pub(super) fn new(inner: F, exchange: Option<Exchange>, explained: Option<Reason>) -> Self {
        Self { state: State::Running { inner, exchange }, explained }
    }

    pub(super) fn token(answer: TokenFuture) -> Self {
        Self { state: State::Token { answer }, explained: None }
    }
}

impl<F, B, E> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<WidgetBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut state = this.state;
        loop {
            let step = ready!(state.as_mut().poll_step(cx)).inspect_err(|_| {
                // The inner future may panic if it is polled again.
                state.set(State::Done);
            });
            match step? {
                Step::Done(mut response) => {
                    state.set(State::Done);
                    if let Some(otherwise) = this.explained {
                        explain(&mut response, *otherwise);
                    }
                    return Poll::Ready(Ok(response));
                }
                Step::Ask(lookup, exchange, response) => {
                    state.set(State::Asking { lookup, waiting: Some((exchange, response)) });
                }
                Step::Hold(pending) => state.set(State::Holding { pending: Some(pending) }),
            }
        }
    }
}

impl<F, B, E> State<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    fn poll_step(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Step<B>, E>> {
        let step = match self.project() {
            StateProjection::Token { answer } => {
                let Ok(response) = ready!(answer.poll(cx));
                Step::Done(response.map(WidgetBody::token))
            }
            StateProjection::Running { inner, exchange } => {
                let response = ready!(inner.poll(cx))?;
                match exchange.take() {
                    Some(exchange) => exchange.on_response(response),
                    None => Step::Done(untouched(response)),
                }
            }
            StateProjection::Asking { lookup, waiting } => {
                let viewer = ready!(lookup.as_mut().poll(cx));
                let Some((exchange, response)) = waiting.take() else { return Poll::Pending };
                exchange.on_viewer(viewer, response)
            }
            StateProjection::Holding { pending } => {
                let Some(held) = pending else { return Poll::Pending };
                let place = ready!(held.poll(cx));
                let Some(held) = pending.take() else { return Poll::Pending };
                Step::Done(held.release(place))
            }
            // The caller polled again after completion, which is its bug but no reason to panic.
            StateProjection::Done => return Poll::Pending,
        };
        Poll::Ready(Ok(step))
    }
}

/// Writes the outcome into a header; without an outcome, the header that is there already stays.
fn explain<B>(response: &mut Response<B>, otherwise: Reason) {
    match response.extensions().get::<Outcome>().map(Outcome::as_str) {
        Some(outcome) => {
            response.headers_mut().insert(OUTCOME, HeaderValue::from_static(outcome));
        }
        None => explain_otherwise(response.headers_mut(), otherwise),
    }
}

impl<F, B: Body> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn future_polled_after_an_error_is_pending() {
        let inner = std::future::ready(Err::<Response<String>, _>("the inner service failed"));
        let mut future = ResponseFuture::new(inner, None, None);
        assert_eq!((&mut future).now_or_never().map(|result| result.err()), Some(Some("the inner service failed")));
        assert!((&mut future).now_or_never().is_none(), "std's `Ready` panics if it is polled again");
    }
}
