//! HubSpot: visitor identification, with tokens that HubSpot's own API issues.
//!
//! ```
//! use std::time::Duration;
//! use tower_widget_identity::{Identity, IssuedToken, Issuer, Secret, Widgets, widget::HubSpot};
//!
//! let issuer = Issuer::new(async |identity: Identity| {
//!     // POST https://api.hubapi.com/visitor-identification/2026-03/tokens/create
//!     let token = format!("what-the-api-answers-for-{}", identity.id());
//!     Ok::<_, std::io::Error>(IssuedToken::new(token, Duration::from_secs(12 * 60 * 60)))
//! });
//! let widgets = Widgets::builder()
//!     .widget(HubSpot::new("1234567", issuer))
//!     .marker_key(Secret::new("a secret of the application")?)
//!     .build()?;
//! assert!(widgets.is_enabled());
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::{
    issued::Issuer,
    widget::{
        issued::{IssuedOptions, issued_tokens},
        prelude::*,
    },
};

const NAME: &str = "hubspot";
/// Settings that this crate sets: the user, and when the chat loads.
const RESERVED: &[&str] = &["identificationEmail", "identificationToken", "loadImmediately"];

/// HubSpot's chat. Needs the feature `issued`.
///
/// The [`Issuer`]'s function posts the user's e-mail address, and names if there are any, to
/// `https://api.hubapi.com/visitor-identification/2026-03/tokens/create` (older:
/// `/conversations/v3/visitor-identification/tokens/create`), with a private app's access token that has the scope
/// `conversations.visitor_identification.tokens.create`; the `token` in the response is valid for 12 hours and may be
/// used again (<https://developers.hubspot.com/docs/api-reference/conversations-visitor-identification-v3/guide>). This
/// requires a Professional plan or a higher one. `cargo run --example hubspot` is such an application.
///
/// The page sets `hsConversationsSettings` with `identificationEmail` and `identificationToken`, and loads the chat
/// only then
/// (<https://developers.hubspot.com/docs/api-reference/conversations-conversations-inbox-%26-messages-v3/chat-widget-sdk>).
/// While the token service has no token, the user sees no chat. A user without an e-mail address sees none either.
///
/// Logout calls `HubSpotConversations.clear({ resetWidget: true })`, which deletes the chat's cookies; the runtime also
/// removes those cookies of HubSpot's tracking code that identify the user (`hubspotutk`, `__hstc`, `__hssc`,
/// `__hssrc`,
/// <https://knowledge.hubspot.com/privacy-and-consent/what-cookies-does-hubspot-set-in-a-visitor-s-browser>). What the
/// chat keeps in `localStorage` is not confirmed by the vendor. The hosts in a policy are those for accounts in the
/// United States; for other accounts, add their hosts with [`csp_sources`](crate::WidgetsBuilder::csp_sources).
#[derive(Clone, Debug)]
pub struct HubSpot {
    options: IssuedOptions,
}

impl HubSpot {
    /// Creates the widget from a portal's id and the issuer that requests tokens from HubSpot's API.
    ///
    /// The portal's id is the "Hub ID".
    pub fn new(portal_id: impl Into<String>, issuer: Issuer) -> Self {
        Self { options: IssuedOptions::new(NAME, portal_id, issuer, RESERVED) }
    }

    setter!(
        library_url,
        "Default: `https://js.hs-scripts.com/<portal id>.js`; for accounts in Europe, \
        `https://js-eu1.hs-scripts.com/<portal id>.js`."
    );

    setter!(setting, "Settings are entries of `hsConversationsSettings` (`inlineEmbedSelector`, `disableAttachment`).");
}

impl Widget for HubSpot {
    fn manifest(&self) -> Manifest {
        let library = format!("https://js.hs-scripts.com/{}.js", self.options.app_id);
        self.options
            .manifest(include_str!("adapter.min.js"), &library)
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie("messagesUtk")
                    .cookie("hubspotutk")
                    .cookie("__hstc")
                    .cookie("__hssc")
                    .cookie("__hssrc")
                    .global("hsConversationsSettings.identificationEmail")
                    .global("hsConversationsSettings.identificationToken"),
            )
            .with_csp_sources(
                CspSources::new()
                    .script(["https://js.usemessages.com", "https://js.hs-banner.com", "https://js.hs-analytics.net"])
                    .connect(["https://api.hubspot.com", "https://api.hubapi.com"])
                    .frame(["https://app.hubspot.com"])
                    .img(["https://track.hubspot.com", "https://f.hubspotusercontent00.net"]),
            )
    }

    issued_tokens!();

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        identity.required_id()?;
        identity.check_session(now)?;
        Ok(BootData::new().with("email", identity.required_email()?))
    }
}
