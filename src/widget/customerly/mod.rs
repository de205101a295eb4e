//! Customerly: an HMAC of the lower-case e-mail address, among the messenger's settings.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Customerly, Widget}};
//!
//! let widget = Customerly::new("b58e7c2d", Secret::new("s3cret")?);
//! let mint = |email| widget.mint("customerly", &Identity::new("user-123").with_email(email), SystemTime::now());
//! assert_eq!(mint("User@Example.com").unwrap(), mint("user@example.com").unwrap());
//! let nameless = widget.mint("customerly", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, Value, json};

use crate::widget::{hash, prelude::*};

const NAME: &str = "customerly";

/// Settings that identify a user or the project.
const RESERVED: &[&str] = &["app_id", "user_id", "email", "email_hash", "name", "attributes", "company"];

/// Names of the identity's own fields in the page, which no attribute or unsigned fact may have.
const RESERVED_FACTS: &[&str] = &["user_id", "email", "email_hash", "name", "company"];

/// Customerly's messenger.
///
/// The messenger's settings get the user id, the e-mail address, the name and `email_hash`: the HMAC-SHA256 of the
/// address, in hexadecimal digits. Customerly requires the hash of the lower-case address
/// (<https://docs.customerly.io/en/live-chat/setting-up-identity-verification-for-web-and-mobile-on-customerly>), so
/// two users whose addresses differ only in capitals are one user to it. The script passes the address in lower case
/// too, whether or not Customerly converts it itself; how Customerly converts letters outside ASCII is not confirmed.
/// Only the address is proven: the id and the name are passed unsigned, and the hash never expires. An identity without
/// an address gets no hash. Customerly's support enables the check and issues the secret.
///
/// Attributes and [unsigned facts](Identity::with_unsigned) go into `attributes`, without a signature; if both have the
/// same name, the attribute wins. The [company](Identity::with_company) becomes `company` (`company_id`, `name` and
/// `attributes`, with the plan as `plan`), without a signature as well.
///
/// Logout replaces the settings by ones without a user, then calls `customerly.logout()`, which deletes the vendor's
/// cookies and tokens (<https://docs.customerly.io/en/live-chat/log-out-a-user-from-the-live-chat>). The messenger is
/// not loaded for a logout: its cookies, of which two are known from public captures, all begin with `customerly_`.
/// What it keeps in the storage and which hosts a Content-Security-Policy must allow are not published: only the
/// library's host is known.
#[derive(Clone, Debug)]
pub struct Customerly {
    options: Options,
}

impl Customerly {
    /// Creates the widget from a project id and its verification secret.
    pub fn new(project_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, project_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://messenger.customerly.io/launcher.js`.");

    setter!(setting, "Settings are those of `customerly.load` (`accentColor`, `direction`, `visibleOnMobile`).");

    fn email_hash(&self, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        identity.required_id()?;
        hash::of(&self.options.secret, &identity.required_email()?.to_lowercase(), identity, now)
    }
}

impl Widget for Customerly {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://messenger.customerly.io/launcher.js")
            .with_setting("app_id", self.options.app_id.as_str())
            .with_artifacts(SessionArtifacts::new().cookie("customerly_*"))
            // Customerly publishes no list: only the library's host is known.
            .with_library_connections()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        self.email_hash(identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        let attributes = CustomClaims::of(identity, RESERVED_FACTS);
        let mut facts = unsigned_facts(identity, RESERVED_FACTS);
        facts.extend(attributes.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(BootData::new()
            .with_token("email_hash", self.email_hash(identity, now)?)
            .with("user_id", identity.id())
            .with_some("email", identity.email())
            .with_some("name", identity.name())
            .with_facts("attributes", facts)
            .with_some("company", identity.company().map(company)))
    }
}

/// The company in the shape that the vendor's own React package declares.
#[derive(Serialize)]
struct CompanyFacts<'a> {
    company_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    attributes: Map<String, Value>,
}

fn company(company: &Company) -> Value {
    let mut attributes = company.attributes().clone();
    attributes.extend(company.plan().map(|plan| ("plan".to_owned(), plan.into())));
    json!(CompanyFacts { company_id: company.id(), name: company.name(), attributes })
}

#[cfg(test)]
mod tests;
