//! Frames of a body: data, trailers, errors and the end.

use std::convert::Infallible;

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{Outcome, OutcomeKind, Reason};

use crate::support::{kind, pages::user, widgets};

type Frames = Vec<Result<Frame<Bytes>, &'static str>>;

/// Passes these frames through the layer and returns its outcome and frames. The body panics if it is polled after its
/// end.
async fn pass(frames: Frames) -> (Option<Outcome>, Frames) {
    let frames = std::sync::Mutex::new(Some(frames));
    let service = service_fn(move |_: Request<()>| {
        let frames = frames.lock().unwrap().take().unwrap().into_iter();
        let body =
            StreamBody::new(stream::unfold(frames, async |mut frames| frames.next().map(|frame| (frame, frames))));
        let mut response = Response::builder().header("content-type", "text/html").body(body).unwrap();
        response.extensions_mut().insert(user(1));
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let request = Request::builder().header("sec-fetch-dest", "document").body(()).unwrap();
    let response = widgets().layer().layer(service).oneshot(request).await.unwrap();
    let outcome = response.extensions().get().cloned();
    let mut body = std::pin::pin!(response.into_body());
    let mut out = Vec::new();
    while let Some(frame) = body.frame().await {
        out.push(frame);
    }
    assert!(body.frame().await.is_none(), "stays ended");
    (outcome, out)
}

fn data(text: &str) -> Result<Frame<Bytes>, &'static str> {
    Ok(Frame::data(Bytes::copy_from_slice(text.as_bytes())))
}

fn trailers() -> Result<Frame<Bytes>, &'static str> {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", "1".parse().unwrap());
    Ok(Frame::trailers(trailers))
}

fn text(frames: &Frames) -> String {
    let datas = frames.iter().filter_map(|frame| frame.as_ref().ok()?.data_ref());
    datas.map(|data| std::str::from_utf8(data).unwrap()).collect()
}

#[tokio::test]
async fn trailers_come_last_wherever_the_page_ends() {
    for page in [vec!["<html><head><p>"], vec!["<html><head>"], vec!["<html>"], vec!["<ht", "ml><!-- never"], vec![""]]
    {
        let frames = page.iter().map(|part| data(part)).chain([trailers()]).collect();
        let (outcome, out) = pass(frames).await;
        assert_eq!(kind(outcome.as_ref()), Some(OutcomeKind::Boot), "{page:?}");
        let page = text(&out);
        assert_eq!(page.matches("<script data-cfasync=\"false\" data-widget=").count(), 1);
        assert!(out.last().unwrap().as_ref().unwrap().is_trailers());
        assert_eq!(out.iter().filter(|frame| frame.as_ref().unwrap().is_trailers()).count(), 1);
    }
}

#[tokio::test]
async fn body_is_not_polled_after_its_end() {
    for page in [vec!["<html><head>"], vec!["<html>"], vec!["<!doctype"], vec![]] {
        pass(page.into_iter().map(data).collect()).await;
    }
}

#[tokio::test]
async fn error_ends_the_page_after_all_earlier_frames() {
    let (outcome, out) = pass(vec![data("<ht"), Err("broken")]).await;
    assert_eq!(kind(outcome.as_ref()), Some(OutcomeKind::Untouched(Reason::BodyError)));
    assert_eq!((text(&out).as_str(), out.last().unwrap().as_ref().err()), ("<ht", Some(&"broken")));
    let (_, out) = pass(vec![data("<html><p>"), Err("broken")]).await;
    assert!(text(&out).contains("data-widget") && out.last().unwrap().is_err());
}

#[tokio::test]
async fn page_without_a_place_keeps_every_frame() {
    let long = format!("<!--{}-->", "x".repeat(70_000));
    let (outcome, out) = pass(vec![data(&long[..30_000]), data(""), data(&long[30_000..]), trailers()]).await;
    assert_eq!(kind(outcome.as_ref()), Some(OutcomeKind::Untouched(Reason::LongPrologue)));
    assert_eq!((text(&out), out.len()), (long, 4));
}

#[tokio::test]
async fn frames_after_the_snippet_are_passed_on_unchanged() {
    let tail = Bytes::from_static(b"<p>a long way down");
    let (_, out) = pass(vec![data("<html><head>"), data("<title>"), Ok(Frame::data(tail.clone()))]).await;
    let last = out.last().unwrap().as_ref().unwrap().data_ref().unwrap();
    assert_eq!(last.as_ptr(), tail.as_ptr(), "not copied");
}

#[tokio::test]
async fn head_leaves_with_the_first_bytes_of_the_page() {
    let (send, receive) = futures::channel::mpsc::unbounded::<Result<Frame<Bytes>, Infallible>>();
    let receive = std::sync::Mutex::new(Some(receive));
    let service = service_fn(move |_: Request<()>| {
        let body = StreamBody::new(receive.lock().unwrap().take().unwrap());
        let mut response = Response::builder().header("content-type", "text/html").body(body).unwrap();
        response.extensions_mut().insert(user(1));
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let request = Request::builder().header("sec-fetch-dest", "document").body(()).unwrap();
    let mut answer = Box::pin(widgets().layer().layer(service).oneshot(request));
    assert!(futures::poll!(&mut answer).is_pending());
    send.unbounded_send(Ok(Frame::data(Bytes::from_static(b"<html><head><title>")))).unwrap();
    let response = answer.await.unwrap();
    assert_eq!(kind(response.extensions().get()), Some(OutcomeKind::Boot));
    drop(send);
    assert!(response.into_body().collect().await.unwrap().to_bytes().ends_with(b"<title>"));
}
