//! Featurebase: an HS256 JWT handed to `boot`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Featurebase, Widget}};
//!
//! let featurebase = Featurebase::new("app-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").attribute("plan", "pro");
//! let token = featurebase.mint("featurebase", &person, 1_700_000_000).unwrap();
//! assert_eq!(token.lifetime(), Some(3_600));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;
use serde_json::Value;

use super::{BootData, CustomClaims, SessionArtifacts, Settings, Widget, check_app_id, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "featurebase";
const HOUR: u64 = 60 * 60;

/// Names that attributes may not take: claims, and what identifies in the plain settings.
const RESERVED: &[&str] = &[
    "userId",
    "email",
    "name",
    "exp",
    "iat",
    "nbf",
    "iss",
    "aud",
    "jti",
    "sub",
    "id",
    "userHash",
    "appId",
    "organization",
    "featurebaseJwt",
];

/// Featurebase: messenger and feedback widgets.
///
/// Signs `userId`, `email`, `name` and the attributes as an HS256 JWT, handed over as `featurebaseJwt`
/// (<https://help.featurebase.app/articles/6151321-identifying-users-and-syncing-data>). `profilePicture` and
/// `companies` (`[{"id": .., "name": ..}]`) are attributes like any other. Featurebase takes an identity without an id by
/// its e-mail address; here the id is required. Whether it minds `exp` is not documented; the token carries one.
///
/// Fresh tokens go to `identify`, under the same name; that name is documented for `boot` alone. Logout is
/// `Featurebase('shutdown')`, and two entries of `localStorage` seen in the vendor's package featurebase-js are removed.
#[derive(Clone, Debug)]
pub struct Featurebase {
    app_id: String,
    secret: Secret,
    lifetime: u64,
    library_url: Option<String>,
    settings: Settings,
}

impl Featurebase {
    /// An organisation by its app id, with the JWT secret of its dashboard.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { app_id: app_id.into(), secret, lifetime: HOUR, library_url: None, settings: Settings::new() }
    }

    /// For how many seconds a token is good, at most 31 days. Default: 3,600; Featurebase documents no limit.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Where the library is loaded from. Default: `https://do.featurebase.app/js/sdk.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more argument of `boot`, for appearance (`theme`, `language`, `hideDefaultLauncher`). Default: none.
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
            user_id: identity.required_id()?,
            email: identity.email_address(),
            name: identity.display_name(),
            attributes: CustomClaims::of(identity, RESERVED),
            exp,
        };
        Ok(self.secret.jwt(&claims)?.good_for(exp - now))
    }
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
    exp: u64,
}

impl Widget for Featurebase {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.app_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.app_id)?;
        check_lifetime(NAME, self.lifetime, None)?;
        self.settings.refuse(NAME, RESERVED)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        self.settings.clone().with("appId", self.app_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://do.featurebase.app/js/sdk.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("featurebaseJwt", self.jwt(identity, now)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new()
            .storage(format!("featurebase-js:org:{}", self.app_id))
            .storage("featurebaseRespondedSurveys")
    }

    /// <https://help.featurebase.app/articles/8570614-using-featurebase-with-content-security-policy>
    fn csp_sources(&self) -> CspSources {
        CspSources::new()
            .script(self.library_url.as_deref().map(library_source))
            .script(["https://do.featurebase.app"])
            .connect(["https://*.featurebase.app"])
            .frame(["https://*.featurebase.app"])
            .style(["https://fonts.googleapis.com", "https://do.featurebase.app"])
            .font(["https://fonts.gstatic.com"])
    }
}
