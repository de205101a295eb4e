//! The configured set of widgets, from which the application gets the layers and the token service.
//!
//! You build it once, and it is cheap to clone.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};
//!
//! #[derive(Clone)]
//! struct CurrentUser { id: String, email: String }
//!
//! let widgets = Widgets::builder()
//!     .widget(Intercom::new("abcd1234", Secret::new("s3cret")?))
//!     .identify(|parts| {
//!         let user = parts.extensions.get::<CurrentUser>();
//!         user.map(|user| Identity::new(&user.id).with_email(&user.email))
//!     })
//!     .build()?;
//!
//! assert!(widgets.is_enabled());
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

mod build;
mod builder;
mod checked;
mod delivery;
mod widgets;

#[cfg(feature = "conformance")]
pub(crate) use build::check_unique;
pub use builder::WidgetsBuilder;
pub(crate) use checked::Config;
pub use delivery::Delivery;
pub use widgets::Widgets;
