//! Freshchat, also known as Freshdesk's web chat: an HS256 JWT handed to `init`.
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

/// Names that settings may not take: what identifies a person, and what has a setter.
const RESERVED: &str = "\
    token host jwtAuthToken externalId restoreId firstName lastName email phone phoneCountryCode meta";

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
    options: Options,
    host: String,
}

impl Freshchat {
    /// A widget by its public token, with the encryption key of the account (Admin, Web Chat, User authentication).
    pub fn new(token: impl Into<String>, encryption_key: Secret) -> Self {
        Self {
            options: Options::new(NAME, token, encryption_key).with_reserved_settings(RESERVED),
            host: "https://wchat.freshchat.com".to_owned(),
        }
    }

    setter!(text host, "The account's host, with its scheme. Default: `https://wchat.freshchat.com`.");

    setter!(lifetime, "At most 31 days. Default: one hour; Freshchat documents no limit.");

    setter!(library_url, "Default: `/js/widget.js` on the [host](Self::host).");

    setter!(setting, "One more argument of `fcWidget.init` (`siteId`, `locale`, `config`).");
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
    fn manifest(&self) -> Manifest {
        let host = library_source(&self.host);
        self.options
            .manifest(include_str!("adapter.min.js"), format!("{}/js/widget.js", self.host.trim_end_matches('/')))
            .with_setting("token", self.options.app_id.as_str())
            .with_setting("host", self.host.as_str())
            // Freshchat publishes no list that could be confirmed: the library's host and the account's are known.
            .with_csp_sources(CspSources::new().script([host.clone()]).connect([host.clone()]).frame([host]))
    }

    fn secret(&self) -> &Secret {
        &self.options.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_https(NAME, "host", &self.host)
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            reference_id: identity.required_id()?,
            first_name: identity.name(),
            email: identity.email(),
            iat: validity.iat(),
            exp: validity.exp(),
        };
        Ok(self.options.secret.jwt(&claims)?.with_lifetime(validity.lifetime()))
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("jwtAuthToken", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
