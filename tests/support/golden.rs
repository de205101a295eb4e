//! The widgets of the catalog. The data in each one's folder in `tests/widgets` configures them and says what to
//! expect.
//!
//! The folder has the name of the widget. `golden.json` holds what is special about the widget: [`Golden`] explains
//! each entry. `stub.js`, where there is one, is the stub of the vendor's library in the browser tests. The suite
//! fails for an entry of the catalog that has no folder here, and for a folder that no entry names.
//! The tokens were computed with Python 3.11's own `base64`, `hashlib`, `hmac` and `json`. PyJWT 2.15 found the JWTs
//! valid, OpenSSL 3.0 computed the same hashes, and OpenSSL 3 (`openssl dgst -sha256 -sign`) made the RS256 signature:
//! the RS256 signature:
//!
//! ```python
//! def b64(raw): return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
//! def dump(value): return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
//! def token(secret, claims, **header):
//!     signed = b64(dump({"typ": "JWT", "alg": "HS256", **header})) + "." + b64(dump(claims))
//!     return signed + "." + b64(hmac.digest(secret.encode(), signed.encode(), "sha256"))
//! def hash(secret, message): return hmac.new(secret.encode(), message.encode(), "sha256").hexdigest()
//! ```

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Map, Value};
use tower_widget_identity::{
    Company, Identity, Secret,
    widget::{self, AmazonConnect, CatalogEntry, Dynamics365, HelpCrunch, Salesforce, Widget, ZohoDeskAsap},
};

/// Made for these tests: `openssl genrsa 2048`.
pub(crate) const RSA: &str = include_str!("keys/rsa.pem");

/// A widget of the catalog with the data of its folder.
pub(crate) struct Golden {
    pub(crate) entry: CatalogEntry,
    pub(crate) data: Data,
}

/// The content of `golden.json`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) app_id: String,
    /// The token's name, if it differs from the widget's.
    token_name: Option<String>,
    secret: Key,
    /// What some widgets need besides id and secret, by the name of the setter: see [`WITH_SETTERS`].
    #[serde(default)]
    setters: BTreeMap<String, String>,
    pub(crate) manifest: Declared,
    #[serde(default)]
    pub(crate) cookies: Cookies,
    pub(crate) signs: Signs,
    /// Whether a user needs an e-mail address to get a token.
    pub(crate) needs_email: bool,
    pub(crate) people: Vec<Case>,
    /// What the browser tests expect.
    #[serde(default)]
    pub(crate) browser: Browser,
}

/// The secret as the vendor's dashboard shows it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    text: Option<String>,
    hex: Option<String>,
    #[serde(default)]
    rsa: bool,
    key_id: Option<String>,
}

/// The manifest, without what every widget has.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declared {
    pub(crate) library: String,
    pub(crate) settings: Value,
    pub(crate) artifacts: Value,
    pub(crate) identified_cookie: Option<String>,
    #[serde(default)]
    pub(crate) token_path: bool,
    #[serde(default)]
    pub(crate) costly: bool,
    /// The requirements for a policy, without the hash of the code in the page.
    pub(crate) policy: String,
}

