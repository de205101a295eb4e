//! Intercom Messenger: Messenger security with JWTs, and the older `user_hash` for the time of a migration.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Intercom, IntercomRegion, Widget}};
//!
//! let intercom = Intercom::new("abcd1234", Secret::new("s3cret")?).region(IntercomRegion::Eu);
//! let token = intercom.mint("intercom", &Identity::new("user-123"), 1_700_000_000).unwrap();
//! assert_eq!(token.as_str().split('.').count(), 3);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;
use serde_json::Value;

use super::{BootData, CustomClaims, SessionArtifacts, Settings, Widget, check_app_id, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::{ConfigError, ConfigErrorKind},
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "intercom";
const HOUR: u64 = 60 * 60;
/// Five minutes, by the README of intercom-rails: <https://github.com/intercom/intercom-rails>.
const SHORTEST_SESSION_MS: u64 = 300_000;

/// Names that attributes may not take: registered claims, and what identifies in the plain settings.
const RESERVED: &[&str] = &[
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
];

/// Intercom Messenger.
///
/// Signs `user_id`, `email`, `name` and the attributes as an HS256 JWT, handed over as `intercom_user_jwt`
/// (<https://www.intercom.com/help/en/articles/10589769-authenticating-users-in-the-messenger-with-json-web-tokens-jwts>).
/// What is signed does not stand unsigned beside it. Signing protects nobody until enforcement is switched on in the
/// Intercom workspace.
///
/// Logout calls `Intercom('shutdown')`
/// (<https://www.intercom.com/help/en/articles/16845-how-do-i-end-a-session>) and removes the three cookies and the
/// `localStorage` entry (<https://www.intercom.com/help/en/articles/2361922>).
#[derive(Clone, Debug)]
pub struct Intercom {
    app_id: String,
    secret: Secret,
    region: IntercomRegion,
    lifetime: u64,
    session_duration_ms: Option<u64>,
    library_url: Option<String>,
    legacy: bool,
    settings: Settings,
}

/// Where an Intercom workspace is hosted; decides `api_base`. Default: [`Us`](IntercomRegion::Us).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntercomRegion {
    /// `https://api-iam.intercom.io`
    #[default]
    Us,
    /// `https://api-iam.eu.intercom.io`
    Eu,
    /// `https://api-iam.au.intercom.io`
    Au,
}

impl IntercomRegion {
    fn api_base(self) -> &'static str {
        match self {
            Self::Us => "https://api-iam.intercom.io",
            Self::Eu => "https://api-iam.eu.intercom.io",
            Self::Au => "https://api-iam.au.intercom.io",
        }
    }
}

const SCRIPT_HOSTS: [&str; 3] = ["https://app.intercom.io", "https://widget.intercom.io", "https://js.intercomcdn.com"];

const CONNECT_HOSTS: [&str; 23] = [
    "https://via.intercom.io",
    "https://api.intercom.io",
    "https://api.au.intercom.io",
    "https://api.eu.intercom.io",
    "https://api-iam.intercom.io",
    "https://api-iam.eu.intercom.io",
    "https://api-iam.au.intercom.io",
    "https://api-ping.intercom.io",
    "https://*.intercom-messenger.com",
    "wss://*.intercom-messenger.com",
    "https://nexus-websocket-a.intercom.io",
    "wss://nexus-websocket-a.intercom.io",
    "https://nexus-websocket-b.intercom.io",
    "wss://nexus-websocket-b.intercom.io",
    "https://nexus-europe-websocket.intercom.io",
    "wss://nexus-europe-websocket.intercom.io",
    "https://nexus-australia-websocket.intercom.io",
    "wss://nexus-australia-websocket.intercom.io",
    "https://uploads.intercomcdn.com",
    "https://uploads.intercomcdn.eu",
    "https://uploads.au.intercomcdn.com",
    "https://uploads.eu.intercomcdn.com",
    "https://uploads.intercomusercontent.com",
];

const IMG_HOSTS: [&str; 5] = [
    "https://js.intercomcdn.com",
    "https://static.intercomassets.com",
    "https://downloads.intercomcdn.com",
    "https://downloads.intercomcdn.eu",
    "https://downloads.au.intercomcdn.com",
];

const MEDIA_HOSTS: [&str; 4] = [
    "https://js.intercomcdn.com",
    "https://downloads.intercomcdn.com",
    "https://downloads.intercomcdn.eu",
    "https://downloads.au.intercomcdn.com",
];

