//! The trait that every widget implements: its manifest, its secret, and what it says about one person.

use std::time::SystemTime;

#[cfg(feature = "issued")]
use crate::issued::Issuer;
use crate::{
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

use super::{boot_data::BootData, manifest::Manifest, page_value::PageValue};

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

    /// The secret that signs; `None` where the widget signs nothing, for the vendor's own API issues its tokens.
    ///
    /// The secret of the widget whose name comes first in the alphabet also keys the marker cookie's fingerprint, through a
    /// one-way derivation. Where no widget has a secret, the application sets a
    /// [`marker_key`](crate::WidgetsBuilder::marker_key).
    fn secret(&self) -> Option<&Secret>;

    /// How the application gets the tokens where the vendor's own API issues them: all of this widget's tokens come from it
    /// then, by the token service alone, and [`mint`](Widget::mint) answers [`TokenError::Issued`]. Default: `None`.
    #[cfg(feature = "issued")]
    fn issuer(&self) -> Option<&Issuer> {
        None
    }

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

    /// A new token of this name for this person at `now` that also signs `value`, which the page has handed over. `token_name`
    /// is one of [`Manifest::value_token_names`]: the caller has refused every other name. Default:
    /// [`TokenError::UnknownToken`], for most widgets have no such token.
    ///
    /// Sign the value under the one name by which the vendor knows it, and as nothing else: it proves nothing of the person.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] as [`mint`](Widget::mint) has.
    #[allow(unused_variables)]
    fn mint_with_value(
        &self,
        token_name: &str,
        value: &PageValue,
        identity: &Identity,
        now: SystemTime,
    ) -> Result<Token, TokenError> {
        Err(TokenError::UnknownToken)
    }

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
    fn secret(&self) -> Option<&Secret> {
        (**self).secret()
    }
    #[cfg(feature = "issued")]
    fn issuer(&self) -> Option<&Issuer> {
        (**self).issuer()
    }
    fn check(&self) -> Result<(), ConfigError> {
        (**self).check()
    }
    fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        (**self).mint(token_name, identity, now)
    }
    fn mint_with_value(
        &self,
        token_name: &str,
        value: &PageValue,
        identity: &Identity,
        now: SystemTime,
    ) -> Result<Token, TokenError> {
        (**self).mint_with_value(token_name, value, identity, now)
    }
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        (**self).boot_data(identity, now)
    }
}
