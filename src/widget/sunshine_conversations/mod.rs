//! Sunshine Conversations (Smooch): an HS256 JWT with the key's name.
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
/// Of the vendor's README, without the scheme `blob:` of `img-src`: that is the application's to decide.
const POLICY: &str = "\
    connect-src wss://*.smooch.io https://*.smooch.io https://*.zendesk.com; \
    font-src https://*.smooch.io https://*.zendesk.com; \
    script-src https://*.smooch.io https://*.zendesk.com; \
    style-src https://*.smooch.io https://*.zendesk.com; \
    img-src https://*.smooch.io https://*.zendesk.com";
/// Options of `Smooch.init` that identify a person, or that this crate sets.
const RESERVED_SETTINGS: &str = "integrationId externalId userId jwt delegate user givenName surname email properties";
/// What identifies, which no unsigned fact may say.
const RESERVED: &str = "externalId external_id userId scope jwt";

/// Zendesk's Sunshine Conversations, formerly Smooch: its Web Messenger.
///
/// Signs `scope` (`user`), `external_id` and `exp` as an HS256 JWT whose header names the key
/// (<https://docs.smooch.io/guide/authenticating-users/>). The token is handed to `Smooch.init` with the id, which is read
/// out of it; a new one goes to the library when it asks, by the delegate `onInvalidAuth`
/// (<https://github.com/zendesk/sunshine-conversations-web>), so a token path is required.
///
/// Name, e-mail address and attributes are not signed: the vendor documents no claims for them. The
/// [unsigned facts](Identity::with_unsigned) go to `Smooch.updateUser`, which takes `givenName`, `surname`, `email`,
/// `avatarUrl` and `metadata`.
///
/// At logout, `Smooch.logout` and `Smooch.destroy` are called, and the entries of `localStorage` and `sessionStorage` that
/// begin with the integration's id are removed (the names `<integration id>.appUserId`, `.sessionToken` and `.clientId` are
/// seen in the vendor's older code, not documented).
///
/// Not confirmed: the longest `exp`.
#[derive(Clone, Debug)]
pub struct SunshineConversations {
    options: Options,
}

impl SunshineConversations {
    /// A web integration by its id, with the secret of an app key, which must [have its name](Secret::with_key_id), like
    /// `app_55e9..`.
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
        "An option of `Smooch.init`, like `locale`, `customText` or `displayStyle`: \
        <https://github.com/zendesk/sunshine-conversations-web#initoptions>. Where a policy's `img-src` has no `blob:`, switch \
        `imageUploadEnabled` off."
    );

    setter!(
        library_url,
        "Default: `https://cdn.smooch.io/smooch.5.7.19.min.js`. The vendor's loader asks `webloader.smooch.io` which version \
        is the latest; an exact one is loaded here."
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
