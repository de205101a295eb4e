//! Userflow: an HMAC of the user id, handed to `identify`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Userflow, Widget}};
//!
//! let widget = Userflow::new("ct_1", Secret::new("s3cret")?);
//! let hash = widget.mint("userflow", &Identity::new("123"), 1_700_000_000).unwrap();
//! assert_eq!((hash.as_str().len(), hash.lifetime()), (64, None), "a hash never expires");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use super::{BootData, Settings, Widget, check_app_id, hash};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "userflow";

/// Userflow.
///
/// `userflow.identify` gets the user id with its HMAC-SHA256 as `signature` (seen in userflow.js 2.14.0). Only the id
/// is proven; name and e-mail address stand beside it unsigned. Groups, which sign an id of their own, and attributes
/// are not passed on. The signature never expires.
///
/// Logout is `userflow.reset()`. Userflow does not publish what it keeps in the browser, so nothing can be purged by
/// name; instead, a page that ends a session loads the library for that call alone, without the `init` that would start
/// it. That the library heeds the call before `init` is not confirmed by the vendor.
///
/// The library's modern build is a module; the default is the other build, which is an ordinary script. An application
/// that imports userflow.js itself is served by its own copy.
#[derive(Clone, Debug)]
pub struct Userflow {
    token: String,
    secret: Secret,
    library_url: Option<String>,
}

impl Userflow {
    /// An environment by its token, with its key for identity verification. Each environment has its own.
    pub fn new(token: impl Into<String>, secret: Secret) -> Self {
        Self { token: token.into(), secret, library_url: None }
    }

    /// Where the library is loaded from. Default: `https://js.userflow.com/legacy/userflow.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }
}

impl Widget for Userflow {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.token
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.token)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => hash::of_id(&self.secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        Settings::new().with("token", self.token.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://js.userflow.com/legacy/userflow.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("signature", hash::of_id(&self.secret, identity, now)?)
            .with("userId", identity.id())
            .with_some("name", identity.display_name())
            .with_some("email", identity.email_address()))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
    /// loads is the application's to add, by [`WidgetsBuilder::csp_sources`](crate::WidgetsBuilder::csp_sources).
    fn csp_sources(&self) -> CspSources {
        CspSources::new().script(self.library_url().map(|url| library_source(&url)))
    }
}
