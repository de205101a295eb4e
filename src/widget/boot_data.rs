//! The data about one user that a widget boots with.

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime},
};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use smallvec::SmallVec;

use crate::{identity::Identity, sign::Token, token_error::TokenError};

/// The number of entries that most widgets have at most: these need no allocation.
const USUAL_ENTRIES: usize = 4;

/// The data that an adapter needs to boot for one user. `Debug` hides it.
#[derive(Clone, Default)]
pub struct BootData {
    entries: SmallVec<[(Cow<'static, str>, BootValue); USUAL_ENTRIES]>,
    lifetime: Option<Duration>,
}

/// The value of one entry.
#[derive(Clone)]
pub(crate) enum BootValue {
    Value(Value),
    Token(Token),
}

impl BootData {
    /// Creates boot data without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates boot data without entries, for a page that fetches its token: an error if the user could not get one.
    pub(super) fn of_fetched_token(identity: &Identity, now: SystemTime) -> Result<Self, TokenError> {
        identity.required_id()?;
        identity.check_session(now)?;
        Ok(Self::new())
    }

    /// Adds one entry; the last value of a key counts.
    #[must_use]
    pub fn with(self, key: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.with_entry(key.into(), BootValue::Value(value.into()))
    }

    fn with_entry(mut self, key: Cow<'static, str>, value: BootValue) -> Self {
        self.entries.retain(|(known, _)| *known != key);
        self.entries.push((key, value));
        self
    }

    /// Adds one entry if there is a value.
    #[must_use]
    pub fn with_some(self, key: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds the facts under this key, if there are any.
    pub(super) fn with_facts(self, key: &'static str, facts: Map<String, Value>) -> Self {
        if facts.is_empty() { self } else { self.with(key, facts) }
    }

    /// Adds the token, and sets when the page replaces it, from [`Token::lifetime`].
    #[must_use]
    pub fn with_token(mut self, key: &'static str, token: Token) -> Self {
        self.lifetime = token.lifetime();
        self.with_entry(key.into(), BootValue::Token(token))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &BootValue)> {
        self.entries.iter().map(|(key, value)| (key.as_ref(), value))
    }

    pub(crate) fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }
}

impl Serialize for BootData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
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
        f.debug_struct("BootData").finish_non_exhaustive()
    }
}
