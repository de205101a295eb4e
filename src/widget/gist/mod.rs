//! Gist (getgist.com): an HMAC of the user id, handed to `identify`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Gist, TokenError, Widget}};
//!
//! let widget = Gist::new("app1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").email("user@example.com");
//! assert_eq!(widget.mint("gist", &person, 1_700_000_000).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("gist", &Identity::new("user-123"), 1_700_000_000);
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use super::{BootData, SessionArtifacts, Settings, Widget, check_app_id, hash};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

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
#[derive(Clone, Debug)]
pub struct Gist {
    app_id: String,
    secret: Secret,
    library_url: Option<String>,
}

impl Gist {
    /// A workspace by its app id, with its identity verification secret.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { app_id: app_id.into(), secret, library_url: None }
    }

    /// Where the library is loaded from. Default: `https://widget.getgist.com`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }
}

fn user_hash(secret: &Secret, identity: &Identity, now: u64) -> Result<Token, TokenError> {
    let hash = hash::of_id(secret, identity, now)?;
    identity.required_email()?;
    Ok(hash)
}

impl Widget for Gist {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.app_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.app_id)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => user_hash(&self.secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        Settings::new().with("appId", self.app_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://widget.getgist.com".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("user_hash", user_hash(&self.secret, identity, now)?)
            .with("user_id", identity.id())
            .with_some("email", identity.email_address())
            .with_some("name", identity.display_name()))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// By the README of `@gistplatform/messenger-js-sdk`, "Deleting cookies".
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new().cookie("gist-*")
    }

    /// No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
    /// loads is the application's to add, by [`WidgetsBuilder::csp_sources`](crate::WidgetsBuilder::csp_sources).
    fn csp_sources(&self) -> CspSources {
        CspSources::new().script(self.library_url().map(|url| library_source(&url)))
    }
}
