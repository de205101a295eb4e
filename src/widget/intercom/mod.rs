//! Intercom Messenger: Messenger security with JWTs, or the older `user_hash` during a migration.
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

mod salesforce;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use self::salesforce::SalesforceIdentity;
use crate::widget::{checks::check_settings, manifest::Settings, prelude::*};

const NAME: &str = "intercom";
/// <https://www.intercom.com/help/en/articles/3894-using-intercom-with-content-security-policy>, without the video
/// players' frames and without the schemes and `'unsafe-inline'` that the page lists: those are for the application to
/// decide. Not confirmed: the exact names of the hosts for attachments in Europe and Australia.
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
        https://static.intercomassets.eu https://static.au.intercomassets.com \
        https://downloads.intercomcdn.com https://downloads.intercomcdn.eu \
        https://downloads.au.intercomcdn.com https://uploads.intercomusercontent.com \
        https://gifs.intercomcdn.com https://video-messages.intercomcdn.com \
        https://messenger-apps.intercom.io https://messenger-apps.eu.intercom.io \
        https://messenger-apps.au.intercom.io https://*.intercom-attachments-1.com \
        https://*.intercom-attachments-2.com https://*.intercom-attachments-3.com \
        https://*.intercom-attachments-4.com https://*.intercom-attachments-5.com \
        https://*.intercom-attachments-6.com https://*.intercom-attachments-7.com \
        https://*.intercom-attachments-8.com https://*.intercom-attachments-9.com \
        https://*.intercom-attachments.eu https://*.au.intercom-attachments.com; \
    font-src https://js.intercomcdn.com https://fonts.intercomcdn.com; \
    media-src https://js.intercomcdn.com https://downloads.intercomcdn.com \
        https://downloads.intercomcdn.eu https://downloads.au.intercomcdn.com; \
    form-action https://intercom.help https://api-iam.intercom.io https://api-iam.eu.intercom.io \
        https://api-iam.au.intercom.io";
/// Five minutes, according to the README of intercom-rails: <https://github.com/intercom/intercom-rails>.
const SHORTEST_SESSION: Duration = Duration::from_secs(5 * 60);

/// Names that attributes may not have: registered claims, what identifies a user in the unsigned settings, and what
/// only the adapter reads.
const RESERVED: &[&str] = &[
    "user_id",
    "email",
    "name",
    "user_hash",
    "app_id",
    "api_base",
    "session_duration",
    "intercom_user_jwt",
    "salesforce_identity_token",
    "company",
    "auth_tokens",
    "salesforceToken",
    "lead",
    "unsignedFacts",
];

/// Intercom Messenger.
///
/// Signs `user_id`, `email`, `name`, the company and the attributes as an HS256 JWT, passed as `intercom_user_jwt`
/// (<https://www.intercom.com/help/en/articles/10589769-authenticating-users-in-the-messenger-with-json-web-tokens-jwts>).
/// Signed data is not repeated unsigned. Signing protects no user until you switch on enforcement in the Intercom
/// workspace. [`salesforce_identity_token`](Self::salesforce_identity_token) adds a second token.
///
/// The company ([`Identity::with_company`]) becomes the claim `company`, with `company_id`, `name`, `plan` and its
/// attributes (<https://developers.intercom.com/installing-intercom/web/attributes-objects>; older documentation calls
/// the first one `id`). The facts from [`Identity::with_unsigned`] accompany the token without a signature: Intercom
/// accepts `phone`, `created_at` ([`UnixTime`](crate::UnixTime)), `avatar` (`{"type": "avatar", "image_url": ".."}`),
/// `language_override`, `unsubscribed_from_emails`, and the workspace's own attributes. Intercom takes attributes that
/// the workspace protects from the token only.
///
/// The secrets from [`Identity::with_auth_token`] accompany the JWT as `auth_tokens`, for the data connectors of Fin. A
/// later page of the same user in the same document passes its own with `Intercom('setAuthTokens', ..)`, and a shutdown
/// clears them with the same call; all three are from the code of <https://github.com/devrnt/react-use-intercom> and
/// not confirmed by the vendor. With `legacy_user_hash`, the page contains none of these secrets.
///
/// Logout calls `Intercom('shutdown')` (<https://www.intercom.com/help/en/articles/16845-how-do-i-end-a-session>) and
/// removes the three cookies and the `localStorage` entries (<https://www.intercom.com/help/en/articles/2361922>).
/// Users report that a `shutdown` without an earlier `boot` does not clear the former user. That is the case on a page
/// that ends a session from an earlier page: there, only the removal clears the browser, before the library loads. The
/// adapter makes no `boot` just for the call, because without a token a `boot` shows the messenger of whichever user
/// has a session cookie. At Intercom, the session continues until it expires
/// ([`session_duration`](Self::session_duration)).
#[derive(Clone, Debug)]
pub struct Intercom {
    options: Options,
    region: IntercomRegion,
    session_duration: Option<Duration>,
    legacy: bool,
    salesforce: Option<SalesforceIdentity>,
    lead: Settings,
}

