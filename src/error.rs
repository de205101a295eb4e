//! Configuration errors: reported while [`Widgets`] or one of its parts is built, and never later.
//!
//! Each message says how to fix the mistake.
//!
//! ```
//! use tower_widget_identity::{ConfigErrorKind, Secret};
//!
//! let error = Secret::new("  ").unwrap_err();
//! assert_eq!(error.kind(), ConfigErrorKind::Secret);
//! assert!(error.to_string().contains("empty"));
//! ```
//!
//! [`Widgets`]: crate::Widgets

use std::{borrow::Cow, fmt};

/// A configuration error, reported while the configuration is built.
///
/// Its `Display` text says how to fix the mistake. It never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    message: Cow<'static, str>,
}

/// The kind of mistake that a [`ConfigError`] reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// A secret is empty or blank, or not a key of the kind that the widget needs.
    Secret,
    /// An application or widget id is missing, or contains characters that no vendor issues.
    AppId,
    /// A lifetime is zero or over the vendor's limit.
    Lifetime,
    /// The same widget, or the same token name, is configured twice.
    DuplicateWidget,
    /// No widget is configured.
    NoWidget,
    /// A widget's or token's name cannot stand in a path and a header name, or a widget has no token.
    WidgetName,
    /// The marker cookie's name is illegal, contradicts its prefix, or is that of a vendor's cookie.
    CookieName,
    /// The cookie domain is not a host name with two labels or more.
    CookieDomain,
    /// The token path is not an absolute path of its own.
    TokenPath,
    /// A logout path is not an absolute path.
    LogoutPath,
    /// A widget setting is illegal, or would repeat, unsigned, what the token signs.
    Setting,
    /// An adapter script cannot stand in an HTML page.
    Adapter,
    /// A widget's source, or a library's address, cannot stand in a Content-Security-Policy.
    CspSource,
}

impl ConfigErrorKind {
    /// Returns a stable name for logs and counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::AppId => "app-id",
            Self::Lifetime => "lifetime",
            Self::DuplicateWidget => "duplicate-widget",
            Self::NoWidget => "no-widget",
            Self::WidgetName => "widget-name",
            Self::CookieName => "cookie-name",
            Self::CookieDomain => "cookie-domain",
            Self::TokenPath => "token-path",
            Self::LogoutPath => "logout-path",
            Self::Setting => "setting",
            Self::Adapter => "adapter",
            Self::CspSource => "csp-source",
        }
    }
}

impl ConfigError {
    /// Creates an error; for authors of their own [`Widget`](crate::widget::Widget).
    ///
    /// Operators see the message: name the setting and the fix, never the secret.
    pub fn new(kind: ConfigErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Returns the kind of mistake.
    pub fn kind(&self) -> ConfigErrorKind {
        self.kind
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}
