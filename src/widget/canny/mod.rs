//! Canny Identify: an HMAC of the user id, passed to `identify`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Canny, Widget}};
//!
//! let widget = Canny::new("app-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("canny", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("canny", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "canny";

/// Settings that identify a user or that this crate sets.
const RESERVED: &[&str] = &["appID", "user", "hash", "id", "email", "name", "ssoToken"];

/// Canny Identify.
///
/// The HS256 token of Canny's board widget is a different thing, which this crate does not create.
///
/// `Canny('identify', ..)` gets the user id with its HMAC-SHA256 (<https://developers.canny.io/install/security>).
/// Canny's documentation has shown the hash inside `user`, then next to it, then inside again. The adapter passes it in
/// both places. Not confirmed: that Canny ignores the one that it does not use. The key is the company's API key: it
/// can do far more than sign, so protect it accordingly.
///
/// Only the id is proven. The e-mail address and the name, which Canny's examples require, are passed unsigned; the
/// address replaces a missing name, and an identity without an address gets no token. The hash never expires.
///
/// **Canny documents no logout**, nor what it stores in the browser. A shutdown removes `window.Canny`. The library
/// stays in the page until the page unloads and may still sign the earlier user into links to Canny. The adapter never
/// passes another user to it on the same page: that user is identified on their next page load. Reload the page after a
/// logout by fetch. That no cookie or storage entry of Canny's outlives the session is not guaranteed.
#[derive(Clone, Debug)]
pub struct Canny {
    options: Options,
}

impl Canny {
    /// Creates the widget from an application id and the company's secret API key.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://canny.io/sdk.js`.");

    setter!(
        setting,
        "Settings are options of `Canny('identify', ..)`, next to `appID` and `user`. Which ones Canny accepts is not \
        confirmed."
    );
}

fn user_hash(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    let hash = hash::of_id(secret, identity, now)?;
    identity.required_email()?;
    Ok(hash)
}

impl Widget for Canny {
    fn manifest(&self) -> Manifest {
        // The vendor publishes no list of hosts, so the policy allows only the library's own origin. The application
        // adds what else the widget loads, with `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(include_str!("adapter.min.js"), "https://canny.io/sdk.js")
            .with_setting("appID", self.options.app_id.as_str())
            // The global is the only artifact that is known.
            .with_artifacts(SessionArtifacts::new().global("Canny"))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        user_hash(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("hash", user_hash(&self.options.secret, identity, now)?)
            .with("id", identity.id())
            .with_some("email", identity.email())
            .with_some("name", identity.name().or(identity.email())))
    }
}

#[cfg(test)]
mod tests;
