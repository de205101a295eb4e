//! Freshdesk Help Widget: an HS256 JWT handed to `authenticate`, with a callback for the next one.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{FreshdeskHelpWidget, Widget}};
//!
//! let help = FreshdeskHelpWidget::new("69000000672", Secret::new("s3cret")?).lifetime(7_200);
//! assert!(help.check().is_ok());
//! assert!(help.lifetime(7_201).check().is_err(), "no more than two hours");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;
use serde_json::Value;

use super::{BootData, Settings, Widget, check_app_id, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "freshdesk-help-widget";
const HOUR: u64 = 60 * 60;
/// <https://support.freshdesk.com/support/solutions/articles/50000000978-authenticating-users-into-the-help-widget>
const LONGEST: u64 = 2 * HOUR;

/// Freshdesk's Help Widget: solution articles and a contact form. Not the chat: that is [`Freshchat`](super::Freshchat),
/// with another secret.
///
/// Signs `name`, `email` and `exp` as an HS256 JWT, handed to `FreshworksWidget('authenticate', ..)`
/// (<https://support.freshdesk.com/support/solutions/articles/50000000978-authenticating-users-into-the-help-widget>). It
/// knows people by their e-mail address, which is required; the id is not told. Where the identity has no name, the e-mail
/// address stands for it. The widget asks for a new token when one has expired, so a token path is required.
///
/// Logout is `FreshworksWidget('logout')`: seen in public code, not confirmed by the vendor. Freshdesk does not publish
/// what it keeps in the browser, so there is nothing to purge by name.
#[derive(Clone, Debug)]
pub struct FreshdeskHelpWidget {
    widget_id: String,
    secret: Secret,
    lifetime: u64,
    library_url: Option<String>,
}

impl FreshdeskHelpWidget {
    /// A widget by its id, with the shared secret of Admin, Security, Widget settings.
    pub fn new(widget_id: impl Into<String>, secret: Secret) -> Self {
        Self { widget_id: widget_id.into(), secret, lifetime: HOUR, library_url: None }
    }

    /// For how many seconds a token is good, at most 7,200. Default: 3,600.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Where the widget is loaded from. Default: `https://widget.freshworks.com/widgets/<widget id>.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    fn jwt(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        // Not told, but a person all the same.
        identity.required_id()?;
        let email = identity.required_email()?;
        let exp = identity.expires(now, self.lifetime)?;
        let claims = Claims { name: identity.display_name().unwrap_or(email), email, exp };
        Ok(self.secret.jwt(&claims)?.good_for(exp - now))
    }

    /// A number, as in the vendor's own snippet, where it is one.
    fn widget_id(&self) -> Value {
        self.widget_id.parse::<u64>().map_or_else(|_| Value::from(self.widget_id.as_str()), Value::from)
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    name: &'a str,
    email: &'a str,
    exp: u64,
}

impl Widget for FreshdeskHelpWidget {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.widget_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.widget_id)?;
        check_lifetime(NAME, self.lifetime, Some(LONGEST))
    }

    fn needs_token_path(&self) -> bool {
        true
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        Settings::new().with("widget_id", self.widget_id())
    }

    fn library_url(&self) -> Option<String> {
        let default = || format!("https://widget.freshworks.com/widgets/{}.js", self.widget_id);
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.jwt(identity, now)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// Freshdesk publishes no list that could be confirmed: the library's host is known, the account's own is the
    /// application's to add.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new().script(library.clone()).connect(library.clone()).frame(library)
    }
}
