//! The trait that every widget implements: its manifest, its secret, and what it says about one person.

use std::time::SystemTime;

use crate::{
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

use super::{boot_data::BootData, manifest::Manifest};

/// One support widget: what it has to know, and how its session ends.
///
/// Object safe and synchronous. No method may panic: [`check`](Widget::check) is the place to report a bad configuration.
///
/// For a widget of your own, [the module](crate::widget) shows the least that is needed, `examples/own_widget.rs` shows a whole one,
/// and the module `conformance` (a feature, for tests) checks that it keeps the promises below.
pub trait Widget: Send + Sync + 'static {
    /// What is the same for every person: names, library, settings, what the session leaves behind, what a policy must allow.
    ///
    /// [`WidgetsBuilder::widget`](crate::WidgetsBuilder::widget) calls it once and keeps the result.
    fn manifest(&self) -> Manifest;

    /// The secret that signs. The first widget's secret also keys the marker cookie's fingerprint, through a one-way
    /// derivation.
    fn secret(&self) -> &Secret;

    /// Says what is wrong with the configuration. [`build()`](crate::WidgetsBuilder::build) calls it once. Default: `Ok`.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] whose text says how to correct it.
    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }

    /// A new token of this name for this person at `now`. `token_name` is one of
    /// [`Manifest::token_names`]: the caller has refused every other name.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] when the identity lacks what the vendor needs, or signing failed.
    fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError>;

    /// What the adapter needs to boot for this person at `now`. Leave out what the token already contains.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] when the identity lacks what the vendor needs, or signing failed.
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError>;
}

impl Widget for Box<dyn Widget> {
    fn manifest(&self) -> Manifest {
        (**self).manifest()
    }
    fn secret(&self) -> &Secret {
        (**self).secret()
    }
    fn check(&self) -> Result<(), ConfigError> {
        (**self).check()
    }
    fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        (**self).mint(token_name, identity, now)
    }
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        (**self).boot_data(identity, now)
    }
}
