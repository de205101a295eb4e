//! Requests as browsers send them, for the tests of your application. Feature `test-util`.
//!
//! The layer acts only on page loads, and recognises them by the headers that a browser adds
//! (<https://www.w3.org/TR/fetch-metadata/>). A bare request, as `curl` or a test sends it, gets no widget.
//!
//! ```
//! use axum::{Router, body::Body, response::Html, routing::get};
//! use http_body_util::BodyExt;
//! use tower::ServiceExt;
//! use tower_widget_identity::{Identity, Secret, Widgets, test, widget::Intercom};
//!
//! # futures::executor::block_on(async {
//! let widgets = Widgets::builder()
//!     .widget(Intercom::new("abcd1234", Secret::new("s3cret")?))
//!     .identify(|_| Some(Identity::new("user-1")))
//!     .build()?;
//! let app = Router::new()
//!     .route("/", get(async || Html("<!doctype html><title>Home</title>")))
//!     .layer(widgets.layer());
//!
//! let response = app.oneshot(test::page_load("/").body(Body::empty())?).await?;
//! let page = response.into_body().collect().await?.to_bytes();
//! assert!(String::from_utf8_lossy(&page).contains("data-widget="));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! In your application's `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! tower-widget-identity = { version = "0.1", features = ["test-util"] }
//! ```

use http::{Request, header::ACCEPT, request::Builder};

/// Builds a GET request with the headers of a page load, as if the user had typed its address.
///
/// Add the cookies or extensions that your test needs, then a body. If the path is not a URI, [`body`](Builder::body)
/// returns an error, as for every builder of the crate `http`.
pub fn page_load(path: &str) -> Builder {
    Request::get(path)
        .header(ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .header("sec-fetch-dest", "document")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-site", "none")
        .header("sec-fetch-user", "?1")
}
