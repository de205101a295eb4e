//! Static files by tower-http's `ServeDir`, with the widget in the pages: <http://localhost:3000>.

use axum::Router;
use examples_of_others::{serve, signed_in, widgets};
use tower_http::{
    services::{ServeDir, ServeFile},
    trace::TraceLayer,
};
use tower_widget_identity::Widgets;

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");

fn app(widgets: &Widgets) -> Router {
    let files = ServeDir::new(ASSETS).not_found_service(ServeFile::new(format!("{ASSETS}/not_found.html")));
    Router::new().fallback_service(files).layer(widgets.layer())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    serve(signed_in(app(&widgets())).layer(TraceLayer::new_for_http())).await
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Request, StatusCode, header},
    };
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str, destination: &str) -> (StatusCode, axum::http::HeaderMap, String) {
        let request = Request::get(path).header("sec-fetch-dest", destination).header("sec-fetch-site", "none");
        // As a browser asks that has the file already.
        let request = request.header(header::IF_MODIFIED_SINCE, "Fri, 01 Jan 2100 00:00:00 GMT");
        let response = signed_in(app(&widgets())).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (head.status, head.headers, text)
    }

    #[tokio::test]
    async fn a_page_gets_the_widget_also_where_the_browser_asks_conditionally() {
        let (status, headers, page) = get("/index.html", "document").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CACHE_CONTROL], "private, no-store");
        assert!(!headers.contains_key(header::LAST_MODIFIED));
        assert_eq!(headers[header::CONTENT_LENGTH], page.len().to_string());
        assert_eq!(page.matches("data-widget=").count(), 1);
        let (before, after) = page.split_once("<script data-cfasync").unwrap();
        let original = include_str!("../../assets/index.html");
        let (_, after) = after.split_once("</script>").unwrap();
        assert_eq!([before, after].concat(), original);
    }

    #[tokio::test]
    async fn the_page_for_a_missing_file_gets_it_too() {
        let (status, _, page) = get("/nowhere", "document").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(page.contains("data-widget="), "{page}");
    }

    #[tokio::test]
    async fn other_files_stay_as_they_are() {
        let (status, headers, body) = get("/style.css", "style").await;
        assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert!(!headers.contains_key(header::CACHE_CONTROL));
    }
}
