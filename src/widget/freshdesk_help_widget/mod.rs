//! Freshdesk Help Widget: an HS256 JWT passed to `authenticate`, with a callback for the next token.
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

/// Names that settings may not have: what identifies a user or the widget.
const RESERVED: &[&str] = &["widget_id", "token", "jwt", "name", "email", "user"];

/// Freshdesk's Help Widget: solution articles and a contact form.
///
/// It is not the chat: that is [`Freshchat`](super::Freshchat), with another secret.
///
/// Signs `name`, `email` and `exp` as an HS256 JWT, passed to `FreshworksWidget('authenticate', ..)`
/// (<https://support.freshdesk.com/support/solutions/articles/50000000978-authenticating-users-into-the-help-widget>).
/// The widget identifies users by their e-mail address, which is required; the id is not passed. The e-mail address
/// replaces a missing name. The widget asks for a new token when one has expired, so the page needs the token path.
///
/// Logout calls `FreshworksWidget('logout')`, which is from public code and not confirmed by the vendor. Freshdesk does
/// not publish what it stores in the browser, so the runtime has no names to remove.
#[derive(Clone, Debug)]
pub struct FreshdeskHelpWidget {
    options: Options,
}

impl FreshdeskHelpWidget {
    /// Creates a widget from its id and the shared secret (Admin, Security, Widget settings).
    pub fn new(widget_id: impl Into<String>, secret: Secret) -> Self {
        let options = Options::new(NAME, widget_id, secret).with_longest_lifetime(LONGEST);
        Self { options: options.with_reserved_settings(RESERVED) }
    }

    /// Sets the widget's language, like `fr` or `pt-BR`. Default: the account's.
    ///
    /// It is `locale` in `fwSettings`; the name is not confirmed.
    #[must_use]
    pub fn locale(self, language: impl Into<String>) -> Self {
        self.setting("locale", language.into())
    }

    setter!(lifetime, "At most two hours. Default: one hour.");

    setter!(library_url, "Default: `https://widget.freshworks.com/widgets/<widget id>.js`.");

    setter!(
        setting,
        "Settings are entries of `window.fwSettings` (`locale`). Which others Freshdesk accepts is not confirmed."
    );

    /// The widget id, as a number if it is one: the vendor's own snippet has a number.
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
            // Freshdesk publishes no list that could be confirmed: only the library's host is known, and the
            // application must add the account's own host.
            .with_library_connections()
            .with_required_token_path()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        // The token does not contain the id, but an identity without one is not a user.
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
