//! tawk.to in secure mode: an HMAC of the user id, handed to `login`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Tawk, Widget}};
//!
//! let widget = Tawk::new("property1", Secret::new("s3cret")?);
//! let hash = widget.mint("tawk", &Identity::new("123"), 1_700_000_000).unwrap();
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

const NAME: &str = "tawk";

/// tawk.to's chat widget.
///
/// `Tawk_API.login` gets the user id with its HMAC-SHA256 as `hash`
/// (<https://help.tawk.to/article/how-to-set-up-logins-with-a-hash-using-javascript-api>). tawk.to's documents
/// contradict each other: the older `Tawk_API.visitor` hashes the e-mail address. That variant is not used, and which
/// one a property takes is not confirmed here; a mismatch is answered 401, so nobody is taken for somebody else.
///
/// Only the id is proven; name and e-mail address stand beside it unsigned, attributes are not passed on. The hash
/// never expires.
///
/// Logout is `Tawk_API.logout` where the library is on the page or on its way, and the removal of its cookies and its
/// token in `localStorage`. The library is not loaded for a logout, for it would show the widget.
#[derive(Clone, Debug)]
pub struct Tawk {
    property_id: String,
    secret: Secret,
    widget_id: String,
    library_url: Option<String>,
}

impl Tawk {
    /// A property by its id, with its JavaScript API key (Administration, Overview, secure mode).
    pub fn new(property_id: impl Into<String>, secret: Secret) -> Self {
        Self { property_id: property_id.into(), secret, widget_id: "default".to_owned(), library_url: None }
    }

    /// Which of the property's widgets is shown. Default: `default`.
    #[must_use]
    pub fn widget_id(mut self, id: impl Into<String>) -> Self {
        self.widget_id = id.into();
        self
    }

    /// Where the library is loaded from. Default: `https://embed.tawk.to/<property id>/<widget id>`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }
}

impl Widget for Tawk {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.property_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.property_id)?;
        check_app_id("tawk (widget)", &self.widget_id)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => hash::of_id(&self.secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        Settings::new()
    }

    fn library_url(&self) -> Option<String> {
        let default = || format!("https://embed.tawk.to/{}/{}", self.property_id, self.widget_id);
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

    /// <https://help.tawk.to/article/what-are-tawkto-cookies-and-what-do-they-do>; that names beginning with `twk_`
    /// stand for more than the page lists was seen in use and is not documented.
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new()
            .cookie("twk_*")
            .cookie("tawk_uuid_*")
            .cookie("TawkConnectionTime")
            .storage("twk_*")
            .global("Tawk_API.visitor")
    }

    /// No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
    /// loads is the application's to add, by [`WidgetsBuilder::csp_sources`](crate::WidgetsBuilder::csp_sources).
    fn csp_sources(&self) -> CspSources {
        CspSources::new().script(self.library_url().map(|url| library_source(&url)))
    }
}
