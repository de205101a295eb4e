//! Checks that the snippet's place does not depend on the frames or on the data that follows.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, header::CONTENT_TYPE};
use tower::Layer;
use tower_widget_identity::{Viewer, Widgets};

use crate::{
    layer::{Item, Script, Served, Watch, answering, send},
    numbers::Numbers,
    reading,
    serve::{marked, page_load},
    support,
};

/// Data after the part that has decided the place. It must make no difference.
const BEHIND: [&[u8]; 6] =
    [b"", b"<html><head>", b"<!doctype html>", b"--><head>", b"\"'></head><script>", b"\0\x1B\xFF<\xEF\xBB\xBF"];

thread_local! {
    static WIDGETS: Widgets = support::builder().build().unwrap();
}

/// Where the snippet is, or why there is none.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    At(usize),
    Untouched(String),
}

/// Checks an input, which is the page.
pub fn check(page: &[u8]) {
    let page = Bytes::copy_from_slice(page);
    let (verdict, _) = serve(&page, vec![page.clone()]);
    let (bytewise, served) = serve(&page, single_bytes(&page));
    assert_eq!(bytewise, verdict, "in single bytes");
    let mut numbers = Numbers::of(&page);
    assert_eq!(serve(&page, pieces(&page, &mut numbers)).0, verdict, "in pieces");
    if !served.read_whole {
        let decisive = page.slice(..served.read_ahead);
        decided(&decisive, &verdict);
    }
}

/// Checks that the data read before the response head has decided the place, whatever data follows.
fn decided(decisive: &Bytes, verdict: &Verdict) {
    if let Verdict::At(place) = verdict {
        assert!(*place <= decisive.len(), "the place was not read yet");
    }
    for behind in BEHIND {
        let page = Bytes::from([decisive, behind].concat());
        assert_eq!(serve(&page, vec![page.clone()]).0, *verdict, "followed by {behind:?}");
    }
}

fn serve(page: &Bytes, frames: Vec<Bytes>) -> (Verdict, Served) {
    let served = WIDGETS.with(|widgets| {
        let watch = Arc::<Watch>::default();
        let body = Script::new(frames.into_iter().map(Item::Data).collect(), watch.clone());
        let response = Response::builder().header(CONTENT_TYPE, "text/html").body(body).unwrap();
        let request = marked(page_load(Viewer::SignedOut), widgets, b"out");
        send(widgets.layer().layer(answering(response)), request, &watch)
    });
    (verdict(page, &served), served)
}

fn verdict(page: &[u8], served: &Served) -> Verdict {
    let result = served.bytes();
    match served.outcome() {
        Some("shutdown") => Verdict::At(reading::place(page, &result).expect("the page with one snippet in it").start),
        Some(reason @ ("encoding" | "long-prologue" | "fragment")) => {
            assert_eq!(result, page, "{reason}, but the page changed");
            assert_eq!(served.head.headers.len(), 1, "{reason}, but the headers changed");
            Verdict::Untouched(reason.to_owned())
        }
        outcome => panic!("{outcome:?}"),
    }
}

fn single_bytes(page: &Bytes) -> Vec<Bytes> {
    (0..page.len()).map(|at| page.slice(at..=at)).collect()
}

fn pieces(page: &Bytes, numbers: &mut Numbers) -> Vec<Bytes> {
    let mut frames = Vec::new();
    let mut at = 0;
    while at < page.len() {
        // Some frames are empty.
        let end = page.len().min(at + numbers.below(9));
        frames.push(page.slice(at..end));
        at = end;
    }
    frames
}
