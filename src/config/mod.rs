//! The configured set of widgets: built once, cheap to clone, hands out the layers and the token service.
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};
//!
//! #[derive(Clone)]
//! struct CurrentUser { id: String, email: String }
//!
//! let widgets = Widgets::builder()
//!     .widget(Intercom::new("abcd1234", Secret::new("s3cret")?))
//!     .identify(|parts| {
//!         let user = parts.extensions.get::<CurrentUser>();
//!         user.map(|user| Identity::new(&user.id).with_email(&user.email))
//!     })
//!     .build()?;
//!
//! assert!(widgets.is_enabled());
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

mod builder;
mod checked;

use std::{fmt, sync::Arc};

use crate::{
    csp::CspNeeds,
    identity::Identity,
    page::{LogoutLayer, WidgetLayer},
    sign::Token,
    token_error::TokenError,
    token_service::TokenService,
};

pub use builder::WidgetsBuilder;
#[cfg(feature = "conformance")]
pub(crate) use builder::check_unique;
pub(crate) use checked::Config;

/// The configured set: one `Arc` inside.
#[derive(Clone)]
pub struct Widgets(Option<Arc<Config>>);

/// How the identity reaches the page. Default: [`Html`](Delivery::Html).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// One script element in HTML pages, which boots and shuts down by itself.
    #[default]
    Html,
    /// Headers on the answers to same-origin fetches, for applications whose own script drives the widget:
    /// `x-widget-token-<name>` and `x-widget-page` (the person's fingerprint) on 2xx answers for a signed-in person,
    /// `x-widget-shutdown: <vendor>, ...` where a session must end. That script carries the shutdown out and then
    /// deletes the marker cookie. Tokens that are [costly](crate::widget::Widget::is_costly) (Salesforce) are for it to fetch from the
    /// token service.
    Header,
}

impl Widgets {
    /// Starts a configuration.
    pub fn builder() -> WidgetsBuilder {
        WidgetsBuilder::default()
    }

    /// A set that does nothing, for environments without keys: same types, every request and response untouched.
    ///
    /// ```
    /// use tower_widget_identity::Widgets;
    ///
    /// let widgets = Widgets::disabled();
    /// assert!(!widgets.is_enabled());
    /// let _layer = widgets.layer();
    /// ```
    pub fn disabled() -> Self {
        Self(None)
    }

    /// Whether this set does anything: `false` only for [`Widgets::disabled`].
    pub fn is_enabled(&self) -> bool {
        self.0.is_some()
    }

    /// The layer that tells the widgets who is signed in.
    pub fn layer(&self) -> WidgetLayer {
        WidgetLayer::new(self.clone())
    }

    /// The layer for the logout route, which ends the widgets' sessions with the application's.
    pub fn logout_layer(&self) -> LogoutLayer {
        LogoutLayer::new(self.clone())
    }

    /// The service that hands fresh tokens to pages; mount it at [`token_path`](WidgetsBuilder::token_path).
    pub fn token_service(&self) -> TokenService {
        TokenService::new(self.clone())
    }

    /// The name of the marker cookie, for scripts that acknowledge a shutdown themselves; nothing when disabled.
    pub fn marker_name(&self) -> Option<&str> {
        self.0.as_ref().map(|config| config.marker.name.as_str())
    }

    /// What a static Content-Security-Policy must allow, to be shown or pasted; nothing when disabled.
    pub fn csp(&self) -> Option<&CspNeeds> {
        self.0.as_ref().map(|config| &config.csp_needs)
    }

    /// A new token of this name (`intercom`, `zendesk-chat`, ...) for this person, as the token service would hand out:
    /// for applications that bring it to the page in their own way.
    ///
    /// Signs on the calling thread, also what is [costly](crate::widget::Widget::is_costly).
    ///
    /// # Errors
    ///
    /// [`TokenError::UnknownToken`] when no vendor has a token of this name or the set is disabled; otherwise the vendor's.
    pub fn mint(&self, token_name: &str, identity: &Identity) -> Result<Token, TokenError> {
        let config = self.config().ok_or(TokenError::UnknownToken)?;
        config.mint(token_name, identity)
    }

    pub(crate) fn config(&self) -> Option<&Arc<Config>> {
        self.0.as_ref()
    }
}

impl fmt::Debug for Widgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("Widgets(disabled)"),
            Some(config) => f
                .debug_struct("Widgets")
                .field("vendors", &config.widgets.iter().map(|widget| widget.name()).collect::<Vec<_>>())
                .field("delivery", &config.delivery)
                .field("token_path", &config.token_path)
                .field("marker", &config.marker.name)
                .finish_non_exhaustive(),
        }
    }
}
