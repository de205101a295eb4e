//! Crisp: an HMAC that verifies the e-mail address, and optionally a token that binds the session.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Crisp, Widget}};
//!
//! let widget = Crisp::new("website-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("crisp", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("crisp", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Value, json};

use crate::widget::{hash, prelude::*};

const NAME: &str = "crisp";
/// <https://docs.crisp.chat/guides/others/whitelisting-our-systems/crisp-domain-names>, without the schemes and the
/// `'unsafe-inline'` that the page lists: those are for the application to decide.
const POLICY: &str = "\
    script-src https://client.crisp.chat; \
    connect-src https://client.crisp.chat https://storage.crisp.chat wss://client.relay.crisp.chat \
        wss://client.relay.rescue.crisp.chat wss://stream.relay.crisp.chat; \
    frame-src https://game.crisp.chat; \
    img-src https://client.crisp.chat https://image.crisp.chat https://storage.crisp.chat; \
    font-src https://client.crisp.chat; \
    media-src https://client.crisp.chat; \
    style-src https://client.crisp.chat; \
    worker-src blob:";
/// Names that settings may not have: what identifies a session, and what has a setter.
const RESERVED: &[&str] = &[
    "website_id",
    "token_id",
    "CRISP_WEBSITE_ID",
    "CRISP_TOKEN_ID",
    "CRISP_COOKIE_DOMAIN",
    "CRISP_COOKIE_EXPIRE",
    "CRISP_RUNTIME_CONFIG",
];
/// The unsigned facts that the chatbox accepts, each as `user:` followed by the name.
const FACTS: [&str; 3] = ["nickname", "phone", "avatar"];
/// The prefix of the user id in the signed message, so that no other HMAC of the id can be the token.
const TOKEN_PURPOSE: &str = "tower-widget-identity/crisp-session/v1:";

/// Crisp's chatbox.
///
/// `user:email` gets the e-mail address with its HMAC-SHA256
/// (<https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/identity-verification/>). Only the address is proven, and the
/// signature never expires.
///
/// The page also contains, unsigned (<https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/dollar-crisp/>):
///
/// * of the [unsigned facts](Identity::with_unsigned), only `nickname`, `phone` and `avatar` (an address);
/// * the [company](Identity::with_company), if it has a name: `user:company` takes the name and, as its details, the
///   attributes (`url`, `description`, `employment`, `geolocation`); Crisp has no id and no plan for a company.
///
/// The identity's name and attributes are not passed.
///
/// **The signature verifies the address; it does not bind the session.** Crisp's own cookie decides whose conversation
/// the browser shows, whatever address is set:
///
/// * By default, a conversation belongs to the browser. At logout, `session:reset` and the removal of the cookie end
///   it, and it does not return with the next login. What a visitor wrote before they signed in becomes theirs.
/// * With [`session_tokens`](Crisp::session_tokens), the conversation belongs to the user and returns with them on any
///   device. At logout `CRISP_TOKEN_ID` is unset before the reset
///   (<https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/session-continuity/>). Without `session_tokens`, the adapter
///   leaves a `CRISP_TOKEN_ID` of the page alone until the logout.
///
/// Logout removes the cookie `crisp-client/session/<website id>`, URL-encoded; with a token there is a second cookie,
/// whose name continues after that, and which holds the same session (seen once, not confirmed). It also removes the
/// `localStorage` entries `crisp-client/...`, which Crisp does not document. Signed-out visitors have the first cookie
/// too, so it does not show that a user is identified. The library is not loaded for a logout, because it would show
/// the chatbox.
#[derive(Clone, Debug)]
pub struct Crisp {
    options: Options,
    token_key: Option<Secret>,
    cookie_domain: String,
    cookie_expiry: Option<Duration>,
}

