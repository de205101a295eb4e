//! A response that is held until the place for the snippet is known; head and body then leave together.
//!
//! This module reads the body, and changes head and body if there is a place.

use std::{
    collections::VecDeque,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Response, response};
use http_body::{Body, Frame};

use super::{
    body::{PeekedBody, WidgetBody, whole},
    conclusion::note,
    headers,
    injection::Injection,
    prologue::{MAX_PROLOGUE_BYTES, Miss, Prologue, Scan},
};
use crate::outcome::{Outcome, Reason};

pub(super) struct PendingInjection<B: Body> {
    head: response::Parts,
    injection: Injection,
    prologue: Prologue,
    body: PeekedBody<B>,
    empty_frames: usize,
}

impl<B: Body> PendingInjection<B> {
    pub(super) fn new(response: Response<B>, injection: Injection) -> Self {
        let (head, body) = response.into_parts();
        Self { head, injection, prologue: Prologue::default(), body: PeekedBody::new(body), empty_frames: 0 }
    }

    /// Polls until the prologue has been read or given up, or the body ends or fails.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize, Reason>> {
        loop {
            let frame = match &mut self.body.rest {
                Some(rest) => ready!(rest.as_mut().poll_frame(cx)),
                None => None,
            };
            let scan = match frame {
                Some(Ok(frame)) => self.feed(whole(frame)),
                Some(Err(error)) => {
                    self.body.next = Some(Err(error));
                    self.body.rest = None;
                    return Poll::Ready(Err(Reason::BodyError));
                }
                None => {
                    self.body.rest = None;
                    self.prologue.end()
                }
            };
            match scan {
                Scan::More => {}
                Scan::At(place) => return Poll::Ready(Ok(place)),
                Scan::Miss(miss) => return Poll::Ready(Err(miss.into())),
            }
        }
    }

    fn feed(&mut self, frame: Frame<Bytes>) -> Scan {
        match frame.into_data() {
            Ok(data) => {
                let scan = self.prologue.feed(&data);
                self.empty_frames += usize::from(data.is_empty());
                self.body.data.push_back(data);
                // Otherwise, a body of endless empty frames would be held forever.
                if self.empty_frames > MAX_PROLOGUE_BYTES { Scan::Miss(Miss::TooLong) } else { scan }
            }
            // After trailers, no more data follows.
            Err(trailers) => {
                self.body.next = Some(Ok(trailers));
                self.prologue.end()
            }
        }
    }

    /// Releases the response: with the snippet if there is a place and data for it, otherwise with the
    /// body unchanged.
    pub(super) fn release(mut self, place: Result<usize, Reason>) -> Response<WidgetBody<B>> {
        let outcome = place.map_err(Outcome::untouched).and_then(|place| self.inject(place));
        let mut response = Response::from_parts(self.head, WidgetBody::peeked(self.body));
        match outcome {
            Ok(outcome) => note(self.injection.facts(), outcome, response.extensions_mut()),
            Err(untouched) => self.injection.give_up(untouched, &mut response),
        }
        response
    }

    fn inject(&mut self, place: usize) -> Result<Outcome, Outcome> {
        if self.injection.needs_document() && !self.prologue.is_document() {
            return Err(Outcome::untouched(Reason::Fragment));
        }
        let (snippet, outcome) = self.injection.snippet(&self.head.headers)?;
        let growth = snippet.iter().map(Bytes::len).sum();
        headers::lengthen(&mut self.head.headers, growth);
        self.body.grow(growth);
        self.injection.adapt(&mut self.head.headers);
        insert(&mut self.body.data, place, snippet);
        Ok(outcome)
    }
}

impl From<Miss> for Reason {
    fn from(miss: Miss) -> Self {
        match miss {
            Miss::TooLong => Self::LongPrologue,
            Miss::Encoding => Self::Encoding,
            Miss::Unfinished => Self::Fragment,
        }
    }
}

/// Inserts the snippet at `place`, in bytes from the start, without copying a byte of the page.
fn insert(data: &mut VecDeque<Bytes>, place: usize, snippet: [Bytes; 2]) {
    let mut before = place;
    let mut at = 0;
    while let Some(chunk) = data.get_mut(at) {
        if before < chunk.len() {
            let after = chunk.split_off(before);
            data.insert(at + 1, after);
            at += 1;
            break;
        }
        before -= chunk.len();
        at += 1;
    }
    for (offset, part) in snippet.into_iter().enumerate() {
        data.insert(at + offset, part);
    }
    data.retain(|chunk| !chunk.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippet_position_is_independent_of_framing() {
        for (chunks, place, expected) in [
            (vec!["abc"], 0, "XYabc"),
            (vec!["abc"], 1, "aXYbc"),
            (vec!["abc"], 3, "abcXY"),
            (vec!["ab", "", "c"], 2, "abXYc"),
            (vec!["a", "b", "c"], 2, "abXYc"),
            (vec![], 0, "XY"),
        ] {
            let mut data: VecDeque<Bytes> = chunks.iter().copied().map(Bytes::from).collect();
            insert(&mut data, place, [Bytes::from("X"), Bytes::from("Y")]);
            let page: Vec<u8> = data.iter().flat_map(|chunk| chunk.to_vec()).collect();
            assert_eq!(String::from_utf8(page).unwrap(), expected, "{chunks:?} at {place}");
        }
    }
}
