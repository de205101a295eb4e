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

use serde_json::{Map, Value};

use crate::widget::{hash, prelude::*};

const NAME: &str = "help-scout";
/// Help Scout's list for a Beacon, <https://docs.helpscout.com/article/815-csp-settings-for-beacon>, read in copies of it;
/// without `object-src`, inline styles and the hosts of its error reporting.
const POLICY: &str = "\
    script-src https://beacon-v2.helpscout.net https://d12wqas9hcki3z.cloudfront.net; \
    connect-src https://beaconapi.helpscout.net https://chatapi.helpscout.net wss://chatapi.helpscout.net \
        https://d3hb14vkzrxvla.cloudfront.net https://*.pusher.com wss://*.pusher.com; \
    frame-src https://beacon-v2.helpscout.net; \
    img-src https://d33v4339jhl8k0.cloudfront.net https://*.gravatar.com; \
    font-src https://beacon-v2.helpscout.net; \
    media-src https://beacon-v2.helpscout.net; \
    style-src https://beacon-v2.helpscout.net";

/// What names a person, or has a setter of its own.
const RESERVED: &str = "beaconId name email signature company jobTitle avatar";
/// What no fact may name: the address, and what stands beside it anyway.
const IDENTIFYING: &str = "name email signature";

/// Help Scout's Beacon.
///
/// `identify` gets the e-mail address with its HMAC-SHA256 as `signature`
/// (<https://developer.helpscout.com/beacon-2/web/secure-mode/>). Only the address is proven; all else stands
/// beside it unsigned: the name, the company's name ([`Identity::with_company`]) as `company`, the attributes and the facts
/// of [`Identity::with_unsigned`]. Of these, Help Scout knows `company`, `jobTitle` and `avatar` (an address) by themselves;
/// the others are attributes of its customers
/// (<https://developer.helpscout.com/beacon-2/web/javascript-api/>). The signature never expires: whoever has seen it passes for this address
/// until the Beacon's key is replaced.
///
/// An identity without an e-mail address gets nothing. Signing protects nobody until secure mode is switched on in the
/// Beacon's settings ("Enable cross-device history").
///
/// Logout is `Beacon('logout', { endActiveChat: true })`. Help Scout does not publish the names of what the Beacon
/// keeps in `localStorage`, so nothing can be purged by name; instead, a page that ends a session loads the library for
/// that call alone, without the `init` that would show it. That the library heeds the call before `init` is not
/// confirmed by the vendor.
///
/// A Content-Security-Policy is made to allow the hosts that Help Scout lists for the Beacon
/// (<https://docs.helpscout.com/article/815-csp-settings-for-beacon>). The list was read in copies of it; whether Help Scout
/// has changed it since is not confirmed.
#[derive(Clone, Debug)]
pub struct HelpScout {
    options: Options,
}

impl HelpScout {
    /// A Beacon by its id, with the key that its settings show beside "Enable cross-device history" (Contact).
    pub fn new(beacon_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, beacon_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://beacon-v2.helpscout.net`.");

    setter!(setting, "One more entry of `Beacon('config', ..)`, for appearance (`color`, `mode`).");
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

/// What stands beside the address and the name.
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
