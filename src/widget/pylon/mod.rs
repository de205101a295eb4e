//! Pylon: an HMAC of the e-mail address, with a key that is decoded from hexadecimal digits.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Pylon, TokenError, Widget}};
//!
//! let widget = Pylon::new("app-1", Secret::from_hex("73336372657421")?);
//! let person = Identity::new("user-123").email("user@example.com");
//! assert_eq!(widget.mint("pylon", &person, 1_700_000_000).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("pylon", &Identity::new("user-123"), 1_700_000_000);
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::Value;

use super::{BootData, SessionArtifacts, Settings, Widget, check_app_id, hash};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "pylon";

/// What names a person, or has a setter of its own.
const RESERVED: &[&str] = &["app_id", "email", "name", "email_hash", "avatar_url", "account_id", "account_external_id"];

/// Pylon's chat widget.
///
/// `window.pylon.chat_settings` gets the e-mail address with its HMAC-SHA256 as `email_hash`
/// (<https://docs.usepylon.com/pylon-docs/chat-widget/identity-verification>, "HMAC email hash"). The dashboard shows
/// the secret as hexadecimal digits and the decoded bytes are the key: make it with [`Secret::from_hex`]. With
/// [`Secret::new`] every hash would be wrong, and nothing here can tell.
///
/// Only the address is proven; the name (the address, where there is no name) stands beside it unsigned. The hash never
/// expires. Without it Pylon hides old conversations. Pylon's page has hints of a second way to verify people; it is
/// not confirmed and not used.
///
/// **Pylon documents no logout**, nor what it keeps in the browser. A shutdown removes `window.pylon` and
/// `window.Pylon`, and hides the window and the bubble if the library is on the page; it is never loaded for that. What
/// the library has read stays in it until the page goes: so it is not told of another person on the same page, whose
/// widget appears with their next page load. That no cookie or storage of Pylon's outlives the session is not
/// guaranteed.
#[derive(Clone, Debug)]
pub struct Pylon {
    app_id: String,
    secret: Secret,
    library_url: Option<String>,
    settings: Settings,
}

impl Pylon {
    /// A chat widget by its app id, with its identity secret, made by [`Secret::from_hex`].
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { app_id: app_id.into(), secret, library_url: None, settings: Settings::new() }
    }

    /// Where the library is loaded from. Default: `https://widget.usepylon.com/widget/<app id>`; an account in Pylon's
    /// EU region may need another, which Pylon shows in its install snippet.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more entry of `chat_settings`, for appearance (`primary_color`). Default: none.
    ///
    /// What identifies a person is refused by `build()`: it comes from the [`Identity`].
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings = self.settings.with(key, value);
        self
    }
}

impl Widget for Pylon {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.app_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.app_id)?;
        self.settings.refuse(NAME, RESERVED)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => hash::of_email(&self.secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        self.settings.clone().with("app_id", self.app_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || format!("https://widget.usepylon.com/widget/{}", self.app_id);
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("email_hash", hash::of_email(&self.secret, identity, now)?)
            .with_some("email", identity.email_address())
            .with_some("name", identity.display_name().or(identity.email_address())))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// The globals: nothing else is known.
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new().global("pylon").global("Pylon")
    }

    /// No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
    /// loads is the application's to add, by [`WidgetsBuilder::csp_sources`](crate::WidgetsBuilder::csp_sources).
    fn csp_sources(&self) -> CspSources {
        CspSources::new().script(self.library_url().map(|url| library_source(&url)))
    }
}
