//! UserJot: an HS256 JWT of five required claims, handed to `identify`.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{UserJot, Widget}};
//!
//! let userjot = UserJot::new("project-1", Secret::new("s3cret")?);
//! assert!(userjot.clone().lifetime(3_600).check().is_ok());
//! assert!(userjot.lifetime(3_601).check().is_err(), "no more than an hour");
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

const NAME: &str = "userjot";
const AUDIENCE: &str = "userjot";
/// `exp` is at most one hour after `iat`: <https://userjot.com/docs/widget-v3-signed-identity>.
const HOUR: u64 = 60 * 60;

/// Names that settings may not take: what identifies a person, and what has a setter.
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
/// Signs `sub`, `iss` (the project id), `aud` (`userjot`), `iat` and `exp`, all of them required, and `email`, `firstName`
/// (the name as it is shown) and `traits` (the attributes) where there are any, as an HS256 JWT
/// (<https://userjot.com/docs/widget-v3-signed-identity>), handed over as `uj.identify({ token })`. The spelling of that
/// call is not confirmed.
///
/// Logout is `uj.identify(null)` (<https://userjot.com/docs/identify-users>). UserJot does not publish what it keeps in the
/// browser, so there is nothing to purge by name, nor which hosts a Content-Security-Policy must allow: only the library's
/// is.
#[derive(Clone, Debug)]
pub struct UserJot {
    project_id: String,
    secret: Secret,
    lifetime: u64,
    library_url: Option<String>,
    settings: Settings,
}

impl UserJot {
    /// A project by its id, with its secret (Settings, Login, Secrets).
    pub fn new(project_id: impl Into<String>, secret: Secret) -> Self {
        Self { project_id: project_id.into(), secret, lifetime: HOUR, library_url: None, settings: Settings::new() }
    }

    /// For how many seconds a token is good, at most 3,600. Default: 3,600.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Where the library, a module, is loaded from. Default: `https://cdn.userjot.com/sdk/v3/uj.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more option of `uj.init` (`widget`, `locale`, `pageContext`). Default: none.
    ///
    /// What identifies a person is refused by `build()`: it belongs into the token, as an [`Identity`].
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings = self.settings.with(key, value);
        self
    }

    fn jwt(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        let exp = identity.expires(now, self.lifetime)?;
        let claims = Claims {
            sub: identity.required_id()?,
            iss: &self.project_id,
            aud: AUDIENCE,
            email: identity.email_address(),
            first_name: identity.display_name(),
            traits: identity.attributes(),
            iat: now,
            exp,
        };
        Ok(self.secret.jwt(&claims)?.good_for(exp - now))
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
    #[serde(skip_serializing_if = "Map::is_empty")]
    traits: &'a Map<String, Value>,
    iat: u64,
    exp: u64,
}

impl Widget for UserJot {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.project_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.project_id)?;
        check_lifetime(NAME, self.lifetime, Some(HOUR))?;
        self.settings.refuse(NAME, RESERVED)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        self.settings.clone().with("projectId", self.project_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://cdn.userjot.com/sdk/v3/uj.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.jwt(identity, now)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// UserJot publishes no list: the library's host is known.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new().script(library.clone()).connect(library.clone()).frame(library)
    }
}
