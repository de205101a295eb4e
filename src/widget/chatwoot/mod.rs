//! Chatwoot: an HMAC of the identifier, handed to `setUser`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Chatwoot, Widget}};
//!
//! let widget = Chatwoot::new("websiteToken1", Secret::new("s3cret")?).base_url("https://chat.example.com");
//! assert_eq!(widget.manifest().library(), Some("https://chat.example.com/packs/js/sdk.js"));
//! let nameless = widget.boot_data(&Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail, "it wants an e-mail address or a name besides");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "chatwoot";

/// What names a person, or has a setter of its own.
const RESERVED: &str = "websiteToken baseUrl identifier identifier_hash user email name avatar_url";

/// Chatwoot's website widget, of Chatwoot's own cloud or of one's own installation.
///
/// `setUser` gets the user id as identifier, a string, with its HMAC-SHA256 as `identifier_hash`. Only the identifier is
/// proven; e-mail address and name stand beside it unsigned, attributes are not passed on. Chatwoot wants at least one
/// of the two: an identity that has neither gets nothing. The hash never expires. Until the inbox enforces it, a blank
/// hash is ignored and signing protects nobody.
///
/// Logout is `$chatwoot.reset()` and the removal of both cookies. Chatwoot's own reset removes them without their
/// `Domain`, so they survive it where [`base_domain`](Chatwoot::base_domain) is set; here they go on every domain
/// level. Both or neither: `cw_user_..` is a digest of what was last told, and where it matches, `setUser` tells
/// nothing, so without `cw_conversation` alone the person would stay anonymous. What Chatwoot keeps in the page to tell
/// its frame again (`$chatwoot.user`) goes too, and the next person is handed over only when the reset frame has loaded. These
/// facts are from Chatwoot's code, not from its documents (`chatwoot/chatwoot`: `app/javascript/entrypoints/sdk.js`,
/// `app/javascript/sdk/`).
///
/// The library is not loaded for a logout, for it would show the launcher.
#[derive(Clone, Debug)]
pub struct Chatwoot {
    options: Options,
    base_url: String,
}

impl Chatwoot {
    /// An inbox by its website token, with its HMAC token (Settings, Inboxes, Configuration), used as it is shown.
    pub fn new(website_token: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, website_token, secret).with_reserved_settings(RESERVED),
            base_url: "https://app.chatwoot.com".to_owned(),
        }
    }

    /// Where Chatwoot is installed, with its scheme. Default: `https://app.chatwoot.com`.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into().trim_end_matches('/').to_owned();
        self
    }

    /// The domain of its cookies, to share a conversation between subdomains (`chatwootSettings.baseDomain`). Default:
    /// the host alone.
    #[must_use]
    pub fn base_domain(mut self, domain: impl Into<String>) -> Self {
        self.options.settings = self.options.settings.with("baseDomain", domain.into());
        self
    }

    setter!(library_url, "Default: `<base url>/packs/js/sdk.js`.");

    setter!(setting, "One more entry of `chatwootSettings`, for appearance (`position`, `locale`, `darkMode`).");
}

/// The library and the frame come from there.
fn check_base_url(url: &str) -> Result<(), ConfigError> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    if !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte)) {
        return Ok(());
    }
    let message = "chatwoot: base_url must be the address of the installation, like `https://chat.example.com`";
    Err(ConfigError::new(ConfigErrorKind::Setting, message))
}

fn user_cookie(website_token: &str) -> String {
    format!("cw_user_{website_token}")
}

impl Widget for Chatwoot {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), format!("{}/packs/js/sdk.js", self.base_url))
            .with_setting("websiteToken", self.options.app_id.as_str())
            .with_setting("baseUrl", self.base_url.as_str())
            // Cookie names by `app/javascript/sdk/` in `chatwoot/chatwoot`; they last 365 days.
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie("cw_conversation")
                    .cookie(user_cookie(&self.options.app_id))
                    .global("$chatwoot.user")
                    .global("$chatwoot.identifier"),
            )
            // No list by the vendor is known here. The library's host is known, and by Chatwoot's code its frame is the
            // installation's; the rest is the application's to add.
            .with_csp_sources(CspSources::new().frame([library_source(&self.base_url)]))
            // Written by `setUser` alone; visitors have `cw_conversation`.
            .with_identified_cookie(user_cookie(&self.options.app_id))
    }

    fn secret(&self) -> &Secret {
        &self.options.secret
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_base_url(&self.base_url)
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let hash = hash::of_id(&self.options.secret, identity, now)?;
        match identity.email().or(identity.name()) {
            Some(_) => Ok(hash),
            None => Err(TokenError::MissingEmail),
        }
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("identifier_hash", self.mint(NAME, identity, now)?)
            .with("identifier", identity.id())
            .with_some("email", identity.email())
            .with_some("name", identity.name()))
    }
}

#[cfg(test)]
mod tests;
