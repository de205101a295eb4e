//! Chatwoot: an HMAC of the identifier, passed to `setUser`.
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

/// Settings that identify a user, or that this crate sets.
const RESERVED: &[&str] =
    &["websiteToken", "baseUrl", "identifier", "identifier_hash", "user", "email", "name", "avatar_url"];

/// Names that no unsigned fact may have: they identify the user, or `Identity` has a setter for them.
const RESERVED_FACTS: &[&str] = &["identifier", "identifier_hash", "user", "email", "name"];

/// Unsigned facts that the frame accepts by name, from `app/javascript/widget/store/modules/contacts.js` in
/// `chatwoot/chatwoot`; all others go into `custom_attributes`.
const FACTS: &[&str] =
    &["avatar_url", "phone_number", "company_name", "city", "country_code", "description", "social_profiles"];

/// Chatwoot's website widget, from Chatwoot's own cloud or from your own installation.
///
/// `setUser` gets the user id as identifier, a string, with its HMAC-SHA256 as `identifier_hash`. Only the identifier
/// is proven; the e-mail address and the name are passed unsigned. Chatwoot requires at least one of the two: an
/// identity that has neither gets no token. The hash never expires. Until you enforce validation for the inbox,
/// Chatwoot ignores a blank hash and signing protects no user.
///
/// Unsigned facts are passed too: `avatar_url`, `phone_number`, `company_name`, `city`, `country_code` (two letters),
/// `description` and `social_profiles` by name
/// (<https://www.chatwoot.com/hc/user-guide/articles/1677587234-how-to-send-additional-user-information-to-chatwoot-using-sdk>),
/// all others in `custom_attributes`, whose keys an administrator defines in Chatwoot first. That `setUser` accepts
/// those is from Chatwoot's code. The name of a company becomes `company_name`, unless an unsigned fact sets another
/// one. The adapter passes no id, plan or attributes of the company, and no attributes of the identity, because nothing
/// would sign them. Chatwoot 4.3 sends the facts to its server only when the address, the name, the picture or the hash
/// changes, not when only the facts do.
///
/// Logout calls `$chatwoot.reset()` and removes both cookies. Chatwoot's own reset removes them without their `Domain`,
/// so they survive it if [`base_domain`](Chatwoot::base_domain) is set; this crate removes them on every domain level.
/// The two cookies must go together: `cw_user_..` is a digest of what `setUser` last received (MD5 in Chatwoot 4.3,
/// SHA-256 or FNV-1a in later code, so this crate never reads it), and if it matches, `setUser` sends nothing, so with
/// `cw_conversation` alone removed the user would stay anonymous. The logout also removes `cw_snooze_campaigns_till`,
/// the time until which this user sees no campaigns, and the random id of a tab that later code keeps in
/// `sessionStorage`. The runtime also removes what Chatwoot keeps in the page to send to its frame again
/// (`$chatwoot.user`), and the adapter passes the next user only when the reset frame has loaded. These facts are from
/// Chatwoot's code, not from its documentation (`chatwoot/chatwoot`: `app/javascript/entrypoints/sdk.js`,
/// `app/javascript/sdk/`).
///
/// The frame reloads when Turbo Drive or Astro moves it to another body, and another tab may write `cw_conversation`:
/// from `cw_user_..`, the library then assumes that the user is known, although the conversation is another one. So the
/// adapter records in `sessionStorage` for which conversation it passed the user; if the conversation is another one,
/// it removes `cw_user_..` and passes the user again.
///
/// Code newer than Chatwoot 4.3 computes that digest asynchronously in `setUser`. If the session ends in the meantime,
/// that code writes the former user into the page after the reset; the adapter removes this user before the library
/// reads it for the new frame. Not confirmed: whether and when that code is released.
///
/// The library is not loaded for a logout, because it would show the launcher. It adds a `<style>` element to the page:
/// a policy without `'unsafe-inline'` for styles needs its hash, which differs between versions, so the application
/// must add it.
#[derive(Clone, Debug)]
pub struct Chatwoot {
    options: Options,
    base_url: String,
}

impl Chatwoot {
    /// Creates the widget from an inbox's website token and its HMAC token.
    ///
    /// The HMAC token (Settings, Inboxes, Configuration) is used as it is shown there.
    pub fn new(website_token: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, website_token, secret).with_reserved_settings(RESERVED),
            base_url: "https://app.chatwoot.com".to_owned(),
        }
    }

    /// Sets the address of the Chatwoot installation, with its scheme. Default: `https://app.chatwoot.com`.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into().trim_end_matches('/').to_owned();
        self
    }

    /// Sets the domain of Chatwoot's cookies (`chatwootSettings.baseDomain`). Default: the host only.
    ///
    /// With a domain, subdomains share a conversation.
    #[must_use]
    pub fn base_domain(mut self, domain: impl Into<String>) -> Self {
        self.options.settings = self.options.settings.with("baseDomain", domain.into());
        self
    }

    setter!(library_url, "Default: `<base url>/packs/js/sdk.js`.");

    setter!(setting, "Settings are entries of `chatwootSettings`, for appearance (`position`, `locale`, `darkMode`).");
}

/// Checks the address of the installation, which serves the library and the frame.
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
            // The names are from `app/javascript/sdk/` in `chatwoot/chatwoot`: the first two cookies last 365 days, the
            // third an hour.
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie("cw_conversation")
                    .cookie(user_cookie(&self.options.app_id))
                    .cookie("cw_snooze_campaigns_till")
                    .session_storage("chatwoot-widget-tab-id")
                    // The adapter writes this entry itself.
                    .session_storage("widget-identity-chatwoot")
                    .global("$chatwoot.user")
                    .global("$chatwoot.identifier"),
            )
            // The vendor publishes no list. The library's host is known, and according to Chatwoot's code its frame and
            // the sound that it fetches come from the installation; the application must add the rest.
            .with_csp_sources(CspSources::new().connect([installation.clone()]).frame([installation]))
            // Only `setUser` writes this cookie; signed-out visitors have `cw_conversation`.
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
