//! LiveChat (Text): a custom identity provider, with tokens that LiveChat's own API issues.
//!
//! ```
//! use std::time::Duration;
//! use tower_widget_identity::{Identity, IssuedToken, Issuer, Secret, Widgets, widget::LiveChat};
//!
//! let issuer = Issuer::new(async |_: Identity| {
//!     // POST https://accounts.livechat.com/v2/customer/token, for the customer of this person.
//!     let answer = serde_json::json!({
//!         "accessToken": "fra-a:abc", "entityId": "3aa138c1", "organizationId": "390e44e6"
//!     });
//!     IssuedToken::of_parts(&answer, Duration::from_secs(8 * 60 * 60))
//! });
//! let widgets = Widgets::builder()
//!     .widget(LiveChat::new("12345678", issuer))
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

const NAME: &str = "livechat";
const RESERVED: &str = "license custom_identity_provider customer asyncInit";

/// LiveChat by Text. Needs the feature `issued`.
///
/// The [`Issuer`]'s function asks `https://accounts.livechat.com/v2/customer/token` for a customer's token, with the grant
/// `agent_token` and the id of the customer that the application keeps beside its user
/// (<https://platform.text.com/docs/authorization/customer-authorization>). It returns an
/// [`IssuedToken::of_parts`](crate::IssuedToken::of_parts) with the members `accessToken` (the answer's `access_token`),
/// `entityId` and `organizationId`, and the answer's `expires_in` as its lifetime.
///
/// The page hands the library a `custom_identity_provider`, whose functions ask the token service
/// (<https://platform.text.com/extending-chat-widget/custom-identity-provider>). The library asks again by itself when a token
/// expires. A visitor without an account is LiveChat's own anonymous customer: no such provider is given.
///
/// Logout is `LiveChatWidget.call('destroy')`; the provider answers no token from then on. The host's cookies `__lc_cid` and
/// `__lc_cst` are removed; those on LiveChat's own host no page can reach, and they belong to no person here, for the library
/// uses them only without a provider. Names of entries in `localStorage` are not confirmed by the vendor.
#[derive(Clone, Debug)]
pub struct LiveChat {
    options: IssuedOptions,
}

impl LiveChat {
    /// A licence by its number, with the function that asks LiveChat's API for a token.
    pub fn new(license: impl Into<String>, issuer: Issuer) -> Self {
        Self { options: IssuedOptions::new(NAME, license, issuer, RESERVED) }
    }

    setter!(library_url, "Default: `https://cdn.livechatinc.com/tracking.js`.");

    setter!(setting, "One more entry of `__lc` (`group`, `chat_between_groups`, `product_name`).");
}

impl Widget for LiveChat {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(adapter_with_reader!(), "https://cdn.livechatinc.com/tracking.js")
            .with_setting("license", self.options.app_id.as_str())
            .with_artifacts(
                SessionArtifacts::new().cookie("__lc_cid").cookie("__lc_cst").global("__lc.custom_identity_provider"),
            )
            .with_csp_sources(
                CspSources::new()
                    .connect([
                        "https://api.livechatinc.com",
                        "wss://api.livechatinc.com",
                        "https://accounts.livechatinc.com",
                    ])
                    .frame(["https://secure.livechatinc.com"])
                    .img(["https://cdn.livechat-files.com", "https://cdn.livechatinc.com"]),
            )
    }

    issued_tokens!();

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        BootData::of_fetched_token(identity, now)
    }
}