/// The region that hosts an Intercom workspace; it decides `api_base`.
///
/// Default: [`Us`](IntercomRegion::Us).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntercomRegion {
    /// United States: `https://api-iam.intercom.io`
    #[default]
    Us,
    /// Europe: `https://api-iam.eu.intercom.io`
    Eu,
    /// Australia: `https://api-iam.au.intercom.io`
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

/// The side of the page where Intercom's launcher and messenger appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntercomAlignment {
    /// The left side: `left`
    Left,
    /// The right side: `right`
    Right,
}

impl Intercom {
    /// Creates the widget from a workspace's id and its Messenger API secret (Settings, Messenger, Security).
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED),
            region: IntercomRegion::default(),
            session_duration: None,
            legacy: false,
            salesforce: None,
            lead: Settings::new(),
        }
    }

    /// Sets the region that hosts the workspace. Default: the United States.
    #[must_use]
    pub fn region(mut self, region: IntercomRegion) -> Self {
        self.region = region;
        self
    }

    setter!(lifetime, "At most 31 days. Default: one hour; Intercom documents no limit.");

    /// Sets how long Intercom keeps its own session alive. Default: Intercom's, a week.
    ///
    /// `build()` returns an error for less than five minutes.
    #[must_use]
    pub fn session_duration(mut self, duration: Duration) -> Self {
        self.session_duration = Some(duration);
        self
    }

    /// Uses the older `user_hash` instead of the JWT, for a migration. Default: off.
    ///
    /// The hash is the HMAC-SHA256 of the user id, as lower-case hexadecimal digits
    /// (<https://www.intercom.com/help/en/articles/183>). For an identity without an id, [`mint`](Widget::mint) hashes
    /// the e-mail address, but a page contains nothing for such an identity. Only the id is signed; e-mail address,
    /// name and attributes are passed unsigned, and the hash never expires: use it only until the workspace accepts
    /// JWTs.
    #[must_use]
    pub fn legacy_user_hash(mut self) -> Self {
        self.legacy = true;
        self
    }

    /// Also signs `salesforce_identity_token`, by which Fin knows the user in Salesforce.
    ///
    /// Default: off. Fin then works in a Salesforce organisation. The key needs the feature `rsa`.
    ///
    /// The token (`intercom-salesforce`) is an RS256 JWT that names its key and is valid for one hour, with `iss`,
    /// `sub` (the user id), `aud` (`https://<org>.my.salesforce-scrt.com`), `iat` and `exp`
    /// (<https://fin.ai/help/en/articles/12893458>, <https://fin.ai/help/en/articles/13976225>).
    ///
    /// * `key`: the private key whose public half Salesforce has: [`Secret::rsa_pem`], with the [key
    ///   id](Secret::with_key_id) that it has there.
    /// * `issuer`: the issuer that Salesforce's keyset names.
    /// * `org`: the part before `.my.salesforce-scrt.com`, like `acme`, or `acme--dev.sandbox`.
    ///
    /// An RSA signature is slow, so no page contains this token ([`Manifest::with_costly_token`]): the page shows the
    /// messenger at once with the JWT, then requests this token from the token service and passes both to
    /// `Intercom('update', ..)`. That Intercom accepts the second token there, and not only at `boot`, is not
    /// confirmed. The page renews both together, so [`lifetime`](Self::lifetime) is at most one hour. `build()` returns
    /// an error together with [`legacy_user_hash`](Self::legacy_user_hash).
    #[must_use]
    pub fn salesforce_identity_token(mut self, key: Secret, issuer: impl Into<String>, org: impl Into<String>) -> Self {
        self.salesforce = Some(SalesforceIdentity::new(key, issuer.into(), org.into()));
        self
    }

    setter!(library_url, "Default: `https://widget.intercom.io/widget/<app id>`.");

    /// Sets the CSS selector of elements that open the messenger on click (`custom_launcher_selector`).
    ///
    /// Default: none. This entry and the five below are attributes of `intercomSettings`
    /// (<https://developers.intercom.com/installing-intercom/web/attributes-objects>; that the page still lists them
    /// all is not confirmed).
    #[must_use]
    pub fn custom_launcher_selector(self, selector: impl Into<String>) -> Self {
        self.setting("custom_launcher_selector", selector.into())
    }

    /// Sets whether Intercom's own launcher is hidden (`hide_default_launcher`).
    ///
    /// Default: the workspace's choice.
    #[must_use]
    pub fn hide_default_launcher(self, hide: bool) -> Self {
        self.setting("hide_default_launcher", hide)
    }

    /// Sets the side of the launcher and the messenger (`alignment`). Default: the workspace's choice.
    #[must_use]
    pub fn alignment(self, alignment: IntercomAlignment) -> Self {
        let side = match alignment {
            IntercomAlignment::Left => "left",
            IntercomAlignment::Right => "right",
        };
        self.setting("alignment", side)
    }

    /// Sets the distance of the launcher and the messenger from that side, in pixels (`horizontal_padding`).
    ///
    /// Default: the workspace's choice. Not confirmed: whether Intercom accepts less than 20.
    #[must_use]
    pub fn horizontal_padding(self, pixels: u32) -> Self {
        self.setting("horizontal_padding", pixels)
    }

    /// Sets the distance of the launcher and the messenger from the bottom, in pixels (`vertical_padding`).
    ///
    /// Default: the workspace's choice. Not confirmed: whether Intercom accepts less than 20.
    #[must_use]
    pub fn vertical_padding(self, pixels: u32) -> Self {
        self.setting("vertical_padding", pixels)
    }

    /// Sets the messenger's language for all users, like `fr` or `pt-BR` (`language_override`).
    ///
    /// Default: the browser's. To set it for one user, use [`Identity::with_unsigned`].
    #[must_use]
    pub fn language_override(self, language: impl Into<String>) -> Self {
        self.setting("language_override", language.into())
    }

    /// Sets how the messenger was installed (`installation_type`), for Intercom's own statistics.
    ///
    /// Default: none. Intercom's packages set it (`npm-package`). The name is from their code and not documented.
    #[must_use]
    pub fn installation_type(self, name: impl Into<String>) -> Self {
        self.setting("installation_type", name.into())
    }

    /// Adds an attribute for signed-out visitors, whom Intercom calls leads; the last value of a key counts.
    ///
    /// Default: none. The attribute is the same for all visitors. It applies to pages that show the messenger to
    /// visitors ([`visitors`](crate::WidgetsBuilder::visitors)), and is never passed for a signed-in user. Set what
    /// differs between visitors from the page's own script, with `Intercom('update', ..)`.
    ///
    /// `build()` returns an error for an attribute that identifies a user.
    #[must_use]
    pub fn lead_attribute(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.lead = self.lead.with(key, value);
        self
    }

    setter!(
        setting,
        "Settings are entries of `intercomSettings`, for appearance (`background_color`, `action_color`)."
    );

    fn jwt(&self, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            user_id: identity.required_id()?,
            email: identity.email(),
            name: identity.name(),
            company: identity.company().map(company),
            attributes: CustomClaims::of(identity, RESERVED),
            exp: validity.exp(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn lead_attributes(&self) -> Option<Value> {
        self.lead.keys().next()?;
        serde_json::to_value(&self.lead).ok()
    }

    fn check_salesforce(&self, salesforce: &SalesforceIdentity) -> Result<(), ConfigError> {
        salesforce.check()?;
        if self.legacy {
            let message = format!("{NAME}: salesforce_identity_token(..) requires the JWT: remove legacy_user_hash()");
            return Err(ConfigError::new(ConfigErrorKind::Setting, message));
        }
        if self.options.lifetime > salesforce::LIFETIME {
            let message = format!(
                "{NAME}: with salesforce_identity_token(..), the token lifetime must be at most one hour, because the \
                 page renews both tokens together"
            );
            return Err(ConfigError::new(ConfigErrorKind::Lifetime, message));
        }
        Ok(())
    }

    /// The HMAC of the user id, or of the e-mail address if there is no id: with both, Intercom checks the id.
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
            .with_some("name", identity.name())
            .with_some("company", identity.company().map(company))
            .with_facts("unsignedFacts", unsigned_facts(identity, RESERVED));
        let attributes = CustomClaims::of(identity, RESERVED);
        Ok(attributes.iter().fold(person, |person, (key, value)| person.with(key.clone(), value.clone())))
    }
}

