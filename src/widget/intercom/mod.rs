//! Intercom Messenger: Messenger security with JWTs, and the older `user_hash` for the time of a migration.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Intercom, IntercomRegion, Widget}};
//!
//! let intercom = Intercom::new("abcd1234", Secret::new("s3cret")?).region(IntercomRegion::Eu);
//! let token = intercom.mint("intercom", &Identity::new("user-123"), SystemTime::now()).unwrap();
//! assert_eq!(token.as_str().split('.').count(), 3);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::prelude::*;

const NAME: &str = "intercom";
/// <https://www.intercom.com/help/en/articles/3894-using-intercom-with-content-security-policy>, without the video
/// players' frames and without the schemes and `'unsafe-inline'` that the page lists: those are the application's to
/// decide.
const POLICY: &str = "\
    script-src https://app.intercom.io https://widget.intercom.io https://js.intercomcdn.com; \
    connect-src https://via.intercom.io https://api.intercom.io https://api.au.intercom.io \
        https://api.eu.intercom.io https://api-iam.intercom.io https://api-iam.eu.intercom.io \
        https://api-iam.au.intercom.io https://api-ping.intercom.io https://*.intercom-messenger.com \
        wss://*.intercom-messenger.com https://nexus-websocket-a.intercom.io \
        wss://nexus-websocket-a.intercom.io https://nexus-websocket-b.intercom.io \
        wss://nexus-websocket-b.intercom.io https://nexus-europe-websocket.intercom.io \
        wss://nexus-europe-websocket.intercom.io https://nexus-australia-websocket.intercom.io \
        wss://nexus-australia-websocket.intercom.io https://uploads.intercomcdn.com \
        https://uploads.intercomcdn.eu https://uploads.au.intercomcdn.com \
        https://uploads.eu.intercomcdn.com https://uploads.intercomusercontent.com; \
    frame-src https://intercom-sheets.com https://www.intercom-reporting.com; \
    img-src https://js.intercomcdn.com https://static.intercomassets.com \
        https://downloads.intercomcdn.com https://downloads.intercomcdn.eu \
        https://downloads.au.intercomcdn.com; \
    font-src https://js.intercomcdn.com https://fonts.intercomcdn.com; \
    media-src https://js.intercomcdn.com https://downloads.intercomcdn.com \
        https://downloads.intercomcdn.eu https://downloads.au.intercomcdn.com";
/// Five minutes, by the README of intercom-rails: <https://github.com/intercom/intercom-rails>.
const SHORTEST_SESSION: Duration = Duration::from_secs(5 * 60);

/// Names that attributes may not take: registered claims, and what identifies in the plain settings.
const RESERVED: &str = "user_id email name user_hash app_id api_base session_duration intercom_user_jwt";

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
    options: Options,
    region: IntercomRegion,
    session_duration: Option<Duration>,
    legacy: bool,
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

impl Intercom {
    /// A workspace by its id, with its Messenger API secret (Settings, Messenger, Security).
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED),
            region: IntercomRegion::default(),
            session_duration: None,
            legacy: false,
        }
    }

    /// Where the workspace is hosted. Default: the United States.
    #[must_use]
    pub fn region(mut self, region: IntercomRegion) -> Self {
        self.region = region;
        self
    }

    setter!(lifetime, "At most 31 days. Default: one hour; Intercom documents no limit.");

    /// How long Intercom keeps its own session alive, at least five minutes. Default: Intercom's, a week.
    #[must_use]
    pub fn session_duration(mut self, duration: Duration) -> Self {
        self.session_duration = Some(duration);
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

    setter!(library_url, "Default: `https://widget.intercom.io/widget/<app id>`.");

    setter!(setting, "One more entry of `intercomSettings`, for appearance (`hide_default_launcher`, `alignment`).");

    fn jwt(&self, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            user_id: identity.required_id()?,
            email: identity.email(),
            name: identity.name(),
            attributes: CustomClaims::of(identity, RESERVED),
            exp: validity.exp(),
        };
        Ok(self.options.secret.jwt(&claims)?.with_lifetime(validity.lifetime()))
    }

    /// Over the user id, else over the e-mail: where both are there, Intercom checks the id.
    fn user_hash(&self, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        identity.check_session(now)?;
        let message = match identity.email() {
            Some(email) if identity.is_blank() => email,
            _ => identity.required_id()?,
        };
        self.options.secret.hmac_hex(message)
    }

    fn unsigned_person(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        let person = BootData::new()
            .with("user_hash", self.user_hash(identity, now)?.into_string())
            .with_some("user_id", identity.required_id().ok())
            .with_some("email", identity.email())
            .with_some("name", identity.name());
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
    fn manifest(&self) -> Manifest {
        let app_id = self.options.app_id.as_str();
        let settings = self.options.settings.clone().with("app_id", app_id).with("api_base", self.region.api_base());
        let milliseconds =
            self.session_duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
        self.options
            .manifest(include_str!("adapter.min.js"), format!("https://widget.intercom.io/widget/{app_id}"))
            .with_settings(settings.with_some("session_duration", milliseconds))
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie(format!("intercom-session-{app_id}"))
                    .cookie(format!("intercom-id-{app_id}"))
                    .cookie(format!("intercom-device-id-{app_id}"))
                    .storage(format!("intercom.intercom-state-{app_id}"))
                    .storage("intercom.intercom-state")
                    .global("intercomSettings"),
            )
            .with_csp_sources(CspSources::from_policy(POLICY))
            .with_identified_cookie(format!("intercom-session-{app_id}"))
    }

    fn secret(&self) -> &Secret {
        &self.options.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        if self.session_duration.is_some_and(|duration| duration < SHORTEST_SESSION) {
            let message = "intercom: the session duration is at least five minutes";
            return Err(ConfigError::new(ConfigErrorKind::Lifetime, message));
        }
        Ok(())
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        if self.legacy { self.user_hash(identity, now) } else { self.jwt(identity, now) }
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        if self.legacy {
            return self.unsigned_person(identity, now);
        }
        Ok(BootData::new().with_token("intercom_user_jwt", self.jwt(identity, now)?))
    }
}
