//! Pylon: an HMAC of the e-mail address, with a key that is decoded from hexadecimal digits.
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

/// What names a person, or has a setter of its own.
const RESERVED: &str = "app_id email name email_hash avatar_url account_id account_external_id";
/// The unsigned facts that Pylon knows of a person.
const FACTS: &str = "avatar_url account_id account_external_id";

/// Pylon's chat widget.
///
/// `window.pylon.chat_settings` gets the e-mail address with its HMAC-SHA256 as `email_hash`
/// (<https://docs.usepylon.com/pylon-docs/chat-widget/identity-verification>, "HMAC email hash"). The dashboard shows
/// the secret as hexadecimal digits and the decoded bytes are the key: make it with [`Secret::from_hex`]. With
/// [`Secret::new`] every hash would be wrong, and nothing here can tell.
///
/// Only the address is proven; the name (the address, where there is no name) stands beside it unsigned, and so do
/// `avatar_url`, and `account_id` (Pylon's id) or `account_external_id` (the application's), by
/// [`Identity::with_unsigned`]; other facts are left out. The company of an identity is not passed on by itself: what Pylon makes
/// of an account that it does not know is not confirmed. The hash never expires. Without it Pylon hides old conversations. Pylon's page has hints of a second way to verify people; it is
/// not confirmed and not used.
///
/// **Pylon documents no logout**, nor what it keeps in the browser. A shutdown removes `window.pylon` and
/// `window.Pylon`, and hides the window and the bubble if the library is on the page; it is never loaded for that. What
/// the library has read stays in it until the page goes: so it is not told of another person on the same page, whose
/// widget appears with their next page load. That no cookie or storage of Pylon's outlives the session is not
/// guaranteed.
#[derive(Clone, Debug)]
pub struct Pylon {
    options: Options,
}

impl Pylon {
    /// A chat widget by its app id, with its identity secret, made by [`Secret::from_hex`].
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(
        library_url,
        "Default: `https://widget.usepylon.com/widget/<app id>`; an account in Pylon's EU region may need another, which Pylon shows in its install snippet."
    );

    setter!(setting, "One more entry of `chat_settings`, for appearance (`primary_color`).");
}

impl Widget for Pylon {
    fn manifest(&self) -> Manifest {
        // No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
        // loads is the application's to add, by `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(
                include_str!("adapter.min.js"),
                format!("https://widget.usepylon.com/widget/{}", self.options.app_id),
            )
            .with_setting("app_id", self.options.app_id.as_str())
            // The globals: nothing else is known.
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
