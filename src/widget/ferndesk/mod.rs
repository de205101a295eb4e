//! Ferndesk: an HS256 JWT passed to `identify` after `init`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Ferndesk, Widget}};
//!
//! let ferndesk = Ferndesk::new("widget-1", Secret::new("s3cret")?);
//! let nameless = ferndesk.mint("ferndesk", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, Value};

use crate::widget::prelude::*;

const NAME: &str = "ferndesk";
/// Ferndesk publishes no list. The loader's host is known; the application must add the help centre's own host.
const POLICY: &str = "\
    script-src https://static.ferndesk.com; \
    connect-src https://static.ferndesk.com; \
    frame-src https://static.ferndesk.com";

/// Names that settings may not have: each would identify a user, or is the widget's id.
const RESERVED: &[&str] = &["widgetId", "token", "jwt", "userId", "email", "name", "customAttributes"];

/// Ferndesk's widget.
///
/// The vendor has published two contracts: the current one requires the claim `sub` and `identify({ jwt })`
/// (<https://ferndesk.com/help/jwt-authentication-5b7kd>), older copies of the page require `userId` and `identify({
/// token })`. Both claims are signed with the same value and both spellings are passed; that a workspace ignores the
/// spelling it does not know is not confirmed by the vendor.
///
/// Ferndesk accepts an identity only from pages on the help centre's own domain, or on a one-level subdomain that
/// shares its root: with a help centre at `help.example.com`, pages at `app.example.com` are identified and those at
/// `app.example.org` are not. Elsewhere the widget stays anonymous and reports this on the console, so give the help
/// centre a custom domain next to the application's.
///
/// `email` is required. The token contains the attributes as `customAttributes`; Ferndesk has no place for unsigned
/// facts or a company. Logout calls `init` again without `identify`, the only way that the vendor documents. Ferndesk
/// does not publish what it stores in the browser, so the runtime has no names to remove.
#[derive(Clone, Debug)]
pub struct Ferndesk {
    options: Options,
}

impl Ferndesk {
    /// Creates a help centre's widget from its id and the secret on its access control page.
    pub fn new(widget_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, widget_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(lifetime, "At most 31 days. Default: one hour, the vendor's example; no limit is documented.");

    setter!(library_url, "Default: `https://static.ferndesk.com/dist/sdk.js`.");

    setter!(
        setting,
        "Settings are options of `init`: `open` shows the widget at once, `hideLauncher` hides its button \
         (<https://ferndesk.com/help/en/articles/ferndesk-sdk-reference-14bi5>). After a logout, `open` is left out."
    );
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    #[serde(rename = "userId")]
    user_id: &'a str,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(rename = "customAttributes", skip_serializing_if = "Map::is_empty")]
    custom_attributes: &'a Map<String, Value>,
    exp: u64,
}

impl Widget for Ferndesk {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://static.ferndesk.com/dist/sdk.js")
            .with_setting("widgetId", self.options.app_id.as_str())
            .with_csp_sources(CspSources::from_policy(POLICY))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            sub: identity.required_id()?,
            user_id: identity.required_id()?,
            email: identity.required_email()?,
            name: identity.name(),
            custom_attributes: identity.attributes(),
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
