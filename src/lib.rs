//! [production]: guide::production
//! [Your application signs in with …]: guide::sign_in
//! [operations]: guide::operations
//! [threat model]: guide::threat_model
//! [SECURITY.md]: https://docs.rs/crate/tower-widget-identity/latest/source/SECURITY.md
//! [single-page applications]: guide::single_page_apps
//! [shared computers]: guide::shared_computers
//! [migration from `user_hash`]: guide::migrating_from_user_hash
//! [widget by widget]: guide::widgets
//!
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(test)]
mod contract;
mod cookies;
mod csp;
mod error;
mod fetch_metadata;
pub mod guide;
mod hints;
mod host;
mod identity;
#[cfg(feature = "issued")]
mod issued;
mod lookup;
mod marker;
mod outcome;
mod page;
mod protocol;
#[cfg(feature = "rsa")]
mod public_key;
#[cfg(feature = "axum")]
mod response_parts;
mod sign;
mod snippet;
#[cfg(feature = "test-util")]
pub mod test;
mod token_error;
mod token_service;
pub mod widget;
mod worker;

#[doc(inline)]
pub use config::{Delivery, Widgets, WidgetsBuilder};
#[doc(inline)]
pub use csp::{CspMode, CspNeeds, CspSources};
#[doc(inline)]
pub use error::{ConfigError, ConfigErrorKind};
#[doc(inline)]
pub use identity::{Company, Identity, SkipWidget, UnixTime, Validity, Viewer};
#[cfg(feature = "issued")]
#[doc(inline)]
pub use issued::{IssuedToken, Issuer};
#[doc(inline)]
pub use outcome::{Outcome, OutcomeKind, Reason, TokenFailure};
#[doc(inline)]
pub use page::{LogoutLayer, ResponseFuture, WidgetBody, WidgetLayer, WidgetService};
#[cfg(feature = "rsa")]
#[doc(inline)]
pub use public_key::PublicKeyService;
#[doc(inline)]
pub use sign::{MAX_TOKEN_BYTES, Secret, SecretRotation, Token};
#[doc(inline)]
pub use snippet::Load;
#[doc(inline)]
pub use token_error::TokenError;
#[doc(inline)]
pub use token_service::{TokenBody, TokenFuture, TokenService};
