//! Longer reading: the way to production, sessions and logins, operations, loading and single-page applications, tokens of
//! the vendor's own API, shared computers, the threat model, the migration from `user_hash`, and each widget's settings,
//! facts and logout.
//!
//! Nothing but documents is in here; the same pages are in the folder `docs`.

// The first definition of a link counts: here they lead to items, in the folder to files.

/// [`Outcome`]: crate::Outcome
/// [Your application signs in with …]: crate::guide::sign_in
/// [operations]: crate::guide::operations
/// [shared computers]: crate::guide::shared_computers
/// [migration from `user_hash`]: crate::guide::migrating_from_user_hash
/// [several instances]: crate::guide::operations#several-instances
///
#[doc = include_str!("../docs/production.md")]
pub mod production {}

// Its code needs crates that only the package `examples/axum_login` has, and is tested there.
#[cfg_attr(not(doctest), doc = "[operations]: crate::guide::operations\n\n")]
#[cfg_attr(not(doctest), doc = include_str!("../docs/sign-in.md"))]
pub mod sign_in {}

/// [`Outcome`]: crate::Outcome
/// [`TokenError`]: crate::TokenError
/// [`SecretRotation`]: crate::SecretRotation
/// [`TokenService`]: crate::TokenService
///
#[doc = include_str!("../docs/operations.md")]
pub mod operations {}

#[doc = include_str!("../docs/single-page-apps.md")]
pub mod single_page_apps {}

/// [`TokenService`]: crate::TokenService
/// [`Widget`]: crate::widget::Widget
///
#[doc = include_str!("../docs/issued-tokens.md")]
pub mod issued_tokens {}

/// [`LogoutLayer`]: crate::LogoutLayer
/// [readme]: crate#what-it-promises-and-how-that-is-tested
///
#[doc = include_str!("../docs/shared-computers.md")]
pub mod shared_computers {}

/// [operations]: crate::guide::operations#replacing-a-secret-while-the-service-runs
///
#[doc = include_str!("../docs/migrating-from-user-hash.md")]
pub mod migrating_from_user_hash {}

/// [readme]: crate#vendors
///
#[doc = include_str!("../docs/widgets.md")]
pub mod widgets {}

/// [SECURITY.md]: https://docs.rs/crate/tower-widget-identity/latest/source/SECURITY.md
///
#[doc = include_str!("../docs/threat-model.md")]
pub mod threat_model {}
