//! The part of a token's claims that the application chooses.

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
}

impl Serialize for CustomClaims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
