//! Plain: an HMAC of the e-mail address, in the `customerDetails` of `init`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Plain, Widget}};
//!
//! let widget = Plain::new("liveChatApp_1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("plain", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("plain", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "plain";

/// Settings that identify a user, or that this crate sets.
const RESERVED: &[&str] =
    &["appId", "customerDetails", "email", "emailHash", "fullName", "externalId", "tenantIdentifier"];
/// The unsigned facts that Plain accepts about a customer, and the tenant.
const FACTS: &[&str] = &["externalId", "shortName", "chatAvatarUrl", "tenantIdentifier"];

/// Plain's chat widget.
///
/// `Plain.init` gets the e-mail address with its HMAC-SHA256 as `emailHash`
/// (<https://www.plain.com/docs/chat/authentication.md>). Only the address is proven; the full name is passed unsigned.
/// The hash never expires. An identity without an e-mail address gets no token.
///
/// [`Identity::with_unsigned`] adds `externalId`, `shortName` and `chatAvatarUrl` to the `customerDetails`, and
/// `tenantIdentifier` (`{"externalId": ".."}` or `{"tenantId": ".."}`) to the `threadDetails`; other facts are left
/// out. That the tenant belongs there, and all of these names except `externalId` and `tenantIdentifier`, are not
/// confirmed. Neither the identity's id nor its company is passed automatically: Plain may reject an id that it has for
/// another address, or a tenant that it does not know.
///
/// **Plain documents no logout for its widget**, nor what it stores in the browser. A shutdown closes the window, hides
/// the launcher (`Plain.update`, seen in use, not confirmed) and removes `window.Plain`, so that no button of the page
/// opens the conversation again; the library is never loaded for that. What the library has received stays in it until
/// the page unloads, so the adapter passes no other user to it on the same page; that user's widget appears with their
/// next page load. That no cookie or storage entry of Plain's outlives the session is not guaranteed.
#[derive(Clone, Debug)]
pub struct Plain {
    options: Options,
}

impl Plain {
    /// Creates a chat from its app id and the secret on its settings page.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://chat.cdn-plain.com/index.js`.");

    setter!(
        setting,
        "Settings are options of `Plain.init`, for appearance (`theme`, `hideLauncher`, `requireAuthentication`)."
    );
}

impl Widget for Plain {
    fn manifest(&self) -> Manifest {
        // The vendor publishes no list of hosts, so the policy allows only the library's own origin. The application
        // adds what else the widget loads, with `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(include_str!("adapter.min.js"), "https://chat.cdn-plain.com/index.js")
            .with_setting("appId", self.options.app_id.as_str())
            // The global is the only artifact that is known.
            .with_artifacts(SessionArtifacts::new().global("Plain"))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_email(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("emailHash", self.mint(NAME, identity, now)?)
            .with_some("email", identity.email())
            .with_some("fullName", identity.name())
            .with_facts("facts", known_facts(identity, FACTS)))
    }
}

#[cfg(test)]
mod tests;
