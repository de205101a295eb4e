//! The trait that every widget implements.

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

/// A support widget: its manifest, its secret, and the data it needs for one user.
///
/// The trait is object safe and synchronous. No method may panic: report a bad configuration from
/// [`check`](Widget::check).
///
/// For a widget of your own, [the module](crate::widget) shows the minimum, `examples/own_widget.rs` shows a complete
/// widget, and the module `conformance` (a feature, for tests) checks the promises below.
pub trait Widget: Send + Sync + 'static {
    /// Returns what is the same for every user: names, library, settings, session artifacts and policy sources.
    ///
    /// [`WidgetsBuilder::widget`](crate::WidgetsBuilder::widget) calls it once and keeps the result.
    fn manifest(&self) -> Manifest;

    /// The signing secret, or `None` for a widget whose tokens the vendor's own API issues.
    ///
    /// Unless the application sets a [`marker_key`](crate::WidgetsBuilder::marker_key), the key of the marker's
    /// fingerprints is derived from the secret of the widget whose name comes first in alphabetical order. If no widget
    /// has a secret, the application must set a [`marker_key`](crate::WidgetsBuilder::marker_key).
    fn secret(&self) -> Option<&Secret>;

    /// The source of the tokens, if the vendor's own API issues them. Default: `None`.
    ///
    /// All tokens of a widget with an issuer come from it, through the token service only, and
    /// [`mint`](Widget::mint) returns [`TokenError::Issued`].
    #[cfg(feature = "issued")]
    fn issuer(&self) -> Option<&Issuer> {
        None
    }

    /// Checks the configuration. [`build()`](crate::WidgetsBuilder::build) calls it once. Default: `Ok`.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] whose text says how to correct the configuration.
    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }

    /// Creates the token with this name for this user at the time `now`.
    ///
    /// `token_name` is one of [`Manifest::token_names`]: the caller has rejected all other names.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] if the identity lacks something that the vendor requires, or if signing fails.
    fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError>;

    /// Creates the token with this name for this user at the time `now`, and signs a value from the page in it.
    ///
    /// `token_name` is one of [`Manifest::value_token_names`]: the caller has rejected all other names. Default:
    /// [`TokenError::UnknownToken`], because most widgets have no such token.
    ///
    /// Sign `value` only under the one name by which the vendor knows it: it proves nothing about the user.
    ///
    /// # Errors
    ///
    /// A [`TokenError`], as for [`mint`](Widget::mint).
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

    /// Returns the data that the adapter needs to boot for this user at the time `now`.
    ///
    /// Leave out what the token already contains.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] if the identity lacks something that the vendor requires, or if signing fails.
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