/// A company in Intercom's format. Its attributes cannot give it another id.
fn company(company: &Company) -> Map<String, Value> {
    let mut all = company.attributes().clone();
    all.remove("id");
    all.insert("company_id".to_owned(), company.id().into());
    let facts = [("name", company.name()), ("plan", company.plan())];
    all.extend(facts.into_iter().filter_map(|(key, fact)| Some((key.to_owned(), fact?.into()))));
    all
}

#[derive(Serialize)]
struct Claims<'a> {
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<Map<String, Value>>,
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
        let manifest = self
            .options
            .manifest(include_str!("adapter.min.js"), format!("https://widget.intercom.io/widget/{app_id}"))
            .with_settings(
                settings.with_some("session_duration", milliseconds).with_some("lead", self.lead_attributes()),
            )
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
            .with_identified_cookie(format!("intercom-session-{app_id}"));
        if self.salesforce.is_none() {
            return manifest;
        }
        manifest
            .with_setting("salesforceToken", salesforce::TOKEN)
            .with_token_names([NAME, salesforce::TOKEN])
            .with_costly_token(salesforce::TOKEN)
            .with_required_token_path()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_settings(NAME, &self.lead, RESERVED)?;
        if self.session_duration.is_some_and(|duration| duration < SHORTEST_SESSION) {
            let message = "intercom: the session duration must be at least five minutes";
            return Err(ConfigError::new(ConfigErrorKind::Lifetime, message));
        }
        self.salesforce.as_ref().map_or(Ok(()), |salesforce| self.check_salesforce(salesforce))
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        match &self.salesforce {
            Some(salesforce) if token_name == salesforce::TOKEN => salesforce.token(identity, now),
            _ if self.legacy => self.user_hash(identity, now),
            _ => self.jwt(identity, now),
        }
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        if self.legacy {
            return self.unsigned_person(identity, now);
        }
        let tokens = identity.auth_tokens().iter().map(|(name, token)| (name.clone(), token.as_str().into()));
        Ok(BootData::new()
            .with_token("intercom_user_jwt", self.jwt(identity, now)?)
            .with_facts("auth_tokens", tokens.collect())
            .with_facts("unsignedFacts", unsigned_facts(identity, RESERVED)))
    }
}
