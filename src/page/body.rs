//! The response body: the inner one, or its buffered start with the snippet and then the rest of the inner one.
//!
//! This module forwards frames and makes no decision.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::token_service::TokenBody;

pin_project! {
    /// The body of a response that went through [`WidgetLayer`](crate::WidgetLayer) or
    /// [`LogoutLayer`](crate::LogoutLayer).
    ///
    /// It forwards every frame of the inner body, trailers and errors included, and adds the snippet if the page
    /// carries one. At the layer's own token path, it is the token service's body.
    pub struct WidgetBody<B>
    where
        B: Body,
    {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B>
    where
        B: Body,
    {
        Untouched { #[pin] body: B },
        /// The response to a HEAD request for a personal page: the length of the GET response is not known.
        Lengthless { #[pin] body: B },
        Peeked { body: PeekedBody<B> },
        /// The layer's own response at the token path.
        Token { body: TokenBody },
    }
}

/// The usual number of chunks: the page before the snippet, the snippet's two parts, the page after it.
const USUAL_PARTS: usize = 4;

/// A body whose first frames were read before the response head was released.
pub(super) struct PeekedBody<B: Body> {
    /// The data read so far, with the snippet in its place.
    pub(crate) data: VecDeque<Bytes>,
    /// The trailers or the error that followed this data, if that was the last frame read.
    pub(crate) next: Option<Result<Frame<Bytes>, B::Error>>,
    /// The rest of the inner body; `None` once it has ended, because it must not be polled again.
    pub(crate) rest: Option<Pin<Box<B>>>,
    /// Exact bytes remaining while chunks are buffered; `None` if the inner body gave no exact hint, even after its
    /// end.
    ///
    /// Otherwise a page that failed would look complete, and a wrong `Content-Length` of the application would be
    /// believed.
    remaining: Option<u64>,
}

impl<B: Body> WidgetBody<B> {
    pub(super) fn untouched(body: B) -> Self {
        Self { kind: Kind::Untouched { body } }
    }

    pub(super) fn lengthless(body: B) -> Self {
        Self { kind: Kind::Lengthless { body } }
    }

    pub(super) fn token(body: TokenBody) -> Self {
        Self { kind: Kind::Token { body } }
    }

    pub(super) fn peeked(body: PeekedBody<B>) -> Self {
        Self { kind: Kind::Peeked { body } }
    }
}

impl<B: Body + Default> Default for WidgetBody<B> {
    fn default() -> Self {
        Self::untouched(B::default())
    }
}

impl<B: Body> fmt::Debug for WidgetBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WidgetBody").finish_non_exhaustive()
    }
}

impl<B: Body> Body for WidgetBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Untouched { body } | KindProjection::Lengthless { body } => {
                body.poll_frame(cx).map_ok(whole)
            }
            KindProjection::Peeked { body } => body.poll_frame(cx),
            KindProjection::Token { body } => Poll::Ready(body.next_frame().map(Ok)),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Untouched { body } | Kind::Lengthless { body } => body.is_end_stream(),
            Kind::Peeked { body } => body.is_end_stream(),
            Kind::Token { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Untouched { body } => body.size_hint(),
            Kind::Lengthless { .. } => SizeHint::default(),
            Kind::Peeked { body } => body.size_hint(),
            Kind::Token { body } => body.size_hint(),
        }
    }
}

impl<B: Body> PeekedBody<B> {
    /// Wraps a body of which no frame has been read.
    pub(super) fn new(body: B) -> Self {
        let remaining = body.size_hint().exact();
        Self { data: VecDeque::with_capacity(USUAL_PARTS), next: None, rest: Some(Box::pin(body)), remaining }
    }

    /// Records that the page grew by this many bytes.
    pub(super) fn grow(&mut self, by: usize) {
        self.remaining = self.remaining.and_then(|remaining| remaining.checked_add(by as u64));
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(data) = self.data.pop_front() {
            self.remaining = self.remaining.map(|remaining| remaining.saturating_sub(data.len() as u64));
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some(next) = self.next.take() {
            return Poll::Ready(Some(next));
        }
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        let frame = ready!(rest.as_mut().poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            self.rest = None;
        }
        Poll::Ready(frame.map(|frame| frame.map(whole)))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_empty() && self.next.is_none() && self.rest.as_ref().is_none_or(|rest| rest.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.rest, self.remaining) {
            // No chunk is buffered any more, so the inner body's own hint applies.
            (Some(rest), _) if self.data.is_empty() => return rest.size_hint(),
            (_, Some(remaining)) => return SizeHint::with_exact(remaining),
            _ => {}
        }
        let held: u64 = self.data.iter().map(|data| data.len() as u64).sum();
        let rest = self.rest.as_ref().map_or(0, |rest| rest.size_hint().lower());
        let mut hint = SizeHint::new();
        hint.set_lower(held.saturating_add(rest));
        hint
    }
}

/// Returns the frame with its data in one piece; free if the data is already `Bytes`.
pub(super) fn whole<D: Buf>(frame: Frame<D>) -> Frame<Bytes> {
    frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
}
