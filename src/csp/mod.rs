//! Content-Security-Policy: what the snippet and the vendors need, and the smallest change to a policy that allows it.
//!
//! ```
//! use tower_widget_identity::{Secret, Widgets, widget::Intercom};
//!
//! let widgets = Widgets::builder().widget(Intercom::new("abcd1234", Secret::new("s3cret")?)).build()?;
//! let policy = widgets.csp().expect("an enabled set").to_string();
//! assert!(policy.starts_with("script-src-elem 'sha256-"));
//! assert!(policy.contains("https://widget.intercom.io"));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

mod directive;
mod headers;
mod mode;
mod needs;
mod policy;
mod source;
mod sources;

pub(crate) use headers::assess;
pub use mode::CspMode;
pub use needs::CspNeeds;
pub(crate) use policy::Impossible;
pub(crate) use source::{library_source, path_source};
pub use sources::CspSources;
