//! Freshchat, also known as Freshdesk's web chat: an HS256 JWT passed to `init`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Freshchat, Widget}};
//!
//! let freshchat = Freshchat::new("1b9d6bcd-bbfd-4b2d", Secret::new("s3cret")?).host("https://wchat.eu.freshchat.com");
//! assert!(freshchat.check().is_ok());
//! assert_eq!(freshchat.manifest().library(), Some("https://wchat.eu.freshchat.com/js/widget.js"));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{checks::check_https, prelude::*};

const NAME: &str = "freshchat";
/// The name of the token that also signs the library's own id for the user.
const WITH_UUID: &str = "freshchat-uuid";
const HOST: &str = "https://wchat.freshchat.com";
/// All accounts' hosts, for a snippet whose host is not known.
const ANY_HOST: &str = "https://*.freshchat.com";

/// Names that settings may not have: what identifies a user, and what has a setter.
const RESERVED: &[&str] = &[
    "token",
    "host",
    "snippet",
    "onInit",
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
/// Signs `reference_id` (the id), `first_name` (the full display name), `email`, `iat` and `exp` as an HS256 JWT,
/// passed as `jwtAuthToken`
/// (<https://support.freshdesk.com/support/solutions/articles/50000011580-enable-jwt-authentication>). That page
/// confirms `reference_id` and user fields, not the whole list, so attributes are not signed. Not confirmed either:
/// whether Freshchat checks `exp`.
///
/// **Some accounts reject a token without `freshchat_uuid`**, the id that Freshchat's library gives the user; which
/// accounts these are is not confirmed. If the library reports that it could not authenticate the user
/// (`frame:statechange`, `user:statechange`), the adapter takes the id from the report and requests a second token,
/// `freshchat-uuid`, from the token service, which also signs the id as that claim. The adapter passes this token with
/// `fcWidget.authenticate(token)`, as in <https://developers.freshchat.com/v2/>. The [value](PageValue) comes from the
/// page, so it identifies no user by itself: the user is always `reference_id`. A script in the page could have another
/// user's `freshchat_uuid` signed together with the signed-in user's `reference_id`. This is also possible with
/// Freshchat's own example, so the id must be as secret as Freshchat keeps it.
///
/// An account has one of two kinds of code for its pages. If the code contains a token and a host, configure those
/// ([`new`](Self::new), [`host`](Self::host)). If it contains an address at `fw-cdn.com`, configure that
/// ([`from_snippet`](Self::from_snippet)), and remove the code itself from the pages.
///
/// **Once authentication is enforced, signed-out visitors need a token too**, which the application cannot sign for
/// them: with [`visitors`](crate::WidgetsBuilder::visitors), they see a widget that does not work.
///
/// Logout calls `fcWidget.user.clear()`, then `fcWidget.destroy()`. Freshchat does not publish what it stores in the
/// browser. Its library was seen to keep the user in `localStorage`, under the public token, followed by the `siteId`
/// if there is one, and under the same keys with the prefix `lsds_`: those entries are removed (not with
/// [`from_snippet`](Freshchat::from_snippet), where the token is not known). Not confirmed: that the current build uses
/// the same names.
#[derive(Clone, Debug)]
pub struct Freshchat {
    options: Options,
    host: Option<String>,
    snippet: Option<String>,
}

impl Freshchat {
    /// Creates a widget from its public token and the account's encryption key.
    ///
    /// The key is under Admin, Web Chat, User authentication.
    pub fn new(token: impl Into<String>, encryption_key: Secret) -> Self {
        Self {
            options: Options::new(NAME, token, encryption_key).with_reserved_settings(RESERVED),
            host: None,
            snippet: None,
        }
    }

    /// Creates a widget from the address in the code for newer accounts, and the account's encryption key.
    ///
    /// The address has the form `//eu.fw-cdn.com/<number>/<number>.js`, with or without its scheme. The code's element
    /// has `chat="true"` (<https://developers.freshchat.com/web-sdk/v1/>).
    ///
    /// That code knows token and host and starts the widget itself, with the entries of `fcWidgetMessengerConfig`: the
    /// adapter writes the settings and the JWT there. Not confirmed: that the code passes on a `jwtAuthToken` like
    /// other entries.
    ///
    /// ```
    /// use tower_widget_identity::{Secret, widget::{Freshchat, Widget}};
    ///
    /// let freshchat = Freshchat::from_snippet("//eu.fw-cdn.com/12345678/98765.js", Secret::new("s3cret")?);
    /// assert!(freshchat.check().is_ok());
    /// assert_eq!(freshchat.manifest().library(), Some("https://eu.fw-cdn.com/12345678/98765.js"));
    /// # Ok::<(), tower_widget_identity::ConfigError>(())
    /// ```
    pub fn from_snippet(address: impl Into<String>, encryption_key: Secret) -> Self {
        let address = address.into();
        let address = if address.starts_with("//") { format!("https:{address}") } else { address };
        let mut numbers: Vec<_> = address.trim_end_matches(".js").rsplit('/').take(2).collect();
        numbers.reverse();
        Self { snippet: Some(address.clone()), ..Self::new(numbers.join("-"), encryption_key) }
    }

    /// Sets the account's host, with its scheme. Default: `https://wchat.freshchat.com`.
    ///
    /// A [snippet](Self::from_snippet) knows its host; without this setter, its policy allows any host of
    /// `freshchat.com`.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    setter!(lifetime, "At most 31 days. Default: one hour; Freshchat documents no limit.");

    setter!(
        library_url,
        "Default: `/js/widget.js` on the [host](Self::host), or the [snippet](Self::from_snippet)'s address."
    );

    setter!(
        setting,
        "Settings are arguments of `fcWidget.init` or entries of `fcWidgetMessengerConfig` (`siteId`, \
        `locale`, `config`)."
    );

    fn token(&self, freshchat_uuid: Option<&str>, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            reference_id: identity.required_id()?,
            first_name: identity.name(),
            email: identity.email(),
            freshchat_uuid,
            iat: validity.iat(),
            exp: validity.exp(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn artifacts(&self) -> SessionArtifacts {
        if self.snippet.is_some() {
            return SessionArtifacts::new().global("fcWidgetMessengerConfig.jwtAuthToken");
        }
        let token = &self.options.app_id;
        let keys = [token.clone(), format!("{token}_*"), format!("lsds_{token}"), format!("lsds_{token}_*")];
        keys.into_iter().fold(SessionArtifacts::new(), SessionArtifacts::storage)
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    reference_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    freshchat_uuid: Option<&'a str>,
    iat: u64,
    exp: u64,
}

impl Widget for Freshchat {
    fn manifest(&self) -> Manifest {
        let host = self.host.as_deref();
        let manifest = match &self.snippet {
            Some(address) => {
                let manifest = self.options.manifest(include_str!("adapter.min.js"), address.clone());
                manifest.with_setting("snippet", true)
            }
            None => {
                let host = host.unwrap_or(HOST);
                let library = format!("{}/js/widget.js", host.trim_end_matches('/'));
                let manifest = self.options.manifest(include_str!("adapter.min.js"), library);
                manifest.with_setting("token", self.options.app_id.as_str()).with_setting("host", host)
            }
        };
        let default = if self.snippet.is_some() { ANY_HOST } else { HOST };
        let host = [library_source(host.unwrap_or(default))];
        // Freshchat publishes no list that could be confirmed: only the hosts of the library and the account are known.
        // The library loads its style sheet from there.
        let sources = CspSources::new().script(host.clone()).connect(host.clone()).frame(host.clone()).style(host);
        manifest.with_artifacts(self.artifacts()).with_csp_sources(sources).with_value_token_names([WITH_UUID])
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if let Some(address) = &self.snippet {
            check_https(NAME, "snippet's address", address)?;
        }
        self.options.check()?;
        check_https(NAME, "host", self.host.as_deref().unwrap_or(HOST))
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        self.token(None, identity, now)
    }

    fn mint_with_value(
        &self,
        _: &str,
        value: &PageValue,
        identity: &Identity,
        now: SystemTime,
    ) -> Result<Token, TokenError> {
        self.token(Some(value.as_str()), identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("jwtAuthToken", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
