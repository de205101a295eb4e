//! What the widgets of this crate have in common: id, secret, lifetime, library, settings, their setters and checks.

use std::{borrow::Cow, time::Duration};

use super::{
    checks::{check_app_id, check_lifetime, check_settings},
    manifest::{Manifest, Settings},
};
use crate::{error::ConfigError, sign::Secret};

/// The longest lifetime where the vendor documents no limit: longer than any session that a token should follow.
const LONGEST_LIFETIME: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// The configuration that most widgets share. Each has the setters that its vendor has a use for: see [`setter!`].
#[derive(Clone, Debug)]
pub(super) struct Options {
    name: &'static str,
    pub(super) app_id: String,
    pub(super) secret: Secret,
    pub(super) lifetime: Duration,
    longest_lifetime: Duration,
    pub(super) library_url: Option<String>,
    pub(super) settings: Settings,
    reserved_settings: &'static str,
}

impl Options {
    pub(super) fn new(name: &'static str, app_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            name,
            app_id: app_id.into(),
            secret,
            lifetime: Duration::from_secs(60 * 60),
            longest_lifetime: LONGEST_LIFETIME,
            library_url: None,
            settings: Settings::new(),
            reserved_settings: "",
        }
    }

    /// With another default lifetime. Default: one hour.
    pub(super) fn with_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    /// With the vendor's own limit of a token's lifetime. Default: 31 days.
    pub(super) fn with_longest_lifetime(self, longest_lifetime: Duration) -> Self {
        Self { longest_lifetime, ..self }
    }

    /// With names, separated by spaces, that no setting may have: each would identify a person without a signature, or has
    /// a setter.
    pub(super) fn with_reserved_settings(self, reserved_settings: &'static str) -> Self {
        Self { reserved_settings, ..self }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_app_id(self.name, &self.app_id)?;
        check_lifetime(self.name, self.lifetime, self.longest_lifetime)?;
        check_settings(self.name, &self.settings, self.reserved_settings)
    }

    /// The address of the library: the configured one, else the vendor's.
    pub(super) fn library(&self, default: impl Into<Cow<'static, str>>) -> String {
        self.library_url.clone().unwrap_or_else(|| default.into().into_owned())
    }

    /// A manifest of this name and id, with the library and the settings of the application.
    pub(super) fn manifest(&self, adapter: &'static str, default_library: impl Into<Cow<'static, str>>) -> Manifest {
        Manifest::new(self.name, self.app_id.as_str(), adapter)
            .with_library(self.library(default_library))
            .with_settings(self.settings.clone())
    }
}

/// A setter that many widgets have, for a struct with a field `options`; the text says the vendor's default and limit. Or
/// one for a `text` field of the struct itself.
macro_rules! setter {
    (text $field:ident, $text:literal) => {
        #[doc = $text]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<String>) -> Self {
            self.$field = $field.into();
            self
        }
    };
    (lifetime, $text:literal) => {
        /// How long a token is good. A token never outlives the application's session
        /// ([`Identity::with_session_expires`](crate::Identity::with_session_expires)).
        ///
        #[doc = $text]
        #[must_use]
        pub fn lifetime(mut self, lifetime: std::time::Duration) -> Self {
            self.options.lifetime = lifetime;
            self
        }
    };
    (library_url, $text:literal) => {
        /// The address of the library.
        ///
        #[doc = $text]
        #[must_use]
        pub fn library_url(mut self, url: impl Into<String>) -> Self {
            self.options.library_url = Some(url.into());
            self
        }
    };
    (setting, $text:literal) => {
        /// One more setting for everybody. Default: none.
        ///
        #[doc = $text]
        ///
        /// `build()` refuses a setting that identifies a person, or has the name of a registered claim: that belongs in the
        /// [`Identity`](crate::Identity).
        #[must_use]
        pub fn setting(mut self, key: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
            self.options.settings = self.options.settings.with(key, value);
            self
        }
    };
}

/// The two methods of `Widget` that are the options' alone, for a widget that has no check besides.
macro_rules! secret_and_check {
    () => {
        fn secret(&self) -> &Secret {
            &self.options.secret
        }

        fn check(&self) -> Result<(), ConfigError> {
            self.options.check()
        }
    };
}

pub(super) use {secret_and_check, setter};
