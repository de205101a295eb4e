//! The layer around a service that yields the given frames.

use std::convert::Infallible;

use bytes::Bytes;
use futures::{FutureExt, stream};
use http::{HeaderMap, Request, Response, header};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, StreamBody};
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{Identity, Outcome, Viewer, WidgetLayer, Widgets};

use crate::support;

/// The layer's output.
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn outcome(&self) -> &str {
        self.outcome.as_ref().map_or("none", Outcome::as_str)
    }
}

/// A page load by a browser that sends Fetch Metadata.
pub(crate) fn page_load(viewer: Viewer) -> Request<()> {
    Request::builder().header("sec-fetch-dest", "document").extension(viewer).body(()).unwrap()
}

pub(crate) fn boot(identity: Identity) -> Request<()> {
    page_load(Viewer::SignedIn(identity))
}

/// The request of a browser with this marker.
pub(crate) fn marked(mut request: Request<()>, widgets: &Widgets, marker: &[u8]) -> Request<()> {
    let cookie = [widgets.marker_name().unwrap().as_bytes(), b"=", marker].concat();
    request.headers_mut().insert(header::COOKIE, cookie.try_into().unwrap());
    request
}

thread_local! {
    static WIDGETS: Widgets = support::builder().build().unwrap();
}

/// Serves the page in these frames. A user has signed out and the browser does not know it yet, so the page carries
/// the shutdown, which is the same for all.
pub(crate) fn serve_frames(frames: Vec<Bytes>) -> Answer {
    WIDGETS.with(|widgets| serve(&widgets.layer(), marked(page_load(Viewer::SignedOut), widgets, b"out"), frames))
}

pub(crate) fn serve(layer: &WidgetLayer, request: Request<()>, frames: Vec<Bytes>) -> Answer {
    let service = layer.layer(service_fn(move |_| {
        let frames = frames.clone().into_iter().map(|frame| Ok::<_, Infallible>(Frame::data(frame)));
        let response = Response::builder().header(header::CONTENT_TYPE, "text/html");
        std::future::ready(Ok::<_, Infallible>(response.body(StreamBody::new(stream::iter(frames))).unwrap()))
    }));
    let response = service.oneshot(request).now_or_never().expect("nothing to wait for").unwrap();
    read(response)
}

pub(crate) fn read<B: Body<Data = Bytes, Error: std::fmt::Debug>>(response: Response<B>) -> Answer {
    let (head, body) = response.into_parts();
    let bytes = body.collect().now_or_never().expect("nothing to wait for").unwrap().to_bytes().to_vec();
    Answer { headers: head.headers, outcome: head.extensions.get().cloned(), bytes }
}

/// The page in one piece.
pub(crate) fn serve_whole(page: &[u8]) -> Answer {
    serve_frames(vec![Bytes::copy_from_slice(page)])
}
