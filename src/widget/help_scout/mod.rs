//! Help Scout Beacon in secure mode: an HMAC of the e-mail address, handed to `identify`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{HelpScout, Widget}};
//!
//! let widget = HelpScout::new("beacon-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("help-scout", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("help-scout", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "help-scout";

/// What names a person, or has a setter of its own.
const RESERVED: &str = "beaconId name email signature company jobTitle avatar";

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
    options: Options,
}

impl HelpScout {
    /// A Beacon by its id, with the key that its settings show (Contact, Support history security).
    pub fn new(beacon_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, beacon_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://beacon-v2.helpscout.net`.");

    setter!(setting, "One more entry of `Beacon('config', ..)`, for appearance (`color`, `mode`).");
}

impl Widget for HelpScout {
    fn manifest(&self) -> Manifest {
        // No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
        // loads is the application's to add, by `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(include_str!("adapter.min.js"), "https://beacon-v2.helpscout.net")
            .with_setting("beaconId", self.options.app_id.as_str())
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_email(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("signature", self.mint(NAME, identity, now)?)
            .with_some("email", identity.email())
            .with_some("name", identity.name()))
    }
}

#[cfg(test)]
mod tests;
