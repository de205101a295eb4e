//! Sunshine Conversations (Smooch): an HS256 JWT that names its key.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{SunshineConversations, Widget}};
//!
//! let key = Secret::new("BFJJ88naxc5PZNAMU9KpBNTR")?.with_key_id("app_55e9f9bf7a0ce5ca2d429c17");
//! let smooch = SunshineConversations::new("5f7cb3ea2b1f2b000c0a1234", key).setting("locale", "de");
//! assert!(smooch.check().is_ok());
//! assert!(smooch.manifest().requires_token_path(), "the library asks for a token when one is refused");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::prelude::*;

const NAME: &str = "sunshine-conversations";
/// The vendor's README, without the scheme `blob:` of `img-src`: that is for the application to decide.
const POLICY: &str = "\
    connect-src wss://*.smooch.io https://*.smooch.io https://*.zendesk.com; \
    font-src https://*.smooch.io https://*.zendesk.com; \
    script-src https://*.smooch.io https://*.zendesk.com; \
    style-src https://*.smooch.io https://*.zendesk.com; \
    img-src https://*.smooch.io https://*.zendesk.com";
/// Options of `Smooch.init` that identify a user, or that this crate sets.
const RESERVED_SETTINGS: &[&str] = &[
    "integrationId",
    "externalId",
    "userId",
    "jwt",
    "delegate",
    "user",
    "givenName",
    "surname",
    "email",
    "properties",
];
/// Names that no unsigned fact may have, because they identify a user.
const RESERVED: &[&str] = &["externalId", "external_id", "userId", "scope", "jwt"];

/// Zendesk's Sunshine Conversations, formerly Smooch: its Web Messenger.
///
/// Signs `scope` (`user`), `external_id` and `exp` as an HS256 JWT whose header names the key
/// (<https://docs.smooch.io/guide/authenticating-users/>). The token is passed to `Smooch.init` with the id, which the
/// adapter reads from it; the library gets a new token when it asks, through the delegate `onInvalidAuth`
/// (<https://github.com/zendesk/sunshine-conversations-web>), so the page needs the token path.
///
/// The name, the e-mail address and the attributes are not signed: the vendor documents no claims for them. The
/// [unsigned facts](Identity::with_unsigned) go to `Smooch.updateUser`, which accepts `givenName`, `surname`, `email`,
/// `avatarUrl` and `metadata`.
///
/// Logout calls `Smooch.logout` and `Smooch.destroy`, and removes the entries of `localStorage` and `sessionStorage`
/// that begin with the integration's id (the names `<integration id>.appUserId`, `.sessionToken` and `.clientId` were
/// seen in the vendor's older code, not documented).
///
/// Not confirmed: the longest `exp`.
#[derive(Clone, Debug)]
pub struct SunshineConversations {
    options: Options,
}

impl SunshineConversations {
    /// Creates the widget from a web integration's id and the secret of an app key.
    ///
    /// The secret must have the key's [id](Secret::with_key_id), like `app_55e9..`.
    pub fn new(integration_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, integration_id, secret)
                .with_reserved_settings(RESERVED_SETTINGS)
                .with_required_key_id(),
        }
    }

    setter!(lifetime, "At most 31 days. Default: one hour; the vendor documents no limit.");

    setter!(
        setting,
        "Settings are options of `Smooch.init`, like `locale`, `customText` or `displayStyle`: \
        <https://github.com/zendesk/sunshine-conversations-web#initoptions>. If a policy's `img-src` does \
        not allow `blob:`, switch `imageUploadEnabled` off."
    );

    setter!(
        library_url,
        "Default: `https://cdn.smooch.io/smooch.5.7.19.min.js`. The vendor's loader asks \
        `webloader.smooch.io` for the latest version; this crate loads an exact one."
    );
}

#[derive(Serialize)]
struct Claims<'a> {
    scope: &'static str,
    external_id: &'a str,
    exp: u64,
}

impl Widget for SunshineConversations {
    fn manifest(&self) -> Manifest {
        let entries = format!("{}.*", self.options.app_id);
        self.options
            .manifest(adapter_with_reader!(), "https://cdn.smooch.io/smooch.5.7.19.min.js")
            .with_setting("integrationId", self.options.app_id.as_str())
            .with_artifacts(SessionArtifacts::new().storage(entries.as_str()).session_storage(entries.as_str()))
            .with_csp_sources(CspSources::from_policy(POLICY))
            .with_required_token_path()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let external_id = identity.required_id()?;
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims { scope: "user", external_id, exp: validity.exp() };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        let token = self.mint(NAME, identity, now)?;
        Ok(BootData::new().with_token("token", token).with_facts("user", unsigned_facts(identity, RESERVED)))
    }
}

#[cfg(test)]
mod tests;
