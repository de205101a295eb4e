//! Longer reading: the way to production, operations, shared computers, and the migration from `user_hash`.
//!
//! Nothing but documents is in here; the same pages are in the folder `docs`.

// The first definition of a link counts: here they lead to items, in the folder to files.

/// [`Outcome`]: crate::Outcome
/// [operations]: crate::guide::operations
/// [shared computers]: crate::guide::shared_computers
/// [migration from `user_hash`]: crate::guide::migrating_from_user_hash
/// [several instances]: crate::guide::operations#several-instances
///
#[doc = include_str!("../docs/production.md")]
pub mod production {}

/// [`Outcome`]: crate::Outcome
/// [`TokenError`]: crate::TokenError
/// [`SecretRotation`]: crate::SecretRotation
/// [`TokenService`]: crate::TokenService
///
#[doc = include_str!("../docs/operations.md")]
pub mod operations {}

/// [`LogoutLayer`]: crate::LogoutLayer
/// [readme]: crate#what-it-promises-and-how-that-is-tested
///
#[doc = include_str!("../docs/shared-computers.md")]
pub mod shared_computers {}

/// [operations]: crate::guide::operations#replacing-a-secret-while-the-service-runs
///
#[doc = include_str!("../docs/migrating-from-user-hash.md")]
pub mod migrating_from_user_hash {}
