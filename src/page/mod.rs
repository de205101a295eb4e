//! Both layers and the service that they share: thin shells around pure decisions.
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
//! `facts` and `request_kind` read the request. `decide` chooses what a page must do, `logout` recognises what ends a
//! session, `injection` prepares what the page will carry, `headers` adapts the response head, and `prologue` finds the
//! place for the snippet. `exchange` combines them; `future`, `pending` and `body` carry the bytes.

mod body;
mod conclusion;
mod decide;
mod exchange;
mod facts;
mod future;
mod headers;
mod injection;
mod layer;
mod logout;
mod pending;
mod prologue;
mod reference;
mod request_kind;
mod service;

pub use body::WidgetBody;
pub use future::ResponseFuture;
pub use layer::{LogoutLayer, WidgetLayer};
pub use service::WidgetService;
