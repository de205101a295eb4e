//! Sendbird's AI agent messenger ("Delight AI"), with session tokens that Sendbird's own API issues.
//!
//! ```
//! use std::time::Duration;
//! use tower_widget_identity::{Identity, IssuedToken, Issuer, Secret, Widgets, widget::Sendbird};
//!
//! let issuer = Issuer::new(async |identity: Identity| {
//!     // POST https://api-<app id>.sendbird.com/v3/users/<user id>/token
//!     let token = format!("what-the-api-answers-for-{}", identity.id());
//!     Ok::<_, std::io::Error>(IssuedToken::new(token, Duration::from_secs(60 * 60)))
//! });
//! let sendbird = Sendbird::new("AE8F7EEA-4555-4F86-AD8B-5E0BD86BFE67", "support-agent", issuer)
//!     .library_url("/sendbird.js"); // A file that your application serves: see the type.
//! let widgets = Widgets::builder()
//!     .widget(sendbird)
//!     .marker_key(Secret::new("a secret of the application")?)
//!     .build()?;
//! assert!(widgets.is_enabled());
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::{
    issued::Issuer,
    widget::{
        checks::{check_app_id, check_set},
        claims::{as_text, unsigned_facts},
        issued::{IssuedOptions, issued_tokens},
        prelude::*,
    },
};

const NAME: &str = "sendbird";
/// Settings that this crate sets.
const RESERVED: &[&str] = &["appId", "aiAgentId", "userSessionInfo", "context", "initialChannelUrl"];

/// Sendbird's AI agent messenger, now named Delight AI. Needs the feature `issued`.
///
/// The [`Issuer`]'s function posts to `https://api-<app id>.sendbird.com/v3/users/<user id>/token` with the header
/// `Api-Token`; `expires_at` in the body is in **milliseconds**, and the user must exist already
/// (<https://github.com/sendbird/chat-ai-widget/blob/develop/custom-session-guide.md>). It returns the response's
/// `token` with the lifetime that it requested. The user's id there is [`Identity::id`].
///
/// The messenger is a JavaScript module whose export no script element can reach
/// (<https://github.com/sendbird/delight-ai-agent/blob/main/js/cdn/docs/README.md>). So your application serves these
/// two lines at its own path, and configures that path as the [`library_url`](Self::library_url):
///
/// ```js
/// import { loadMessenger } from 'https://aiagent.delight.ai/orgs/default/index.js';
/// window.loadMessenger = loadMessenger;
/// ```
///
/// The page initializes the messenger with a `ManualSessionInfo` once it has the token. The messenger asks again itself
/// when the token expires. A visitor gets an `AnonymousSessionInfo`. The facts from [`Identity::with_unsigned`] become
/// the `context`, all of them as strings.
///
/// Logout calls `deauthenticate()`, then `destroy()`. Keys of `localStorage` that begin with `@sb-agent-session/` and
/// `@sb-agent-udata/` and the key `@sb-agent-focused-channel` are removed: the names are from the package
/// `@sendbird/ai-agent-messenger-react` 1.40.1, and so is the list of hosts in a policy. Not confirmed: that the module
/// from the CDN uses the same ones.
#[derive(Clone, Debug)]
pub struct Sendbird {
    options: IssuedOptions,
    ai_agent_id: String,
}

impl Sendbird {
    /// Creates the widget from an application id, an AI agent's id and the issuer that calls Sendbird's API.
    ///
    /// **Channels > Messenger** of the dashboard shows both ids. [`library_url`](Self::library_url) must be set, too.
    pub fn new(app_id: impl Into<String>, ai_agent_id: impl Into<String>, issuer: Issuer) -> Self {
        Self { options: IssuedOptions::new(NAME, app_id, issuer, RESERVED), ai_agent_id: ai_agent_id.into() }
    }

    setter!(
        library_url,
        "Default: none; it must be set to the path of the module that your application serves, as above."
    );

    setter!(
        setting,
        "Settings are fields of `messenger.initialize` (`language`, `countryCode`, `entryPoint`, `theme`)."
    );
}

impl Widget for Sendbird {
    fn manifest(&self) -> Manifest {
        let app_id = self.options.app_id.to_ascii_lowercase();
        self.options
            .manifest(include_str!("adapter.min.js"), "")
            .with_setting("appId", self.options.app_id.as_str())
            .with_setting("aiAgentId", self.ai_agent_id.as_str())
            .with_artifacts(
                SessionArtifacts::new()
                    .storage("@sb-agent-session/*")
                    .storage("@sb-agent-udata/*")
                    .storage("@sb-agent-focused-channel"),
            )
            .with_csp_sources(
                CspSources::new()
                    .script(["https://aiagent.delight.ai"])
                    .connect([
                        format!("https://api-{app_id}.app.delight.ai"),
                        format!("wss://ws-{app_id}.app.delight.ai"),
                        format!("https://desk-api-{app_id}.app.delight.ai"),
                    ])
                    .style(["https://fonts.googleapis.com"])
                    .font(["https://fonts.gstatic.com"])
                    .img(["https://static.dashboard.sendbird.com"]),
            )
    }

    issued_tokens!();

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_app_id("sendbird (AI agent)", &self.ai_agent_id)?;
        check_set(NAME, "library_url", self.options.library_url.as_deref().unwrap_or_default())
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        identity.check_session(now)?;
        let facts = unsigned_facts(identity, &[]).into_iter();
        let context = facts.filter_map(|(key, value)| Some((key, as_text(&value)?.into())));
        Ok(BootData::new().with("userId", identity.required_id()?).with_facts("context", context.collect()))
    }
}
