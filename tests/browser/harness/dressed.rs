//! The widgets of the catalog for a test page: with a stub of their library, and with the data that the stub expects.

use std::time::SystemTime;

use tower_widget_identity::widget::{BootData, Manifest, Widget};
use tower_widget_identity::{ConfigError, Identity, Secret, Token, TokenError};

use crate::support::golden::{Browser, Golden};

/// A widget with more settings, more data in the page, and its library at another URL.
pub(crate) struct Dressed {
    widget: Box<dyn Widget>,
    browser: Browser,
    library: Option<String>,
}

impl Dressed {
    pub(crate) fn new(golden: &Golden) -> Self {
        Self { widget: golden.widget(), browser: golden.data.browser.clone(), library: None }
    }

    pub(crate) fn with_library(self, url: String) -> Self {
        Self { library: Some(url), ..self }
    }
}

impl Widget for Dressed {
    fn manifest(&self) -> Manifest {
        let settings = self.browser.settings.clone().into_iter();
        let manifest =
            settings.fold(self.widget.manifest(), |manifest, (key, value)| manifest.with_setting(key, value));
        match &self.library {
            Some(url) => manifest.with_library(url),
            None => manifest,
        }
    }
    fn secret(&self) -> Option<&Secret> {
        self.widget.secret()
    }
    fn check(&self) -> Result<(), ConfigError> {
        self.widget.check()
    }
    fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        self.widget.mint(token_name, identity, now)
    }
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        let more = self.browser.boot_data.iter();
        Ok(more.fold(self.widget.boot_data(identity, now)?, |told, (key, text)| {
            told.with(key.clone(), text.replace("{id}", identity.id()))
        }))
    }
}
