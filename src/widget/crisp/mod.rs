//! Crisp: an HMAC that verifies the e-mail address, and, if wanted, a token that binds the session.
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

use crate::widget::{hash, prelude::*};

const NAME: &str = "crisp";
/// <https://docs.crisp.chat/guides/others/whitelisting-our-systems/crisp-domain-names>, without the schemes and the
/// `'unsafe-inline'` that the page lists: those are the application's to decide.
const POLICY: &str = "\
    script-src https://client.crisp.chat; \
    connect-src https://client.crisp.chat https://storage.crisp.chat wss://client.relay.crisp.chat \
        wss://client.relay.rescue.crisp.chat wss://stream.relay.crisp.chat; \
    frame-src https://game.crisp.chat; \
    img-src https://client.crisp.chat https://image.crisp.chat https://storage.crisp.chat; \
    font-src https://client.crisp.chat; \
    media-src https://client.crisp.chat; \
    style-src https://client.crisp.chat";
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
    options: Options,
    token_key: Option<Secret>,
}

impl Crisp {
    /// A website by its id, with the verification key of its settings.
    pub fn new(website_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, website_id, secret), token_key: None }
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

    setter!(library_url, "Default: `https://client.crisp.chat/l.js`.");

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
            .with_setting("websiteId", self.options.app_id.as_str())
            // The page may choose the cookie's domain (`CRISP_COOKIE_DOMAIN`), so it is removed on every level.
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie(format!("crisp-client%2Fsession%2F{}", self.options.app_id))
                    .global("CRISP_TOKEN_ID"),
            )
            .with_csp_sources(CspSources::from_policy(POLICY))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_email(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("signature", self.mint(NAME, identity, now)?)
            .with_some("email", identity.email())
            .with_some("token", self.session_token(identity)?))
    }
}

#[cfg(test)]
mod tests;
