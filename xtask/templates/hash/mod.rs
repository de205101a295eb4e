//! __Type__: an HMAC of the user id, handed to fill me in: which call.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, widget::{__Type__, Widget}};
//!
//! let widget = __Type__::new("app-1", Secret::new("s3cret")?);
//! assert_eq!(widget.mint("__name__", &Identity::new("user-123"), SystemTime::now()).unwrap().as_str().len(), 64);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "__name__";

/// Names that settings may not take: what identifies a user, and what has a setter.
// fill me in: every name by which the library would take an identity or the app id.
const RESERVED: &[&str] = &["appId", "userId", "userHash"];

/// fill me in: the vendor's name for its widget.
///
/// fill me in: what is hashed and how it is handed over, with the vendor's page (<https://fill-me-in.example>); what stands
/// beside the hash unsigned; what a logout does and what a session leaves in the browser; what the vendor has not
/// confirmed.
#[derive(Clone, Debug)]
pub struct __Type__ {
    options: Options,
}

impl __Type__ {
    /// An application by its id, with fill me in: where the vendor shows the secret.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://fill-me-in.example/library.js`.");

    setter!(setting, "One more option of fill me in: which call.");
}

impl Widget for __Type__ {
    fn manifest(&self) -> Manifest {
        // fill me in: the vendor's hosts for a Content-Security-Policy (`with_csp_sources`), and what a session leaves in
        // cookies, storage and globals (`with_artifacts`).
        self.options
            .manifest(include_str!("adapter.min.js"), "https://fill-me-in.example/library.js")
            .with_setting("appId", self.options.app_id.as_str())
    }

    secret_and_check!();

    // fill me in: which fact the vendor hashes (`hash::of_email` for the e-mail address).
    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_id(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("userHash", self.mint(NAME, identity, now)?).with("userId", identity.id()))
    }
}

#[cfg(test)]
mod tests;
