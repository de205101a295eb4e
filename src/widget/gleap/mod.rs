//! Gleap: an HMAC of the user id, passed to `identify`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Gleap, Widget}};
//!
//! let widget = Gleap::new("sdkKey1", Secret::new("s3cret")?);
//! let hash = widget.mint("gleap", &Identity::new("123"), SystemTime::now()).unwrap();
//! assert_eq!((hash.as_str().len(), hash.lifetime()), (64, None), "a hash never expires");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, Value};

use crate::widget::{facts::grouped, hash, prelude::*};

const NAME: &str = "gleap";
/// <https://docs.gleap.io/documentation/javascript/content-security-policy>, without the schemes and the
/// `'unsafe-inline'` that the page lists: those are for the application to decide.
const POLICY: &str = "\
    script-src https://*.gleap.io; \
    connect-src https://*.gleap.io wss://ws.gleap.io https://*.pusher.com wss://*.pusher.com; \
    frame-src https://*.gleap.io; \
    img-src https://*.gleap.io; \
    font-src https://*.gleap.io; \
    media-src https://*.gleap.io; \
    style-src https://*.gleap.io";

/// Names that no unsigned fact may have: they identify the user, or `Identity` has a setter for them.
const RESERVED_FACTS: &[&str] = &["userId", "hash", "userHash", "email", "name", "companyId", "companyName", "company"];
/// Unsigned facts that Gleap accepts by name (<https://docs.gleap.io/javascript/user-identity>, and `index.d.ts` of
/// gleap 16.4.0); all others go into `customData`.
const FACTS: &[&str] = &["phone", "value", "plan", "sla", "avatar", "createdAt"];
/// Methods that may not be settings, because they belong to the adapter or take two values.
const RESERVED_SETTINGS: &[&str] = &["setUseCookies", "setCustomData", "setTicketAttribute"];
/// Methods that may be settings although they do not begin with `set`.
const SETTINGS: &[&str] =
    &["disableConsoleLogOverwrite", "enableShortcuts", "playSound", "showFeedbackButton", "showTabNotificationBadge"];

/// Gleap's widget.
///
/// `Gleap.identify` gets the user id, a string, with its HMAC-SHA256 (seen in gleap 16.4.0). Only the id is proven; the
/// name and the e-mail address are passed unsigned. The hash never expires. Gleap skips an `identify` that repeats what
/// it already knows, so a correct hash alone does not replace a wrong one.
///
/// Unsigned facts are passed too: `phone`, `value`, `plan`, `sla`, `avatar` and `createdAt` (a date in ISO 8601) by
/// name, all others in `customData`, of which Gleap accepts up to 35 keys with strings, numbers and booleans
/// (<https://docs.gleap.io/javascript/user-identity>). The id and the name of a company become `companyId` and
/// `companyName`, which every version knows, and its plan becomes `plan`, unless an unsigned fact sets another one. The
/// adapter passes no attributes of the company or the identity, because nothing would sign them.
///
/// Logout calls `Gleap.destroy()`, which removes the button, then `Gleap.clearIdentity()`, whose new anonymous session
/// also closes the connection to the former user's replies, and removes Gleap's `localStorage` entries and its cookie.
/// Until the next boot, Gleap uses no cookie, because it would resume a session that another tab has written there. The
/// names were seen in its code (gleap 16.4.0) and are not documented. Signed-out visitors have the cookie too. The
/// library is not loaded for a logout, because it would show the button.
///
/// If a response arrives after the logout, Gleap identifies the former user again: the adapter ends that session too,
/// or, if the next user is already identified, identifies the next user again, at most five times in a page.
#[derive(Clone, Debug)]
pub struct Gleap {
    options: Options,
}

impl Gleap {
    /// Creates the widget from a project's SDK key, which is public, and its identity verification secret.
    pub fn new(api_key: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, api_key, secret)
                .with_reserved_settings(RESERVED_SETTINGS)
                .with_methods_as_settings(SETTINGS),
        }
    }

    setter!(library_url, "Default: `https://sdk.gleap.io/latest/index.js`.");

    setter!(
        setting,
        "Settings are Gleap's methods, each called with its value before `initialize`: `setLanguage`, \
        `setEnvironment`, `setTags`, or another that begins with `set` and takes one value; also \
        `disableConsoleLogOverwrite`, `enableShortcuts`, `playSound`, `showFeedbackButton` and \
        `showTabNotificationBadge`."
    );
}

impl Widget for Gleap {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://sdk.gleap.io/latest/index.js")
            .with_setting("apiKey", self.options.app_id.as_str())
            // The names are from the code of gleap 16.4.0, which writes nothing else but the project's configuration.
            // `destroy` and `clearIdentity` leave unread support replies and an unfinished tour behind.
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie(format!("session-{}", self.options.app_id))
                    .storage(format!("gleap-widget-session-{}", self.options.app_id))
                    .storage("gleap-widget-unread-notifications")
                    .storage("gleap-tour-data"),
            )
            .with_csp_sources(CspSources::from_policy(POLICY))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_id(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("hash", self.mint(NAME, identity, now)?)
            .with("userId", identity.id())
            .with_some("name", identity.name())
            .with_some("email", identity.email())
            .with_facts("facts", facts(identity)))
    }
}

fn facts(identity: &Identity) -> Map<String, Value> {
    let mut facts = grouped(unsigned_facts(identity, RESERVED_FACTS), FACTS, "customData");
    let Some(company) = identity.company() else { return facts };
    facts.insert("companyId".to_owned(), company.id().into());
    if let Some(name) = company.name() {
        facts.insert("companyName".to_owned(), name.into());
    }
    if let Some(plan) = company.plan() {
        facts.entry("plan").or_insert_with(|| plan.into());
    }
    facts
}

#[cfg(test)]
mod tests;
