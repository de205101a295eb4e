//! Canny Identify: an HMAC of the user id, handed to `identify`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Canny, TokenError, Widget}};
//!
//! let widget = Canny::new("app-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").email("user@example.com");
//! assert_eq!(widget.mint("canny", &person, 1_700_000_000).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("canny", &Identity::new("user-123"), 1_700_000_000);
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

const NAME: &str = "canny";

/// Canny Identify. The HS256 token of Canny's board widget is another thing and not made here.
///
/// `Canny('identify', ..)` gets the user id with its HMAC-SHA256 (<https://developers.canny.io/install/security>).
/// Canny's documents have moved the hash about, from within `user` to beside it and back; it is handed over in both
/// places, and that Canny ignores the one it does not know is not confirmed. The key is the company's API key: it can
/// do far more than sign, so keep it as such.
///
/// Only the id is proven. E-mail address and name, which Canny's examples call for, stand beside it unsigned; where
/// there is no name the address stands for it, and an identity without an address gets nothing. The hash never expires.
///
/// **Canny documents no logout**, nor what it keeps in the browser. A shutdown removes `window.Canny`. The library
/// stays in the page until the page goes and may still sign the earlier person into links to Canny: it is never told of
/// another person on the same page, who is identified with their next page load; reload the page after a logout by
/// fetch. That no cookie or storage of Canny's outlives the session is not guaranteed.
#[derive(Clone, Debug)]
pub struct Canny {
    app_id: String,
    secret: Secret,
    library_url: Option<String>,
}

impl Canny {
    /// An application by its id, with the company's secret API key.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { app_id: app_id.into(), secret, library_url: None }
    }

    /// Where the library is loaded from. Default: `https://canny.io/sdk.js`.
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

impl Widget for Canny {
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
        Settings::new().with("appID", self.app_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://canny.io/sdk.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("hash", user_hash(&self.secret, identity, now)?)
            .with("id", identity.id())
            .with_some("email", identity.email_address())
            .with_some("name", identity.display_name().or(identity.email_address())))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// The global: nothing else is known.
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new().global("Canny")
    }

    /// No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
    /// loads is the application's to add, by [`WidgetsBuilder::csp_sources`](crate::WidgetsBuilder::csp_sources).
    fn csp_sources(&self) -> CspSources {
        CspSources::new().script(self.library_url().map(|url| library_source(&url)))
    }
}