/// Names of cookies: some of the session, and some that only look like them.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cookies {
    pub(crate) owned: Vec<String>,
    pub(crate) others: Vec<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signs {
    Jwt(Jwt),
    Hash(Hash),
    Record(Record),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jwt {
    /// The claims that hold the user's id.
    pub(crate) id_claims: Vec<String>,
    /// In seconds: the default, and the vendor's limit.
    pub(crate) lifetime: u64,
    pub(crate) longest_lifetime: u64,
    /// Whether its times are milliseconds: `not_before` and `not_after`.
    #[serde(default)]
    milliseconds: bool,
    /// The name of the token in the page; `None` if the page fetches it.
    pub(crate) in_page_as: Option<String>,
    /// The attribute that makes the token too large: `id`, `name` or `attribute`.
    pub(crate) too_large_by: String,
}

impl Jwt {
    /// When a token expires by its claims, in whole seconds.
    pub(crate) fn end(&self, claims: &Value) -> Option<u64> {
        if !self.milliseconds {
            return claims["exp"].as_u64();
        }
        // The largest number stands for all later times.
        claims["not_after"].as_u64().map(|end| if end == u64::MAX { end } else { end / 1000 })
    }
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hash {
    over: Message,
    /// The names of the facts in the page, in the order in which they are hashed.
    in_page_as: Names,
    /// The name of their hash.
    pub(crate) proof: String,
}

/// Facts with a hash of them and the time, which the page fetches: JSON as base64url.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The entries that are hashed, in this order, joined with `by`. A missing one is empty.
    over: Vec<String>,
    by: String,
    /// The entry of the hash, and that of the time, in milliseconds.
    pub(crate) hash: String,
    pub(crate) time: String,
    /// In seconds.
    pub(crate) lifetime: u64,
}

impl Record {
    /// The text that is hashed.
    pub(crate) fn message(&self, record: &Value) -> String {
        let parts: Vec<_> = self.over.iter().map(|name| record[name].as_str().unwrap_or_default()).collect();
        parts.join(&self.by)
    }
}

/// The text that is hashed: one fact, or several with a text between them.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Message {
    Fact(Fact),
    Joined { facts: Vec<Fact>, by: String },
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fact {
    Id,
    Email,
    /// The e-mail address, hashed in lower-case letters. In the page it is unchanged.
    LowerEmail,
}

impl Hash {
    /// Each fact that is hashed, and its name in the page.
    pub(crate) fn facts(&self) -> Vec<(Fact, &str)> {
        let facts = match &self.over {
            Message::Fact(fact) => std::slice::from_ref(fact),
            Message::Joined { facts, .. } => facts,
        };
        let names = match &self.in_page_as {
            Names::One(name) => std::slice::from_ref(name),
            Names::Several(names) => names,
        };
        assert_eq!(facts.len(), names.len(), "a name for each fact");
        facts.iter().copied().zip(names.iter().map(String::as_str)).collect()
    }

    /// The text that is hashed for the user of this page data.
    pub(crate) fn message(&self, page: &Value) -> String {
        let text = |name: &str| page[name].as_str().expect("a fact in the page");
        let parts: Vec<_> = self.facts().into_iter().map(|(fact, name)| fact.hashed(text(name))).collect();
        match &self.over {
            Message::Fact(_) => parts.concat(),
            Message::Joined { by, .. } => parts.join(by),
        }
    }
}

impl Fact {
    /// This fact about the user, unchanged.
    pub(crate) fn of(self, case: &Case) -> &str {
        match self {
            Self::Id => &case.id,
            Self::Email | Self::LowerEmail => case.email.as_deref().expect("an address"),
        }
    }

    /// The fact as it is hashed.
    fn hashed(self, text: &str) -> String {
        if self == Self::LowerEmail { text.to_lowercase() } else { text.to_owned() }
    }
}

/// A user, and what is expected: an error (`refused`), or the exact token, the claims of a JWT or a record, and the
/// data in the page.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) why: String,
    pub(crate) id: String,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) attributes: Map<String, Value>,
    /// Attributes that stand beside the token, unsigned.
    #[serde(default)]
    pub(crate) unsigned: Map<String, Value>,
    pub(crate) company: Option<Employer>,
    pub(crate) refused: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) claims: Option<Value>,
    /// The other data in the page, besides a JWT.
    pub(crate) boot_data: Option<Value>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Employer {
    id: String,
    name: Option<String>,
    plan: Option<String>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

impl Employer {
    fn company(&self) -> Company {
        let company = Company::new(&self.id);
        let company = self.name.iter().fold(company, |company, name| company.with_name(name.as_str()));
        let company = self.plan.iter().fold(company, |company, plan| company.with_plan(plan.as_str()));
        self.attributes.iter().fold(company, |company, (key, value)| company.with_attribute(key, value.clone()))
    }
}

/// What is special about a widget's `stub.js`, and about its adapter.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Browser {
    /// How many orders of calls there are to try.
    pub(crate) orders: u64,
    /// More settings, and more of the user's data for the page, where `{id}` stands for the id.
    pub(crate) settings: Map<String, Value>,
    pub(crate) boot_data: BTreeMap<String, String>,
    /// The attributes of the library's element.
    pub(crate) element: Option<Value>,
    /// What the library gets about user-1 besides the identity.
    pub(crate) attributes: Option<Value>,
    /// Whether the library accepts only one user per page.
    pub(crate) one_person: bool,
    /// How the library asks for another token.
    pub(crate) asks: Option<String>,
    /// What a session leaves in the storage.
    pub(crate) leaves: Vec<String>,
    /// For a library that is loaded only for a logout: the calls by which it ends what an earlier page has left, and
    /// whether it is hidden then.
    pub(crate) logout_of_an_earlier_page: Option<Value>,
}

