//! The configuration as it is collected, and its checks.

use std::{collections::BTreeSet, fmt, future::Future, sync::Arc, time::SystemTime};

use http::request::Parts;

use super::{
    checked::{Config, When},
    delivery::Delivery,
    widgets::{Set, Widgets},
};
use crate::{
    csp::{self, CspMode, CspNeeds, CspSources},
    error::{ConfigError, ConfigErrorKind},
    hints::Hints,
    host::Site,
    identity::Viewer,
    lookup::{Identify, Lookup},
    marker::{MarkerCookie, MarkerKey, MarkerOptions},
    protocol::PAGE,
    sign::{Clock, Secret},
    snippet::{ConstantData, CookieData, Load, Snippet, widget_data},
    widget::{ConfiguredWidget, Widget},
    worker::Worker,
};

/// Where the layer answers if the application names no other path.
const TOKEN_PATH: &str = "/widget-token";

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
    logout_paths: Vec<String>,
    encoded: bool,
    explain: bool,
    forwarded_host: bool,
    load: Load,
    spa: bool,
}

impl Widgets {
    /// Starts a configuration.
    pub fn builder() -> WidgetsBuilder {
        WidgetsBuilder::default()
    }
}

impl WidgetsBuilder {
    /// Adds a widget. Several may be configured, each once, in any order. The secret of the one whose name comes first in
    /// the alphabet also keys the marker, unless there is a [`marker_key`](WidgetsBuilder::marker_key).
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
    /// The closure runs before the handler, and only for possible page loads and logouts; let it clone a *handle* to the session.
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

