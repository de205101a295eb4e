//! The configuration as it is collected, and its checks.

use std::{collections::BTreeSet, fmt, future::Future, sync::Arc, time::SystemTime};

use http::request::Parts;

use super::{
    checked::{Config, When},
    delivery::Delivery,
    widgets::Widgets,
};
use crate::{
    csp::{self, CspMode, CspNeeds, CspSources},
    error::{ConfigError, ConfigErrorKind},
    identity::Viewer,
    lookup::Identify,
    marker::{MarkerCookie, MarkerKey, MarkerOptions},
    protocol::PAGE,
    sign::{Clock, Secret},
    snippet::{CookieData, Snippet},
    widget::{ConfiguredWidget, Widget},
    worker::Worker,
};

/// Collects the configuration; [`build`](WidgetsBuilder::build) checks it.
#[derive(Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct WidgetsBuilder {
    widgets: Vec<ConfiguredWidget>,
    identify: Identify,
    when: When,
    delivery: Delivery,
    iframes: bool,
    visitors: bool,
    token_path: Option<String>,
    csp: CspMode,
    csp_sources: CspSources,
    marker: MarkerOptions,
    clock: Clock,
}

impl Widgets {
    /// Starts a configuration.
    pub fn builder() -> WidgetsBuilder {
        WidgetsBuilder::default()
    }
}

impl WidgetsBuilder {
    /// Adds a widget. Several may be configured, each once. The first one's secret also keys the marker.
    pub fn widget(mut self, widget: impl Widget) -> Self {
        self.widgets.push(ConfiguredWidget::new(widget));
        self
    }

    /// How to learn who is looking: a closure over the request's parts. Default: a [`Viewer`] in the extensions.
    ///
    /// It returns an `Option<T>` (`None`: nobody is signed in), a `Result<Option<T>, E>` (`Err`: not known) or a [`Viewer`],
    /// where `T` is an [`Identity`](crate::Identity) or the application's own type with a conversion into it. An `Option`
    /// speaks for **every** request that reaches the layer: where the auth layer does not cover them all, return a `Viewer`,
    /// and [`Viewer::Unknown`] there. After `Unknown` or an error, a `Viewer` in the request extensions counts.
    ///
    /// It runs before the handler, so it sees a login or logout only with the next request; a [`Viewer`] in the
    /// response extensions wins over it. Never take the identity from a header that a client could set.
    pub fn identify<V: Into<Viewer>>(mut self, ask: impl Fn(&Parts) -> V + Send + Sync + 'static) -> Self {
        self.identify = Identify::now(ask);
        self
    }

    /// Like [`identify`](WidgetsBuilder::identify) for session stores that are asked asynchronously.
    ///
    /// The closure runs before the handler, and only for possible page loads; let it clone a *handle* to the session.
    /// The future is awaited after the handler ran, and only if the response may carry the identity: a login or
    /// logout in the handler is seen. Page loads lose their conditional headers, for nobody can tell before the
    /// handler runs whether the page will be personal. After `Unknown` or an
    /// error, the [`Viewer`] counts that was in the request extensions before the handler ran.
    ///
    /// ```
    /// use tower_sessions::Session;
    /// use tower_widget_identity::{Identity, Secret, Viewer, Widgets, widget::Intercom};
    ///
    /// let widgets = Widgets::builder()
    ///     .widget(Intercom::new("abcd1234", Secret::new("s3cret")?))
    ///     .identify_async(|parts| {
    ///         let session = parts.extensions.get::<Session>().cloned();
    ///         async move {
    ///             let Some(session) = session else { return Viewer::Unknown };
    ///             let user = session.get::<String>("user").await;
    ///             Viewer::from(user.map(|id| id.map(Identity::new)))
    ///         }
    ///     })
    ///     .build()?;
    /// # assert!(widgets.is_enabled());
    /// # Ok::<(), tower_widget_identity::ConfigError>(())
    /// ```
    pub fn identify_async<F, Fut>(mut self, ask: F) -> Self
    where
        F: Fn(&Parts) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: Into<Viewer>> + Send + 'static,
    {
        self.identify = Identify::later(ask);
        self
    }

