//! The application's handle to its checked configuration. `layer()`, `logout_layer()` and `token_service()` stand beside what
//! they return.

use std::{fmt, sync::Arc};

use super::checked::Config;
use crate::{csp::CspNeeds, identity::Identity, sign::Token, token_error::TokenError};

/// The configured set: one `Arc` inside.
#[derive(Clone)]
pub struct Widgets(pub(super) Option<Arc<Config>>);

impl Widgets {
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

    /// The name of the marker cookie, for scripts that acknowledge a shutdown themselves; `None` when disabled.
    pub fn marker_name(&self) -> Option<&str> {
        self.0.as_ref().map(|config| config.marker.name.as_str())
    }

    /// What a static Content-Security-Policy must allow, to be shown or pasted; `None` when disabled.
    pub fn csp(&self) -> Option<&CspNeeds> {
        self.0.as_ref().map(|config| &config.csp_needs)
    }

    /// A new token of this name (`intercom`, `zendesk-chat`, ...) for this person, as the token service would hand out:
    /// for applications that bring it to the page in their own way.
    ///
    /// Signs on the calling thread, also what is [costly](crate::widget::Manifest::has_costly_tokens).
    ///
    /// # Errors
    ///
    /// [`TokenError::UnknownToken`] when no widget has a token of this name or the set is disabled; otherwise the widget's.
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
                .field("widgets", &config.widgets.iter().map(|widget| widget.name()).collect::<Vec<_>>())
                .field("delivery", &config.delivery)
                .field("token_path", &config.token_path)
                .field("marker", &config.marker.name)
                .finish_non_exhaustive(),
        }
    }
}
