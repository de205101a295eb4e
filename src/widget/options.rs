//! The options that the widgets of this crate share, with their setters and checks.

use std::{borrow::Cow, time::Duration};

use serde::Serialize;

use super::{
    checks::{check_app_id, check_key_id, check_lifetime, check_methods, check_settings},
    manifest::{Manifest, Settings},
};
use crate::{
    error::ConfigError,
    identity::Validity,
    sign::{Secret, Token},
    token_error::TokenError,
};

/// The longest lifetime where the vendor documents no limit: longer than any session that a token should follow.
const LONGEST_LIFETIME: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// The configuration that most widgets share. Each widget exposes the setters that its vendor supports: see
/// [`setter!`].
#[derive(Clone, Debug)]
pub(super) struct Options {
    name: &'static str,
    pub(super) app_id: String,
    pub(super) secret: Secret,
    pub(super) lifetime: Duration,
    longest_lifetime: Duration,
    pub(super) library_url: Option<String>,
    pub(super) settings: Settings,
    reserved_settings: &'static [&'static str],
    /// For a library whose settings are methods: the method names that do not begin with `set`.
    methods: Option<&'static [&'static str]>,
    requires_key_id: bool,
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
            reserved_settings: &[],
            methods: None,
            requires_key_id: false,
        }
    }

    /// Sets another default lifetime. Default: one hour.
    pub(super) fn with_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    /// Sets the vendor's limit for a token's lifetime. Default: 31 days.
    pub(super) fn with_longest_lifetime(self, longest_lifetime: Duration) -> Self {
        Self { longest_lifetime, ..self }
    }

    /// Sets the names that no setting may have: each would identify a user without a signature,
    /// or has its own setter.
    pub(super) fn with_reserved_settings(self, reserved_settings: &'static [&'static str]) -> Self {
        Self { reserved_settings, ..self }
    }

    /// Accepts as settings only methods that begin with `set`, and those in `others`.
    pub(super) fn with_methods_as_settings(self, others: &'static [&'static str]) -> Self {
        Self { methods: Some(others), ..self }
    }

    /// Requires a key id, for vendors that find the signing key by its id. Default: not required.
    pub(super) fn with_required_key_id(self) -> Self {
        Self { requires_key_id: true, ..self }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_app_id(self.name, &self.app_id)?;
        check_lifetime(self.name, self.lifetime, self.longest_lifetime)?;
        check_settings(self.name, &self.settings, self.reserved_settings)?;
        if let Some(others) = self.methods {
            check_methods(self.name, &self.settings, others)?;
        }
        if self.requires_key_id { check_key_id(self.name, &self.secret) } else { Ok(()) }
    }

    /// Signs a JWT whose lifetime matches its claims.
    pub(super) fn jwt(&self, claims: &impl Serialize, validity: &Validity) -> Result<Token, TokenError> {
        Ok(self.secret.jwt(claims)?.with_lifetime(validity.lifetime()))
    }

    /// The address of the library: the configured one, or the vendor's.
    pub(super) fn library(&self, default: impl Into<Cow<'static, str>>) -> String {
        self.library_url.clone().unwrap_or_else(|| default.into().into_owned())
    }

    /// A manifest with this name and id, and with the library and the settings of the application.
    pub(super) fn manifest(&self, adapter: &'static str, default_library: impl Into<Cow<'static, str>>) -> Manifest {
        Manifest::new(self.name, self.app_id.as_str(), adapter)
            .with_library(self.library(default_library))
            .with_settings(self.settings.clone())
    }
}

/// Declares a setter that many widgets have, for a struct with a field `options`; the text gives the vendor's default
/// and limit. With `text`, declares a setter for a string field of the struct itself.
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
        /// Sets how long a token is valid, in whole seconds.
        ///
        /// A token never outlives the application's session
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
        /// Sets the address of the vendor's library.
        ///
        #[doc = $text]
        #[must_use]
        pub fn library_url(mut self, url: impl Into<String>) -> Self {
            self.options.library_url = Some(url.into());
            self
        }
    };
    (setting, $text:literal) => {
        /// Adds a setting that is the same for all users; the last value of a key counts. Default: none.
        ///
        #[doc = $text]
        ///
        /// `build()` returns an error for a setting that identifies a user, has its own setter or has the name of a
        /// registered claim. Use [`Identity`](crate::Identity) for what identifies a user.
        #[must_use]
        pub fn setting(mut self, key: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
            self.options.settings = self.options.settings.with(key, value);
            self
        }
    };
}

/// Implements the two methods of `Widget` that only read the options, for a widget without further checks.
macro_rules! secret_and_check {
    () => {
        fn secret(&self) -> Option<&Secret> {
            Some(&self.options.secret)
        }

        fn check(&self) -> Result<(), ConfigError> {
            self.options.check()
        }
    };
}

/// The `adapter.min.js` next to the calling file, applied to the function in `read_json.js`, which parses JSON in
/// base64url.
macro_rules! adapter_with_reader {
    () => {
        concat!("(", include_str!("adapter.min.js"), ")(", include_str!("../read_json.min.js"), ")")
    };
}

pub(super) use {adapter_with_reader, secret_and_check, setter};
