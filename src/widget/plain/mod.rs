//! Plain: an HMAC of the e-mail address, among the `customerDetails` of `init`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Plain, TokenError, Widget}};
//!
//! let widget = Plain::new("liveChatApp_1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").email("user@example.com");
//! assert_eq!(widget.mint("plain", &person, 1_700_000_000).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("plain", &Identity::new("user-123"), 1_700_000_000);
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

const NAME: &str = "plain";

/// What names a person, or has a setter of its own.
const RESERVED: &[&str] = &["appId", "customerDetails", "email", "emailHash", "fullName", "externalId"];

/// Plain's chat widget.
///
/// `Plain.init` gets the e-mail address with its HMAC-SHA256 as `emailHash`
/// (<https://www.plain.com/docs/chat/authentication.md>). Only the address is proven; the full name stands beside it
/// unsigned. `externalId` would be no better, and is not passed on. The hash never expires. An identity without an
/// e-mail address gets nothing.
///
/// **Plain documents no logout for its widget**, nor what it keeps in the browser. A shutdown closes the window, hides
/// the launcher (`Plain.update`, seen in use, not confirmed) and removes `window.Plain`, so that no button of the page
/// opens the conversation again; the library is never loaded for that. What it was told stays in it until the page
/// goes: so it is not told of another person on the same page, whose widget appears with their next page load. That no
/// cookie or storage of Plain's outlives the session is not guaranteed.
#[derive(Clone, Debug)]
pub struct Plain {
    app_id: String,
    secret: Secret,
    library_url: Option<String>,
    settings: Settings,
}

impl Plain {
    /// A chat by its app id, with the secret of its settings page.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { app_id: app_id.into(), secret, library_url: None, settings: Settings::new() }
    }

    /// Where the library is loaded from. Default: `https://chat.cdn-plain.com/index.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more option of `Plain.init`, for appearance (`theme`, `hideLauncher`, `requireAuthentication`). Default:
    /// none.
    ///
    /// What identifies a person is refused by `build()`: it comes from the [`Identity`].
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings = self.settings.with(key, value);
        self
    }
}

impl Widget for Plain {
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
        self.settings.clone().with("appId", self.app_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://chat.cdn-plain.com/index.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("emailHash", hash::of_email(&self.secret, identity, now)?)
            .with_some("email", identity.email_address())
            .with_some("fullName", identity.display_name()))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// The global: nothing else is known.
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new().global("Plain")
    }

    /// No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
    /// loads is the application's to add, by [`WidgetsBuilder::csp_sources`](crate::WidgetsBuilder::csp_sources).
    fn csp_sources(&self) -> CspSources {
        CspSources::new().script(self.library_url().map(|url| library_source(&url)))
    }
}
