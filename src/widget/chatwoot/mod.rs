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

use serde_json::{Map, Value};

use crate::widget::{facts::grouped, hash, prelude::*};

const NAME: &str = "chatwoot";

/// What names a person, or has a setter of its own.
const RESERVED: &str = "websiteToken baseUrl identifier identifier_hash user email name avatar_url";

/// What no unsigned fact may say: it names the person, or has a setter of the identity.
const RESERVED_FACTS: &str = "identifier identifier_hash user email name";

/// Unsigned facts that the frame takes by name, by `app/javascript/widget/store/modules/contacts.js` in
/// `chatwoot/chatwoot`; all others are `custom_attributes`.
const FACTS: &str = "avatar_url phone_number company_name city country_code description social_profiles";

/// Chatwoot's website widget, of Chatwoot's own cloud or of one's own installation.
///
/// `setUser` gets the user id as identifier, a string, with its HMAC-SHA256 as `identifier_hash`. Only the identifier
/// is proven; e-mail address and name stand beside it unsigned. Chatwoot wants at least one of the two: an identity
/// that has neither gets nothing. The hash never expires. Until the inbox enforces it, a blank hash is ignored and
/// signing protects nobody.
///
/// Unsigned facts go along: `avatar_url`, `phone_number`, `company_name`, `city`, `country_code` (two letters),
/// `description` and `social_profiles` by name
/// (<https://www.chatwoot.com/hc/user-guide/articles/1677587234-how-to-send-additional-user-information-to-chatwoot-using-sdk>),
/// all others as `custom_attributes`, whose keys an administrator defines in Chatwoot first. That `setUser` takes those
/// is from Chatwoot's code. The name of a company is the `company_name`, unless an unsigned fact says another one. The
/// adapter passes on no id, plan or attributes of the company, and no attributes of the identity, for nothing would
/// sign them. Chatwoot 4.3 sends the facts to its server only with a changed address, name, picture or hash, not for
/// themselves.
///
/// Logout is `$chatwoot.reset()` and the removal of both cookies. Chatwoot's own reset removes them without their
/// `Domain`, so they survive it where [`base_domain`](Chatwoot::base_domain) is set; here they go on every domain
/// level. Both or neither: `cw_user_..` is a digest of what `setUser` last got (MD5 in Chatwoot 4.3, SHA-256 or FNV-1a
/// in later code, so nothing here reads it), and where it matches, `setUser` sends nothing, so without
/// `cw_conversation` alone the person would stay anonymous. The logout also removes `cw_snooze_campaigns_till`, the
/// time until which this person sees no campaigns, and the random id of a tab that later code keeps in
/// `sessionStorage`. What Chatwoot keeps in the page to tell its frame again (`$chatwoot.user`) goes too, and the next
/// person is handed over only when the reset frame has loaded. These facts are from Chatwoot's code, not from its
/// documents (`chatwoot/chatwoot`: `app/javascript/entrypoints/sdk.js`, `app/javascript/sdk/`).
///
/// The frame loads anew where Turbo Drive or Astro move it to another body, and another tab may write
/// `cw_conversation`: the library takes the person for known by `cw_user_..` although the conversation is another one.
/// So the adapter keeps in `sessionStorage` for which conversation they were handed over; where it is another one,
/// `cw_user_..` goes and they are handed over again.
///
/// Code newer than Chatwoot 4.3 computes that digest asynchronously in `setUser`. If the session ends meanwhile, it
/// writes the former person into the page after the reset; the adapter removes them before the library reads them for
/// the new frame. Whether and when that code is released is not confirmed.
///
/// The library is not loaded for a logout, for it would show the launcher. It puts a `<style>` element into the page: a
/// policy without `'unsafe-inline'` for styles needs its hash, which differs between versions, so the application has
/// to add it.
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
        let installation = library_source(&self.base_url);
        self.options
            .manifest(adapter_with_reader!(), format!("{}/packs/js/sdk.js", self.base_url))
            .with_setting("websiteToken", self.options.app_id.as_str())
            .with_setting("baseUrl", self.base_url.as_str())
            // Names by `app/javascript/sdk/` in `chatwoot/chatwoot`: the first two cookies last 365 days, the third an
            // hour.
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie("cw_conversation")
                    .cookie(user_cookie(&self.options.app_id))
                    .cookie("cw_snooze_campaigns_till")
                    .session_storage("chatwoot-widget-tab-id")
                    // The adapter's own.
                    .session_storage("widget-identity-chatwoot")
                    .global("$chatwoot.user")
                    .global("$chatwoot.identifier"),
            )
            // No list by the vendor is known here. The library's host is known, and by Chatwoot's code its frame and
            // the sound that it fetches are the installation's; the rest is the application's to add.
            .with_csp_sources(CspSources::new().connect([installation.clone()]).frame([installation]))
            // Written by `setUser` alone; visitors have `cw_conversation`.
            .with_identified_cookie(user_cookie(&self.options.app_id))
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
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
            .with_some("name", identity.name())
            .with_facts("facts", facts(identity)))
    }
}

fn facts(identity: &Identity) -> Map<String, Value> {
    let mut facts = unsigned_facts(identity, RESERVED_FACTS);
    if let Some(name) = identity.company().and_then(Company::name) {
        facts.entry("company_name").or_insert_with(|| name.into());
    }
    grouped(facts, FACTS, "custom_attributes")
}

#[cfg(test)]
mod tests;
