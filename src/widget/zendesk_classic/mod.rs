//! Zendesk Web Widget (Classic): live chat and the restricted Help Center, two tokens with two secrets in one widget.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Widget, ZendeskClassic}};
//!
//! let zendesk = ZendeskClassic::chat("snippet-key", Secret::new("chat secret")?)
//!     .help_center(Secret::new("help center secret")?);
//! assert_eq!(zendesk.token_names(), ["zendesk-chat", "zendesk-help-center"]);
//! assert!(zendesk.needs_token_path(), "the widget asks for a fresh token on each call");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;

use super::{BootData, SessionArtifacts, Settings, Widget, check_app_id, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{self, Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "zendesk-classic";
const CHAT: &str = "zendesk-chat";
const HELP_CENTER: &str = "zendesk-help-center";
const FIVE_MINUTES: u64 = 5 * 60;
/// `exp` is at most seven minutes after `iat`: <https://support.zendesk.com/hc/en-us/articles/4408838925082>.
const LONGEST_CHAT_TOKEN: u64 = 7 * 60;

/// Zendesk's Web Widget (Classic).
///
/// * Live chat (`zendesk-chat`): claims `name`, `email`, `external_id`, `iat`, `exp`
///   (<https://support.zendesk.com/hc/en-us/articles/4408838925082>).
/// * Restricted Help Center (`zendesk-help-center`): claims `name`, `email`, `iat` and a `jti` that never repeats
///   (<https://support.zendesk.com/hc/en-us/articles/4408843923610>).
///
/// The two have different secrets; using one for the other is the failure most often reported. The widget asks for a
/// token by itself, again and again, so a token path is required and no token stands in the page. Both need an e-mail
/// address without accented characters. Where the identity has no name, the e-mail address stands for it.
///
/// `external_id` cannot be changed once Zendesk has seen it for a person. Zendesk describes it as alphanumeric; an id
/// with other signs is passed on as it is. Logout is `zE('webWidget', 'logout')`.
#[derive(Clone, Debug)]
pub struct ZendeskClassic {
    key: String,
    chat: Option<Secret>,
    help_center: Option<Secret>,
    /// The secret of whichever was configured first.
    first: Secret,
    chat_lifetime: u64,
    library_url: Option<String>,
}

impl ZendeskClassic {
    /// A widget with authenticated live chat, by its snippet key and the Widget Security secret of the Chat dashboard.
    pub fn chat(key: impl Into<String>, chat_secret: Secret) -> Self {
        Self { chat: Some(chat_secret.clone()), ..Self::bare(key.into(), chat_secret) }
    }

    /// A widget for a restricted Help Center without authenticated chat, by its snippet key and the Web Widget secret
    /// of the Admin Center.
    pub fn help_center_only(key: impl Into<String>, help_center_secret: Secret) -> Self {
        let bare = Self::bare(key.into(), help_center_secret.clone());
        Self { help_center: Some(help_center_secret), ..bare }
    }

    fn bare(key: String, first: Secret) -> Self {
        Self { key, chat: None, help_center: None, first, chat_lifetime: FIVE_MINUTES, library_url: None }
    }

    /// Adds the restricted Help Center, with its own secret. Default: without.
    #[must_use]
    pub fn help_center(mut self, secret: Secret) -> Self {
        self.help_center = Some(secret);
        self
    }

    /// For how many seconds a chat token is good, at most 420. Default: 300.
    #[must_use]
    pub fn chat_lifetime(mut self, seconds: u64) -> Self {
        self.chat_lifetime = seconds;
        self
    }

    /// Where the widget is loaded from. Default: `https://static.zdassets.com/ekr/snippet.js?key=<key>`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    fn chat_token(&self, secret: &Secret, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        let (name, email) = name_and_email(identity)?;
        let exp = identity.expires(now, self.chat_lifetime)?;
        let external_id = identity.required_id()?;
        Ok(secret.jwt(&ChatClaims { name, email, external_id, iat: now, exp })?.good_for(exp - now))
    }
}

fn help_center_token(secret: &Secret, identity: &Identity, now: u64) -> Result<Token, TokenError> {
    let (name, email) = name_and_email(identity)?;
    // The token has neither an id nor an `exp` (Zendesk exchanges it at once): it is refused all the same for a person
    // without one and after the session's end.
    identity.required_id()?;
    identity.expires(now, 1)?;
    secret.jwt(&HelpCenterClaims { name, email, iat: now, jti: sign::random_id()? })
}

fn name_and_email(identity: &Identity) -> Result<(&str, &str), TokenError> {
    let email = identity.required_email()?;
    if !email.is_ascii() {
        return Err(TokenError::UnacceptableEmail);
    }
    Ok((identity.display_name().unwrap_or(email), email))
}

#[derive(Serialize)]
struct ChatClaims<'a> {
    name: &'a str,
    email: &'a str,
    external_id: &'a str,
    iat: u64,
    exp: u64,
}

#[derive(Serialize)]
struct HelpCenterClaims<'a> {
    name: &'a str,
    email: &'a str,
    iat: u64,
    jti: String,
}

impl Widget for ZendeskClassic {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.key
    }

    fn secret(&self) -> &Secret {
        &self.first
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.key)?;
        check_lifetime(NAME, self.chat_lifetime, Some(LONGEST_CHAT_TOKEN))
    }

    fn token_names(&self) -> Vec<&str> {
        let chat = self.chat.is_some().then_some(CHAT);
        let help_center = self.help_center.is_some().then_some(HELP_CENTER);
        chat.into_iter().chain(help_center).collect()
    }

    fn needs_token_path(&self) -> bool {
        true
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match (token_name, &self.chat, &self.help_center) {
            (CHAT, Some(secret), _) => self.chat_token(secret, identity, now),
            (HELP_CENTER, _, Some(secret)) => help_center_token(secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        Settings::new().with("chat", self.chat.is_some()).with("helpCenter", self.help_center.is_some())
    }

    fn library_url(&self) -> Option<String> {
        let default = || format!("https://static.zdassets.com/ekr/snippet.js?key={}", self.key);
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    /// Nothing stands in the page: whether tokens will be given is all that is found out here, by making them, for their
    /// size is one of the reasons.
    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        self.token_names().into_iter().try_for_each(|name| self.mint(name, identity, now).map(drop))?;
        Ok(BootData::new())
    }

    /// The hosts that Zendesk lists for `default-src`, where each can matter; the account's own subdomain is not known
    /// here, so it is the application's to add (<https://support.zendesk.com/hc/en-us/articles/4408828505754>).
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new()
            .script(library)
            .script(["https://static.zdassets.com", "https://ekr.zdassets.com"])
            .connect([
                "https://static.zdassets.com",
                "https://ekr.zdassets.com",
                "https://ekr.zendesk.com",
                "https://*.zopim.com",
                "wss://*.zopim.com",
                "https://zendesk-eu.my.sentry.io",
            ])
            .frame(["https://static.zdassets.com"])
            .img(["https://v2assets.zopim.io", "https://static.zdassets.com"])
            .font(["https://static.zdassets.com"])
            .media(["https://static.zdassets.com"])
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// Cookies: <https://support.zendesk.com/hc/en-us/articles/4408828505754>; the `localStorage` keys were seen in the
    /// widget's own code and are not documented.
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new().cookie("__zlcmid").storage("ZD-*").global("zESettings.webWidget.authenticate")
    }
}
