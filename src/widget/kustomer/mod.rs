//! Kustomer: an HS256 JWT handed to `login`, where nobody is logged in yet.
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

/// Names that settings may not take: what identifies a person, and what has a setter.
const RESERVED: &str = "apiKey jwtToken externalId email name phone userId customerId";

/// Kustomer's chat widget.
///
/// Signs `externalId`, `iat` and `exp` as an HS256 JWT, handed to `Kustomer.login`
/// (<https://developer.kustomer.com/docs/chat/identity>). The e-mail address is not signed: beside an `externalId` it would
/// win, and an address changes. Kustomer asks for no `exp`; the token carries one so that it does not outlive the
/// application's session.
///
/// Kustomer's own session outlives the page, and the vendor advises against a login on each load: the page asks
/// `Kustomer.isLoggedIn` by the id that the token holds, and logs in where the answer is not plainly yes, after a logout.
/// A conversation that somebody began before is so never merged into the next person's. `Kustomer.logout` clears the
/// session and the cached conversations; where the library is not on the page, it is loaded for that, with its icon
/// hidden. Kustomer does not publish what it keeps in the browser, so there is nothing to purge by name, nor which hosts
/// a Content-Security-Policy must allow: only the library's is.
///
/// A page that stays open longer than a token is good keeps it fresh where there is a
/// [token path](crate::WidgetsBuilder::token_path).
#[derive(Clone, Debug)]
pub struct Kustomer {
    options: Options,
}

impl Kustomer {
    /// An organisation by the chat widget's public API key (`data-kustomer-api-key`), with its chat secret.
    pub fn new(api_key: impl Into<String>, chat_secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, api_key, chat_secret)
                .with_lifetime(TEN_MINUTES)
                .with_longest_lifetime(LONGEST)
                .with_reserved_settings(RESERVED),
        }
    }

    /// Which brand's chat is shown. Default: the organisation's.
    #[must_use]
    pub fn brand_id(self, brand: impl Into<String>) -> Self {
        self.setting("brandId", brand.into())
    }

    setter!(lifetime, "At most 899: Kustomer takes none that is 15 minutes old. Default: ten minutes.");

    setter!(library_url, "Default: `https://cdn.kustomerapp.com/chat-web/widget.js`.");

    setter!(setting, "One more option of `Kustomer.start` (`assistantId`, `lang`, `hideChatIcon`).");
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
            // Kustomer publishes no list: the library's host is known, the others are the application's to add.
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
