//! The two users of a history, no user, and a visitor to whom the widgets are shown without an identity.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Person {
    #[default]
    Nobody,
    A,
    B,
    Visitor,
}

impl Person {
    pub(crate) const USERS: [Self; 2] = [Self::A, Self::B];

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::A => "user-A",
            Self::B => "user-B",
            Self::Nobody => "",
            Self::Visitor => "visitor",
        }
    }

    pub(crate) fn of_id(id: &str) -> Self {
        match id {
            "user-A" => Self::A,
            "user-B" => Self::B,
            "visitor" => Self::Visitor,
            _ => Self::Nobody,
        }
    }

    pub(crate) fn is_user(self) -> bool {
        matches!(self, Self::A | Self::B)
    }

    /// The users that a text names, in plain text or in the payload of a JWT.
    pub(crate) fn named_in(text: &str) -> Vec<Self> {
        // Every token begins with these two letters: `{"` in Base64.
        if !text.contains("ey") && !text.contains("user-") {
            return Vec::new();
        }
        let is_part = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
        let payloads: String = text
            .split(|sign| !is_part(sign))
            .filter_map(|word| {
                let mut parts = word.split('.');
                let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
                String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
            })
            .collect();
        let names = |user: &Self| text.contains(user.id()) || payloads.contains(user.id());
        Self::USERS.into_iter().filter(names).collect()
    }

    pub(crate) fn letter(self) -> char {
        match self {
            Self::Nobody => '-',
            Self::A => 'A',
            Self::B => 'B',
            Self::Visitor => 'v',
        }
    }
}

/// The user whom a token identifies and its expiry, by its content. The server's own tests check signatures.
pub(crate) fn subject(token: &str) -> (Person, i64) {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: serde_json::Value =
        payload.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or(serde_json::Value::Null);
    let names = ["user_id", "sub", "external_id"];
    let id = names.iter().find_map(|name| claims[*name].as_str()).unwrap_or_default();
    (Person::of_id(id), claims["exp"].as_i64().unwrap_or(0) * 1000)
}
