//! Featurebase: an HS256 JWT passed to `boot`.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Featurebase, Widget}};
//!
//! let featurebase = Featurebase::new("app-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_attribute("plan", "pro");
//! let token = featurebase.mint("featurebase", &person, SystemTime::now()).unwrap();
//! assert_eq!(token.lifetime(), Some(Duration::from_secs(3_600)));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, Value};

use crate::widget::prelude::*;

const NAME: &str = "featurebase";
/// <https://help.featurebase.app/articles/8570614-using-featurebase-with-content-security-policy>
const POLICY: &str = "\
    script-src https://do.featurebase.app; \
    connect-src https://*.featurebase.app; \
    frame-src https://*.featurebase.app; \
    style-src https://fonts.googleapis.com https://do.featurebase.app; \
    font-src https://fonts.gstatic.com";

/// Names that attributes may not have: claims, and what identifies a user in the unsigned settings.
const RESERVED: &[&str] = &["userId", "email", "name", "id", "userHash", "appId", "organization", "featurebaseJwt"];
/// Names that settings may not have: the same, the claims about a user's companies, and the other spellings that the
/// vendor's package featurebase-js 1.0.3 accepts.
const RESERVED_SETTINGS: &[&str] = &[
    "userId",
    "email",
    "name",
    "id",
    "userHash",
    "appId",
    "organization",
    "featurebaseJwt",
    "user_id",
    "user_hash",
    "app_id",
    "jwtToken",
    "company",
    "companies",
    "customData",
    "custom_data",
    "createdAt",
    "created_at",
    "profilePicture",
];

/// Featurebase: messenger and feedback widgets.
///
/// Signs `userId`, `email`, `name` and the attributes as an HS256 JWT, passed as `featurebaseJwt`
/// (<https://help.featurebase.app/articles/6151321-identifying-users-and-syncing-data>). `profilePicture` and
/// `companies` (`[{"id": .., "name": ..}]`) are attributes like any other. Featurebase identifies a user without an id
/// by the e-mail address; this crate requires the id. Whether Featurebase checks `exp` is not documented; the token
/// contains it.
///
/// The identity's company is signed as the only one of the `companies`, with its plan and attributes, unless the
/// attributes already contain `companies`. Featurebase's articles call its id `id`
/// (<https://help.featurebase.app/en/help/articles/5257986-creating-and-signing-a-jwt>) or `companyId` (the article
/// above), so the token contains both. They require a name: a company without one gets its id as its name.
///
/// A renewed token goes to `identify` with all the arguments that `boot` got, as in the vendor's package featurebase-js
/// 1.0.3. Featurebase documents the name `featurebaseJwt` for `boot` only; whether the library needs the other
/// arguments is not confirmed. The adapter passes no unsigned facts: Featurebase rejects an unsigned identity unless a
/// workspace allows it.
///
/// Logout calls `Featurebase('shutdown')` and removes two entries of `localStorage` that this package was seen to
/// write.
#[derive(Clone, Debug)]
pub struct Featurebase {
    options: Options,
}

impl Featurebase {
    /// Creates the widget from an organisation's app id and the JWT secret in its dashboard.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED_SETTINGS) }
    }

    setter!(lifetime, "At most 31 days. Default: one hour; Featurebase documents no limit.");

    setter!(library_url, "Default: `https://do.featurebase.app/js/sdk.js`.");

    setter!(setting, "Settings are arguments of `boot`, for appearance (`theme`, `language`, `hideDefaultLauncher`).");
}

#[derive(Serialize)]
struct Claims<'a> {
    #[serde(rename = "userId")]
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(flatten)]
    attributes: CustomClaims<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    companies: Option<[Map<String, Value>; 1]>,
    exp: u64,
}

/// The company in Featurebase's format; `None` if there is none, or if the attributes already contain `companies`.
fn companies(identity: &Identity) -> Option<[Map<String, Value>; 1]> {
    let company = identity.company().filter(|_| !identity.attributes().contains_key("companies"))?;
    let mut fields = company.attributes().clone();
    let name = company.name().unwrap_or(company.id());
    for (key, text) in [("id", company.id()), ("companyId", company.id()), ("name", name)] {
        fields.insert(key.to_owned(), text.into());
    }
    if let Some(plan) = company.plan() {
        fields.insert("plan".to_owned(), plan.into());
    }
    Some([fields])
}

impl Widget for Featurebase {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://do.featurebase.app/js/sdk.js")
            .with_setting("appId", self.options.app_id.as_str())
            .with_artifacts(
                SessionArtifacts::new()
                    .storage(format!("featurebase-js:org:{}", self.options.app_id))
                    .storage("featurebaseRespondedSurveys"),
            )
            .with_csp_sources(CspSources::from_policy(POLICY))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            user_id: identity.required_id()?,
            email: identity.email(),
            name: identity.name(),
            attributes: CustomClaims::of(identity, RESERVED),
            companies: companies(identity),
            exp: validity.exp(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("featurebaseJwt", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
