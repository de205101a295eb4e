//! A widget together with its manifest, and what must hold for every widget.

use std::time::SystemTime;

use super::{boot_data::BootData, definition::Widget, manifest::Manifest};
use crate::{
    error::{ConfigError, ConfigErrorKind},
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

/// A widget and its manifest, asked for once.
pub(crate) struct ConfiguredWidget {
    widget: Box<dyn Widget>,
    manifest: Manifest,
}

impl ConfiguredWidget {
    pub(crate) fn new(widget: impl Widget) -> Self {
        Self { manifest: widget.manifest(), widget: Box::new(widget) }
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn name(&self) -> &str {
        self.manifest.name()
    }

    pub(crate) fn secret(&self) -> &Secret {
        self.widget.secret()
    }

    /// The widget's own check, and what no widget can do without.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.widget.check()?;
        if self.secret().is_rsa() && !self.manifest.has_costly_tokens() {
            let message = format!("{}: its secret is an RSA key, which this widget does not take", self.name());
            return Err(ConfigError::new(ConfigErrorKind::Secret, message));
        }
        if self.manifest.token_names().is_empty() {
            let message = format!("{}: no token is configured: name one with `with_token_names`", self.name());
            return Err(ConfigError::new(ConfigErrorKind::WidgetName, message));
        }
        Ok(())
    }

    /// `token_name` is one of the manifest's: `Config::mint` has refused every other name.
    pub(crate) fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        self.widget.mint(token_name, identity, now)
    }

    pub(crate) fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        self.widget.boot_data(identity, now)
    }
}
