//! Drift: an HS256 JWT passed to `identify`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Drift, Widget}};
//!
//! let drift = Drift::new("embed-1", Secret::new("s3cret")?);
//! let token = drift.mint("drift", &Identity::new("user-123"), SystemTime::now()).unwrap();
//! assert_eq!(token.as_str().split('.').count(), 3);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::prelude::*;

const NAME: &str = "drift";

/// The vendor's cookies, known from third parties only.
const COOKIES: [&str; 6] = ["driftt_aid", "driftt_sid", "driftt_eid", "drift_aid", "drift_sid", "drift_eid"];
/// Names that attributes and settings may not have: claims, and what the call takes besides the attributes.
const RESERVED: &[&str] = &["email", "name", "userId", "userJwt"];

/// Drift's messenger, which is being sunset, according to a third party's notice of March 2026.
///
/// Signs `sub`, `email`, `name`, the attributes and `exp` as an HS256 JWT, passed to `drift.identify` as `userJwt`
/// (<https://devdocs.drift.com/docs/securing-drift-on-your-site-using-signed-identities>). Drift documents only `sub`.
/// Not confirmed: that it verifies the other claims. Its call requires the id and the attributes next to the token: the
/// script reads them from the token, so that the page contains them only once.
///
/// **Choose *required* in Drift's settings**: in the mode *enabled*, Drift falls back to the unsigned identity.
///
/// Logout calls `drift.reset()`. Drift does not publish what it stores in the browser; the cookies that are removed are
/// known from third parties only.
#[derive(Clone, Debug)]
pub struct Drift {
    options: Options,
}

impl Drift {
    /// Creates the widget from its embed id and the signing key in its security settings.
    pub fn new(embed_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, embed_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(lifetime, "At most 31 days. Default: one hour; Drift documents no limit.");

    setter!(
        setting,
        "Settings are entries of `drift.config(..)`, for appearance and language (`locale`, `verticalOffset`, \
        `enableWelcomeMessage`; <https://devdocs.drift.com/docs/drift-config>). The names are not confirmed."
    );

    setter!(
        library_url,
        "The page replaces `{time}` by the time in milliseconds, rounded up to five minutes, as Drift's own \
        loader does. Default: `https://js.driftt.com/include/{time}/<embed id>.js`."
    );
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
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(
                adapter_with_reader!(),
                format!("https://js.driftt.com/include/{{time}}/{}.js", self.options.app_id),
            )
            .with_artifacts(COOKIES.into_iter().fold(SessionArtifacts::new(), SessionArtifacts::cookie))
            // Drift publishes no list that could be confirmed: only the library's host is known.
            .with_library_connections()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            sub: identity.required_id()?,
            email: identity.email(),
            name: identity.name(),
            attributes: CustomClaims::of(identity, RESERVED),
            exp: validity.exp(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
