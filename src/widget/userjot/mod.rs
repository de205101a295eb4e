//! UserJot: an HS256 JWT of five required claims, handed to `identify`.
//!
//! ```
//! use std::time::Duration;
//!
//! use tower_widget_identity::{Secret, widget::{UserJot, Widget}};
//!
//! let userjot = UserJot::new("project-1", Secret::new("s3cret")?);
//! let hour = Duration::from_secs(60 * 60);
//! assert!(userjot.clone().lifetime(hour).check().is_ok());
//! assert!(userjot.lifetime(2 * hour).check().is_err(), "no more than an hour");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, Value};

use crate::widget::prelude::*;

const NAME: &str = "userjot";
const AUDIENCE: &str = "userjot";
/// `exp` is at most one hour after `iat`: <https://userjot.com/docs/widget-v3-signed-identity>.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Names that settings may not take: what identifies a person, and what has a setter.
const RESERVED: &str = "projectId token user id email firstName lastName avatar signature traits companies";

/// UserJot's feedback widget, in its third version.
///
/// Signs `sub`, `iss` (the project id), `aud` (`userjot`), `iat` and `exp`, all of them required, and `email`, `firstName`
/// (the name as it is shown) and `traits` (the attributes) where there are any, as an HS256 JWT
/// (<https://userjot.com/docs/widget-v3-signed-identity>), handed over as `uj.identify({ token })`. The spelling of that
/// call is not confirmed.
///
/// Logout is `uj.identify(null)` (<https://userjot.com/docs/identify-users>). UserJot does not publish what it keeps in the
/// browser, so there is nothing to purge by name, nor which hosts a Content-Security-Policy must allow: only the library's
/// is.
#[derive(Clone, Debug)]
pub struct UserJot {
    options: Options,
}

impl UserJot {
    /// A project by its id, with its secret (Settings, Login, Secrets).
    pub fn new(project_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, project_id, secret)
                .with_longest_lifetime(HOUR)
                .with_reserved_settings(RESERVED),
        }
    }

    setter!(lifetime, "At most one hour. Default: one hour.");

    setter!(library_url, "It is a module. Default: `https://cdn.userjot.com/sdk/v3/uj.js`.");

    setter!(setting, "One more option of `uj.init` (`widget`, `locale`, `pageContext`).");
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    iss: &'a str,
    aud: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(rename = "firstName", skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    traits: &'a Map<String, Value>,
    iat: u64,
    exp: u64,
}

impl Widget for UserJot {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://cdn.userjot.com/sdk/v3/uj.js")
            .with_setting("projectId", self.options.app_id.as_str())
            // UserJot publishes no list: the library's host is known.
            .with_library_connections()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            sub: identity.required_id()?,
            iss: &self.options.app_id,
            aud: AUDIENCE,
            email: identity.email(),
            first_name: identity.name(),
            traits: identity.attributes(),
            iat: validity.iat(),
            exp: validity.exp(),
        };
        Ok(self.options.secret.jwt(&claims)?.with_lifetime(validity.lifetime()))
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
