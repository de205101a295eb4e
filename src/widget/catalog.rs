//! The widgets of this crate by name, for programs that read from a file or a command line which one to configure.

use std::{fmt, time::Duration};

use super::definition::Widget;
use crate::sign::Secret;

type Configure = fn(&str, Secret) -> Box<dyn Widget>;
type ConfigureWithLifetime = fn(&str, Secret, Duration) -> Box<dyn Widget>;

/// A widget of this crate that a program selects by name. See [`catalog`](super::catalog).
#[derive(Clone, Copy)]
pub struct CatalogEntry {
    name: &'static str,
    configure: Configure,
    configure_with_lifetime: Option<ConfigureWithLifetime>,
}

impl CatalogEntry {
    pub(super) const fn new(name: &'static str, configure: Configure) -> Self {
        Self { name, configure, configure_with_lifetime: None }
    }

    pub(super) const fn with_lifetime(self, configure: ConfigureWithLifetime) -> Self {
        Self { configure_with_lifetime: Some(configure), ..self }
    }

    /// The widget's name, as in [`Manifest::name`](super::Manifest::name).
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Creates the widget with its defaults, from the application's id at the vendor and the secret.
    ///
    /// Some vendors need more (Salesforce its site, Zendesk Messaging a secret with a key id): in that case,
    /// [`Widget::check`] reports what is missing.
    pub fn configure(&self, app_id: &str, secret: Secret) -> Box<dyn Widget> {
        (self.configure)(app_id, secret)
    }

    /// Returns whether the widget's tokens expire, so that you can set their lifetime.
    pub fn has_lifetime(&self) -> bool {
        self.configure_with_lifetime.is_some()
    }

    /// Creates the widget with another token lifetime; returns `None` if its tokens never expire.
    pub fn configure_with_lifetime(&self, app_id: &str, secret: Secret, lifetime: Duration) -> Option<Box<dyn Widget>> {
        self.configure_with_lifetime.map(|configure| configure(app_id, secret, lifetime))
    }
}

impl fmt::Debug for CatalogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogEntry").field("name", &self.name).finish_non_exhaustive()
    }
}
