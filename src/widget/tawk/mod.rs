//! tawk.to in secure mode: an HMAC of the user id, passed to `login`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Tawk, Widget}};
//!
//! let widget = Tawk::new("property1", Secret::new("s3cret")?);
//! let hash = widget.mint("tawk", &Identity::new("123"), SystemTime::now()).unwrap();
//! assert_eq!((hash.as_str().len(), hash.lifetime()), (64, None), "a hash never expires");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{checks::check_app_id, hash, prelude::*};

const NAME: &str = "tawk";
/// Names that settings may not have: each would identify a user, or is a method or callback that the adapter uses.
const RESERVED: &[&str] =
    &["visitor", "login", "logout", "setAttributes", "onLoad", "userId", "hash", "name", "email", "phone"];
/// Names that no unsigned fact may have: they identify the user, or `Identity` has a setter for them.
const RESERVED_FACTS: &[&str] = &["userId", "hash", "name", "email"];

/// tawk.to's chat widget.
///
/// `Tawk_API.login` gets the user id with its HMAC-SHA256 as `hash`: tawk.to's current articles agree on the id
/// (<https://help.tawk.to/article/how-to-set-up-logins-with-a-hash-using-javascript-api>,
/// <https://help.tawk.to/article/how-to-generate-a-hash-for-javascript-api>). Only the older `Tawk_API.visitor`, which
/// this crate does not use, hashes the e-mail address. tawk.to responds to a wrong hash with 401: the widget stays
/// anonymous.
///
/// Only the id is proven; the name and the e-mail address are passed unsigned, and so is the unsigned fact `phone` (in
/// E.164: `+15550100`). Not confirmed: whether `login` accepts more. So the adapter passes no other fact, no company
/// and no attributes. The hash never expires.
///
/// Logout calls `Tawk_API.logout` if the library is on the page or loading, and removes its cookies and its token in
/// `localStorage`. The library is not loaded for a logout, because it would show the widget.
#[derive(Clone, Debug)]
pub struct Tawk {
    options: Options,
    widget_id: String,
}

impl Tawk {
    /// Creates the widget from a property's id and its JavaScript API key.
    ///
    /// The key is under Administration, Overview, secure mode.
    pub fn new(property_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, property_id, secret).with_reserved_settings(RESERVED),
            widget_id: "default".to_owned(),
        }
    }

    setter!(text widget_id, "Sets which of the property's widgets is shown. Default: `default`.");

    setter!(library_url, "Default: `https://embed.tawk.to/<property id>/<widget id>`.");

    setter!(
        setting,
        "Settings are properties of `Tawk_API`, set before the library loads: `customStyle` (`zIndex`, `visibility`), \
         `autoStart` (<https://developer.tawk.to/jsapi>), `embedded`."
    );
}

impl Widget for Tawk {
    fn manifest(&self) -> Manifest {
        // The vendor publishes no list of hosts, so the policy allows only the library's own origin. The application
        // adds what else the widget loads, with `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(
                include_str!("adapter.min.js"),
                format!("https://embed.tawk.to/{}/{}", self.options.app_id, self.widget_id),
            )
            // <https://help.tawk.to/article/what-are-tawkto-cookies-and-what-do-they-do>; more names that begin with
            // `twk_` than the page lists were seen in use, and are not documented.
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie("twk_*")
                    .cookie("tawk_uuid_*")
                    .cookie("TawkConnectionTime")
                    .storage("twk_*")
                    .global("Tawk_API.visitor"),
            )
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_app_id("tawk (widget)", &self.widget_id)
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_id(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("hash", self.mint(NAME, identity, now)?)
            .with("userId", identity.id())
            .with_some("name", identity.name())
            .with_some("email", identity.email())
            .with_some("phone", unsigned_facts(identity, RESERVED_FACTS).remove("phone")))
    }
}

#[cfg(test)]
mod tests;
