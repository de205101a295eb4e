//! Gist (getgist.com): an HMAC of the user id, passed to `identify`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Gist, Widget}};
//!
//! let widget = Gist::new("app1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("gist", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("gist", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "gist";

/// Gist's messenger (getgist.com).
///
/// `gist.identify` gets the user id with its HMAC-SHA256 as `user_hash`, which is from code and modelled on Intercom's.
/// Not confirmed by the vendor: that Gist checks the id and not the e-mail address if it has both.
///
/// Only the id is proven. The e-mail address, which Gist calls mandatory for signed-in users
/// (<https://docs.getgist.com/article/28-the-gist-javascript-api>), and the name are passed unsigned; an identity
/// without an address gets no token. Attributes are not passed. The hash never expires.
///
/// Logout calls `gist.chat('shutdown')` and removes the cookies, whose names all begin with `gist-`. The vendor itself
/// recommends this removal if its library is not on the page, so the library is not loaded for a logout.
///
/// The type has no setter for settings: no settings are known that a page could give Gist, because the workspace holds
/// them.
#[derive(Clone, Debug)]
pub struct Gist {
    options: Options,
}

impl Gist {
    /// Creates the widget from a workspace's app id and its identity verification secret.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret) }
    }

    setter!(library_url, "Default: `https://widget.getgist.com`.");
}

fn user_hash(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    let hash = hash::of_id(secret, identity, now)?;
    identity.required_email()?;
    Ok(hash)
}

impl Widget for Gist {
    fn manifest(&self) -> Manifest {
        // The vendor publishes no list of hosts, so the policy allows only the library's own origin. The application
        // adds what else the widget loads, with `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(include_str!("adapter.min.js"), "https://widget.getgist.com")
            .with_setting("appId", self.options.app_id.as_str())
            // The pattern is from the README of `@gistplatform/messenger-js-sdk`, "Deleting cookies".
            .with_artifacts(SessionArtifacts::new().cookie("gist-*"))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        user_hash(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("user_hash", user_hash(&self.options.secret, identity, now)?)
            .with("user_id", identity.id())
            .with_some("email", identity.email())
            .with_some("name", identity.name()))
    }
}

#[cfg(test)]
mod tests;
