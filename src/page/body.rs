//! The response body: the inner one, or its beginning with the snippet in it and then the inner one. Passes frames on and
//! makes no decision.

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
    /// Passes every frame of the inner body on as it is, trailers and errors included.
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
        /// The answer to a HEAD for a personal page: the length of the GET is not known.
        Lengthless { #[pin] body: B },
        Peeked { body: PeekedBody<B> },
        /// The layer's own answer at the token path.
        Token { body: TokenBody },
    }
}

/// What comes before the snippet, its two parts, and what comes after it.
const USUAL_PARTS: usize = 4;

/// A body whose first frames were looked at before the headers left.
pub(super) struct PeekedBody<B: Body> {
    /// The data read so far, the snippet in its place.
    pub(crate) data: VecDeque<Bytes>,
    /// What came instead of more data, if that was the last to be peeked at: trailers or an error.
    pub(crate) next: Option<Result<Frame<Bytes>, B::Error>>,
    /// The rest; `None` once the inner body has ended, for it must not be polled then.
    pub(crate) rest: Option<Pin<Box<B>>>,
    /// How many bytes of data are still to come while some are held, where the inner body said so exactly. Where it did
    /// not, neither does this one, although it may have seen the end: a page that failed would look whole, and a
    /// `Content-Length` that the application got wrong would be believed.
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
    /// No frame is read yet.
    pub(super) fn new(body: B) -> Self {
        let remaining = body.size_hint().exact();
        Self { data: VecDeque::with_capacity(USUAL_PARTS), next: None, rest: Some(Box::pin(body)), remaining }
    }

    /// The page became longer by this many bytes.
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
            // No frame is held any more: the inner body speaks for itself.
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

/// The frame with its data in one piece; free where the data is `Bytes` already.
pub(super) fn whole<D: Buf>(frame: Frame<D>) -> Frame<Bytes> {
    frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
}
