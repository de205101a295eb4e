//! Both layers over one service: thin shells around plain decisions.
//!
//! ```
//! use http::{Request, Response};
//! use tower::{Layer, ServiceExt, service_fn};
//! use tower_widget_identity::{Identity, Outcome, Secret, Viewer, Widgets, widget::Intercom};
//!
//! # futures::executor::block_on(async {
//! let widgets = Widgets::builder().widget(Intercom::new("abcd1234", Secret::new("s3cret")?)).build()?;
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
//! `request_kind` says what a request is for, `decide` what a page has to do, `prologue` where the snippet goes, `headers` what
//! becomes of the head. `exchange` brings them together; `future`, `pending` and `body` carry the bytes.

mod body;
mod decide;
mod exchange;
mod future;
mod headers;
mod layer;
mod pending;
mod prologue;
mod reference;
mod request_kind;
mod service;

pub use body::WidgetBody;
pub use future::ResponseFuture;
pub use layer::{LogoutLayer, WidgetLayer};
pub(crate) use request_kind::is_own_site;
pub use service::WidgetService;
