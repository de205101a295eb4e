//! Front Chat: an HMAC of the e-mail address, passed to `init`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Front, Widget}};
//!
//! let widget = Front::new("chat-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("front", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("front", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "front";
/// <https://dev.frontapp.com/docs/content-security-policy>, for all regions, without the hosts for error reporting,
/// which the page calls optional, and without `blob:`, which is for the application to decide.
const POLICY: &str = "\
    script-src https://chat-assets.frontapp.com; \
    connect-src https://chat-assets.frontapp.com https://chat.frontapp.com \
        https://us-west-1-chat-server.frontapp.com https://us-west-2-chat-server.frontapp.com \
        https://eu-west-1-chat-server.frontapp.com wss://front-us-realtime.ably.io \
        wss://front-eu-realtime.ably.io https://chat-webhook.frontapp.com; \
    img-src https://chat.frontapp.com https://chat-assets.frontusercontent.com";

/// Settings that identify a user, or that this crate sets.
const RESERVED: &[&str] = &["chatId", "email", "name", "userHash", "userId", "contact"];

/// Front Chat.
///
/// `FrontChat('init', ..)` gets the e-mail address with its HMAC-SHA256 as `userHash`
/// (<https://dev.frontapp.com/docs/identify-users>). Only the address is proven, nothing else is passed, and the hash
/// never expires. An identity without an e-mail address gets no token.
///
/// Logout calls `FrontChat('shutdown', { clearSession: true })`; without the flag, Front's session cookies stay
/// (<https://dev.frontapp.com/changelog/chat-sdk-clear-session-when-shutting-down-chat-widget>). Front does not publish
/// their names, so the runtime cannot remove them; instead, a page that ends a session loads the library for that call
/// alone, without the `init` that would show it. Not confirmed by the vendor: that the library honours the call before
/// `init`.
#[derive(Clone, Debug)]
pub struct Front {
    options: Options,
}

impl Front {
    /// Creates a chat from its id and the verification secret in its settings.
    pub fn new(chat_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, chat_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://chat-assets.frontapp.com/v1/chat.bundle.js`.");

    setter!(
        setting,
        "Settings are options of `FrontChat('init', ..)`, for appearance (`useDefaultLauncher`; default: `true`)."
    );
}

impl Widget for Front {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://chat-assets.frontapp.com/v1/chat.bundle.js")
            .with_setting("chatId", self.options.app_id.as_str())
            .with_csp_sources(CspSources::from_policy(POLICY))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_email(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("userHash", self.mint(NAME, identity, now)?).with_some("email", identity.email()))
    }
}

#[cfg(test)]
mod tests;
