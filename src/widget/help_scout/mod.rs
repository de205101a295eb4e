//! Help Scout Beacon in secure mode: an HMAC of the e-mail address, passed to `identify`.
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

use serde_json::{Map, Value};

use crate::widget::{hash, prelude::*};

const NAME: &str = "help-scout";
/// Help Scout's list for a Beacon, <https://docs.helpscout.com/article/815-csp-settings-for-beacon>, read from copies
/// of it; without `object-src`, inline styles and the hosts of its error reporting.
const POLICY: &str = "\
    script-src https://beacon-v2.helpscout.net https://d12wqas9hcki3z.cloudfront.net; \
    connect-src https://beaconapi.helpscout.net https://chatapi.helpscout.net wss://chatapi.helpscout.net \
        https://d3hb14vkzrxvla.cloudfront.net https://*.pusher.com wss://*.pusher.com; \
    frame-src https://beacon-v2.helpscout.net; \
    img-src https://d33v4339jhl8k0.cloudfront.net https://*.gravatar.com; \
    font-src https://beacon-v2.helpscout.net; \
    media-src https://beacon-v2.helpscout.net; \
    style-src https://beacon-v2.helpscout.net";

/// Settings that identify a user, or that this crate sets.
const RESERVED: &[&str] = &["beaconId", "name", "email", "signature", "company", "jobTitle", "avatar"];
/// Names that no fact may have: the address, and what accompanies it anyway.
const IDENTIFYING: &[&str] = &["name", "email", "signature"];

/// Help Scout's Beacon.
///
/// `identify` gets the e-mail address with its HMAC-SHA256 as `signature`
/// (<https://developer.helpscout.com/beacon-2/web/secure-mode/>). Only the address is proven; everything else is passed
/// unsigned: the name, the company's name ([`Identity::with_company`]) as `company`, the attributes and the facts from
/// [`Identity::with_unsigned`]. Of these, Help Scout has fields for `company`, `jobTitle` and `avatar` (an address);
/// the others are attributes of its customers (<https://developer.helpscout.com/beacon-2/web/javascript-api/>). The
/// signature never expires: anyone who has seen it can act as this address until the Beacon's key is replaced.
///
/// An identity without an e-mail address gets no token. Signing protects no user until you switch on secure mode in the
/// Beacon's settings ("Enable cross-device history").
///
/// Logout calls `Beacon('logout', { endActiveChat: true })`. Help Scout does not publish the names of what the Beacon
/// keeps in `localStorage`, so the runtime cannot remove it by name; instead, a page that ends a session loads the
/// library for that call alone, without the `init` that would show it. Not confirmed by the vendor: that the library
/// honours the call before `init`.
///
/// A Content-Security-Policy is changed to allow the hosts that Help Scout lists for the Beacon
/// (<https://docs.helpscout.com/article/815-csp-settings-for-beacon>). The list was read from copies of it. Not
/// confirmed: that Help Scout has not changed it since.
#[derive(Clone, Debug)]
pub struct HelpScout {
    options: Options,
}

impl HelpScout {
    /// Creates a Beacon from its id and the key in its settings.
    ///
    /// The settings (Contact) show the key next to "Enable cross-device history".
    pub fn new(beacon_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, beacon_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://beacon-v2.helpscout.net`.");

    setter!(setting, "Settings are entries of `Beacon('config', ..)`, for appearance (`color`, `mode`).");
}

impl Widget for HelpScout {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://beacon-v2.helpscout.net")
            .with_setting("beaconId", self.options.app_id.as_str())
            .with_csp_sources(CspSources::from_policy(POLICY))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_email(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("signature", self.mint(NAME, identity, now)?)
            .with_some("email", identity.email())
            .with_some("name", identity.name())
            .with_facts("facts", facts(identity)))
    }
}

/// The unsigned facts that accompany the address and the name.
fn facts(identity: &Identity) -> Map<String, Value> {
    let mut facts = unsigned_facts(identity, IDENTIFYING);
    let attributes = CustomClaims::of(identity, IDENTIFYING);
    facts.extend(attributes.iter().map(|(key, value)| (key.clone(), value.clone())));
    let company = identity.company().and_then(Company::name);
    facts.extend(company.map(|name| ("company".to_owned(), name.into())));
    facts
}

#[cfg(test)]
mod tests;
