//! Ferndesk: an HS256 JWT handed to `identify` after `init`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Ferndesk, TokenError, Widget}};
//!
//! let ferndesk = Ferndesk::new("widget-1", Secret::new("s3cret")?);
//! let nameless = ferndesk.mint("ferndesk", &Identity::new("user-123"), 1_700_000_000);
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;
use serde_json::{Map, Value};

use super::{BootData, Settings, Widget, check_app_id, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "ferndesk";
const HOUR: u64 = 60 * 60;

/// Ferndesk's widget.
///
/// Two contracts are published: the current one wants the claim `sub` and `identify({ jwt })`
/// (<https://ferndesk.com/help/jwt-authentication-5b7kd>), older copies of the page want `userId` and
/// `identify({ token })`. Both claims are signed with the same value and both spellings are handed over; that a
/// workspace ignores the spelling it does not know is not confirmed by the vendor.
///
/// `email` is required. Logout is `init` again without `identify`, the only way that the vendor documents. Ferndesk does
/// not publish what it keeps in the browser, so there is nothing to purge by name.
#[derive(Clone, Debug)]
pub struct Ferndesk {
    widget_id: String,
    secret: Secret,
    lifetime: u64,
    library_url: Option<String>,
}

impl Ferndesk {
    /// A help centre's widget by its id, with the secret of its access control page.
    pub fn new(widget_id: impl Into<String>, secret: Secret) -> Self {
        Self { widget_id: widget_id.into(), secret, lifetime: HOUR, library_url: None }
    }

    /// For how many seconds a token is good, at most 31 days. Default: 3,600, the vendor's example; no limit is
    /// documented.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Where the library is loaded from. Default: `https://static.ferndesk.com/dist/sdk.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    fn jwt(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        let exp = identity.expires(now, self.lifetime)?;
        let claims = Claims {
            sub: identity.required_id()?,
            user_id: identity.required_id()?,
            email: identity.required_email()?,
            name: identity.display_name(),
            custom_attributes: identity.attributes(),
            exp,
        };
        Ok(self.secret.jwt(&claims)?.good_for(exp - now))
    }
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
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.widget_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.widget_id)?;
        check_lifetime(NAME, self.lifetime, None)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        Settings::new().with("widgetId", self.widget_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://static.ferndesk.com/dist/sdk.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.jwt(identity, now)?))
    }

    /// Ferndesk publishes no list. The loader's host is known; the help centre's own host is the application's to add.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new()
            .script(library)
            .script(["https://static.ferndesk.com"])
            .connect(["https://static.ferndesk.com"])
            .frame(["https://static.ferndesk.com"])
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }
}
