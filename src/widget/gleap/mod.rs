//! Gleap: an HMAC of the user id, handed to `identify`.
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
/// `'unsafe-inline'` that the page lists: those are the application's to decide.
const POLICY: &str = "\
    script-src https://*.gleap.io; \
    connect-src https://*.gleap.io wss://ws.gleap.io https://*.pusher.com wss://*.pusher.com; \
    frame-src https://*.gleap.io; \
    img-src https://*.gleap.io; \
    font-src https://*.gleap.io; \
    media-src https://*.gleap.io; \
    style-src https://*.gleap.io";

/// What no unsigned fact may say: it names the person, or has a setter of the identity.
const RESERVED_FACTS: &str = "userId hash userHash email name companyId companyName company";
/// Unsigned facts that Gleap knows by name (<https://docs.gleap.io/javascript/user-identity>, and `index.d.ts` of gleap
/// 16.4.0); all others are `customData`.
const FACTS: &str = "phone value plan sla avatar createdAt";
/// Methods that no setting may be, for they belong to the adapter or take two values.
const RESERVED_SETTINGS: &str = "setUseCookies setCustomData setTicketAttribute";
/// Settings besides the methods that begin with `set`.
const SETTINGS: &str =
    "disableConsoleLogOverwrite enableShortcuts playSound showFeedbackButton showTabNotificationBadge";

/// Gleap's widget.
///
/// `Gleap.identify` gets the user id, a string, with its HMAC-SHA256 (seen in gleap 16.4.0). Only the id is proven;
/// name and e-mail address stand beside it unsigned. The hash never expires. Gleap skips an `identify` that says what
/// it knows already, so a hash that was wrong is not corrected by a right one alone.
///
/// Unsigned facts go along: `phone`, `value`, `plan`, `sla`, `avatar` and `createdAt` (a date in ISO 8601) by name, all
/// others as `customData`, of which Gleap takes up to 35 keys with texts, numbers and booleans
/// (<https://docs.gleap.io/javascript/user-identity>). The id and name of a company are `companyId` and `companyName`,
/// which every version knows, and its plan is the `plan`, unless an unsigned fact says another one. The adapter passes
/// on no attributes, neither the company's nor the identity's: nothing would sign them.
///
/// Logout is `Gleap.destroy()`, which takes the button away, then `Gleap.clearIdentity()`, whose new session for nobody
/// also closes the connection to the former user's replies, and the removal of Gleap's `localStorage` entries and its
/// cookie. Until the next boot Gleap uses no cookie, or it would take up the session that another tab has written
/// there. The names were seen in its code (gleap 16.4.0) and are not documented. The cookie is there for visitors too.
/// The library is not loaded for a logout, for it would show the button.
///
/// An answer that was on its way at the logout makes Gleap the former user's again: the adapter ends that session too,
/// or, where the next user is there already, corrects it, at most five times in a page.
#[derive(Clone, Debug)]
pub struct Gleap {
    options: Options,
}

impl Gleap {
    /// A project by its SDK key, which is public, with its identity verification secret.
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
        "A method of Gleap's that is called with this value before `initialize`: `setLanguage`, `setEnvironment`, \
         `setTags`, or another that begins with `set` and takes one value; also `disableConsoleLogOverwrite`, \
         `enableShortcuts`, `playSound`, `showFeedbackButton` and `showTabNotificationBadge`."
    );
}

impl Widget for Gleap {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://sdk.gleap.io/latest/index.js")
            .with_setting("apiKey", self.options.app_id.as_str())
            // By the code of gleap 16.4.0, which writes nothing else but the project's configuration. Support replies that were
            // not read yet, and a tour that was not finished, survive both.
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
