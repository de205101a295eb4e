//! The claims that the application chooses, and the unsigned facts that accompany a token.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::identity::Identity;

/// The registered claims: <https://www.rfc-editor.org/rfc/rfc7519#section-4.1>.
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Whether a name is a registered claim or one of `reserved`.
pub(super) fn is_reserved(name: &str, reserved: &[&str]) -> bool {
    REGISTERED.contains(&name) || reserved.contains(&name)
}

/// A user's attributes without those that have the name of a claim: a token contains each claim once, and this crate
/// decides its value.
pub(super) struct CustomClaims<'a> {
    attributes: &'a Map<String, Value>,
    reserved: &'static [&'static str],
}

impl<'a> CustomClaims<'a> {
    /// `reserved` holds the names of claims besides the registered ones.
    pub(super) fn of(identity: &'a Identity, reserved: &'static [&'static str]) -> Self {
        Self { attributes: identity.attributes(), reserved }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let reserved = self.reserved;
        self.attributes.iter().filter(move |(key, _)| !is_reserved(key, reserved))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// The unsigned facts that accompany the token. It leaves out the names of registered claims, those in `reserved`
/// and those of signed attributes, so that no signed claim is repeated without a signature.
pub(super) fn unsigned_facts(identity: &Identity, reserved: &[&str]) -> Map<String, Value> {
    let signed = identity.attributes();
    let facts = identity.unsigned().iter();
    facts
        .filter(|(key, _)| !is_reserved(key, reserved) && !signed.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The unsigned facts whose names are in `known`, for vendors that accept no others.
pub(super) fn known_facts(identity: &Identity, known: &[&str]) -> Map<String, Value> {
    let mut facts = unsigned_facts(identity, &[]);
    facts.retain(|key, _| known.contains(&key.as_str()));
    facts
}

/// Converts facts for a vendor that accepts no arrays and objects: those become JSON text, and null values are dropped.
#[cfg(feature = "issued")]
pub(super) fn as_flat(facts: Map<String, Value>) -> Map<String, Value> {
    let flat = |value: Value| match value {
        Value::Null => None,
        Value::Array(_) | Value::Object(_) => Some(value.to_string().into()),
        primitive => Some(primitive),
    };
    facts.into_iter().filter_map(|(key, value)| Some((key, flat(value)?))).collect()
}

/// Converts an attribute for a vendor that accepts only strings: other values become JSON text; null becomes `None`.
pub(super) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

impl Serialize for CustomClaims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
