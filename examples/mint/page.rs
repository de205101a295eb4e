//! The element that the layer puts into a page.

use futures::executor::block_on;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body_util::BodyExt;
use tower::{ServiceBuilder, util::ServiceExt};
use tower_widget_identity::{Identity, Outcome, Viewer, Widgets};

use super::failure::Failure;

const ENDING: &str = "</script>";

pub(crate) fn snippet(widgets: &Widgets, identity: Identity) -> Result<String, Failure> {
    block_on(async {
        let service = ServiceBuilder::new().layer(widgets.layer()).service_fn(page);
        let response = service.oneshot(page_load(identity)?).await.map_err(Failure::unexpected)?;
        let outcome = response.extensions().get().map_or("no outcome", Outcome::as_str);
        let body = response.into_body().collect().await.map_err(Failure::unexpected)?;
        let html = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        cut(&html).ok_or_else(|| Failure::unexpected(format!("no element in the page: {outcome}")))
    })
}

fn page_load(identity: Identity) -> Result<Request<()>, Failure> {
    let request = Request::get("/").header("sec-fetch-dest", "document");
    request.extension(Viewer::SignedIn(identity)).body(()).map_err(Failure::unexpected)
}

async fn page(_request: Request<()>) -> Result<Response<String>, http::Error> {
    Response::builder().header(CONTENT_TYPE, "text/html").body("<!doctype html><title>Page</title>".to_owned())
}

fn cut(html: &str) -> Option<String> {
    let element = html.get(html.find("<script data-cfasync=\"false\" data-widget=")?..)?;
    let end = element.find(ENDING)? + ENDING.len();
    Some(element.get(..end)?.to_owned())
}
