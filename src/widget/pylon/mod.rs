//! Pylon: an HMAC of the e-mail address, with a key decoded from hexadecimal digits.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Pylon, Widget}};
//!
//! let widget = Pylon::new("app-1", Secret::from_hex("73336372657421")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("pylon", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("pylon", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "pylon";

/// Settings that identify a user, or that this crate sets.
const RESERVED: &[&str] = &["app_id", "email", "name", "email_hash", "avatar_url", "account_id", "account_external_id"];
/// The unsigned facts that Pylon accepts about a user.
const FACTS: &[&str] = &["avatar_url", "account_id", "account_external_id"];

/// Pylon's chat widget.
///
/// `window.pylon.chat_settings` gets the e-mail address with its HMAC-SHA256 as `email_hash`
/// (<https://docs.usepylon.com/pylon-docs/chat-widget/identity-verification>, "HMAC email hash"). The dashboard shows
/// the secret as hexadecimal digits and the decoded bytes are the key: create it with [`Secret::from_hex`]. With
/// [`Secret::new`] every hash would be wrong, and this crate cannot detect that.
///
/// Only the address is proven; the name (or the address, if there is no name) is passed unsigned, and so are
/// `avatar_url`, and `account_id` (Pylon's id) or `account_external_id` (the application's), from
/// [`Identity::with_unsigned`]; other facts are left out. The company of an identity is not passed automatically: how
/// Pylon treats an account that it does not know is not confirmed. The hash never expires. Without it Pylon hides old
/// conversations. Pylon's page hints at a second way to verify users; it is not confirmed and not used.
///
/// **Pylon documents no logout**, nor what it stores in the browser. A shutdown removes `window.pylon` and
/// `window.Pylon`, and hides the window and the bubble if the library is on the page; it is never loaded for that. What
/// the library has read stays in it until the page unloads, so the adapter passes no other user to it on the same page;
/// that user's widget appears with their next page load. That no cookie or storage entry of Pylon's outlives the
/// session is not guaranteed.
#[derive(Clone, Debug)]
pub struct Pylon {
    options: Options,
}

impl Pylon {
    /// Creates a chat widget from its app id and its identity secret, created with [`Secret::from_hex`].
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(
        library_url,
        "Default: `https://widget.usepylon.com/widget/<app id>`; an account in Pylon's EU region may need \
        another address, which Pylon shows in its install snippet."
    );

    setter!(setting, "Settings are entries of `chat_settings`, for appearance (`primary_color`).");
}

impl Widget for Pylon {
    fn manifest(&self) -> Manifest {
        // The vendor publishes no list of hosts, so the policy allows only the library's own origin. The application
        // adds what else the widget loads, with `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(
                include_str!("adapter.min.js"),
                format!("https://widget.usepylon.com/widget/{}", self.options.app_id),
            )
            .with_setting("app_id", self.options.app_id.as_str())
            // The globals are the only artifacts that are known.
            .with_artifacts(SessionArtifacts::new().global("pylon").global("Pylon"))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_email(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("email_hash", self.mint(NAME, identity, now)?)
            .with_some("email", identity.email())
            .with_some("name", identity.name().or(identity.email()))
            .with_facts("facts", known_facts(identity, FACTS)))
    }
}

#[cfg(test)]
mod tests;
