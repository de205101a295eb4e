//! Tokens from the vendor's own API, which the application calls when this module needs a token.
//!
//! ```
//! use std::time::Duration;
//! use tower_widget_identity::{Identity, IssuedToken, Issuer};
//!
//! let issuer = Issuer::new(async |identity: Identity| {
//!     // Your application calls the vendor's API here, with its own HTTP client and its own key.
//!     let text = format!("token-of-{}", identity.id());
//!     Ok::<_, std::io::Error>(IssuedToken::new(text, Duration::from_secs(12 * 60 * 60)))
//! })
//! .time_limit(Duration::from_secs(3));
//! assert!(!issuer.is_single_use());
//! assert_eq!(format!("{issuer:?}"), "Issuer { single_use: false, .. }");
//! ```

mod issuer;
mod tokens;

pub use issuer::{IssuedToken, Issuer};
#[cfg(feature = "conformance")]
pub(crate) use tokens::issue;
pub(crate) use tokens::{IssueError, IssuedTokens};
