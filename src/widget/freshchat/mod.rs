//! Freshchat, also known as Freshdesk's web chat: an HS256 JWT handed to `init`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Freshchat, Widget}};
//!
//! let freshchat = Freshchat::new("1b9d6bcd-bbfd-4b2d", Secret::new("s3cret")?).host("https://wchat.eu.freshchat.com");
//! assert!(freshchat.check().is_ok());
//! assert_eq!(Widget::library_url(&freshchat).unwrap(), "https://wchat.eu.freshchat.com/js/widget.js");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;
use serde_json::Value;

use super::{BootData, Settings, Widget, check_app_id, check_https, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "freshchat";
const HOUR: u64 = 60 * 60;

/// Names that settings may not take: what identifies a person, and what has a setter.
const RESERVED: &[&str] = &[
    "token",
    "host",
    "jwtAuthToken",
    "externalId",
    "restoreId",
    "firstName",
    "lastName",
    "email",
    "phone",
    "phoneCountryCode",
    "meta",
];

/// Freshchat's web widget, also sold as the web chat of Freshdesk.
///
/// Signs `reference_id` (the id), `first_name` (the name as it is shown), `email`, `iat` and `exp` as an HS256 JWT, handed
/// over as `jwtAuthToken`
/// (<https://support.freshdesk.com/support/solutions/articles/50000011580-enable-jwt-authentication>). That page confirms
/// `reference_id` and user fields, not the whole list; so attributes are not signed, nor is `freshchat_uuid`, which only
/// Freshchat knows. Whether it minds `exp` is not confirmed either.
///
/// **Once it is enforced, visitors need a token too**, which nobody can sign for them: with
/// [`visitors`](crate::WidgetsBuilder::visitors) they will see a widget that does not work.
///
/// Logout is `fcWidget.user.clear()`, then `fcWidget.destroy()`. Freshchat does not publish what it keeps in the browser,
/// so there is nothing to purge by name.
#[derive(Clone, Debug)]
pub struct Freshchat {
    token: String,
    secret: Secret,
    host: String,
    lifetime: u64,
    library_url: Option<String>,
    settings: Settings,
}

impl Freshchat {
    /// A widget by its public token, with the encryption key of the account (Admin, Web Chat, User authentication).
    pub fn new(token: impl Into<String>, encryption_key: Secret) -> Self {
        Self {
            token: token.into(),
            secret: encryption_key,
            host: "https://wchat.freshchat.com".to_owned(),
            lifetime: HOUR,
            library_url: None,
            settings: Settings::new(),
        }
    }

    /// The account's host, with its scheme. Default: `https://wchat.freshchat.com`.
    #[must_use]
    pub fn host(mut self, url: impl Into<String>) -> Self {
        self.host = url.into();
        self
    }

    /// For how many seconds a token is good, at most 31 days. Default: 3,600; Freshchat documents no limit.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Where the library is loaded from. Default: `/js/widget.js` on the [host](Self::host).
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    /// One more argument of `fcWidget.init` (`siteId`, `locale`, `config`). Default: none.
    ///
    /// What identifies a person is refused by `build()`: it belongs into the token, as an [`Identity`].
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings = self.settings.with(key, value);
        self
    }

    fn jwt(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        let exp = identity.expires(now, self.lifetime)?;
        let claims = Claims {
            reference_id: identity.required_id()?,
            first_name: identity.display_name(),
            email: identity.email_address(),
            iat: now,
            exp,
        };
        Ok(self.secret.jwt(&claims)?.good_for(exp - now))
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    reference_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    iat: u64,
    exp: u64,
}

impl Widget for Freshchat {
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
        check_app_id(NAME, &self.token)?;
        check_https(NAME, "host", &self.host)?;
        check_lifetime(NAME, self.lifetime, None)?;
        self.settings.refuse(NAME, RESERVED)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        self.settings.clone().with("token", self.token.as_str()).with("host", self.host.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || format!("{}/js/widget.js", self.host.trim_end_matches('/'));
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("jwtAuthToken", self.jwt(identity, now)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// Freshchat publishes no list that could be confirmed: the library's host and the account's are known.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        let host = library_source(&self.host);
        CspSources::new().script(library).script([host.clone()]).connect([host.clone()]).frame([host])
    }
}
