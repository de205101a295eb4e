//! A widget together with its manifest, and the checks that every widget must pass.

#[cfg(feature = "issued")]
use std::sync::Arc;
use std::time::SystemTime;

use super::{boot_data::BootData, definition::Widget, manifest::Manifest, page_value::PageValue};
#[cfg(feature = "issued")]
use crate::issued::IssuedTokens;
use crate::{
    error::{ConfigError, ConfigErrorKind},
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

/// A widget and its manifest, which is requested only once.
pub(crate) struct ConfiguredWidget {
    widget: Box<dyn Widget>,
    manifest: Manifest,
    /// The tokens that the vendor's own API issues; `None` if the widget signs its tokens.
    #[cfg(feature = "issued")]
    issued: Option<Arc<IssuedTokens>>,
}

impl ConfiguredWidget {
    pub(crate) fn new(widget: impl Widget) -> Self {
        Self {
            manifest: widget.manifest(),
            #[cfg(feature = "issued")]
            issued: widget.issuer().map(|issuer| Arc::new(IssuedTokens::new(issuer.clone()))),
            widget: Box::new(widget),
        }
    }

    /// The tokens that the vendor's own API issues; `None` if the widget signs its tokens.
    #[cfg(feature = "issued")]
    pub(crate) fn issued(&self) -> Option<&Arc<IssuedTokens>> {
        self.issued.as_ref()
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn name(&self) -> &str {
        self.manifest.name()
    }

    pub(crate) fn secret(&self) -> Option<&Secret> {
        self.widget.secret()
    }

    /// Runs the widget's own check, then the checks that apply to every widget.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.widget.check()?;
        // The secret signs every token that has no key of its own. Only costly tokens may take as long as RSA does.
        let takes_rsa = || self.manifest.all_tokens().all(|name| self.manifest.is_costly(name));
        if self.secret().is_some_and(Secret::is_rsa) && !takes_rsa() {
            let message = format!("{}: its secret is an RSA key, which this widget does not accept", self.name());
            return Err(ConfigError::new(ConfigErrorKind::Secret, message));
        }
        if self.manifest.token_names().is_empty() {
            let message = format!("{}: no token is configured: name one with `with_token_names`", self.name());
            return Err(ConfigError::new(ConfigErrorKind::WidgetName, message));
        }
        if let Some(unknown) = self.manifest.unknown_costly_token() {
            let message = format!(
                "{}: {unknown:?} is declared costly but is not a token of this widget: name it with `with_token_names` \
                 or `with_value_token_names`",
                self.name()
            );
            return Err(ConfigError::new(ConfigErrorKind::WidgetName, message));
        }
        Ok(())
    }

    /// Whether a page or a header can contain the token: it is neither costly nor issued by the vendor.
    pub(crate) fn is_minted_at_once(&self, token_name: &str) -> bool {
        #[cfg(feature = "issued")]
        if self.issued.is_some() {
            return false;
        }
        !self.manifest.is_costly(token_name)
    }

    /// `token_name` is one of the manifest's token names: `Config::mint` has rejected all others.
    pub(crate) fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        self.widget.mint(token_name, identity, now)
    }

    /// `token_name` is one of the manifest's value token names: the caller has rejected all others.
    pub(crate) fn mint_with_value(
        &self,
        token_name: &str,
        value: &PageValue,
        identity: &Identity,
        now: SystemTime,
    ) -> Result<Token, TokenError> {
        self.widget.mint_with_value(token_name, value, identity, now)
    }

    pub(crate) fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        self.widget.boot_data(identity, now)
    }
}
