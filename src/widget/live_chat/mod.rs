//! LiveChat (Text): a custom identity provider, with tokens that LiveChat's own API issues.
//!
//! ```
//! use std::time::Duration;
//! use tower_widget_identity::{Identity, IssuedToken, Issuer, Secret, Widgets, widget::LiveChat};
//!
//! let issuer = Issuer::new(async |_: Identity| {
//!     // POST https://accounts.livechat.com/v2/customer/token, for the customer of this user.
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
/// Settings that this crate sets.
const RESERVED: &[&str] = &["license", "custom_identity_provider", "customer", "asyncInit"];

/// LiveChat by Text. Needs the feature `issued`.
///
/// The [`Issuer`]'s function requests a customer's token from `https://accounts.livechat.com/v2/customer/token`, with
/// the grant `agent_token` and the id of the customer that the application stores with its user
/// (<https://platform.text.com/docs/authorization/customer-authorization>). It returns an
/// [`IssuedToken::of_parts`](crate::IssuedToken::of_parts) with the members `accessToken` (the response's
/// `access_token`), `entityId` and `organizationId`, and the response's `expires_in` as its lifetime.
///
/// The page gives the library a `custom_identity_provider`, whose functions call the token service
/// (<https://platform.text.com/extending-chat-widget/custom-identity-provider>). The library asks again itself when a
/// token expires. A visitor without an account is LiveChat's own anonymous customer and gets no such provider.
///
/// Logout calls `LiveChatWidget.call('destroy')`; from then on, the provider returns no token. The host's cookies
/// `__lc_cid` and `__lc_cst` are removed. No page can reach the cookies on LiveChat's own host; they belong to no user,
/// because the library uses them only without a provider. Names of entries in `localStorage` are not confirmed by the
/// vendor.
#[derive(Clone, Debug)]
pub struct LiveChat {
    options: IssuedOptions,
}

impl LiveChat {
    /// Creates the widget from a licence number and the issuer that requests tokens from LiveChat's API.
    pub fn new(license: impl Into<String>, issuer: Issuer) -> Self {
        Self { options: IssuedOptions::new(NAME, license, issuer, RESERVED) }
    }

    setter!(library_url, "Default: `https://cdn.livechatinc.com/tracking.js`.");

    setter!(setting, "Settings are entries of `__lc` (`group`, `chat_between_groups`, `product_name`).");
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
