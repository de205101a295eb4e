//! Both layers over one service: thin shells around plain decisions.
//!
//! ```
//! use http::{Request, Response};
//! use tower::{Layer, ServiceExt, service_fn};
//! use tower_widget_identity::{Identity, Outcome, Secret, Viewer, Widgets, vendor::Intercom};
//!
//! # futures::executor::block_on(async {
//! let widgets = Widgets::builder().vendor(Intercom::new("abcd1234", Secret::new("s3cret")?)).build()?;
//! let home = service_fn(async |_: Request<()>| {
//!     let page = Response::builder().header("content-type", "text/html");
//!     page.body(String::from("<!doctype html><title>Home</title>"))
//! });
//!
//! let request = Request::get("/").header("sec-fetch-dest", "document");
//! let request = request.extension(Viewer::SignedIn(Identity::new("user-1"))).body(())?;
//! let response = widgets.layer().layer(home).oneshot(request).await?;
//!
//! assert_eq!(response.extensions().get::<Outcome>().map(Outcome::as_str), Some("boot"));
//! assert_eq!(response.headers()["cache-control"], "private, no-store");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! `load` says what a request is for, `decide` what a page has to do, `prologue` where the snippet goes, `headers` what
//! becomes of the head. `visit` brings them together; `future`, `scan` and `body` carry the bytes.

mod body;
mod decide;
mod future;
mod headers;
mod layer;
mod load;
mod prologue;
mod reference;
mod scan;
mod service;
mod visit;

pub use body::WidgetBody;
pub use future::ResponseFuture;
pub use layer::{LogoutLayer, WidgetLayer};
pub(crate) use load::is_own_site;
pub use service::WidgetService;