    /// Opts requests in: where it answers `false`, [`WidgetLayer`](crate::WidgetLayer) does nothing. Default: every request.
    ///
    /// A logout is never opted out.
    pub fn when(mut self, allows: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        self.when = When(Some(Arc::new(allows)));
        self
    }

    /// How the identity reaches the page. Default: [`Delivery::Html`].
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Whether pages in iframes get the identity too. Default: `false`; the page around them has the widget.
    pub fn iframes(mut self, allowed: bool) -> Self {
        self.iframes = allowed;
        self
    }

    /// Whether the widgets are shown to visitors too, without an identity. Default: `false`.
    ///
    /// Their pages get a snippet that is the same for all of them, so they stay as cacheable as they were (a strong
    /// `ETag` becomes weak). It looks at the marker itself: a page from a cache never boots a visitor over what a person left.
    pub fn visitors(mut self, shown: bool) -> Self {
        self.visitors = shown;
        self
    }

    /// The path at which [`Widgets::token_service`] is mounted, like `/widget-token`. Default: none.
    ///
    /// Needed by widgets whose script fetches tokens (Zendesk), and for fresh tokens on pages that stay open long.
    pub fn token_path(mut self, path: impl Into<String>) -> Self {
        self.token_path = Some(path.into());
        self
    }

    /// Whether the Content-Security-Policy of responses that carry the snippet is patched. Default: [`CspMode::Patch`].
    pub fn csp(mut self, csp: CspMode) -> Self {
        self.csp = csp;
        self
    }

    /// More sources to allow beside the vendors' own: a Zendesk account's subdomain, the host of a help centre, video
    /// players in the messenger. Default: none.
    pub fn csp_sources(mut self, sources: CspSources) -> Self {
        self.csp_sources = self.csp_sources.merge(sources);
        self
    }

    /// The marker cookie's name. Default: `__Host-widget-<hash of the configured widgets and ids>`.
    pub fn marker_name(mut self, name: impl Into<String>) -> Self {
        self.marker.name = Some(name.into());
        self
    }

    /// The domain that shares the marker, like `example.com`; the logout expires vendor cookies there. Default: the
    /// host alone, and the logout tries each parent domain.
    ///
    /// Set it where several subdomains show the same widget: then a logout on one is known on all. The name's prefix
    /// becomes `__Secure-`.
    pub fn cookie_domain(mut self, domain: impl Into<String>) -> Self {
        self.marker.domain = Some(domain.into());
        self
    }

    /// For development over plain HTTP: the marker cookie without prefix and without `Secure`. Default: `false`.
    pub fn plain_http(mut self, plain: bool) -> Self {
        self.marker.plain_http = plain;
        self
    }

    /// The secret from which the marker's key is derived. Default: the first widget's secret.
    ///
    /// Set it where instances have different vendor secrets, or before rotating one: the fingerprints stay the same,
    /// and nobody's widget is shut down for the change.
    pub fn marker_key(mut self, secret: Secret) -> Self {
        self.marker.key = Some(secret);
        self
    }

    /// The clock, for tests. Default: the system's.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Checks the configuration and prepares what all pages have in common.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] that says how to correct it: no widget, one that is configured twice, or an id, a lifetime, a cookie
    /// name or a path that cannot be.
    pub fn build(self) -> Result<Widgets, ConfigError> {
        self.check_widgets()?;
        let token_path = self.checked_token_path()?;
        let marker = MarkerCookie::build(&self.marker, &self.widgets)?;
        let secret = self.marker.key.as_ref().or_else(|| self.widgets.first().map(|widget| widget.secret()));
        let marker_key = MarkerKey::derive(secret.ok_or_else(no_widget)?);
        let cookie = CookieData { name: &marker.name, attributes: &marker.attributes };
        let snippet = Snippet::build(&self.widgets, cookie, token_path.as_deref())?;
        let csp_needs = CspNeeds::new(snippet.hash(), self.checked_sources(token_path.as_deref())?);
        Ok(Widgets(Some(Arc::new(Config {
            identified_cookies: self
                .widgets
                .iter()
                .filter_map(|widget| widget.manifest().identified_cookie().map(str::to_owned))
                .collect(),
            worker: self.widgets.iter().any(|widget| widget.manifest().has_costly_tokens()).then(Worker::start),
            widgets: self.widgets,
            identify: self.identify,
            when: self.when,
            delivery: self.delivery,
            iframes: self.iframes,
            visitors: self.visitors,
            token_path,
            marker,
            snippet,
            csp: self.csp,
            csp_needs,
            marker_key,
            clock: self.clock,
        }))))
    }

