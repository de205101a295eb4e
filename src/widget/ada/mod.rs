//! Ada Messaging for signed-in users, with single-use identity tokens that Ada's own API issues.
//!
//! ```
//! use std::time::Duration;
//! use tower_widget_identity::{Identity, IssuedToken, Issuer, Secret, Widgets, widget::Ada};
//!
//! let issuer = Issuer::single_use(async |identity: Identity| {
//!     // POST https://acme.ada.support/api/v2/auth/tokens/, with the Ada end user's id.
//!     let token = format!("what-the-api-answers-for-{}", identity.id());
//!     Ok::<_, std::io::Error>(IssuedToken::new(token, Duration::from_secs(15 * 60)))
//! });
//! let widgets = Widgets::builder()
//!     .widget(Ada::new("acme", issuer))
//!     .marker_key(Secret::new("a secret of the application")?)
//!     .build()?;
//! assert!(widgets.is_enabled());
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::{
    issued::Issuer,
    widget::{
        claims::as_flat,
        issued::{IssuedOptions, issued_tokens},
        prelude::*,
    },
};

const NAME: &str = "ada";
/// Settings that this crate sets: the user, and when and where the chat starts. Callbacks are functions, so they cannot
/// be settings.
const RESERVED: &[&str] = &["handle", "identityToken", "lazy", "parentElement", "metaFields", "sensitiveMetaFields"];

/// Ada's chat for websites ("Messaging"). Needs the feature `issued`.
///
/// The [`Issuer`]'s function posts `end_user_id` to `https://<handle>.ada.support/api/v2/auth/tokens/` with your API
/// key; the `token` in the response is valid for 15 minutes and for one exchange
/// (<https://docs.ada.cx/messaging/identity/getting-started>). `end_user_id` is Ada's own id for the user: the function
/// finds or creates it with Ada's End Users API, and your application stores it. The function returns
/// [`IssuedToken::new`](crate::IssuedToken::new) with 15 minutes. `build()` returns an error if the issuer is not
/// [`Issuer::single_use`].
///
/// The page loads Ada's script without starting it, and starts it with the setting `identityToken` once it has the
/// token (<https://docs.ada.cx/messaging/web/sdk-api-reference>). Each page load uses one token. Ada's legacy Chat does
/// not support identity tokens and shows the user an anonymous chat; Ada moves every account to Messaging by December
/// 15, 2026 (<https://docs.ada.cx/2026-09-30-introducing-messaging>). Do not load Ada's script in the page yourself: a
/// chat that has already started cannot be started again for a user.
///
/// The facts from [`Identity::with_unsigned`] become `metaFields`: strings, numbers and booleans; other values become
/// JSON text.
///
/// Logout calls `deleteHistory()`, then `stop()`. Ada's own SDK for iOS names the former for a sign-out
/// (<https://github.com/ada-cx-public/messaging-ios>); that it ends an identified session in a browser is not
/// confirmed. `stop()` alone keeps the conversation (<https://c15t.com/docs/integrations/ada>). The session is in the
/// storage of Ada's host, which no page can reach, so a page ends a session from an earlier page by loading the script
/// out of sight. Ada lists what it stores on your own host (<https://docs.ada.cx/messaging/web/browser-storage>); the
/// names are not confirmed, and this crate removes none of them.
///
/// The hosts for a policy are those that Ada's SDK for iOS allows. If you set `cluster` or `domain`, which Ada gives to
/// some accounts, add their hosts with [`csp_sources`](crate::WidgetsBuilder::csp_sources).
#[derive(Clone, Debug)]
pub struct Ada {
    options: IssuedOptions,
}

impl Ada {
    /// Creates the widget from an AI Agent's handle and the issuer that requests tokens from Ada's API.
    ///
    /// The handle is `acme` in `acme.ada.support`.
    pub fn new(handle: impl Into<String>, issuer: Issuer) -> Self {
        Self { options: IssuedOptions::new(NAME, handle, issuer, RESERVED) }
    }

    setter!(library_url, "Default: `https://static.ada.support/embed2.js`.");

    setter!(setting, "One more setting of `adaEmbed.start` (`language`, `cluster`, `domain`, `align`).");
}

impl Widget for Ada {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://static.ada.support/embed2.js")
            .with_setting("handle", self.options.app_id.as_str())
            .with_csp_sources(
                CspSources::new()
                    .script(["https://messaging-assets.ada.support"])
                    .connect(["https://*.ada.support"])
                    .frame(["https://*.ada.support"])
                    .img(["https://*.ada.support"]),
            )
    }

    issued_tokens!();

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        self.options.check_single_use()
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        identity.required_id()?;
        identity.check_session(now)?;
        Ok(BootData::new().with_facts("metaFields", as_flat(unsigned_facts(identity, &[]))))
    }
}
