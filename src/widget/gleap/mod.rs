//! Gleap: an HMAC of the user id, handed to `identify`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Gleap, Widget}};
//!
//! let widget = Gleap::new("sdkKey1", Secret::new("s3cret")?);
//! let hash = widget.mint("gleap", &Identity::new("123"), SystemTime::now()).unwrap();
//! assert_eq!((hash.as_str().len(), hash.lifetime()), (64, None), "a hash never expires");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "gleap";
/// <https://docs.gleap.io/documentation/javascript/content-security-policy>, without the schemes and the
/// `'unsafe-inline'` that the page lists: those are the application's to decide.
const POLICY: &str = "\
    script-src https://*.gleap.io; \
    connect-src https://*.gleap.io wss://ws.gleap.io https://*.pusher.com wss://*.pusher.com; \
    frame-src https://*.gleap.io; \
    img-src https://*.gleap.io; \
    font-src https://*.gleap.io; \
    media-src https://*.gleap.io; \
    style-src https://*.gleap.io";

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
    options: Options,
}

impl Gleap {
    /// A project by its SDK key, which is public, with its identity verification secret.
    pub fn new(api_key: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, api_key, secret) }
    }

    setter!(library_url, "Default: `https://sdk.gleap.io/latest/index.js`.");
}

impl Widget for Gleap {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://sdk.gleap.io/latest/index.js")
            .with_setting("apiKey", self.options.app_id.as_str())
            // By the code of gleap 16.4.0.
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie(format!("session-{}", self.options.app_id))
                    .storage(format!("gleap-widget-session-{}", self.options.app_id)),
            )
            .with_csp_sources(CspSources::from_policy(POLICY))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_id(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("hash", self.mint(NAME, identity, now)?)
            .with("userId", identity.id())
            .with_some("name", identity.name())
            .with_some("email", identity.email()))
    }
}