macro_rules! with_setters {
    (@expires $widget:ident $lifetime:ident) => {
        match $lifetime {
            Some(lifetime) => Box::new($widget.lifetime(lifetime)),
            None => Box::new($widget),
        }
    };
    (@stays $widget:ident $lifetime:ident) => {{
        assert_eq!($lifetime, None, "its tokens never expire");
        Box::new($widget)
    }};
    ($($name:literal: $Widget:ident $token:ident, $($setter:ident),+;)+) => {
        &[$((
            $name,
            &[$(stringify!($setter)),+],
            |golden, app_id, secret, lifetime| {
                let widget = $Widget::new(app_id, secret)$(.$setter(golden.setter(stringify!($setter))))+;
                with_setters!(@$token widget lifetime)
            },
        )),+]
    };
}

type Configure = fn(&Golden, &str, Secret, Option<Duration>) -> Box<dyn Widget>;

/// The widgets that need more than id and secret: their names, the setters whose values are in golden.json, and how
/// these configure a widget.
const WITH_SETTERS: &[(&str, &[&str], Configure)] = with_setters! {
    "amazon-connect": AmazonConnect expires, instance, snippet_id;
    "dynamics-365": Dynamics365 expires, issuer, library_url, org_id, org_url;
    "helpcrunch": HelpCrunch stays, organization;
    "salesforce": Salesforce expires, deployment, issuer, scrt2_url, site_url;
    "zoho-desk-asap": ZohoDeskAsap expires, org_id;
};

fn root() -> PathBuf {
    super::repository().join("tests/widgets")
}

/// The names of the folders here.
pub(crate) fn folders() -> Vec<String> {
    let entries = fs::read_dir(root()).expect("this folder").map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<_> = folders.map(|entry| entry.file_name().into_string().expect("a name")).collect();
    names.sort_unstable();
    names
}

/// Every widget of the catalog.
pub(crate) fn every() -> Vec<Golden> {
    widget::catalog().iter().map(|entry| Golden { entry: *entry, data: read(entry.name()) }).collect()
}

/// The widgets that sign a JWT.
pub(crate) fn every_jwt() -> Vec<(Golden, Jwt)> {
    let jwt = |golden: Golden| match golden.data.signs.clone() {
        Signs::Jwt(jwt) => Some((golden, jwt)),
        Signs::Hash(_) | Signs::Record(_) => None,
    };
    every().into_iter().filter_map(jwt).collect()
}

/// The widgets that hash facts.
pub(crate) fn every_hash() -> Vec<(Golden, Hash)> {
    let hash = |golden: Golden| match golden.data.signs.clone() {
        Signs::Hash(hash) => Some((golden, hash)),
        Signs::Jwt(_) | Signs::Record(_) => None,
    };
    every().into_iter().filter_map(hash).collect()
}

/// The widgets that hash facts and the time.
pub(crate) fn every_record() -> Vec<(Golden, Record)> {
    let record = |golden: Golden| match golden.data.signs.clone() {
        Signs::Record(record) => Some((golden, record)),
        Signs::Jwt(_) | Signs::Hash(_) => None,
    };
    every().into_iter().filter_map(record).collect()
}

