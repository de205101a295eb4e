//! Kustomer: an HS256 JWT passed to `login`, if the user is not logged in yet.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Kustomer, Widget}};
//!
//! let kustomer = Kustomer::new("eyJhbGciOiJub25lIn0.eyJvcmciOiIxIn0.", Secret::new("s3cret")?).brand_id("brand-1");
//! let token = kustomer.mint("kustomer", &Identity::new("user-123"), SystemTime::now()).unwrap();
//! assert!(token.lifetime() < Some(Duration::from_secs(15 * 60)));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::prelude::*;

const NAME: &str = "kustomer";
const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);
/// `iat` must be less than 15 minutes old: <https://developer.kustomer.com/docs/chat/identity>.
const LONGEST: Duration = Duration::from_secs(15 * 60 - 1);

/// Names that settings may not have: what identifies a user, and what has a setter.
const RESERVED: &[&str] = &["apiKey", "jwtToken", "externalId", "email", "name", "phone", "userId", "customerId"];

/// Kustomer's chat widget.
///
/// Signs `externalId`, `iat` and `exp` as an HS256 JWT, passed to `Kustomer.login`
/// (<https://developer.kustomer.com/docs/chat/identity>). The e-mail address is not signed: it would take precedence
/// over the `externalId`, and an address changes. Kustomer does not require `exp`; the token contains one so that it
/// does not outlive the application's session.
///
/// Kustomer's own session outlives the page, and the vendor advises against a login on each load: the page calls
/// `Kustomer.isLoggedIn` with the id in the token. If the login state is not confirmed, it logs out, then logs in. So a
/// conversation that another user began is never merged into the next user's. `Kustomer.logout` clears the session and
/// the cached conversations; if the library is not on the page, it is loaded for that, with its icon hidden. Kustomer
/// publishes neither what it stores in the browser, so the runtime has no names to remove, nor which hosts a
/// Content-Security-Policy must allow: only the library's host is known.
///
/// An open page renews its token at the [token path](crate::WidgetsBuilder::token_path), and uses it at the next
/// `Kustomer.login`.
#[derive(Clone, Debug)]
pub struct Kustomer {
    options: Options,
}

impl Kustomer {
    /// Creates the widget from its public API key and the organisation's chat secret.
    ///
    /// The API key is `data-kustomer-api-key` in the vendor's snippet.
    pub fn new(api_key: impl Into<String>, chat_secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, api_key, chat_secret)
                .with_lifetime(TEN_MINUTES)
                .with_longest_lifetime(LONGEST)
                .with_reserved_settings(RESERVED),
        }
    }

    /// Sets the brand whose chat is shown. Default: the organisation's.
    #[must_use]
    pub fn brand_id(self, brand: impl Into<String>) -> Self {
        self.setting("brandId", brand.into())
    }

    setter!(lifetime, "At most 899 seconds: Kustomer rejects a token that is 15 minutes old. Default: ten minutes.");

    setter!(library_url, "Default: `https://cdn.kustomerapp.com/chat-web/widget.js`.");

    setter!(setting, "Settings are options of `Kustomer.start` (`assistantId`, `lang`, `hideChatIcon`).");
}

#[derive(Serialize)]
struct Claims<'a> {
    #[serde(rename = "externalId")]
    external_id: &'a str,
    iat: u64,
    exp: u64,
}

impl Widget for Kustomer {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(adapter_with_reader!(), "https://cdn.kustomerapp.com/chat-web/widget.js")
            .with_setting("apiKey", self.options.app_id.as_str())
            // Kustomer publishes no list: only the library's host is known, and the application must add the others.
            .with_library_connections()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let external_id = identity.required_id()?;
        let claims = Claims { external_id, iat: validity.iat(), exp: validity.exp() };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