    /// Like [`identify`](WidgetsBuilder::identify), with a clone of one request extension: the session, or the user whom the
    /// application's own layer has put there.
    ///
    /// The closure may be asynchronous; then it runs after the handler, as with
    /// [`identify_async`](WidgetsBuilder::identify_async). A plain closure runs before it. A request without the extension is
    /// [`Viewer::Unknown`], and the first one is warned of (feature `tracing`): most often the layer that provides the
    /// extension is inside of this one, or another version of its crate. For a type that is only there while somebody is
    /// signed in, ask with [`identify`](WidgetsBuilder::identify) and `parts.extensions.get::<T>()`: there, `None` means
    /// signed out.
    ///
    /// ```
    /// use tower_sessions::Session;
    /// use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};
    ///
    /// let widgets = Widgets::builder()
    ///     .widget(Intercom::new("abcd1234", Secret::new("s3cret")?))
    ///     .identify_with(async |session: Session| {
    ///         session.get::<String>("user_id").await.map(|id| id.map(Identity::new))
    ///     })
    ///     .build()?;
    /// # assert!(widgets.is_enabled());
    /// # Ok::<(), tower_widget_identity::ConfigError>(())
    /// ```
    pub fn identify_with<T, R, Kind>(mut self, ask: impl Fn(T) -> R + Send + Sync + 'static) -> Self
    where
        T: Clone + Send + Sync + 'static,
        R: Lookup<Kind>,
    {
        self.identify = Identify::with(ask);
        self
    }

    /// Like [`identify_async`](WidgetsBuilder::identify_async), with what an extractor of the application's finds. Feature
    /// `axum`.
    ///
    /// The extractor runs after the handler, on a copy of the request's parts from before it; a rejection is
    /// [`Viewer::Unknown`]. `state` is the router's, or `()`.
    ///
    /// An extractor that reads the user from a cookie still finds the user after a logout. The layer recognises the logout by
    /// the cookie that the response removes, or by its redirect; otherwise let the logout handler put
    /// [`Viewer::SignedOut`] into the response.
    ///
    /// ```
    /// # #[cfg(feature = "axum")] {
    /// use axum::{extract::FromRequestParts, http::{StatusCode, request::Parts}};
    /// use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};
    ///
    /// struct CurrentUser(Option<String>);
    ///
    /// impl<S: Sync> FromRequestParts<S> for CurrentUser {
    ///     type Rejection = StatusCode;
    ///
    ///     async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
    ///         // The application looks its session up here.
    ///         Ok(Self(parts.headers.get("cookie").map(|_| "user-1".to_owned())))
    ///     }
    /// }
    ///
    /// let widgets = Widgets::builder()
    ///     .widget(Intercom::new("abcd1234", Secret::new("s3cret")?))
    ///     .identify_by((), async |user: CurrentUser| user.0.map(Identity::new))
    ///     .build()?;
    /// # assert!(widgets.is_enabled());
    /// # }
    /// # Ok::<(), tower_widget_identity::ConfigError>(())
    /// ```
    #[cfg(feature = "axum")]
    pub fn identify_by<E, S, Fut>(mut self, state: S, ask: impl Fn(E) -> Fut + Send + Sync + 'static) -> Self
    where
        E: axum_core::extract::FromRequestParts<S> + Send + 'static,
        S: Clone + Send + Sync + 'static,
        Fut: Future<Output: Into<Viewer>> + Send + 'static,
    {
        self.identify = Identify::by(state, ask);
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

    /// Whether pages of signed-out visitors carry the runtime too, for single-page applications: after a login by fetch,
    /// `window.widgetIdentity.refresh()` boots the widgets without a page load. Default: `false`.
    ///
    /// The snippet is the same for all visitors, so their pages stay as cacheable as they were (a strong `ETag` becomes weak).
    pub fn spa(mut self, spa: bool) -> Self {
        self.spa = spa;
        self
    }

    /// When the browser loads the vendors' libraries. Default: [`Load::AfterLoad`].
    pub fn load(mut self, load: Load) -> Self {
        self.load = load;
        self
    }

    /// The path below which pages ask for fresh tokens, and who is signed in, as the browser writes it. Default:
    /// `/widget-token`.
    ///
    /// [`WidgetLayer`](crate::WidgetLayer) answers requests below it, and the inner service does not see them. Where the
    /// layer stands on single routes, where axum's `merge` adds a router without the layer (whose fallback then answers
    /// unknown paths), or where a proxy in front removes a prefix from the path, mount [`Widgets::token_service`] where
    /// those requests arrive.
    pub fn token_path(mut self, path: impl Into<String>) -> Self {
        self.token_path = Some(path.into());
        self
    }

    /// A path at which the application logs out, like `/logout`, as the layer sees it: inside of a nested router, without the
    /// prefix. May be given several times. Default: none.
    ///
    /// There, [`WidgetLayer`](crate::WidgetLayer) does what [`LogoutLayer`](crate::LogoutLayer) does, so one layer is enough.
    /// A GET that shows a page ("Do you want to sign out?") stays an ordinary page.
    pub fn logout_path(mut self, path: impl Into<String>) -> Self {
        self.logout_paths.push(path.into());
        self
    }

    /// Whether the layer asks the inner service for an uncompressed page (`Accept-Encoding: identity`) wherever the page may
    /// become personal. Default: `true`.
    ///
    /// An encoded page cannot carry the snippet. So precompressed files, a proxied upstream and compression inside of the
    /// layer serve those pages uncompressed; compression around the layer still works. With `false`, the request stays as
    /// it is, and a page that comes encoded has no widget ([`Reason::Encoded`](crate::Reason::Encoded)).
    pub fn uncompressed(mut self, asked: bool) -> Self {
        self.encoded = !asked;
        self
    }

    /// Whether the host for which the browser asked stands in `X-Forwarded-Host`, because a proxy in front rewrites `Host`.
    /// Default: `false`.
    ///
    /// The patched policy, the domains on which a logout expires cookies, and the comparison with `Origin` go by it. The
    /// proxy has to set the header itself: a client can send any. A header with several hosts counts as none.
    pub fn forwarded_host(mut self, trusted: bool) -> Self {
        self.forwarded_host = trusted;
        self
    }

    /// Whether every response says in the header `x-widget-outcome` what the layer did with it: the name of its
    /// [`Outcome`](crate::Outcome). Default: `false`. For development: visitors can read it, too.
    ///
    /// A request that is no page load says `no-page-load` (or `no-fetch` with [`Delivery::Header`]), also to `curl`.
    pub fn explain(mut self, explained: bool) -> Self {
        self.explain = explained;
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

    /// The marker cookie's name; the name of the cookie beside it is this one with `-kept`. Default: `__Host-widget`, or
    /// `__Secure-widget` with a [`cookie_domain`](WidgetsBuilder::cookie_domain), or `widget` with
    /// [`plain_http`](WidgetsBuilder::plain_http).
    ///
    /// Two applications on one host that show the same or other widgets need names of their own: with one name, each takes
    /// the other's user for a former one, and ends that session.
    pub fn marker_name(mut self, name: impl Into<String>) -> Self {
        self.marker.name = Some(name.into());
        self
    }

    /// The domain that shares the marker, like `example.com`; the logout expires vendor cookies there. Default: the
    /// host alone, and the logout tries its five topmost domains.
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

    /// The secret from which the marker's key is derived. Default: the secret of the widget whose name comes first in the
    /// alphabet, among those that have one.
    ///
    /// It must be set where none has one, for their vendors issue the tokens. Set it also where instances have different vendor secrets, or before rotating one: the fingerprints stay the same,
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
    pub fn build(mut self) -> Result<Widgets, ConfigError> {
        self.check_widgets()?;
        // Neither the code nor the marker's key depends on the order in which the application adds them.
        self.widgets.sort_by(|one, other| one.name().cmp(other.name()));
        let token_path = self.checked_token_path()?;
        self.check_logout_paths()?;
        let marker = MarkerCookie::build(&self.marker, &self.widgets)?;
        let secret = self.marker.key.as_ref().or_else(|| self.widgets.iter().find_map(ConfiguredWidget::secret));
        let marker_key = MarkerKey::derive(secret.ok_or_else(no_marker_key)?);
        let constants = ConstantData {
            cookie: CookieData { name: &marker.name, attributes: &marker.attributes },
            tokens: &token_path,
            iframes: self.iframes,
            visitors: self.visitors,
            widgets: self.widgets.iter().map(|widget| widget_data(widget.manifest())).collect(),
        };
        let snippet = Snippet::build(&constants, &self.widgets, self.load)?;
        let https_only = marker.needs_https();
        let csp_needs = CspNeeds::new(snippet.hash(), self.checked_sources(&token_path)?);
        Ok(Widgets(Set::One(Arc::new(Config {
            identified_cookies: self
                .widgets
                .iter()
                .filter_map(|widget| widget.manifest().identified_cookie().map(str::to_owned))
                .collect(),
            worker: self.widgets.iter().any(|widget| widget.manifest().has_costly_tokens()).then(Worker::start),
            names: self.widgets.iter().map(|widget| widget.name().to_owned()).collect(),
            widgets: self.widgets,
            identify: self.identify,
            when: self.when,
            delivery: self.delivery,
            iframes: self.iframes,
            visitors: self.visitors,
            runtime_for_visitors: self.visitors || self.spa,
            token_path,
            marker,
            snippet,
            csp: self.csp,
            csp_needs,
            marker_key,
            clock: self.clock,
            site: Site { https_only, forwarded_host: self.forwarded_host },
            explain: self.explain,
            uncompressed: !self.encoded,
            logout_paths: self.logout_paths,
            hints: Hints::default(),
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
            for token in widget.manifest().tokens().filter(|token| *token != widget.name()) {
                check_unique(&mut names, token)?;
            }
            for token in widget.manifest().value_tokens() {
                check_unique(&mut names, token)?;
            }
        }
        Ok(())
    }

    /// What the widgets load, and the runtime's own fetches.
    fn checked_sources(&self, token_path: &str) -> Result<CspSources, ConfigError> {
        let own = self.csp_sources.clone().connect([csp::path_source(&format!("{token_path}/"))]);
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

    fn check_logout_paths(&self) -> Result<(), ConfigError> {
        match self.logout_paths.iter().find(|path| !is_absolute_path(path)) {
            None => Ok(()),
            Some(path) => Err(ConfigError::new(
                ConfigErrorKind::LogoutPath,
                format!("{path:?} cannot be a logout path: name an absolute path, like `/logout`"),
            )),
        }
    }

    fn checked_token_path(&self) -> Result<String, ConfigError> {
        let path = self.token_path.as_deref().unwrap_or(TOKEN_PATH);
        if is_absolute_path(path) {
            return Ok(path.trim_end_matches('/').to_owned());
        }
        let message = "the token path must be an absolute path of its own, like `/widget-token`";
        Err(ConfigError::new(ConfigErrorKind::TokenPath, message))
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

fn no_marker_key() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::Secret,
        "no widget has a secret, for their vendors issue the tokens: name one for the marker cookie with marker_key(..)",
    )
}

fn no_widget() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::NoWidget,
        "no widget is configured: add one with widget(..), or use Widgets::disabled()",
    )
}
