//! Gleap: an HMAC of the user id, handed to `identify`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Gleap, Widget}};
//!
//! let widget = Gleap::new("sdkKey1", Secret::new("s3cret")?);
//! let hash = widget.mint("gleap", &Identity::new("123"), 1_700_000_000).unwrap();
//! assert_eq!((hash.as_str().len(), hash.lifetime()), (64, None), "a hash never expires");
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

const NAME: &str = "gleap";
const HOSTS: &str = "https://*.gleap.io";

/// Gleap's widget.
///
/// `Gleap.identify` gets the user id, a string, with its HMAC-SHA256 (seen in gleap 16.4.0). Only the id is proven; name
/// and e-mail address stand beside it unsigned, attributes are not passed on. The hash never expires. Gleap skips an
/// `identify` that says what it knows already, so a hash that was wrong is not corrected by a right one alone.
///
/// Logout is `Gleap.clearIdentity()`, after which Gleap opens a new session for nobody, and the removal of its
/// `localStorage` entry and its cookie. Both names were seen in its code (gleap 16.4.0) and are not documented. The
/// cookie is there for visitors too. The library is not loaded for a logout, for it would show the button.
#[derive(Clone, Debug)]
pub struct Gleap {
    api_key: String,
    secret: Secret,
    library_url: Option<String>,
}

impl Gleap {
    /// A project by its SDK key, which is public, with its identity verification secret.
    pub fn new(api_key: impl Into<String>, secret: Secret) -> Self {
        Self { api_key: api_key.into(), secret, library_url: None }
    }

    /// Where the library is loaded from. Default: `https://sdk.gleap.io/latest/index.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }
}

impl Widget for Gleap {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.api_key
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.api_key)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => hash::of_id(&self.secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        Settings::new().with("apiKey", self.api_key.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://sdk.gleap.io/latest/index.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("hash", hash::of_id(&self.secret, identity, now)?)
            .with("userId", identity.id())
            .with_some("name", identity.display_name())
            .with_some("email", identity.email_address()))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// By the code of gleap 16.4.0.
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new()
            .cookie(format!("session-{}", self.api_key))
            .storage(format!("gleap-widget-session-{}", self.api_key))
    }

    /// <https://docs.gleap.io/documentation/javascript/content-security-policy>, without the schemes and the
    /// `'unsafe-inline'` that the page lists: those are the application's to decide.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new()
            .script(library)
            .script([HOSTS])
            .connect([HOSTS, "wss://ws.gleap.io", "https://*.pusher.com", "wss://*.pusher.com"])
            .frame([HOSTS])
            .img([HOSTS])
            .font([HOSTS])
            .media([HOSTS])
            .style([HOSTS])
    }
}
