//! The part of a token's claims that the application chooses, and what it says beside the token.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::identity::Identity;

/// The registered claims: <https://www.rfc-editor.org/rfc/rfc7519#section-4.1>.
const REGISTERED: &str = "iss sub aud exp nbf iat jti";

/// Whether a name is a registered claim or one of these, which spaces separate.
pub(super) fn is_reserved(name: &str, reserved: &str) -> bool {
    REGISTERED.split_whitespace().chain(reserved.split_whitespace()).any(|known| known == name)
}

/// A person's attributes, without those that have the name of a claim: the token says each claim once, and the crate
/// decides its value.
pub(super) struct CustomClaims<'a> {
    attributes: &'a Map<String, Value>,
    reserved: &'static str,
}

impl<'a> CustomClaims<'a> {
    /// `reserved`: the names of claims, besides the registered ones, separated by spaces.
    pub(super) fn of(identity: &'a Identity, reserved: &'static str) -> Self {
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

/// What stands beside the token without a signature: never one of these names, for what the token says is said once. The
/// names of signed attributes are left out, too, and those that spaces separate in `reserved`.
pub(super) fn unsigned_facts(identity: &Identity, reserved: &str) -> Map<String, Value> {
    let signed = identity.attributes();
    let facts = identity.unsigned().iter();
    facts
        .filter(|(key, _)| !is_reserved(key, reserved) && !signed.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Of what stands beside the token, the facts by these names, which spaces separate: for vendors that know no others.
pub(super) fn known_facts(identity: &Identity, known: &str) -> Map<String, Value> {
    let mut facts = unsigned_facts(identity, "");
    facts.retain(|key, _| known.split_whitespace().any(|name| name == key));
    facts
}

/// Facts for a vendor that takes no lists and objects: those become JSON text, and what is null is left out.
#[cfg(feature = "issued")]
pub(super) fn as_flat(facts: Map<String, Value>) -> Map<String, Value> {
    let flat = |value: Value| match value {
        Value::Null => None,
        Value::Array(_) | Value::Object(_) => Some(value.to_string().into()),
        primitive => Some(primitive),
    };
    facts.into_iter().filter_map(|(key, value)| Some((key, flat(value)?))).collect()
}

/// An attribute for a vendor that takes texts alone: numbers and the rest as JSON writes them; `None` for null.
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
