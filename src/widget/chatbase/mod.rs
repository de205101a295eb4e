//! Chatbase: an HS256 JWT passed to `identify`.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Chatbase, Widget}};
//!
//! let chatbase = Chatbase::new("agent-1", Secret::new("s3cret")?);
//! let token = chatbase.mint("chatbase", &Identity::new("user-123"), SystemTime::now()).unwrap();
//! assert_eq!(token.lifetime(), Some(Duration::from_secs(3_600)));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::Value;

use crate::widget::prelude::*;

const NAME: &str = "chatbase";
/// Chatbase's own host.
const DOMAIN: &str = "www.chatbase.co";

/// Names that attributes may not have: claims, and what identifies a user without a token.
const RESERVED: &[&str] =
    &["user_id", "email", "name", "user_hash", "token", "phonenumber", "stripe_accounts", "custom_attributes"];
/// Attributes that are claims with these names.
const PHONE_NUMBER: &str = "phonenumber";
const STRIPE_ACCOUNTS: &str = "stripe_accounts";

/// Names that settings may not have: what identifies a user, what identifies the agent, and what has a setter.
const RESERVED_SETTINGS: &[&str] = &[
    "id",
    "domain",
    "chatbotId",
    "user_id",
    "email",
    "name",
    "user_hash",
    "token",
    "phonenumber",
    "custom_attributes",
];

/// Chatbase's chat widget.
///
/// Signs `user_id`, `email`, `name`, the attributes and `exp` as an HS256 JWT, passed to `chatbase('identify', ..)`
/// (<https://chatbase.co/docs/developer-guides/identity-verification>). The attributes `phonenumber` (a string) and
/// `stripe_accounts` (a list of `{"label": .., "stripe_id": ..}`) are separate claims; all others are in
/// `custom_attributes`, except those that have the name of a claim.
///
/// Logout calls `resetUser`, then `resetChat`, because the conversation belongs to the user too. Both are documented.
/// Chatbase publishes neither what it stores in the browser, so the runtime has no names to remove, nor which hosts a
/// Content-Security-Policy must allow: only the library's host is known.
#[derive(Clone, Debug)]
pub struct Chatbase {
    options: Options,
    domain: String,
}

impl Chatbase {
    /// Creates the widget from an agent's id and its verification secret.
    pub fn new(agent_id: impl Into<String>, secret: Secret) -> Self {
        let options = Options::new(NAME, agent_id, secret).with_reserved_settings(RESERVED_SETTINGS);
        Self { options, domain: DOMAIN.to_owned() }
    }

    /// Sets the account's custom domain, a host like `chat.example.com`. Default: `www.chatbase.co`.
    ///
    /// The library comes from this host, unless [`library_url`](Self::library_url) says otherwise, and gets its name. A
    /// Content-Security-Policy allows connections and frames for the custom domain and for Chatbase's own host: whether
    /// a widget with a custom domain still needs the latter is not confirmed.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = domain.into();
        self
    }

    setter!(lifetime, "At most 31 days. Default: one hour; Chatbase documents no limit.");

    setter!(library_url, "Default: `https://<domain>/embed.min.js`.");

    setter!(
        setting,
        "Settings are entries of `window.chatbaseConfig`, for appearance (`showFloatingInitialMessages`, \
        `floatingInitialMessagesDelay`). Which entries Chatbase accepts is not confirmed."
    );

    fn check_domain(&self) -> Result<(), ConfigError> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        if self.domain.starts_with(|first: char| first.is_ascii_alphanumeric()) && self.domain.bytes().all(legal) {
            return Ok(());
        }
        let message = format!("{NAME}: the domain must be a host like `chat.example.com`, without a scheme or a path");
        Err(ConfigError::new(ConfigErrorKind::CspSource, message))
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phonenumber: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stripe_accounts: Option<&'a Value>,
    #[serde(skip_serializing_if = "CustomClaims::is_empty")]
    custom_attributes: CustomClaims<'a>,
    exp: u64,
}

impl Widget for Chatbase {
    fn manifest(&self) -> Manifest {
        let hosts = [self.domain.as_str(), DOMAIN].map(|host| format!("https://{host}"));
        self.options
            .manifest(include_str!("adapter.min.js"), format!("https://{}/embed.min.js", self.domain))
            .with_setting("id", self.options.app_id.as_str())
            .with_setting("domain", self.domain.as_str())
            // Chatbase publishes no list. The library's host is known, and so is the host that the library gets by
            // name.
            .with_csp_sources(CspSources::new().connect(hosts.clone()).frame(hosts))
            .with_library_connections()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        self.check_domain()
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            user_id: identity.required_id()?,
            email: identity.email(),
            name: identity.name(),
            phonenumber: identity.attributes().get(PHONE_NUMBER),
            stripe_accounts: identity.attributes().get(STRIPE_ACCOUNTS),
            custom_attributes: CustomClaims::of(identity, RESERVED),
            exp: validity.exp(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
