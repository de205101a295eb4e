//! What a widget is told, and what its session leaves behind.

use std::{borrow::Cow, fmt};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{
    error::{ConfigError, ConfigErrorKind},
    sign::Token,
};

/// What a widget is told on every page, the same for everybody: `app_id`, regions, appearance.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Settings(Map<String, Value>);

impl Settings {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one; the last value of a key counts.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }

    /// Adds one where there is a value.
    #[must_use]
    pub fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Refuses entries by which a person would be identified without a signature.
    pub(super) fn refuse(&self, widget: &str, reserved: &[&str]) -> Result<(), ConfigError> {
        match reserved.iter().find(|key| self.0.contains_key(**key)) {
            None => Ok(()),
            Some(key) => Err(ConfigError::new(
                ConfigErrorKind::Setting,
                format!("{widget}: `{key}` is not a setting for everybody: say it by the identity or its own setter"),
            )),
        }
    }
}

/// What a widget is told about one person. `Debug` does not show it.
#[derive(Clone, Default)]
pub struct BootData {
    facts: Vec<(Cow<'static, str>, BootValue)>,
    lifetime: Option<u64>,
}

/// One thing that a widget is told.
#[derive(Clone)]
pub(crate) enum BootValue {
    Value(Value),
    Token(Token),
}

impl BootData {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one fact; the last value of a key counts.
    #[must_use]
    pub fn with(self, key: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.with_fact(key.into(), BootValue::Value(value.into()))
    }

    fn with_fact(mut self, key: Cow<'static, str>, fact: BootValue) -> Self {
        self.facts.retain(|(known, _)| *known != key);
        self.facts.push((key, fact));
        self
    }

    /// Adds one fact where there is a value.
    #[must_use]
    pub fn with_some(self, key: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds the token, and when the page is to replace it ([`Token::lifetime`]).
    #[must_use]
    pub fn with_token(mut self, key: &'static str, token: Token) -> Self {
        self.lifetime = token.lifetime();
        self.with_fact(key.into(), BootValue::Token(token))
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = (&str, &BootValue)> {
        self.facts.iter().map(|(key, fact)| (key.as_ref(), fact))
    }

    pub(crate) fn lifetime(&self) -> Option<u64> {
        self.lifetime
    }
}

impl Serialize for BootData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.facts())
    }
}

impl Serialize for BootValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Token(token) => serializer.serialize_str(token.as_str()),
        }
    }
}

impl fmt::Debug for BootData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").finish_non_exhaustive()
    }
}

/// What a vendor's session leaves in the browser, to be removed when it ends.
///
/// A name that ends in `*` stands for every name that begins so.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SessionArtifacts {
    cookies: Vec<String>,
    storage: Vec<String>,
    globals: Vec<String>,
}

impl SessionArtifacts {
    /// Nothing is left.
    pub fn new() -> Self {
        Self::default()
    }

    /// A cookie, on whatever domain level.
    #[must_use]
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.cookies.push(name.into());
        self
    }

    /// A `localStorage` entry.
    #[must_use]
    pub fn storage(mut self, key: impl Into<String>) -> Self {
        self.storage.push(key.into());
        self
    }

    /// A property of `window` that holds identity, as a path with dots (`zESettings.webWidget.authenticate`).
    #[must_use]
    pub fn global(mut self, path: impl Into<String>) -> Self {
        self.globals.push(path.into());
        self
    }

    /// Whether a cookie of this name belongs to it.
    pub fn owns_cookie(&self, name: &str) -> bool {
        self.cookies.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == pattern,
        })
    }
}
