//! Zendesk Web Widget (Classic): live chat and the restricted Help Center, two tokens with two secrets in one widget.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Widget, ZendeskClassic}};
//!
//! let zendesk = ZendeskClassic::chat("snippet-key", Secret::new("chat secret")?)
//!     .help_center(Secret::new("help center secret")?);
//! assert_eq!(zendesk.manifest().token_names(), ["zendesk-chat", "zendesk-help-center"]);
//! assert!(zendesk.manifest().requires_token_path(), "the widget asks for a fresh token on each call");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, json};

use crate::widget::prelude::*;

const NAME: &str = "zendesk-classic";
/// The hosts that Zendesk lists for `default-src`, under each directive for which they can matter
/// (<https://support.zendesk.com/hc/en-us/articles/4408828505754>); the account's own host is added if it is known.
const POLICY: &str = "\
    script-src https://static.zdassets.com https://ekr.zdassets.com; \
    connect-src https://static.zdassets.com https://ekr.zdassets.com https://ekr.zendesk.com \
        https://*.zopim.com wss://*.zopim.com https://zendesk-eu.my.sentry.io; \
    frame-src https://static.zdassets.com; \
    img-src https://v2assets.zopim.io https://static.zdassets.com; \
    font-src https://static.zdassets.com; \
    media-src https://static.zdassets.com";
/// The settings that are next to `webWidget` in `zESettings`
/// (<https://developer.zendesk.com/embeddables/docs/widget/settings>).
const OUTER: [&str; 3] = ["analytics", "cookies", "errorReporting"];
/// Names that settings may not have: the first is set by this crate, the others are commands that identify a user.
const RESERVED: &[&str] = &["authenticate", "identify", "prefill"];
const CHAT: &str = "zendesk-chat";
const HELP_CENTER: &str = "zendesk-help-center";
const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);
/// `exp` is at most seven minutes after `iat`: <https://support.zendesk.com/hc/en-us/articles/4408838925082>.
const LONGEST_CHAT_TOKEN: Duration = Duration::from_secs(7 * 60);

/// Zendesk's Web Widget (Classic).
///
/// * Live chat (`zendesk-chat`): claims `name`, `email`, `external_id`, `iat`, `exp`
///   (<https://support.zendesk.com/hc/en-us/articles/4408838925082>).
/// * Restricted Help Center (`zendesk-help-center`): claims `name`, `email`, `iat` and a `jti` that never repeats
///   (<https://support.zendesk.com/hc/en-us/articles/4408843923610>).
///
/// The two have different secrets; using one for the other is the failure most often reported. The widget itself asks
/// for tokens repeatedly, so the page needs the token path and no page contains a token. Both tokens need an e-mail address
/// without accented characters. The e-mail address replaces a missing name.
///
/// `external_id` cannot be changed once Zendesk has seen it for a user. Zendesk describes it as alphanumeric; an id
/// with other characters is passed as it is.
///
/// **Set the account's [subdomain](Self::subdomain)** with a restricted Help Center and a Content-Security-Policy: the
/// widget exchanges the Help Center's token at `/embeddable/authenticate` on the account's own host (that it is that
/// host is inferred, not documented). A policy that does not allow the host blocks the identity silently.
///
/// **Remove Zendesk's own snippet from the pages.** A widget that was on the page before our snippet has already read
/// its settings, so the adapter must authenticate it again with `chat:reauthenticate`, and that call ends a running
/// chat on every page (not confirmed by Zendesk's documentation).
///
/// Logout calls `zE('webWidget', 'logout')`. The cookies `__zlcmid` (documented:
/// <https://support.zendesk.com/hc/en-us/articles/4408828505754>) and `__zlcpomid`, and the `localStorage` entries
/// `__zlcstore` and `ZD-*` are removed; all but the first were seen in the widget's own code and are not documented.
#[derive(Clone, Debug)]
pub struct ZendeskClassic {
    options: Options,
    chat: Option<Secret>,
    help_center: Option<Secret>,
    subdomain: String,
}

impl ZendeskClassic {
    /// Creates a widget with authenticated live chat, from its snippet key and its Chat secret.
    ///
    /// The secret is the Widget Security secret of the Chat dashboard.
    pub fn chat(key: impl Into<String>, chat_secret: Secret) -> Self {
        Self { chat: Some(chat_secret.clone()), ..Self::bare(key, chat_secret) }
    }

    /// Creates a widget for a restricted Help Center only, from its snippet key and its Web Widget secret.
    ///
    /// The chat is not authenticated. The secret is that of the Admin Center.
    pub fn help_center_only(key: impl Into<String>, help_center_secret: Secret) -> Self {
        let bare = Self::bare(key, help_center_secret.clone());
        Self { help_center: Some(help_center_secret), ..bare }
    }

    fn bare(key: impl Into<String>, first: Secret) -> Self {
        let options = Options::new(NAME, key, first)
            .with_lifetime(FIVE_MINUTES)
            .with_longest_lifetime(LONGEST_CHAT_TOKEN)
            .with_reserved_settings(RESERVED);
        Self { options, chat: None, help_center: None, subdomain: String::new() }
    }

