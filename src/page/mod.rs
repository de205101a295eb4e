//! Both layers over one service: thin shells around plain decisions.
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
mod scan;
mod service;
mod visit;

pub use body::WidgetBody;
pub use future::ResponseFuture;
pub use layer::{LogoutLayer, WidgetLayer};
pub(crate) use load::is_own_site;
pub use service::WidgetService;
