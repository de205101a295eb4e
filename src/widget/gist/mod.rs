//! Gist (getgist.com): an HMAC of the user id, handed to `identify`.
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
/// `gist.identify` gets the user id with its HMAC-SHA256 as `user_hash`: seen in code, modelled on Intercom's. That
/// Gist checks the id and not the e-mail address where both are there is not confirmed by the vendor.
///
/// Only the id is proven. The e-mail address, which Gist calls mandatory for signed-in people
/// (<https://docs.getgist.com/article/28-the-gist-javascript-api>), and the name stand beside it unsigned; an identity
/// without an address gets nothing. Attributes are not passed on. The hash never expires.
///
/// Logout is `gist.chat('shutdown')` and the removal of the cookies, whose names all begin with `gist-`, the vendor's
/// own advice where its library is not on the page; so the library is not loaded for a logout.
///
/// No settings of Gist's own are known that a page could give it: the workspace has them.
#[derive(Clone, Debug)]
pub struct Gist {
    options: Options,
}

impl Gist {
    /// A workspace by its app id, with its identity verification secret.
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
        // No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
        // loads is the application's to add, by `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(include_str!("adapter.min.js"), "https://widget.getgist.com")
            .with_setting("appId", self.options.app_id.as_str())
            // By the README of `@gistplatform/messenger-js-sdk`, "Deleting cookies".
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
