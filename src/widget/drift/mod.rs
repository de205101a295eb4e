//! Drift: an HS256 JWT handed to `identify`.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, widget::{Drift, Widget}};
//!
//! let drift = Drift::new("embed-1", Secret::new("s3cret")?);
//! let token = drift.mint("drift", &Identity::new("user-123"), 1_700_000_000).unwrap();
//! assert_eq!(token.as_str().split('.').count(), 3);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde::Serialize;

use super::{BootData, CustomClaims, SessionArtifacts, Settings, Widget, check_app_id, check_lifetime};
use crate::{
    csp::{CspSources, library_source},
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

const NAME: &str = "drift";
const HOUR: u64 = 60 * 60;

/// Names that attributes may not take: claims, and what the call has beside the attributes.
const RESERVED: &[&str] = &["sub", "email", "name", "exp", "iat", "nbf", "iss", "aud", "jti", "userId", "userJwt"];

/// Drift's messenger. It is being sunset, by a third party's notice of March 2026.
///
/// Signs `sub`, `email`, `name`, the attributes and `exp` as an HS256 JWT, handed to `drift.identify` as `userJwt`
/// (<https://devdocs.drift.com/docs/securing-drift-on-your-site-using-signed-identities>). Drift documents `sub` alone;
/// that it verifies the other claims is not confirmed. Its call wants the id and the attributes beside the token: the page
/// reads them out of the token, so that they are said once.
///
/// **Choose *required* in Drift's settings**: in the mode *enabled*, Drift falls back to the unsigned identity.
///
/// Logout is `drift.reset()`. Drift does not publish what it keeps in the browser; the cookies that are purged are known
/// from third parties only.
#[derive(Clone, Debug)]
pub struct Drift {
    embed_id: String,
    secret: Secret,
    lifetime: u64,
    library_url: Option<String>,
}

impl Drift {
    /// A widget by its embed id, with the signing key of its security settings.
    pub fn new(embed_id: impl Into<String>, secret: Secret) -> Self {
        Self { embed_id: embed_id.into(), secret, lifetime: HOUR, library_url: None }
    }

    /// For how many seconds a token is good, at most 31 days. Default: 3,600; Drift documents no limit.
    ///
    /// A token never outlives [`Identity::session_expires`].
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Where the library is loaded from; the page puts the time in place of `{time}`, in milliseconds and rounded up to
    /// five minutes, as Drift's own loader does. Default: `https://js.driftt.com/include/{time}/<embed id>.js`.
    #[must_use]
    pub fn library_url(mut self, url: impl Into<String>) -> Self {
        self.library_url = Some(url.into());
        self
    }

    fn jwt(&self, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        let exp = identity.expires(now, self.lifetime)?;
        let claims = Claims {
            sub: identity.required_id()?,
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
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(flatten)]
    attributes: CustomClaims<'a>,
    exp: u64,
}

impl Widget for Drift {
    fn name(&self) -> &str {
        NAME
    }

    fn app_id(&self) -> &str {
        &self.embed_id
    }

    fn secret(&self) -> &Secret {
        &self.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_app_id(NAME, &self.embed_id)?;
        check_lifetime(NAME, self.lifetime, None)
    }

    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        match token_name {
            NAME => self.jwt(identity, now),
            _ => Err(TokenError::UnknownToken),
        }
    }

    /// None: the library's address says which widget it is.
    fn settings(&self) -> Settings {
        Settings::new()
    }

    fn library_url(&self) -> Option<String> {
        let default = || format!("https://js.driftt.com/include/{{time}}/{}.js", self.embed_id);
        Some(self.library_url.clone().unwrap_or_else(default))
    }

    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.jwt(identity, now)?))
    }

    fn adapter(&self) -> &str {
        include_str!("adapter.min.js")
    }

    fn residue(&self) -> SessionArtifacts {
        let names = ["driftt_aid", "driftt_sid", "driftt_eid", "drift_aid", "drift_sid", "drift_eid"];
        names.into_iter().fold(SessionArtifacts::new(), SessionArtifacts::cookie)
    }

    /// Drift publishes no list that could be confirmed: the library's host is known.
    fn csp_sources(&self) -> CspSources {
        let library = self.library_url().map(|url| library_source(&url));
        CspSources::new().script(library.clone()).connect(library.clone()).frame(library)
    }
}
