//! __Type__: an HS256 JWT handed to fill me in: which call.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, widget::{__Type__, Widget}};
//!
//! let widget = __Type__::new("app-1", Secret::new("s3cret")?);
//! let token = widget.mint("__name__", &Identity::new("user-123"), SystemTime::now()).unwrap();
//! assert_eq!(token.as_str().split('.').count(), 3);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::prelude::*;

const NAME: &str = "__name__";

/// Names that settings may not take: what identifies a user, and what has a setter.
// fill me in: every name by which the library would take an identity or the app id.
const RESERVED: &[&str] = &["appId", "token"];

/// fill me in: the vendor's name for its widget.
///
/// fill me in: what is signed and how it is handed over, with the vendor's page (<https://fill-me-in.example>); how long
/// a token lives; what a logout does and what a session leaves in the browser; what the vendor has not confirmed.
#[derive(Clone, Debug)]
pub struct __Type__ {
    options: Options,
}

impl __Type__ {
    /// An application by its id, with fill me in: where the vendor shows the secret.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(lifetime, "At most 31 days. Default: one hour. fill me in: the vendor's limit.");

    setter!(library_url, "Default: `https://fill-me-in.example/library.js`.");

    setter!(setting, "One more option of fill me in: which call.");
}

// fill me in: the claims that the vendor wants.
#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    iat: u64,
    exp: u64,
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

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims { sub: identity.required_id()?, iat: validity.iat(), exp: validity.exp() };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