    /// Adds the restricted Help Center, with its own secret. Default: without.
    #[must_use]
    pub fn help_center(mut self, secret: Secret) -> Self {
        self.help_center = Some(secret);
        self
    }

    /// Sets how long a chat token is valid, at most seven minutes. Default: five minutes.
    ///
    /// A token never outlives the application's session ([`Identity::with_session_expires`]).
    #[must_use]
    pub fn chat_lifetime(mut self, lifetime: Duration) -> Self {
        self.options.lifetime = lifetime;
        self
    }

    setter!(
        text subdomain,
        "Sets the account's subdomain: `acme` in `acme.zendesk.com`. Default: none.\n\n\
        With it, a policy allows connections to that host, and images from there; without it, a policy \
        allows neither."
    );

    setter!(library_url, "Default: `https://static.zdassets.com/ekr/snippet.js?key=<key>`.");

    setter!(
        setting,
        "Settings are entries of `zESettings.webWidget` (`color`, `position`, `launcher`); `analytics`, `cookies` and \
         `errorReporting` are next to `webWidget`, and `zE('webWidget', 'setLocale')` sets the `locale` \
         (<https://developer.zendesk.com/embeddables/docs/widget/settings>). They override what the page sets."
    );

    /// The settings in the shape that the adapter reads.
    fn settings(&self) -> Settings {
        let known = Settings::new().with("chat", self.chat.is_some()).with("helpCenter", self.help_center.is_some());
        let all = self.options.settings.iter().filter(|(key, _)| *key != "locale");
        let (mut outer, inner): (Map<_, _>, Map<_, _>) =
            all.map(|(key, value)| (key.clone(), value.clone())).partition(|(key, _)| OUTER.contains(&key.as_str()));
        if !inner.is_empty() {
            outer.insert("webWidget".to_owned(), inner.into());
        }
        let locale = self.options.settings.iter().find(|(key, _)| *key == "locale").map(|(_, locale)| locale.clone());
        known.with_some("locale", locale).with_some("zESettings", (!outer.is_empty()).then(|| json!(outer)))
    }

    /// The account's own host; `None` if it is not known.
    fn host(&self) -> Option<String> {
        (!self.subdomain.is_empty()).then(|| format!("https://{}.zendesk.com", self.subdomain))
    }

    fn token_names(&self) -> impl Iterator<Item = &'static str> {
        let chat = self.chat.is_some().then_some(CHAT);
        chat.into_iter().chain(self.help_center.is_some().then_some(HELP_CENTER))
    }

    fn chat_token(&self, secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let (name, email) = name_and_email(identity)?;
        let validity = identity.validity(now, self.options.lifetime)?;
        let (external_id, iat, exp) = (identity.required_id()?, validity.iat(), validity.exp());
        Ok(secret.jwt(&ChatClaims { name, email, external_id, iat, exp })?.with_lifetime(validity.lifetime()))
    }
}

fn help_center_token(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    let (name, email) = name_and_email(identity)?;
    // The token contains neither an id nor an `exp` (Zendesk exchanges it at once). It is refused all the same for a
    // user without an id and after the session's end.
    identity.required_id()?;
    let iat = identity.validity(now, Duration::ZERO)?.iat();
    secret.jwt(&HelpCenterClaims { name, email, iat, jti: random_id()? })
}

fn name_and_email(identity: &Identity) -> Result<(&str, &str), TokenError> {
    let email = identity.required_email()?;
    if !email.is_ascii() {
        return Err(TokenError::UnacceptableEmail);
    }
    Ok((identity.name().unwrap_or(email), email))
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
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(
                include_str!("adapter.min.js"),
                format!("https://static.zdassets.com/ekr/snippet.js?key={}", self.options.app_id),
            )
            .with_settings(self.settings())
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie("__zlcmid")
                    .cookie("__zlcpomid")
                    .storage("ZD-*")
                    .storage("__zlcstore")
                    .global("zESettings.webWidget.authenticate"),
            )
            .with_csp_sources(CspSources::from_policy(POLICY).connect(self.host()).img(self.host()))
            .with_token_names(self.token_names())
            .with_required_token_path()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if self.subdomain.bytes().all(legal) {
            return Ok(());
        }
        let message =
            "zendesk-classic: the subdomain must be the first part of the account's host: `acme` in `acme.zendesk.com`";
        Err(ConfigError::new(ConfigErrorKind::CspSource, message))
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        match (token_name, &self.chat, &self.help_center) {
            (CHAT, Some(secret), _) => self.chat_token(secret, identity, now),
            (HELP_CENTER, _, Some(secret)) => help_center_token(secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    /// The page needs no data. This only finds out whether the token service will be able to create the tokens, by
    /// creating them, because their size is one of the reasons for an error.
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        self.token_names().try_for_each(|name| self.mint(name, identity, now).map(drop))?;
        Ok(BootData::new())
    }
}

#[cfg(test)]
mod tests;