impl Intercom {
    /// A workspace by its id, with its Messenger API secret (Settings, Messenger, Security).
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            app_id: app_id.into(),
            secret,
            region: IntercomRegion::default(),
            lifetime: HOUR,
            session_duration_ms: None,
            library_url: None,
            legacy: false,
            settings: Settings::new(),
        }
    }

    /// Where the workspace is hosted. Default: the United States.
    #[must_use]
    pub fn region(mut self, region: IntercomRegion) -> Self {
        self.region = region;
        self
    }

    /// For how many seconds a token is good, at most 31 days. Default: 3,600; Intercom documents no limit.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// How long Intercom keeps its own session alive, in milliseconds, at least 300,000. Default: Intercom's, a week.
    #[must_use]
    pub fn session_duration_ms(mut self, milliseconds: u64) -> Self {
        self.session_duration_ms = Some(milliseconds);
        self
    }

    /// Migration mode: the older `user_hash` in place of the JWT. Default: off.
    ///
    /// HMAC-SHA256 of the user id, as lower-case hexadecimal digits
    /// (<https://www.intercom.com/help/en/articles/183>); [`mint`](Widget::mint) hashes the e-mail address of an identity
    /// without an id, but such an identity gets nothing in a page. Only the id is signed; e-mail, name and attributes stand
    /// beside it unsigned, and the hash never expires: use it only until the workspace takes JWTs.
    #[must_use]
    pub fn legacy_user_hash(mut self) -> Self {
        self.legacy = true;
        self
    }

    /// Where the library is loaded from. Default: `https://widget.intercom.io/widget/<app id>`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more entry of `intercomSettings`, for appearance (`hide_default_launcher`, `alignment`). Default: none.
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

    /// Over the user id, else over the e-mail: where both are there, Intercom checks the id.
    fn user_hash(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        identity.expires(now, self.lifetime)?;
        let message = match identity.email_address() {
            Some(email) if identity.is_blank() => email,
            _ => identity.required_id()?,
        };
        self.secret.hmac_hex(message)
    }

    fn unsigned_person(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        let person = BootData::new()
            .with("user_hash", self.user_hash(identity, now)?.into_string())
            .with_some("user_id", identity.required_id().ok())
            .with_some("email", identity.email_address())
            .with_some("name", identity.display_name());
        let attributes = CustomClaims::of(identity, RESERVED);
        Ok(attributes.iter().fold(person, |person, (key, value)| person.with(key.clone(), value.clone())))
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(flatten)]
    attributes: CustomClaims<'a>,
    exp: u64,
}

impl Widget for Intercom {
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
        if self.session_duration_ms.is_some_and(|duration| duration < SHORTEST_SESSION_MS) {
            let message = "intercom: session_duration_ms is in milliseconds and at least 300000 (five minutes)";
            return Err(ConfigError::new(ConfigErrorKind::Lifetime, message));
        }
        self.settings.refuse(NAME, RESERVED)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME if self.legacy => self.user_hash(identity, now),
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        let settings = self.settings.clone().with("app_id", self.app_id.as_str());
        settings.with("api_base", self.region.api_base()).with_some("session_duration", self.session_duration_ms)
    }

    fn library_url(&self) -> Option<String> {
        let default = || format!("https://widget.intercom.io/widget/{}", self.app_id);
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        if self.legacy {
            return self.unsigned_person(identity, now);
        }
        Ok(BootData::new().with_token("intercom_user_jwt", self.jwt(identity, now)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    fn residue(&self) -> SessionArtifacts {
        let app_id = &self.app_id;
        SessionArtifacts::new()
            .cookie(format!("intercom-session-{app_id}"))
            .cookie(format!("intercom-id-{app_id}"))
            .cookie(format!("intercom-device-id-{app_id}"))
            .storage(format!("intercom.intercom-state-{app_id}"))
            .storage("intercom.intercom-state")
            .global("intercomSettings")
    }

    /// <https://www.intercom.com/help/en/articles/3894-using-intercom-with-content-security-policy>, without the video
    /// players' frames and without the schemes and `'unsafe-inline'` that the page lists: those are the application's to
    /// decide.
    fn csp_sources(&self) -> CspSources {
        CspSources::new()
            .script(self.library_url.as_deref().map(library_source))
            .script(SCRIPT_HOSTS)
            .connect(CONNECT_HOSTS)
            .frame(["https://intercom-sheets.com", "https://www.intercom-reporting.com"])
            .img(IMG_HOSTS)
            .font(["https://js.intercomcdn.com", "https://fonts.intercomcdn.com"])
            .media(MEDIA_HOSTS)
    }

    fn identified_cookie(&self) -> Option<String> {
        Some(format!("intercom-session-{}", self.app_id))
    }
}
