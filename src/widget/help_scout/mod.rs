//! Help Scout Beacon in secure mode: an HMAC of the e-mail address, handed to `identify`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{HelpScout, TokenError, Widget}};
//!
//! let widget = HelpScout::new("beacon-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").email("user@example.com");
//! assert_eq!(widget.mint("help-scout", &person, 1_700_000_000).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("help-scout", &Identity::new("user-123"), 1_700_000_000);
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

const NAME: &str = "help-scout";

/// What names a person, or has a setter of its own.
const RESERVED: &[&str] = &["beaconId", "name", "email", "signature", "company", "jobTitle", "avatar"];

/// Help Scout's Beacon.
///
/// `identify` gets the e-mail address with its HMAC-SHA256 as `signature`
/// (<https://developer.helpscout.com/beacon-2/web/secure-mode/>). Only the address is proven; the name stands beside it
/// unsigned, attributes are not passed on. The signature never expires: whoever has seen it passes for this address
/// until the Beacon's key is replaced.
///
/// An identity without an e-mail address gets nothing. Signing protects nobody until secure mode is switched on in the
/// Beacon's settings.
///
/// Logout is `Beacon('logout', { endActiveChat: true })`. Help Scout does not publish the names of what the Beacon
/// keeps in `localStorage`, so nothing can be purged by name; instead, a page that ends a session loads the library for
/// that call alone, without the `init` that would show it. That the library heeds the call before `init` is not
/// confirmed by the vendor.
#[derive(Clone, Debug)]
pub struct HelpScout {
    beacon_id: String,
    secret: Secret,
    library_url: Option<String>,
    settings: Settings,
}

impl HelpScout {
    /// A Beacon by its id, with the key that its settings show (Contact, Support history security).
    pub fn new(beacon_id: impl Into<String>, secret: Secret) -> Self {
        Self { beacon_id: beacon_id.into(), secret, library_url: None, settings: Settings::new() }
    }

    /// Where the library is loaded from. Default: `https://beacon-v2.helpscout.net`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more entry of `Beacon('config', ..)`, for appearance (`color`, `mode`). Default: none.
    ///
    /// What identifies a person is refused by `build()`: it comes from the [`Identity`].
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings = self.settings.with(key, value);
        self
    }
}

impl Widget for HelpScout {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.beacon_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.beacon_id)?;
        self.settings.refuse(NAME, RESERVED)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => hash::of_email(&self.secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        self.settings.clone().with("beaconId", self.beacon_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://beacon-v2.helpscout.net".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("signature", hash::of_email(&self.secret, identity, now)?)
            .with_some("email", identity.email_address())
            .with_some("name", identity.display_name()))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
    /// loads is the application's to add, by [`WidgetsBuilder::csp_sources`](crate::WidgetsBuilder::csp_sources).
    fn csp_sources(&self) -> CspSources {
        CspSources::new().script(self.library_url().map(|url| library_source(&url)))
    }
}
