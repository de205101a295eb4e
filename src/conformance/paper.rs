//! Reads tokens and page data back.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};
use std::{fmt, time::SystemTime};

use super::people::{NOW, at};
#[cfg(feature = "issued")]
use crate::issued::{IssueError, issue};
use crate::{
    identity::Identity,
    sign::Token,
    token_error::TokenError,
    widget::{BootData, PageValue, Widget},
};

/// Two values that a page might send. They occur in no user's data.
pub(super) const VALUES: [&str; 2] = ["value-of-the-page-6605", "other-value-3318"];

/// A JWT's claims in their order, including duplicates.
#[derive(Clone)]
pub(super) struct Claims(pub(super) Vec<(String, Value)>);

impl Claims {
    /// Reads the claims of a JWT; returns `None` for other tokens, such as a hash.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut segments = token.split('.');
        let (header, claims) = (segments.next()?, segments.next()?);
        let header: Map<String, Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        header.get("alg")?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(super) fn value(&self) -> Value {
        Value::Object(self.0.iter().cloned().collect())
    }

    /// The first name that occurs twice: different readers take different values.
    pub(super) fn doubled(&self) -> Option<&str> {
        let twice = |name: &str| self.0.iter().filter(|(key, _)| key == name).count() > 1;
        self.0.iter().map(|(key, _)| key.as_str()).find(|key| twice(key))
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Claims;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("claims")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Claims(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// A token with its name, and its claims if it is a JWT.
pub(super) struct Minted {
    pub(super) name: String,
    pub(super) token: Token,
    pub(super) claims: Option<Claims>,
}

/// Whether the vendor's own API issues the tokens.
///
/// Only the vendor can read such a token, and a token in the page proves nothing.
#[cfg_attr(not(feature = "issued"), allow(unused_variables))]
pub(super) fn has_issued_tokens(widget: &dyn Widget) -> bool {
    #[cfg(feature = "issued")]
    return widget.issuer().is_some();
    #[cfg(not(feature = "issued"))]
    false
}

/// Returns a token as the token service would.
pub(super) fn token(
    widget: &dyn Widget,
    name: &str,
    identity: &Identity,
    now: SystemTime,
) -> Result<Token, TokenError> {
    #[cfg(feature = "issued")]
    if let Some(issuer) = widget.issuer() {
        identity.required_id()?;
        return issue(issuer, identity, now).map_err(|error| match error {
            IssueError::SessionOver => TokenError::SessionOver,
            _ => TokenError::Issued,
        });
    }
    widget.mint(name, identity, now)
}

/// All of the widget's tokens for this user, or the error for each.
pub(super) fn mint(widget: &dyn Widget, identity: &Identity) -> Vec<(String, Result<Minted, TokenError>)> {
    let noted = |name: &str, token: Result<Token, TokenError>| {
        let minted = |token: Token| Minted { name: name.to_owned(), claims: Claims::read(token.as_str()), token };
        (name.to_owned(), token.map(minted))
    };
    let manifest = widget.manifest();
    let plain = manifest.tokens().map(|name| noted(name, token(widget, name, identity, at(NOW))));
    let with_value =
        manifest.value_tokens().map(|name| noted(name, mint_with_value(widget, name, VALUES[0], identity, at(NOW))));
    plain.chain(with_value).collect()
}

/// Returns a token that signs this value, as the token service would.
pub(super) fn mint_with_value(
    widget: &dyn Widget,
    name: &str,
    value: &str,
    identity: &Identity,
    now: SystemTime,
) -> Result<Token, TokenError> {
    let value = PageValue::new(value).ok_or(TokenError::UnknownToken)?;
    widget.mint_with_value(name, &value, identity, now)
}

/// The tokens that the widget mints for this user, without the errors.
pub(super) fn minted(widget: &dyn Widget, identity: &Identity) -> Vec<Minted> {
    mint(widget, identity).into_iter().filter_map(|(_, minted)| minted.ok()).collect()
}

/// The boot data as JSON.
pub(super) fn of_person(person: &BootData) -> Value {
    serde_json::to_value(person).unwrap_or_default()
}

/// All data about a user, with its place.
///
/// It is in the claims of tokens, in the boot data, and in the claims of JWTs in the boot data.
pub(super) fn said(widget: &dyn Widget, identity: &Identity) -> Vec<(String, Value)> {
    let claims = |minted: Minted| Some((format!("the token `{}`", minted.name), minted.claims?.value()));
    let mut all: Vec<_> = minted(widget, identity).into_iter().filter_map(claims).collect();
    if let Ok(person) = widget.boot_data(identity, at(NOW)) {
        let page = of_person(&person);
        all.extend(
            jwts(&page).into_iter().map(|(path, claims)| (format!("the JWT `{path}` of boot_data()"), claims.value())),
        );
        all.push(("boot_data()".to_owned(), page));
    }
    all
}

/// The JWTs in the boot data.
pub(super) fn jwts(page: &Value) -> Vec<(String, Claims)> {
    let claims = |(path, leaf): (String, &Value)| Some((path, Claims::read(leaf.as_str()?)?));
    leaves(page).into_iter().filter_map(claims).collect()
}

/// Every value that is neither an object nor an array, with its path.
pub(super) fn leaves(value: &Value) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    collect(value, String::new(), &mut all);
    all
}

fn collect<'a>(value: &'a Value, path: String, all: &mut Vec<(String, &'a Value)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| collect(value, below(key), all)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| collect(item, below(&at.to_string()), all))
        }
        _ => all.push((path, value)),
    }
}
