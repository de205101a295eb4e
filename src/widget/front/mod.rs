//! Front Chat: an HMAC of the e-mail address, handed to `init`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Front, TokenError, Widget}};
//!
//! let widget = Front::new("chat-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").email("user@example.com");
//! assert_eq!(widget.mint("front", &person, 1_700_000_000).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("front", &Identity::new("user-123"), 1_700_000_000);
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::Value;

use super::{BootData, Settings, Widget, check_app_id, hash};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "front";

/// What names a person, or has a setter of its own.
const RESERVED: &[&str] = &["chatId", "email", "name", "userHash", "userId", "contact"];

/// Front Chat.
///
/// `FrontChat('init', ..)` gets the e-mail address with its HMAC-SHA256 as `userHash`
/// (<https://dev.frontapp.com/docs/identify-users>). Only the address is proven, nothing else is passed on, and the
/// hash never expires. An identity without an e-mail address gets nothing.
///
/// Logout is `FrontChat('shutdown', { clearSession: true })`; without the flag Front's session cookies stay
/// (<https://dev.frontapp.com/changelog/chat-sdk-clear-session-when-shutting-down-chat-widget>). Front does not publish
/// their names, so they cannot be purged by name; instead, a page that ends a session loads the library for that call
/// alone, without the `init` that would show it. That the library heeds the call before `init` is not confirmed by the
/// vendor.
#[derive(Clone, Debug)]
pub struct Front {
    chat_id: String,
    secret: Secret,
    library_url: Option<String>,
    settings: Settings,
}

impl Front {
    /// A chat by its id, with the verification secret of its settings.
    pub fn new(chat_id: impl Into<String>, secret: Secret) -> Self {
        Self { chat_id: chat_id.into(), secret, library_url: None, settings: Settings::new() }
    }

    /// Where the library is loaded from. Default: `https://chat-assets.frontapp.com/v1/chat.bundle.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more option of `FrontChat('init', ..)`, for appearance (`useDefaultLauncher`, which is `true` otherwise).
    /// Default: none.
    ///
    /// What identifies a person is refused by `build()`: it comes from the [`Identity`].
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings = self.settings.with(key, value);
        self
    }
}

impl Widget for Front {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.chat_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.chat_id)?;
        self.settings.refuse(NAME, RESERVED)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => hash::of_email(&self.secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        self.settings.clone().with("chatId", self.chat_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://chat-assets.frontapp.com/v1/chat.bundle.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("userHash", hash::of_email(&self.secret, identity, now)?)
            .with_some("email", identity.email_address()))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// <https://dev.frontapp.com/docs/content-security-policy>, for all regions, without the hosts of its error
    /// reporting, which the page calls optional, and without `blob:`, which is the application's to decide.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new()
            .script(library)
            .script(["https://chat-assets.frontapp.com"])
            .connect([
                "https://chat-assets.frontapp.com",
                "https://chat.frontapp.com",
                "https://us-west-1-chat-server.frontapp.com",
                "https://us-west-2-chat-server.frontapp.com",
                "https://eu-west-1-chat-server.frontapp.com",
                "wss://front-us-realtime.ably.io",
                "wss://front-eu-realtime.ably.io",
                "https://chat-webhook.frontapp.com",
            ])
            .img(["https://chat.frontapp.com", "https://chat-assets.frontusercontent.com"])
    }
}