fn read(name: &str) -> Data {
    let path = root().join(name).join("golden.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Golden {
    pub(crate) fn name(&self) -> &'static str {
        self.entry.name()
    }

    pub(crate) fn token_name(&self) -> &str {
        self.data.token_name.as_deref().unwrap_or(self.name())
    }

    /// The stub of the vendor's library, if there is one.
    pub(crate) fn stub(&self) -> Option<String> {
        fs::read_to_string(root().join(self.name()).join("stub.js")).ok()
    }

    pub(crate) fn widget(&self) -> Box<dyn Widget> {
        self.configured(&self.data.app_id, self.secret(), None)
    }

    /// The widget with this lifetime of its tokens.
    pub(crate) fn living(&self, seconds: u64) -> Box<dyn Widget> {
        self.configured(&self.data.app_id, self.secret(), Some(Duration::from_secs(seconds)))
    }

    /// The widget with this id of the application.
    pub(crate) fn called(&self, app_id: &str) -> Box<dyn Widget> {
        self.configured(app_id, self.secret(), None)
    }

    /// The widget with this secret.
    pub(crate) fn signing_with(&self, secret: Secret) -> Box<dyn Widget> {
        self.configured(&self.data.app_id, secret, None)
    }

    fn configured(&self, app_id: &str, secret: Secret, lifetime: Option<Duration>) -> Box<dyn Widget> {
        let special = WITH_SETTERS.iter().find(|(name, ..)| *name == self.name());
        let known = special.map_or(&[][..], |(_, setters, _)| setters);
        assert!(self.data.setters.keys().eq(known), "{}: setters of golden.json and of this file", self.name());
        if let Some((.., configure)) = special {
            return configure(self, app_id, secret, lifetime);
        }
        match lifetime {
            Some(lifetime) => self.entry.configure_with_lifetime(app_id, secret, lifetime).expect("tokens that expire"),
            None => self.entry.configure(app_id, secret),
        }
    }

    fn setter(&self, name: &str) -> &str {
        self.data.setters.get(name).unwrap_or_else(|| panic!("{}: no value for {name}(..)", self.name()))
    }

    pub(crate) fn secret(&self) -> Secret {
        match self.key_id() {
            Some(key_id) => self.bare_secret().with_key_id(key_id),
            None => self.bare_secret(),
        }
    }

    /// The secret without the key's name.
    pub(crate) fn bare_secret(&self) -> Secret {
        let text = self.secret_text();
        let secret = match (self.is_rsa(), self.is_hex()) {
            (true, _) => Secret::rsa_pem(text),
            (_, true) => Secret::from_hex(text),
            _ => Secret::new(text),
        };
        secret.expect("a good secret")
    }

    pub(crate) fn key_id(&self) -> Option<&str> {
        self.data.secret.key_id.as_deref()
    }

    pub(crate) fn is_rsa(&self) -> bool {
        self.data.secret.rsa
    }

    pub(crate) fn is_hex(&self) -> bool {
        self.data.secret.hex.is_some()
    }

    /// The options by which the example `mint` configures the same widget, without those about a user.
    pub(crate) fn mint_options(&self) -> Vec<String> {
        let value = |option: &str, value: &str| format!("--{option}={value}");
        let all = [value("app-id", &self.data.app_id), value("secret", self.secret_text())];
        let key_id = self.key_id().map(|key_id| value("key-id", key_id));
        // Each setter's option has its name, with hyphens.
        let setters = self.data.setters.iter().map(|(setter, text)| value(&setter.replace('_', "-"), text));
        [self.token_name().to_owned()].into_iter().chain(all).chain(key_id).chain(setters).collect()
    }

    /// The secret as text: the PEM, the hexadecimal digits, or the secret itself.
    pub(crate) fn secret_text(&self) -> &str {
        let key = &self.data.secret;
        if key.rsa { RSA } else { key.hex.as_deref().or(key.text.as_deref()).expect("text, digits or an RSA key") }
    }

    /// The bytes of a secret that is no RSA key.
    pub(crate) fn secret_bytes(&self) -> Vec<u8> {
        let Some(digits) = &self.data.secret.hex else { return self.secret_text().as_bytes().to_vec() };
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits");
        (0..digits.len()).step_by(2).map(pair).collect()
    }
}

impl Case {
    pub(crate) fn identity(&self) -> Identity {
        let identity = Identity::new(self.id.as_str());
        let identity = self.email.iter().fold(identity, |identity, email| identity.with_email(email.as_str()));
        let identity = self.name.iter().fold(identity, |identity, name| identity.with_name(name.as_str()));
        let identity =
            self.company.iter().fold(identity, |identity, employer| identity.with_company(employer.company()));
        let identity = self
            .unsigned
            .iter()
            .fold(identity, |identity, (key, value)| identity.with_unsigned(key.as_str(), value.clone()));
        self.attributes
            .iter()
            .fold(identity, |identity, (key, value)| identity.with_attribute(key.as_str(), value.clone()))
    }
}
