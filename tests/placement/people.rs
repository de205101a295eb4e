//! Users with hostile names, addresses and attributes.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use tower_widget_identity::Identity;

/// Text that would break out of scripts, attributes, comments, JSON, headers, URLs or a line, without escaping.
pub(crate) const HOSTILE: &[&str] = &[
    "</script>",
    "</SCRIPT\t>",
    "<!--<script",
    "<!--",
    "-->",
    "--!>",
    "]]>",
    "<script>alert(1)</script>",
    "'>",
    "\">",
    "' onload='alert(1)",
    "'",
    "\"",
    "`${alert(1)}`",
    "\u{2018}\u{2019}\u{201c}\u{201d}\u{ab}\u{bb}\u{ff07}\u{ff02}",
    "\\",
    "\\'",
    "\\\"",
    "\\u003c/script\\u003e",
    "\\ud800",
    "\\udfff\\ud83d",
    "\\x3c",
    "&lt;/script&gt;",
    "&#39;",
    "&apos",
    "&",
    "&amp;quot;",
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\0",
    "a\0b",
    "\u{1}\u{8}\u{b}\u{c}\u{1b}[31m\u{7f}\u{9f}",
    "\r\nSet-Cookie: a=b\r\n\r\n",
    "\n",
    "\r",
    "\t",
    "\u{202e}gpj.exe\u{202c}",
    "\u{2066}\u{2067}\u{2069}\u{200f}\u{61c}",
    "\u{feff}",
    "\u{fffd}\u{fffe}\u{ffff}",
    "\u{10ffff}\u{e0001}\u{1f469}\u{200d}\u{1f680}",
    "e\u{301}\u{323}",
    "\u{1100}\u{1161}\u{3164}",
    "\u{c4}\u{d6}\u{df}\u{e9}",
    "{}",
    "}'></script><script data-widget='{",
    "\",\"admin\":true,\"x\":\"",
    "null",
    "javascript:alert(1)",
    "%27%3E%00",
    "; Domain=example.test",
    "__proto__",
    "constructor",
    "toString",
    "a@example.test",
    "\"<b>\"@example.test",
    ".",
    "eyJhbGciOiJub25lIn0.e30.",
];

/// A megabyte of all of these, and of some of them.
pub(crate) fn megabytes() -> Vec<String> {
    let some = ["</script>", "'", "\0", "\u{2028}", "\r\nSet-Cookie: a=b\r\n\r\n"].map(str::to_owned);
    some.into_iter().chain([HOSTILE.concat()]).map(|text| text.repeat((1 << 20) / text.len() + 1)).collect()
}

/// Attributes that would repeat a claim if they were accepted.
const CLAIMS: &[&str] = &[
    "user_id",
    "email",
    "name",
    "exp",
    "iat",
    "nbf",
    "iss",
    "aud",
    "jti",
    "sub",
    "user_hash",
    "app_id",
    "api_base",
    "session_duration",
    "intercom_user_jwt",
    "userId",
    "customAttributes",
    "fp",
    "seen",
    "people",
];

/// What an application knows about a user.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) attributes: Vec<(String, Value)>,
}

impl Person {
    pub(crate) fn named(name: impl Into<String>) -> Self {
        let email = Some("a@example.test".to_owned());
        Self { id: "user-1".into(), email, name: Some(name.into()), attributes: Vec::new() }
    }

    pub(crate) fn identity(&self) -> Identity {
        let identity = Identity::new(&self.id);
        let identity = self.email.iter().fold(identity, |identity, email| identity.with_email(email));
        let identity = self.name.iter().fold(identity, |identity, name| identity.with_name(name));
        self.attributes.iter().fold(identity, |identity, (key, value)| identity.with_attribute(key, value.clone()))
    }

    /// The attributes that Intercom gets in addition to the signed or hashed ones: blank ones are left out, and claims
    /// occur once.
    pub(crate) fn facts(&self) -> Map<String, Value> {
        let reserved = &CLAIMS[..15];
        let mut facts = Map::from_iter([("user_id".to_owned(), json!(self.id))]);
        facts.extend(self.email().map(|email| ("email".to_owned(), json!(email))));
        facts.extend(self.name().map(|name| ("name".to_owned(), json!(name))));
        facts.extend(self.attributes.iter().filter(|(key, _)| !reserved.contains(&key.as_str())).cloned());
        facts
    }

    pub(crate) fn email(&self) -> Option<&str> {
        self.email.as_deref().filter(|email| !email.trim().is_empty())
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| !name.trim().is_empty())
    }
}

pub(crate) fn person() -> impl Strategy<Value = Person> {
    let id = hostile().prop_map(|id| if id.trim().is_empty() { "user-1".to_owned() } else { id });
    let attributes = vec((key(), value()), 0..6);
    (id, option::of(hostile()), option::of(hostile()), attributes).prop_map(|(id, email, name, attributes)| Person {
        id,
        email,
        name,
        attributes,
    })
}

pub(crate) fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(HOSTILE).prop_map(str::to_owned),
        4 => vec(select(HOSTILE), 0..5).prop_map(|parts| parts.concat()),
        2 => any::<String>(),
        1 => (select(HOSTILE), 1..300_usize).prop_map(|(part, times)| part.repeat(times)),
        1 => vec(any::<char>(), 0..300).prop_map(String::from_iter),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![3 => hostile(), 1 => select(CLAIMS).prop_map(str::to_owned)]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => hostile().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((hostile(), inner), 0..3).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}