    fn check_widgets(&self) -> Result<(), ConfigError> {
        if self.widgets.is_empty() {
            return Err(no_widget());
        }
        let mut names = BTreeSet::new();
        for widget in &self.widgets {
            widget.check()?;
            check_unique(&mut names, widget.name())?;
            for token in widget.manifest().token_names().into_iter().filter(|token| *token != widget.name()) {
                check_unique(&mut names, token)?;
            }
        }
        Ok(())
    }

    /// What the widgets load, and the runtime's own fetches.
    fn checked_sources(&self, token_path: Option<&str>) -> Result<CspSources, ConfigError> {
        let own = self.csp_sources.clone().connect(token_path.map(|path| csp::path_source(&format!("{path}/"))));
        let sources = self.widgets.iter().fold(own, |all, widget| all.merge(widget.manifest().csp_sources()));
        match sources.illegal() {
            None => Ok(sources),
            Some(source) => Err(ConfigError::new(
                ConfigErrorKind::CspSource,
                format!(
                    "{source:?} cannot be a CSP source: name a scheme and a host, or a path on the page's own host"
                ),
            )),
        }
    }

    fn checked_token_path(&self) -> Result<Option<String>, ConfigError> {
        let fetching = self.widgets.iter().find(|widget| widget.manifest().requires_token_path());
        match (&self.token_path, fetching) {
            (None, None) => Ok(None),
            (None, Some(widget)) => Err(token_path_error(format!(
                "{}: its script fetches tokens: set token_path(\"/widget-token\") and mount token_service() there",
                widget.name()
            ))),
            (Some(path), _) if is_absolute_path(path) => Ok(Some(path.trim_end_matches('/').to_owned())),
            (Some(_), _) => Err(token_path_error(
                "the token path must be an absolute path of its own, like `/widget-token`".to_owned(),
            )),
        }
    }
}

impl fmt::Debug for WidgetsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WidgetsBuilder")
            .field("widgets", &self.widgets.iter().map(|widget| widget.name()).collect::<Vec<_>>())
            .field("delivery", &self.delivery)
            .field("token_path", &self.token_path)
            .finish_non_exhaustive()
    }
}

/// A name stands in paths, header names and scripts: lower-case letters, digits and hyphens. `page` is ours.
pub(crate) fn check_unique<'a>(names: &mut BTreeSet<&'a str>, name: &'a str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name == PAGE || !name.bytes().all(legal) {
        let message =
            format!("{name:?}: a widget's name must be of lower-case letters, digits and hyphens, and not `page`");
        return Err(ConfigError::new(ConfigErrorKind::WidgetName, message));
    }
    if !names.insert(name) {
        let message = format!("{name} is configured twice: one configuration serves every page");
        return Err(ConfigError::new(ConfigErrorKind::DuplicateWidget, message));
    }
    Ok(())
}

/// Not `//host`, which would be another origin's; no `..`, which browsers resolve; no query, escape or white space.
fn is_absolute_path(path: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
    let trimmed = path.trim_end_matches('/');
    trimmed.starts_with('/')
        && trimmed.bytes().all(legal)
        && trimmed.split('/').skip(1).all(|segment| !matches!(segment, "" | "." | ".."))
}

fn token_path_error(message: String) -> ConfigError {
    ConfigError::new(ConfigErrorKind::TokenPath, message)
}

fn no_widget() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::NoWidget,
        "no widget is configured: add one with widget(..), or use Widgets::disabled()",
    )
}
