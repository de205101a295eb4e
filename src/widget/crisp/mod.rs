//! Crisp: an HMAC that verifies the e-mail address, and, if wanted, a token that binds the session.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Crisp, TokenError, Widget}};
//!
//! let widget = Crisp::new("website-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").email("user@example.com");
//! assert_eq!(widget.mint("crisp", &person, 1_700_000_000).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("crisp", &Identity::new("user-123"), 1_700_000_000);
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use super::{BootData, SessionArtifacts, Settings, Widget, check_app_id, hash};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "crisp";
/// Stands before the user id, so that no other HMAC of it is ever the token.
const TOKEN_PURPOSE: &str = "tower-widget-identity/crisp-session/v1:";

/// Crisp's chatbox.
///
/// `user:email` gets the e-mail address with its HMAC-SHA256
/// (<https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/identity-verification/>). Only the address is proven, nothing
/// else is passed on, and the signature never expires.
///
/// **The signature verifies the address; it does not bind the session.** Whose conversation the browser shows is
/// decided by Crisp's own cookie, whatever address is set. So:
///
/// * Without more, a conversation belongs to the browser. It is taken away at logout, by `session:reset` and by
///   removing the cookie, and does not come back with the next login. What somebody wrote before they signed in becomes
///   theirs.
/// * With [`session_tokens`](Crisp::session_tokens), the conversation belongs to the person and comes back with them on
///   any device. At logout `CRISP_TOKEN_ID` is unset before the reset
///   (<https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/session-continuity/>). A `CRISP_TOKEN_ID` that the page has
///   set by itself is left alone until then.
///
/// The cookie is there for visitors too, so it does not tell that somebody is identified. The library is not loaded for
/// a logout, for it would show the chatbox.
#[derive(Clone, Debug)]
pub struct Crisp {
    website_id: String,
    secret: Secret,
    token_key: Option<Secret>,
    library_url: Option<String>,
}

impl Crisp {
    /// A website by its id, with the verification key of its settings.
    pub fn new(website_id: impl Into<String>, secret: Secret) -> Self {
        Self { website_id: website_id.into(), secret, token_key: None, library_url: None }
    }

    /// Binds each person's conversation to them, by a `CRISP_TOKEN_ID` that is derived from the user id with this key.
    /// Default: off, the conversation belongs to the browser.
    ///
    /// Crisp wants a token that nobody can guess, one for each user: this one is the HMAC-SHA256 of the user id, so it
    /// need not be stored. Give it a key of its own, at least 32 random bytes and not the verification key. The token
    /// alone opens the conversation and never expires: only another key makes it worthless, and with it all others.
    #[must_use]
    pub fn session_tokens(mut self, key: Secret) -> Self {
        self.token_key = Some(key);
        self
    }

    /// Where the library is loaded from. Default: `https://client.crisp.chat/l.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    fn session_token(&self, identity: &Identity) -> Result<Option<String>, TokenError> {
        let Some(key) = &self.token_key else { return Ok(None) };
        let message = format!("{TOKEN_PURPOSE}{}", identity.required_id()?);
        Ok(Some(key.hmac_hex(&message)?.into_string()))
    }
}

impl Widget for Crisp {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.website_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.website_id)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => hash::of_email(&self.secret, identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    fn settings(&self) -> Settings {
        Settings::new().with("websiteId", self.website_id.as_str())
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://client.crisp.chat/l.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("signature", hash::of_email(&self.secret, identity, now)?)
            .with_some("email", identity.email_address())
            .with_some("token", self.session_token(identity)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// The page may choose the cookie's domain (`CRISP_COOKIE_DOMAIN`), so it is removed on every level.
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new().cookie(format!("crisp-client%2Fsession%2F{}", self.website_id)).global("CRISP_TOKEN_ID")
    }

    /// <https://docs.crisp.chat/guides/others/whitelisting-our-systems/crisp-domain-names>, without the schemes and the
    /// `'unsafe-inline'` that the page lists: those are the application's to decide.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new()
            .script(library)
            .script(["https://client.crisp.chat"])
            .connect([
                "https://client.crisp.chat",
                "https://storage.crisp.chat",
                "wss://client.relay.crisp.chat",
                "wss://client.relay.rescue.crisp.chat",
                "wss://stream.relay.crisp.chat",
            ])
            .frame(["https://game.crisp.chat"])
            .img(["https://client.crisp.chat", "https://image.crisp.chat", "https://storage.crisp.chat"])
            .font(["https://client.crisp.chat"])
            .media(["https://client.crisp.chat"])
            .style(["https://client.crisp.chat"])
    }
}
