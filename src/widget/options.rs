//! What the widgets of this crate have in common: id, secret, lifetime, library, settings, their setters and checks.

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
    /// Where settings are methods: those that do not begin with `set`, separated by spaces.
    methods: Option<&'static str>,
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
            reserved_settings: "",
            methods: None,
            requires_key_id: false,
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

    /// For libraries whose settings are methods that begin with `set`, or are one of `others`, which spaces separate.
    pub(super) fn with_methods_as_settings(self, others: &'static str) -> Self {
        Self { methods: Some(others), ..self }
    }

    /// For vendors that find the signing key by its id. Default: none is needed.
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

    /// A JWT with the lifetime that its claims say.
    pub(super) fn jwt(&self, claims: &impl Serialize, validity: &Validity) -> Result<Token, TokenError> {
        Ok(self.secret.jwt(claims)?.with_lifetime(validity.lifetime()))
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
        fn secret(&self) -> Option<&Secret> {
            Some(&self.options.secret)
        }

        fn check(&self) -> Result<(), ConfigError> {
            self.options.check()
        }
    };
}

/// The adapter beside the file that this stands in, which reads JSON out of base64url by the function of `read_json.js`.
macro_rules! adapter_with_reader {
    () => {
        concat!("(", include_str!("adapter.min.js"), ")(", include_str!("../read_json.min.js"), ")")
    };
}

pub(super) use {adapter_with_reader, secret_and_check, setter};
