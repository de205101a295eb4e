//! tawk.to in secure mode: an HMAC of the user id, handed to `login`.
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
/// Names that no setting may have: each would identify a person, or is a method or callback that the adapter uses.
const RESERVED: &str = "visitor login logout setAttributes onLoad userId hash name email phone";
/// What no unsigned fact may say: it names the person, or has a setter of the identity.
const RESERVED_FACTS: &str = "userId hash name email";

/// tawk.to's chat widget.
///
/// `Tawk_API.login` gets the user id with its HMAC-SHA256 as `hash`: tawk.to's current articles agree on the id
/// (<https://help.tawk.to/article/how-to-set-up-logins-with-a-hash-using-javascript-api>,
/// <https://help.tawk.to/article/how-to-generate-a-hash-for-javascript-api>). Only the older `Tawk_API.visitor`, which
/// is not used here, hashes the e-mail address. tawk.to answers a wrong hash with 401: the widget stays anonymous.
///
/// Only the id is proven; name and e-mail address stand beside it unsigned, and so does the unsigned fact `phone` (in
/// E.164: `+15550100`). Whether `login` takes more is not confirmed, so the adapter passes on no other fact, no company
/// and no attributes. The hash never expires.
///
/// Logout is `Tawk_API.logout` where the library is on the page or on its way, and the removal of its cookies and its
/// token in `localStorage`. The library is not loaded for a logout, for it would show the widget.
#[derive(Clone, Debug)]
pub struct Tawk {
    options: Options,
    widget_id: String,
}

impl Tawk {
    /// A property by its id, with its JavaScript API key (Administration, Overview, secure mode).
    pub fn new(property_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, property_id, secret).with_reserved_settings(RESERVED),
            widget_id: "default".to_owned(),
        }
    }

    setter!(text widget_id, "Which of the property's widgets is shown. Default: `default`.");

    setter!(library_url, "Default: `https://embed.tawk.to/<property id>/<widget id>`.");

    setter!(
        setting,
        "One more property of `Tawk_API`, set before the library is loaded: `customStyle` (`zIndex`, `visibility`), \
         `autoStart` (<https://developer.tawk.to/jsapi>), `embedded`."
    );
}

impl Widget for Tawk {
    fn manifest(&self) -> Manifest {
        // No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
        // loads is the application's to add, by `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(
                include_str!("adapter.min.js"),
                format!("https://embed.tawk.to/{}/{}", self.options.app_id, self.widget_id),
            )
            // <https://help.tawk.to/article/what-are-tawkto-cookies-and-what-do-they-do>; that names beginning with `twk_`
            // stand for more than the page lists was seen in use and is not documented.
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
