//! Chatbase: an HS256 JWT handed to `identify`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Chatbase, Widget}};
//!
//! let chatbase = Chatbase::new("agent-1", Secret::new("s3cret")?);
//! let token = chatbase.mint("chatbase", &Identity::new("user-123"), 1_700_000_000).unwrap();
//! assert_eq!(token.lifetime(), Some(3_600));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;

use super::{BootData, CustomClaims, Settings, Widget, check_app_id, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "chatbase";
const HOUR: u64 = 60 * 60;

/// Names that attributes may not take: claims, and what identifies without a token.
const RESERVED: &[&str] =
    &["user_id", "sub", "email", "name", "exp", "iat", "nbf", "iss", "aud", "jti", "user_hash", "token"];

/// Chatbase's chat widget.
///
/// Signs `user_id`, `email`, `name`, the attributes and `exp` as an HS256 JWT, handed to `chatbase('identify', ..)`
/// (<https://chatbase.co/docs/developer-guides/identity-verification>). Chatbase takes `sub` as well as `user_id`; which
/// of the other claims it makes use of is not confirmed.
///
/// Logout is `resetUser`, seen in public code and not confirmed by the vendor, and then the documented `resetChat`: the
/// conversation is the person's too. Chatbase does not publish what it keeps in the browser, so there is nothing to
/// purge by name, nor which hosts a Content-Security-Policy must allow: only the library's is.
#[derive(Clone, Debug)]
pub struct Chatbase {
    agent_id: String,
    secret: Secret,
    lifetime: u64,
    library_url: Option<String>,
}

impl Chatbase {
    /// An agent by its id, with its verification secret.
    pub fn new(agent_id: impl Into<String>, secret: Secret) -> Self {
        Self { agent_id: agent_id.into(), secret, lifetime: HOUR, library_url: None }
    }

    /// For how many seconds a token is good, at most 31 days. Default: 3,600; Chatbase documents no limit.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Where the library is loaded from. Default: `https://www.chatbase.co/embed.min.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    fn jwt(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        let exp = identity.expires(now, self.lifetime)?;
        let claims = Claims {
            user_id: identity.required_id()?,
            email: identity.email_address(),
            name: identity.display_name(),
            attributes: CustomClaims::of(identity, RESERVED),
            exp,
        };
        Ok(self.secret.jwt(&claims)?.good_for(exp - now))
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(flatten)]
    attributes: CustomClaims<'a>,
    exp: u64,
}

impl Widget for Chatbase {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.agent_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.agent_id)?;
        check_lifetime(NAME, self.lifetime, None)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    /// What stands on the library's element.
    fn settings(&self) -> Settings {
        Settings::new().with("id", self.agent_id.as_str()).with("domain", "www.chatbase.co")
    }

    fn library_url(&self) -> Option<String> {
        let default = || "https://www.chatbase.co/embed.min.js".to_owned();
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.jwt(identity, now)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    /// Chatbase publishes no list: the library's host is known.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new().script(library.clone()).connect(library.clone()).frame(library)
    }
}