impl Crisp {
    /// Creates the widget from a website's id and the verification key in its settings.
    pub fn new(website_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, website_id, secret).with_reserved_settings(RESERVED),
            token_key: None,
            cookie_domain: String::new(),
            cookie_expiry: None,
        }
    }

    /// Binds each user's conversation to the user, not to the browser. Default: off.
    ///
    /// The page gets a `CRISP_TOKEN_ID`, derived from the user id with this key. Crisp requires an unguessable token
    /// for each user: this one is the HMAC-SHA256 of the user id, so you need not store it. Use a separate key of at
    /// least 32 random bytes, not the verification key. The token alone opens the conversation and never expires: only
    /// a new key invalidates it, and with it all other users' tokens.
    #[must_use]
    pub fn session_tokens(mut self, key: Secret) -> Self {
        self.token_key = Some(key);
        self
    }

    setter!(
        text cookie_domain,
        "Sets the domain of Crisp's cookies (`CRISP_COOKIE_DOMAIN`). Default: the base domain, `acme.com`.\n\n\
        `app.acme.com` keeps a session from other hosts of `acme.com` \
        (<https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/cookie-policies/>). Set the same domain on \
        every page with the chatbox."
    );

    /// Sets the lifetime of Crisp's cookies, in whole seconds (`CRISP_COOKIE_EXPIRE`).
    ///
    /// Default: Crisp's, six months. See <https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/cookie-policies/>. `build()` returns an error for less
    /// than one second.
    #[must_use]
    pub fn cookie_expiry(mut self, expiry: Duration) -> Self {
        self.cookie_expiry = Some(expiry);
        self
    }

    setter!(library_url, "Default: `https://client.crisp.chat/l.js`.");

    setter!(setting, "Settings are entries of `CRISP_RUNTIME_CONFIG` (`locale`, `session_merge`, `lock_maximized`).");

    /// The settings in the shape that the adapter reads.
    fn settings(&self) -> Settings {
        let runtime_config = &self.options.settings;
        Settings::new()
            .with("websiteId", self.options.app_id.as_str())
            .with_some("cookieDomain", Some(self.cookie_domain.as_str()).filter(|domain| !domain.is_empty()))
            .with_some("cookieExpire", self.cookie_expiry.map(|expiry| expiry.as_secs()))
            .with_some("runtimeConfig", runtime_config.keys().next().map(|_| json!(runtime_config)))
    }

    /// The company's name and its details; `None` if there is no company or it has no name.
    fn company(identity: &Identity) -> Option<Value> {
        let company = identity.company()?;
        Some(json!([company.name()?, company.attributes()]))
    }

    fn session_token(&self, identity: &Identity) -> Result<Option<String>, TokenError> {
        let Some(key) = &self.token_key else { return Ok(None) };
        let message = format!("{TOKEN_PURPOSE}{}", identity.required_id()?);
        Ok(Some(key.hmac_hex(&message)?.into_string()))
    }
}

impl Widget for Crisp {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://client.crisp.chat/l.js")
            .with_settings(self.settings())
            // The page may choose the cookies' domain (`CRISP_COOKIE_DOMAIN`), so they are removed on every level.
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie(format!("crisp-client%2Fsession%2F{}", self.options.app_id))
                    .cookie(format!("crisp-client%2Fsession%2F{}%2F*", self.options.app_id))
                    .storage("crisp-client/*")
                    .global("CRISP_TOKEN_ID"),
            )
            .with_csp_sources(CspSources::from_policy(POLICY))
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        if !self.cookie_domain.bytes().all(legal) {
            let message =
                "crisp: the cookie domain must be a host without scheme and path, like `app.acme.com`".to_owned();
            return Err(ConfigError::new(ConfigErrorKind::Setting, message));
        }
        if self.cookie_expiry.is_some_and(|expiry| expiry < Duration::from_secs(1)) {
            let message = "crisp: the cookies' expiry must be at least one second".to_owned();
            return Err(ConfigError::new(ConfigErrorKind::Lifetime, message));
        }
        Ok(())
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_email(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("signature", self.mint(NAME, identity, now)?)
            .with_some("email", identity.email())
            .with_some("token", self.session_token(identity)?)
            .with_facts("facts", known_facts(identity, &FACTS))
            .with_some("company", Self::company(identity)))
    }
}

#[cfg(test)]
mod tests;
