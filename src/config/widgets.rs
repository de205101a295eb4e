//! The application's handle to its checked configuration.
//!
//! `layer()`, `logout_layer()` and `token_service()` are defined beside the types that they return.

use std::{borrow::Cow, fmt, sync::Arc};

use http::request::Parts;

use super::checked::Config;
use crate::{csp::CspNeeds, identity::Identity, sign::Token, token_error::TokenError};

/// The configured set of widgets, or a choice among several sets. Cloning it clones one `Arc`.
#[derive(Clone)]
pub struct Widgets(pub(super) Set);

#[derive(Clone)]
pub(super) enum Set {
    Disabled,
    One(Arc<Config>),
    Selected(Select),
}

type Select = Arc<dyn Fn(&Parts) -> Option<Widgets> + Send + Sync>;

/// The most choices that may lead to another choice: a longer chain is a cycle.
const MOST_CHOICES: usize = 8;

impl Widgets {
    /// Returns a set that does nothing, for environments without keys.
    ///
    /// The types stay the same, and every request and response passes unchanged.
    ///
    /// ```
    /// use tower_widget_identity::Widgets;
    ///
    /// let widgets = Widgets::disabled();
    /// assert!(!widgets.is_enabled());
    /// let _layer = widgets.layer();
    /// ```
    pub fn disabled() -> Self {
        Self(Set::Disabled)
    }

    /// Returns a set that is chosen for each request, for applications with tenants.
    ///
    /// The closure can choose by the host, the path or an extension of the request. If it returns `None`, the layers pass
    /// the request to the inner service unchanged, even at the token path. A mounted token service returns 404.
    ///
    /// All tenants share the layers and the token service, which call the closure for each request, so you can add and
    /// remove tenants while the application runs. Build each set once and clone it in the closure. Tenants that share a
    /// host and differ by path each need a [`marker_name`](crate::WidgetsBuilder::marker_name) and a
    /// [`token_path`](crate::WidgetsBuilder::token_path).
    ///
    /// ```
    /// use std::{collections::HashMap, sync::{Arc, RwLock}};
    /// use tower_widget_identity::{Secret, Widgets, widget::Intercom};
    ///
    /// let workspace = Widgets::builder().widget(Intercom::new("abcd1234", Secret::new("s3cret")?)).build()?;
    /// let tenants = Arc::new(RwLock::new(HashMap::from([("one.example.com".to_owned(), workspace)])));
    ///
    /// let chosen = tenants.clone();
    /// let widgets = Widgets::select(move |parts| {
    ///     let host = parts.headers.get("host")?.to_str().ok()?;
    ///     chosen.read().ok()?.get(host).cloned()
    /// });
    /// let _layer = widgets.layer();
    /// assert!(widgets.is_enabled());
    /// # Ok::<(), tower_widget_identity::ConfigError>(())
    /// ```
    pub fn select(choose: impl Fn(&Parts) -> Option<Widgets> + Send + Sync + 'static) -> Self {
        Self(Set::Selected(Arc::new(choose)))
    }

    /// Whether this set does anything: `false` only for [`Widgets::disabled`].
    pub fn is_enabled(&self) -> bool {
        !matches!(self.0, Set::Disabled)
    }

    /// The name of the marker cookie, for scripts that delete the marker after they have ended the session themselves.
    ///
    /// Returns `None` for a disabled set and for a [choice](Widgets::select): ask the chosen set.
    pub fn marker_name(&self) -> Option<&str> {
        self.config().map(|config| config.marker.name.as_str())
    }

    /// What a static Content-Security-Policy must allow, for you to print or paste.
    ///
    /// Returns `None` for a disabled set and for a [choice](Widgets::select): ask the chosen set.
    pub fn csp(&self) -> Option<&CspNeeds> {
        self.config().map(|config| &config.csp_needs)
    }

    /// Mints the token with this name (`intercom`, `zendesk-chat`, ...) for a user.
    ///
    /// The token is like the one that the token service returns. Use it if your application brings the token to the
    /// page in its own way. The calling thread signs it, even if it is [costly](crate::widget::Manifest::is_costly).
    ///
    /// # Errors
    ///
    /// [`TokenError::UnknownToken`] if no widget has a token with this name, or if the set is disabled or a
    /// [choice](Widgets::select); otherwise the widget's error.
    pub fn mint(&self, token_name: &str, identity: &Identity) -> Result<Token, TokenError> {
        let config = self.config().ok_or(TokenError::UnknownToken)?;
        config.mint(token_name, identity)
    }

    /// The configuration, if it is the same for all requests.
    pub(crate) fn config(&self) -> Option<&Arc<Config>> {
        match &self.0 {
            Set::One(config) => Some(config),
            Set::Disabled | Set::Selected(_) => None,
        }
    }

    /// The configuration for this request.
    pub(crate) fn config_for(&self, parts: &Parts) -> Option<Cow<'_, Arc<Config>>> {
        let Set::Selected(choose) = &self.0 else { return self.config().map(Cow::Borrowed) };
        let mut chosen = choose(parts)?;
        for _ in 0..MOST_CHOICES {
            let Set::Selected(choose) = &chosen.0 else { return chosen.config().cloned().map(Cow::Owned) };
            chosen = choose(parts)?;
        }
        None
    }
}

impl fmt::Debug for Widgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Set::Disabled => f.write_str("Widgets(disabled)"),
            Set::Selected(_) => f.write_str("Widgets(selected for each request)"),
            Set::One(config) => f
                .debug_struct("Widgets")
                .field("widgets", &config.widgets.iter().map(|widget| widget.name()).collect::<Vec<_>>())
                .field("delivery", &config.delivery)
                .field("token_path", &config.token_path)
                .field("marker", &config.marker.name)
                .finish_non_exhaustive(),
        }
    }
}
