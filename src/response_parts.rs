//! [`Viewer`] and [`SkipWidget`] as parts of an axum response, beside its headers. Feature `axum`.
//!
//! ```
//! use axum::{body::Body, response::{Html, IntoResponse}};
//! use tower_widget_identity::{SkipWidget, Viewer};
//!
//! async fn delete_account() -> impl IntoResponse {
//!     (Viewer::SignedOut, Html("<!doctype html><title>Goodbye</title>"))
//! }
//!
//! async fn print_view() -> impl IntoResponse {
//!     (SkipWidget, Html("<!doctype html><title>Invoice</title>"))
//! }
//!
//! # futures::executor::block_on(async {
//! let response = delete_account().await.into_response();
//! assert_eq!(response.extensions().get(), Some(&Viewer::SignedOut));
//! let response = print_view().await.into_response();
//! assert_eq!(response.extensions().get(), Some(&SkipWidget));
//! # });
//! ```

use std::convert::Infallible;

use axum_core::response::{IntoResponseParts, ResponseParts};

use crate::identity::{SkipWidget, Viewer};

/// Puts the viewer into the response extensions, where it wins over every other source.
impl IntoResponseParts for Viewer {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        response.extensions_mut().insert(self);
        Ok(response)
    }
}

/// Puts the mark into the response extensions, so that the layer leaves this response unchanged.
impl IntoResponseParts for SkipWidget {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        response.extensions_mut().insert(self);
        Ok(response)
    }
}
