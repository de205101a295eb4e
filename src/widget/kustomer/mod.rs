//! Kustomer: an HS256 JWT handed to `login`, where nobody is logged in yet.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Kustomer, Widget}};
//!
//! let kustomer = Kustomer::new("eyJhbGciOiJub25lIn0.eyJvcmciOiIxIn0.", Secret::new("s3cret")?).brand_id("brand-1");
//! let token = kustomer.mint("kustomer", &Identity::new("user-123"), 1_700_000_000).unwrap();
//! assert!(token.lifetime() < Some(15 * 60));
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

const NAME: &str = "kustomer";
const TEN_MINUTES: u64 = 10 * 60;
/// `iat` must be less than 15 minutes old: <https://developer.kustomer.com/docs/chat/identity>.
const LONGEST: u64 = 15 * 60 - 1;

/// Names that settings may not take: what identifies a person, and what has a setter.
const RESERVED: &[&str] = &["apiKey", "jwtToken", "externalId", "email", "name", "phone", "userId", "customerId"];

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
    api_key: String,
    secret: Secret,
    lifetime: u64,
    library_url: Option<String>,
    settings: Settings,
}

impl Kustomer {
    /// An organisation by the chat widget's public API key (`data-kustomer-api-key`), with its chat secret.
    pub fn new(api_key: impl Into<String>, chat_secret: Secret) -> Self {
        let (api_key, settings) = (api_key.into(), Settings::new());
        Self { api_key, secret: chat_secret, lifetime: TEN_MINUTES, library_url: None, settings }
    }

    /// Which brand's chat is shown. Default: the organisation's.
    #[must_use]
    pub fn brand_id(self, brand: impl Into<String>) -> Self {
        self.setting("brandId", brand.into())
    }

    /// For how many seconds a token is good, at most 899: Kustomer takes none that is 15 minutes old. Default: 600.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Where the library is loaded from. Default: `https://cdn.kustomerapp.com/chat-web/widget.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more option of `Kustomer.start` (`assistantId`, `lang`, `hideChatIcon`). Default: none.
    ///
    /// What identifies a person is refused by `build()`: it belongs into the token, as an [`Identity`].
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings = self.settings.with(key, value);
        self
    }

    fn jwt(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        let exp = identity.expires(now, self.lifetime)?;
        let claims = Claims { external_id: identity.required_id()?, iat: now, exp };
        Ok(self.secret.jwt(&claims)?.good_for(exp - now))
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    #[serde(rename = "externalId")]
    external_id: &'a str,
    iat: u64,
    exp: u64,
}

impl Widget for Kustomer {
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
        check_app_id(NAME, &self.api_key)?;
        check_lifetime(NAME, self.lifetime, Some(LONGEST))?;
        self.settings.refuse(NAME, RESERVED)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        self.settings.clone().with("apiKey", self.api_key.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://cdn.kustomerapp.com/chat-web/widget.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.jwt(identity, now)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// Kustomer publishes no list: the library's host is known, the others are the application's to add.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new().script(library.clone()).connect(library.clone()).frame(library)
    }
}
