//! HelpCrunch: an HMAC of the user id, in the settings that its script reads.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, widget::{HelpCrunch, Widget}};
//!
//! let widget = HelpCrunch::new("c2c067be-6678-4d0a-8c1c-4f9fad8e4b91", Secret::new("s3cret")?).organization("acme");
//! let hash = widget.mint("helpcrunch", &Identity::new("user-123"), SystemTime::now()).unwrap();
//! assert_eq!(hash.as_str().len(), 64);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, Value};

use crate::widget::{hash, prelude::*};

const NAME: &str = "helpcrunch";

/// Settings that identify a user, or that this crate sets.
const RESERVED: &[&str] = &["organization", "appId", "user", "signature"];

/// Names of the identity's own fields in the page, which no attribute or unsigned fact may have.
const RESERVED_FACTS: &[&str] = &["user_id", "security_hash", "email", "name", "company", "custom_data"];

/// HelpCrunch's chat widget, with its user authentication mode.
///
/// `helpcrunchSettings.user` gets the user id, always a string, with its HMAC-SHA256 in hexadecimal digits as
/// `security_hash` (<https://docs-old.helpcrunch.com/user-authentication-mode.html>,
/// <https://docs.helpcrunch.com/en/developers/user-entity-format>). HelpCrunch requires the hash of an id from the
/// first time that the id was sent. **Not confirmed**: that accounts of today accept this hash, which the newer pages
/// name and do not explain; the hash in their example has half the length. HelpCrunch's newer "security signature", an
/// MD5 over the secret and the facts as PHP writes JSON, is another scheme, and not supported.
///
/// Only the id is proven, and the hash never expires. The e-mail address, the name, `phone` from the [unsigned
/// facts](Identity::with_unsigned), and the [company](Identity::with_company)'s name (or its id, if it has no name) are
/// passed unsigned. Attributes and the other unsigned facts go into `custom_data`; HelpCrunch accepts no arrays and
/// objects there, so they are left out.
///
/// Logout calls `HelpCrunch('logout')`, which the vendor lists and public code calls, then `closeChat` and
/// `hideChatWidget` (<https://docs.helpcrunch.com/uk/javascript-api/metody-js-api>). The library is not loaded for a
/// logout: its cookies are removed by their names
/// (<https://docs.helpcrunch.com/en/customer-support-faq/help-crunch-cookies>). `device-source` and `device-referrer`
/// stay, which contain addresses and no user. That no entry remains in the storage is not guaranteed.
#[derive(Clone, Debug)]
pub struct HelpCrunch {
    options: Options,
    organization: String,
}

impl HelpCrunch {
    /// Creates a widget from its application id and the secret key of the user authentication mode.
    ///
    /// [`organization`](Self::organization) has no default and must be set.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED),
            organization: String::new(),
        }
    }

    setter!(
        text organization,
        "Sets the organization's name, `acme` in `acme.helpcrunch.com`. Default: none; it must be set."
    );

    setter!(library_url, "Default: `https://embed.helpcrunch.com/sdk.js`.");

    setter!(setting, "Settings are entries of `helpcrunchSettings`, for appearance.");
}

/// Checks the organization's name. It is part of a cookie pattern, where a `*` would match the names of other cookies.
fn check_organization(organization: &str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !organization.is_empty() && organization.bytes().all(legal) {
        return Ok(());
    }
    let message = format!("{NAME}: the organization is missing or not a valid name: set it with organization(..)");
    Err(ConfigError::new(ConfigErrorKind::AppId, message))
}

/// The unsigned `phone`, and the custom data without the arrays and objects that HelpCrunch does not accept.
fn custom_data(identity: &Identity) -> (Option<Value>, Map<String, Value>) {
    let mut facts = unsigned_facts(identity, RESERVED_FACTS);
    let phone = facts.remove("phone");
    let attributes = CustomClaims::of(identity, RESERVED_FACTS);
    facts.extend(attributes.iter().map(|(key, value)| (key.clone(), value.clone())));
    facts.retain(|_, value| !value.is_array() && !value.is_object());
    (phone, facts)
}

impl Widget for HelpCrunch {
    fn manifest(&self) -> Manifest {
        // The vendor publishes no list of hosts, so the policy allows only the library's own origin. The application
        // adds what else the widget loads, with `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(include_str!("adapter.min.js"), "https://embed.helpcrunch.com/sdk.js")
            .with_setting("organization", self.organization.as_str())
            .with_setting("appId", self.options.app_id.as_str())
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie(format!("helpcrunch.com-{}-*", self.organization))
                    .cookie("helpcrunch-device")
                    .cookie("hc-visitor-hash")
                    .global("helpcrunchSettings.user"),
            )
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_organization(&self.organization)
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_id(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        let (phone, custom_data) = custom_data(identity);
        let company = identity.company().map(|company| company.name().unwrap_or(company.id()));
        Ok(BootData::new()
            .with_token("security_hash", self.mint(NAME, identity, now)?)
            .with("user_id", identity.id())
            .with_some("email", identity.email())
            .with_some("name", identity.name())
            .with_some("phone", phone)
            .with_some("company", company)
            .with_facts("custom_data", custom_data))
    }
}

#[cfg(test)]
mod tests;
