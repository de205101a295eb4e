//! Drift: an HS256 JWT handed to `identify`.
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

/// Names that attributes may not take: claims, and what the call has beside the attributes.
const COOKIES: [&str; 6] = ["driftt_aid", "driftt_sid", "driftt_eid", "drift_aid", "drift_sid", "drift_eid"];
const RESERVED: &str = "email name userId userJwt";

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
    options: Options,
}

impl Drift {
    /// A widget by its embed id, with the signing key of its security settings.
    pub fn new(embed_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, embed_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(lifetime, "At most 31 days. Default: one hour; Drift documents no limit.");

    setter!(
        setting,
        "One more entry of `drift.config(..)`, for appearance and language (`locale`, `verticalOffset`, `enableWelcomeMessage`; <https://devdocs.drift.com/docs/drift-config>). The names are not confirmed."
    );

    setter!(
        library_url,
        "The page puts the time in place of `{time}`, in milliseconds and rounded up to five minutes, as Drift's own loader does. Default: `https://js.driftt.com/include/{time}/<embed id>.js`."
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
            // Drift publishes no list that could be confirmed: the library's host is known.
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
