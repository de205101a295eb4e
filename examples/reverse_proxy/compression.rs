//! Compresses pages, which the proxy requests uncompressed from the application.

use std::convert::Infallible;

use http::{Extensions, HeaderMap, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tower::util::ServiceExt;
use tower::{Service, ServiceBuilder};
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::compression::{CompressionBody, CompressionLayer};

use super::headers;
use super::upstream::{Answer, Body};

/// Marks a response that arrived without an encoding.
///
/// If it has one further out, the proxy has added it.
#[derive(Clone, Copy)]
struct Plain;

/// Returns the response, compressed if the client accepts that and it is worthwhile.
pub(crate) async fn compressed<S>(service: S, request: Request<Incoming>) -> Result<Answer, Infallible>
where
    S: Service<Request<Incoming>, Response = Answer, Error = Infallible>,
{
    let compression = CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_compressible));
    let pages = ServiceBuilder::new().map_response(mend).layer(compression).map_response(note).service(service);
    Ok(pages.oneshot(request).await?.map(BodyExt::boxed))
}

fn is_compressible(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers::is_compressible(headers)
}

fn note(mut answer: Answer) -> Answer {
    if !headers::is_encoded(answer.headers()) {
        answer.extensions_mut().insert(Plain);
    }
    answer
}

fn mend(mut answer: Response<CompressionBody<Body>>) -> Response<CompressionBody<Body>> {
    if answer.extensions().get::<Plain>().is_some() && headers::is_encoded(answer.headers()) {
        headers::weaken(answer.headers_mut());
    }
    answer
}
