//! Zendesk Messaging: an HS256 JWT with the key's name, fetched by the widget itself.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{Widget, ZendeskMessaging}};
//!
//! let zendesk = ZendeskMessaging::new("snippet-key", Secret::new("s3cret")?.with_key_id("app_64b1"));
//! assert!(zendesk.check().is_ok());
//! assert!(zendesk.needs_token_path(), "the widget asks for a fresh token on each call");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;

use super::{BootData, SessionArtifacts, Settings, Widget, check_app_id, check_key_id, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "zendesk-messaging";
const SCOPE: &str = "user";
const TEN_MINUTES: u64 = 10 * 60;
const LONGEST_ID: usize = 255;

/// Zendesk's web widget for messaging, the successor of the Classic one. The account decides which of the two the snippet
/// loads: see [`ZendeskClassic`](super::ZendeskClassic) for the other.
///
/// Signs `scope` (`user`), `external_id`, `name`, `email`, `email_verified` and `exp` as an HS256 JWT whose header names
/// the key (<https://support.zendesk.com/hc/en-us/articles/4411666638746>). The widget asks for a token at login and
/// whenever a session is resumed or has expired, so a token path is required and no token stands in the page.
///
/// `external_id` is the id: a string of at most 255 characters, unique in the whole account, that never changes. An e-mail
/// address that belongs to another `external_id` already makes Zendesk reject the token, and the chat goes on **without an
/// identity**; the browser's console tells. What an anonymous visitor wrote before is merged into the person at login.
///
/// Logout is `zE('messenger', 'logoutUser')`. Which names Zendesk gives to what it keeps in the browser is not published:
/// the prefix of the Classic widget's `localStorage` entries is purged.
#[derive(Clone, Debug)]
pub struct ZendeskMessaging {
    key: String,
    secret: Secret,
    lifetime: u64,
    email_verified: bool,
    library_url: Option<String>,
}

impl ZendeskMessaging {
    /// A widget by its snippet key, with a signing key of the Admin Center (Messaging, End user authentication), which
    /// must [have its name](Secret::with_key_id), like `app_64b1..`.
    pub fn new(key: impl Into<String>, secret: Secret) -> Self {
        Self { key: key.into(), secret, lifetime: TEN_MINUTES, email_verified: true, library_url: None }
    }

    /// For how many seconds a token is good, at most 31 days. Default: 600; Zendesk documents no limit.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Whether e-mail addresses are verified, as Zendesk is told. Default: `true`, which is what
    /// [`Identity::email`] asks for.
    #[must_use]
    pub fn email_verified(mut self, verified: bool) -> Self {
        self.email_verified = verified;
        self
    }

    /// Where the widget is loaded from. Default: `https://static.zdassets.com/ekr/snippet.js?key=<key>`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    fn jwt(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        let (external_id, exp) = self.id_and_expiry(identity, now)?;
        let email = identity.email_address();
        let email_verified = email.map(|_| self.email_verified);
        let claims = Claims { scope: SCOPE, external_id, name: identity.display_name(), email, email_verified, exp };
        Ok(self.secret.jwt(&claims)?.good_for(exp - now))
    }

    fn id_and_expiry<'a>(&self, identity: &'a Identity, now: u64) -> Result<(&'a str, u64), TokenError> {
        let id = identity.required_id()?;
        if id.chars().count() > LONGEST_ID {
            return Err(TokenError::UnacceptableId);
        }
        Ok((id, identity.expires(now, self.lifetime)?))
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    scope: &'static str,
    external_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    exp: u64,
}

impl Widget for ZendeskMessaging {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.key
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.key)?;
        check_key_id(NAME, &self.secret)?;
        check_lifetime(NAME, self.lifetime, None)
    }

    fn needs_token_path(&self) -> bool {
        true
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    /// None: the library's address says which widget it is.
    fn settings(&self) -> Settings {
        Settings::new()
    }

    fn library_url(&self) -> Option<String> {
        let default = || format!("https://static.zdassets.com/ekr/snippet.js?key={}", self.key);
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    /// Nothing stands in the page: whether tokens will be given is all that is found out here.
    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        self.id_and_expiry(identity, now)?;
        Ok(BootData::new())
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new().storage("ZD-*")
    }

    /// The hosts that Zendesk lists, where each can matter, without the schemes and `'unsafe-inline'`: those are the
    /// application's to decide (<https://developer.zendesk.com/embeddables/docs/widget/csp>).
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new()
            .script(library)
            .script(["https://static.zdassets.com", "https://ekr.zdassets.com"])
            .connect([
                "https://static.zdassets.com",
                "https://ekr.zdassets.com",
                "https://ekr.zendesk.com",
                "https://*.zendesk.com",
                "wss://*.zendesk.com",
                "https://api.smooch.io",
                "wss://api.smooch.io",
                "https://media.smooch.io",
                "https://zendesk-eu.my.sentry.io",
                "https://*.twilio.com",
                "wss://voice-js.roaming.twilio.com",
            ])
            .frame(["https://static.zdassets.com"])
            .img([
                "https://static.zdassets.com",
                "https://accounts.zendesk.com",
                "https://media.smooch.io",
                "https://*.zdusercontent.com",
            ])
            .font(["https://static.zdassets.com"])
            .media(["https://static.zdassets.com", "https://media.smooch.io"])
    }
}
