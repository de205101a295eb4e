//! Freshdesk Help Widget: an HS256 JWT handed to `authenticate`, with a callback for the next one.
//!
//! ```
//! use std::time::Duration;
//!
//! use tower_widget_identity::{Secret, widget::{FreshdeskHelpWidget, Widget}};
//!
//! let hour = Duration::from_secs(60 * 60);
//! let help = FreshdeskHelpWidget::new("69000000672", Secret::new("s3cret")?).lifetime(2 * hour);
//! assert!(help.check().is_ok());
//! assert!(help.lifetime(3 * hour).check().is_err(), "no more than two hours");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::Value;

use crate::widget::prelude::*;

const NAME: &str = "freshdesk-help-widget";
/// <https://support.freshdesk.com/support/solutions/articles/50000000978-authenticating-users-into-the-help-widget>
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// Names that settings may not take: what identifies a person or the widget.
const RESERVED: &str = "widget_id token jwt name email user";

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
    options: Options,
}

impl FreshdeskHelpWidget {
    /// A widget by its id, with the shared secret of Admin, Security, Widget settings.
    pub fn new(widget_id: impl Into<String>, secret: Secret) -> Self {
        let options = Options::new(NAME, widget_id, secret).with_longest_lifetime(LONGEST);
        Self { options: options.with_reserved_settings(RESERVED) }
    }

    /// The widget's language, like `fr` or `pt-BR` (`locale` of `fwSettings`; the name is not confirmed). Default: the
    /// account's.
    #[must_use]
    pub fn locale(self, language: impl Into<String>) -> Self {
        self.setting("locale", language.into())
    }

    setter!(lifetime, "At most two hours. Default: one hour.");

    setter!(library_url, "Default: `https://widget.freshworks.com/widgets/<widget id>.js`.");

    setter!(
        setting,
        "One more entry of `window.fwSettings` (`locale`). Which others Freshdesk knows is not confirmed."
    );

    /// A number, as in the vendor's own snippet, where it is one.
    fn widget_id(&self) -> Value {
        self.options.app_id.parse::<u64>().map_or_else(|_| Value::from(self.options.app_id.as_str()), Value::from)
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    name: &'a str,
    email: &'a str,
    exp: u64,
}

impl Widget for FreshdeskHelpWidget {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(
                include_str!("adapter.min.js"),
                format!("https://widget.freshworks.com/widgets/{}.js", self.options.app_id),
            )
            .with_setting("widget_id", self.widget_id())
            // Freshdesk publishes no list that could be confirmed: the library's host is known, the account's own is the
            // application's to add.
            .with_library_connections()
            .with_required_token_path()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        // Not told, but a person all the same.
        identity.required_id()?;
        let email = identity.required_email()?;
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims { name: identity.name().unwrap_or(email), email, exp: validity.exp() };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
