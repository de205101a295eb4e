//! UserJot: an HS256 JWT with five required claims, passed to `identify`.
//!
//! ```
//! use std::time::Duration;
//!
//! use tower_widget_identity::{Secret, widget::{UserJot, Widget}};
//!
//! let userjot = UserJot::new("project-1", Secret::new("s3cret")?);
//! let hour = Duration::from_secs(60 * 60);
//! assert!(userjot.clone().lifetime(hour).check().is_ok());
//! assert!(userjot.lifetime(2 * hour).check().is_err(), "no more than an hour");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::widget::prelude::*;

const NAME: &str = "userjot";
const AUDIENCE: &str = "userjot";
/// `exp` is at most one hour after `iat`: <https://userjot.com/docs/widget-v3-signed-identity>.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Names that settings may not have: what identifies a user, and what has a setter.
const RESERVED: &[&str] = &[
    "projectId",
    "token",
    "user",
    "id",
    "email",
    "firstName",
    "lastName",
    "avatar",
    "signature",
    "traits",
    "companies",
];

/// UserJot's feedback widget, in its third version.
///
/// Signs `sub`, `iss` (the project id), `aud` (`userjot`), `iat` and `exp`, all of them required, and if present
/// `email`, `firstName` (the full display name), `lastName`, `avatar`, `traits` and `companies`, as an HS256 JWT
/// (<https://userjot.com/docs/widget-v3-signed-identity>), passed to `uj.identify({ token })`. The spelling of that
/// call is not confirmed.
///
/// * The attributes `lastName` and `avatar` (an address) are separate claims if they are strings; all other attributes
///   are `traits`.
/// * The [company](Identity::with_company) is the one entry of `companies`, signed: its id, name, `domain` and `logo`
///   (from its attributes, if they are strings), and as `traits` its plan and its other attributes. These names are
///   those of the first two versions (<https://userjot.com/docs/widget-sdk-reference>); that the third uses the same is
///   not confirmed.
/// * The library accepts no data besides a token, so [unsigned facts](Identity::with_unsigned) are left out.
///
/// Logout calls `uj.logout()` (<https://userjot.com/docs/widget-v3-identify>). UserJot publishes neither what it stores
/// in the browser, so the runtime has no names to remove, nor which hosts a Content-Security-Policy must allow: only
/// the library's host is known.
#[derive(Clone, Debug)]
pub struct UserJot {
    options: Options,
}

impl UserJot {
    /// Creates the widget from a project's id and its secret (Settings, Login, Secrets).
    pub fn new(project_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, project_id, secret)
                .with_longest_lifetime(HOUR)
                .with_reserved_settings(RESERVED),
        }
    }

    setter!(lifetime, "At most one hour. Default: one hour.");

    setter!(library_url, "It must be a module. Default: `https://cdn.userjot.com/sdk/v3/uj.js`.");

    setter!(setting, "Settings are options of `uj.init` (`widget`, `locale`, `pageContext`).");
}

/// The attributes of a user and of a company that are separate claims, not traits, if they are strings.
const OF_PERSON: [&str; 2] = ["lastName", "avatar"];
const OF_COMPANY: [&str; 2] = ["domain", "logo"];

/// The values of these two attributes; `None` for one that is absent or not a string.
fn texts<'a>(attributes: &'a Map<String, Value>, keys: [&str; 2]) -> [Option<&'a str>; 2] {
    keys.map(|key| attributes.get(key).and_then(Value::as_str))
}

/// The attributes that are not separate claims, and a company's plan, which no attribute can replace.
struct Traits<'a> {
    attributes: &'a Map<String, Value>,
    elsewhere: [&'static str; 2],
    plan: Option<&'a str>,
}

impl Traits<'_> {
    fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.attributes.iter().filter(|(key, value)| {
            let is_elsewhere = self.elsewhere.contains(&key.as_str()) && value.is_string();
            !(is_elsewhere || self.plan.is_some() && *key == "plan")
        })
    }

    fn is_empty(&self) -> bool {
        self.plan.is_none() && self.iter().next().is_none()
    }
}

impl Serialize for Traits<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut traits = serializer.serialize_map(None)?;
        for (key, value) in self.iter() {
            traits.serialize_entry(key, value)?;
        }
        if let Some(plan) = self.plan {
            traits.serialize_entry("plan", plan)?;
        }
        traits.end()
    }
}

#[derive(Serialize)]
struct CompanyClaim<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<&'a str>,
    #[serde(skip_serializing_if = "Traits::is_empty")]
    traits: Traits<'a>,
}

impl<'a> From<&'a Company> for CompanyClaim<'a> {
    fn from(company: &'a Company) -> Self {
        let attributes = company.attributes();
        let [domain, logo] = texts(attributes, OF_COMPANY);
        let traits = Traits { attributes, elsewhere: OF_COMPANY, plan: company.plan() };
        Self { id: company.id(), name: company.name(), domain, logo, traits }
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    iss: &'a str,
    aud: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(rename = "firstName", skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(rename = "lastName", skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<&'a str>,
    #[serde(skip_serializing_if = "Traits::is_empty")]
    traits: Traits<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    companies: Option<[CompanyClaim<'a>; 1]>,
    iat: u64,
    exp: u64,
}

impl Widget for UserJot {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://cdn.userjot.com/sdk/v3/uj.js")
            .with_setting("projectId", self.options.app_id.as_str())
            // UserJot publishes no list: only the library's host is known.
            .with_library_connections()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let attributes = identity.attributes();
        let [last_name, avatar] = texts(attributes, OF_PERSON);
        let claims = Claims {
            sub: identity.required_id()?,
            iss: &self.options.app_id,
            aud: AUDIENCE,
            email: identity.email(),
            first_name: identity.name(),
            last_name,
            avatar,
            traits: Traits { attributes, elsewhere: OF_PERSON, plan: None },
            companies: identity.company().map(|company| [company.into()]),
            iat: validity.iat(),
            exp: validity.exp(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
