//! What the widgets share whose tokens the vendor's own API issues.

use super::{
    checks::{check_app_id, check_settings},
    manifest::{Manifest, Settings},
};
use crate::{
    error::{ConfigError, ConfigErrorKind},
    issued::Issuer,
};

/// The configuration that these widgets share. The setters are those of [`setter!`](super::options::setter).
#[derive(Clone, Debug)]
pub(super) struct IssuedOptions {
    name: &'static str,
    pub(super) app_id: String,
    pub(super) issuer: Issuer,
    pub(super) library_url: Option<String>,
    pub(super) settings: Settings,
    reserved_settings: &'static [&'static str],
}

impl IssuedOptions {
    /// `reserved_settings` holds the names that no setting may have.
    pub(super) fn new(
        name: &'static str,
        app_id: impl Into<String>,
        issuer: Issuer,
        reserved_settings: &'static [&'static str],
    ) -> Self {
        Self { name, app_id: app_id.into(), issuer, library_url: None, settings: Settings::new(), reserved_settings }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_app_id(self.name, &self.app_id)?;
        check_settings(self.name, &self.settings, self.reserved_settings)
    }

    /// Requires a single-use issuer, for vendors that accept each token once: a second use identifies no user.
    pub(super) fn check_single_use(&self) -> Result<(), ConfigError> {
        if self.issuer.is_single_use() {
            return Ok(());
        }
        let message = format!(
            "{}: this vendor accepts each token once: create the issuer with Issuer::single_use(..)",
            self.name
        );
        Err(ConfigError::new(ConfigErrorKind::Setting, message))
    }

    pub(super) fn manifest(&self, adapter: &'static str, default_library: &str) -> Manifest {
        Manifest::new(self.name, self.app_id.as_str(), adapter)
            .with_library(self.library_url.as_deref().unwrap_or(default_library))
            .with_settings(self.settings.clone())
            .with_required_token_path()
    }
}

/// Implements the methods of `Widget` that are the same for all of these widgets.
macro_rules! issued_tokens {
    () => {
        fn secret(&self) -> Option<&Secret> {
            None
        }

        fn issuer(&self) -> Option<&crate::issued::Issuer> {
            Some(&self.options.issuer)
        }

        fn mint(&self, _: &str, _: &Identity, _: SystemTime) -> Result<Token, TokenError> {
            Err(TokenError::Issued)
        }
    };
}

pub(super) use issued_tokens;
