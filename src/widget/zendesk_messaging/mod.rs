//! Zendesk Messaging: an HS256 JWT that names its key, fetched by the widget itself.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{Widget, ZendeskMessaging}};
//!
//! let zendesk = ZendeskMessaging::new("snippet-key", Secret::new("s3cret")?.with_key_id("app_64b1"));
//! assert!(zendesk.check().is_ok());
//! assert!(zendesk.manifest().requires_token_path(), "the widget asks for a fresh token on each call");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::prelude::*;

const NAME: &str = "zendesk-messaging";
/// The hosts that Zendesk lists, under each directive for which they can matter, without the schemes and
/// `'unsafe-inline'`: those are for the application to decide
/// (<https://developer.zendesk.com/embeddables/docs/widget/csp>).
const POLICY: &str = "\
    script-src https://static.zdassets.com https://ekr.zdassets.com; \
    connect-src https://static.zdassets.com https://ekr.zdassets.com https://ekr.zendesk.com \
        https://*.zendesk.com wss://*.zendesk.com https://api.smooch.io wss://api.smooch.io \
        https://media.smooch.io https://zendesk-eu.my.sentry.io https://*.twilio.com \
        wss://voice-js.roaming.twilio.com; \
    frame-src https://static.zdassets.com; \
    img-src https://static.zdassets.com https://accounts.zendesk.com https://media.smooch.io \
        https://*.zdusercontent.com; \
    font-src https://static.zdassets.com; \
    media-src https://static.zdassets.com https://media.smooch.io";
/// Names that settings may not have: the claims of the token about the user.
const RESERVED: &[&str] = &["scope", "external_id", "name", "email", "email_verified"];
const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);
const LONGEST_ID: usize = 255;

/// Zendesk's web widget for messaging, the successor of the Classic one.
///
/// The account decides which of the two the snippet loads: see [`ZendeskClassic`](super::ZendeskClassic) for the other.
///
/// Signs `scope` (`user`), `external_id`, `name`, `email`, `email_verified` and `exp` as an HS256 JWT whose header
/// names the key (<https://support.zendesk.com/hc/en-us/articles/4411666638746>). The widget asks for a token at login
/// and whenever a session is resumed or has expired, so the page needs the token path and no page contains a token.
///
/// `external_id` is the id: a string of at most 255 characters, unique in the whole account, that never changes. If an
/// e-mail address already belongs to another `external_id`, Zendesk rejects the token, and the chat continues **without
/// an identity**; the browser's console shows the reason. What an anonymous visitor wrote before is merged into the
/// user at login.
///
/// Logout calls `zE('messenger', 'logoutUser')`. Zendesk does not publish the names of what it stores in the browser.
/// In `localStorage` and in `sessionStorage` (which it uses if the account forgets the history) these are removed:
/// `ZD-*`, and the integration's session, `<integration id>.appUserId`, `.sessionToken` and `.clientId`. Those names,
/// and that the id consists of 24 hexadecimal digits, were seen in other people's code. Not confirmed: that the current
/// build uses them. A login without a logout leaves `ZD-*` and `<integration id>.clientId` to the next user.
#[derive(Clone, Debug)]
pub struct ZendeskMessaging {
    options: Options,
    email_verified: bool,
}

impl ZendeskMessaging {
    /// Creates the widget from its snippet key and a signing key of the Admin Center.
    ///
    /// The signing key (Messaging, End user authentication) must have its [id](Secret::with_key_id), like `app_64b1..`.
    pub fn new(key: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, key, secret)
                .with_lifetime(TEN_MINUTES)
                .with_reserved_settings(RESERVED)
                .with_required_key_id(),
            email_verified: true,
        }
    }

    setter!(lifetime, "At most 31 days. Default: ten minutes; Zendesk documents no limit.");

    /// Sets the claim `email_verified`. Default: `true`, which [`Identity::with_email`] requires.
    ///
    /// It says whether the application has verified the e-mail addresses.
    #[must_use]
    pub fn email_verified(mut self, verified: bool) -> Self {
        self.email_verified = verified;
        self
    }

    setter!(library_url, "Default: `https://static.zdassets.com/ekr/snippet.js?key=<key>`.");

    setter!(
        setting,
        "Settings are passed with `zE('messenger:set', key, value)`: `locale`, `zIndex`, `cookies` (`all`, \
        `functional`, `none`), `conversationFields`, `conversationTags`, `customization` \
        (<https://developer.zendesk.com/api-reference/widget-messaging/web/core>). With `cookies` set to \
        `none`, the widget is hidden."
    );

    fn id_and_validity<'a>(&self, identity: &'a Identity, now: SystemTime) -> Result<(&'a str, Validity), TokenError> {
        let id = identity.required_id()?;
        if id.chars().count() > LONGEST_ID {
            return Err(TokenError::UnacceptableId);
        }
        Ok((id, identity.validity(now, self.options.lifetime)?))
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

fn artifacts() -> SessionArtifacts {
    let names = ["ZD-*", "#.appUserId", "#.sessionToken", "#.clientId"];
    names.into_iter().fold(SessionArtifacts::new(), |all, name| all.storage(name).session_storage(name))
}

impl Widget for ZendeskMessaging {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(
                include_str!("adapter.min.js"),
                format!("https://static.zdassets.com/ekr/snippet.js?key={}", self.options.app_id),
            )
            .with_artifacts(artifacts())
            .with_csp_sources(CspSources::from_policy(POLICY))
            .with_required_token_path()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let (external_id, validity) = self.id_and_validity(identity, now)?;
        let email = identity.email();
        let email_verified = email.map(|_| self.email_verified);
        let claims =
            Claims { scope: "user", external_id, name: identity.name(), email, email_verified, exp: validity.exp() };
        self.options.jwt(&claims, &validity)
    }

    /// The page needs no data. This only finds out whether the token service will be able to create tokens for the
    /// user.
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        self.id_and_validity(identity, now)?;
        Ok(BootData::new())
    }
}

#[cfg(test)]
mod tests;
