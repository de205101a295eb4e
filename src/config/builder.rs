//! The builder that collects the configuration.

use std::{fmt, future::Future, sync::Arc, time::SystemTime};

use http::request::Parts;

use super::{checked::When, delivery::Delivery, widgets::Widgets};
use crate::{
    csp::{CspMode, CspSources},
    identity::Viewer,
    lookup::{Identify, Lookup},
    marker::MarkerOptions,
    sign::{Clock, Secret},
    snippet::Load,
    widget::{ConfiguredWidget, Widget},
};

/// Collects the configuration of a [`Widgets`]; [`build`](WidgetsBuilder::build) checks it.
#[derive(Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct WidgetsBuilder {
    pub(super) widgets: Vec<ConfiguredWidget>,
    pub(super) identify: Identify,
    pub(super) when: When,
    pub(super) delivery: Delivery,
    pub(super) iframes: bool,
    pub(super) visitors: bool,
    pub(super) token_path: Option<String>,
    pub(super) csp: CspMode,
    pub(super) csp_sources: CspSources,
    pub(super) marker: MarkerOptions,
    pub(super) clock: Clock,
    pub(super) logout_paths: Vec<String>,
    pub(super) encoded: bool,
    pub(super) explain: bool,
    pub(super) forwarded_host: bool,
    pub(super) load: Load,
    pub(super) spa: bool,
    pub(super) external_script: bool,
}

impl Widgets {
    /// Starts a configuration.
    pub fn builder() -> WidgetsBuilder {
        WidgetsBuilder::default()
    }
}

impl WidgetsBuilder {
    /// Adds a widget.
    ///
    /// You can add several, in any order, but each name only once. The marker key is derived from the secret of the
    /// widget whose name comes first in alphabetical order, unless you set a
    /// [`marker_key`](WidgetsBuilder::marker_key).
    pub fn widget(mut self, widget: impl Widget) -> Self {
        self.widgets.push(ConfiguredWidget::new(widget));
        self
    }

    /// Sets the closure that reads the user from the request's parts.
    ///
    /// Default: the layer uses the [`Viewer`] in the request extensions.
    ///
    /// The closure returns an `Option<T>` (`None`: the user is signed out), a `Result<Option<T>, E>` (`Err`: the look-up
    /// failed, [`Viewer::LookupFailed`]), an [`Identity`](crate::Identity) or a [`Viewer`]. `T` is an `Identity` or a
    /// type of your application that converts into one. An `Option` makes a statement about **every** request that
    /// reaches the layer: if your auth layer does not cover all of them, return a `Viewer`, and [`Viewer::Unknown`] for
    /// the others. After `Unknown` or an error, the layer uses the `Viewer` in the request extensions.
    ///
    /// The closure runs before the handler, so a login or logout in the handler takes effect with the next request. A
    /// [`Viewer`] in the response extensions takes precedence over its result. Never read the identity from a header
    /// that a client can set.
    pub fn identify<V: Into<Viewer>>(mut self, ask: impl Fn(&Parts) -> V + Send + Sync + 'static) -> Self {
        self.identify = Identify::now(ask);
        self
    }

    /// Like [`identify`](WidgetsBuilder::identify), for session stores with an asynchronous API.
    ///
    /// The closure runs before the handler, and only for possible page loads, logouts and token requests; with
    /// [`Delivery::Header`], for fetches in place of page loads. It should clone a *handle* to the session. The layer
    /// awaits the future after the handler, and only if the response may carry the identity, so a login or logout in the
    /// handler takes effect at once. The layer removes the conditional headers of every page load (with
    /// [`Delivery::Header`], of every fetch), because it cannot know before the handler runs whether the response will be
    /// personal. After `Unknown` or an error, the layer uses the [`Viewer`] that was in the request extensions before the
    /// handler ran.
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

    /// Like [`identify`](WidgetsBuilder::identify), with a clone of one request extension.
    ///
    /// The extension is a session, for example, or a user that your application's own layer inserted.
    ///
    /// If the closure is asynchronous, it runs after the handler, as with
    /// [`identify_async`](WidgetsBuilder::identify_async); a plain closure runs before it. A request without the
    /// extension is [`Viewer::Unknown`], and the first such request logs a warning (feature `tracing`): usually the
    /// layer that provides the extension is inside this one, or comes from another version of its crate. If the type is
    /// only present while a user is signed in, use [`identify`](WidgetsBuilder::identify) with
    /// `parts.extensions.get::<T>()`: there, `None` means signed out.
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

    /// Like [`identify_async`](WidgetsBuilder::identify_async), with an axum extractor. Feature `axum`.
    ///
    /// The extractor runs after the handler, on a copy of the request's parts that was made before it. If the extractor
    /// rejects the request, the user is [`Viewer::Unknown`]. `state` is the router's state, or `()`.
    ///
    /// An extractor that reads the user from a cookie still finds the user after a logout. The layer recognises the
    /// logout by the cookie that the response removes, or by its redirect. If your logout does neither, put
    /// [`Viewer::SignedOut`] into its response.
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

    /// Sets the predicate that selects the requests that [`WidgetLayer`](crate::WidgetLayer) handles.
    ///
    /// Where it returns `false`, the layer leaves the response unchanged. Default: every request. The layer serves the
    /// token path and handles logouts in any case.
    pub fn when(mut self, allows: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        self.when = When(Some(Arc::new(allows)));
        self
    }

    /// Sets how the identity reaches the page. Default: [`Delivery::Html`].
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Sets whether pages in iframes get the identity, too.
    ///
    /// Default: `false`; the page that contains the iframe has the widget.
    pub fn iframes(mut self, allowed: bool) -> Self {
        self.iframes = allowed;
        self
    }

    /// Sets whether signed-out visitors see the widgets, too, without an identity. Default: `false`.
    ///
    /// The snippet is the same for all visitors, so their pages stay as cacheable as they were (a strong `ETag` becomes
    /// weak). The snippet reads the marker cookie itself, so a cached page never boots a visitor's widget while
    /// traces of a user's session remain in the browser.
    ///
    /// With [`CspMode::Patch`], the layer removes `If-None-Match` and `If-Modified-Since` from page requests, because a
    /// 304 would replace the patched policy in the browser's cache. A cache around the layer still responds with 304.
    pub fn visitors(mut self, shown: bool) -> Self {
        self.visitors = shown;
        self
    }

    /// Sets whether pages load most of the code from the token path, as a file that browsers cache for a year.
    ///
    /// Default: `false`, and every page carries the code: 10 KB for three widgets, 4.5 KB compressed. With `true`, a page
    /// carries its data and a loader, 1.1 KB with one widget, and requests the code after the first paint. A page that
    /// ends a session still carries the whole code, because a shutdown must not depend on another request; so does a
    /// page that requires trusted types.
    ///
    /// Set it only if [`WidgetLayer`](crate::WidgetLayer) covers your whole router, or if you mounted the
    /// [`token_service`](Widgets::token_service): without the file, no widget appears. During a deployment, an instance
    /// of the other version may get the request for the file and respond with 404; the loader repeats it after 2, 8 and
    /// 32 seconds.
    ///
    /// A policy needs one more hash and the file as a script source; [`CspMode::Patch`] adds both.
    pub fn external_script(mut self, external: bool) -> Self {
        self.external_script = external;
        self
    }

    /// Sets whether the pages of signed-out visitors carry the runtime, too. Default: `false`.
    ///
    /// This is for single-page applications: after a login by fetch, `window.widgetIdentity.refresh()` boots the
    /// widgets without a page load.
    ///
    /// The snippet is the same for all visitors, so their pages stay as cacheable as they were (a strong `ETag` becomes
    /// weak). Conditional requests are treated as with [`visitors`](WidgetsBuilder::visitors).
    pub fn spa(mut self, spa: bool) -> Self {
        self.spa = spa;
        self
    }

    /// Sets when the browser loads the vendors' libraries. Default: [`Load::AfterLoad`].
    pub fn load(mut self, load: Load) -> Self {
        self.load = load;
        self
    }

    /// Sets the path of the token service, as the browser requests it. Default: `/widget-token`.
    ///
    /// Pages fetch fresh tokens below this path, and ask there who is signed in. [`WidgetLayer`](crate::WidgetLayer)
    /// handles these requests itself, and the inner service does not see them. Mount [`Widgets::token_service`] where
    /// the requests arrive in these cases: the layer is on single routes; axum's `merge` adds a router without the
    /// layer, whose fallback then handles unknown paths; or a proxy in front removes a prefix from the path.
    pub fn token_path(mut self, path: impl Into<String>) -> Self {
        self.token_path = Some(path.into());
        self
    }

    /// Adds a path at which the application logs out, such as `/logout`. Default: none.
    ///
    /// The path is the one that the layer sees: in a nested router, it has no prefix. You can add several.
    ///
    /// At this path, [`WidgetLayer`](crate::WidgetLayer) does what [`LogoutLayer`](crate::LogoutLayer) does, so one
    /// layer is enough. A GET that shows a page ("Do you want to sign out?") stays an ordinary page.
    pub fn logout_path(mut self, path: impl Into<String>) -> Self {
        self.logout_paths.push(path.into());
        self
    }

    /// Sets whether the layer requests uncompressed pages from the inner service. Default: `true`.
    ///
    /// The layer sends `Accept-Encoding: identity` wherever the page may become personal, because it cannot put the
    /// snippet into an encoded page. Precompressed files, a proxied upstream and compression inside the layer then
    /// serve those pages uncompressed; compression around the layer still works. With `false`, the request stays as it
    /// is, and an encoded page gets no widget ([`Reason::Encoded`](crate::Reason::Encoded)).
    pub fn uncompressed(mut self, asked: bool) -> Self {
        self.encoded = !asked;
        self
    }

    /// Sets whether the layer reads the browser's host from `X-Forwarded-Host`. Default: `false`.
    ///
    /// Use it if a proxy in front rewrites `Host`. The host determines the patched policy, the domains on which a
    /// logout expires cookies, and the comparison with `Origin`. The proxy must set the header itself, because a client
    /// can send any value. A header with several hosts is ignored.
    pub fn forwarded_host(mut self, trusted: bool) -> Self {
        self.forwarded_host = trusted;
        self
    }

    /// Sets whether every response except those at the token path has the header `x-widget-outcome`. Default: `false`.
    ///
    /// The header contains the name of the response's [`Outcome`](crate::Outcome). It is meant for development: visitors
    /// can read it, too. If the request is not a page load, the name is `no-page-load` (or `no-fetch` with
    /// [`Delivery::Header`]), which is also what `curl` gets.
    pub fn explain(mut self, explained: bool) -> Self {
        self.explain = explained;
        self
    }

    /// Sets whether the layer patches the Content-Security-Policy of responses with the snippet.
    ///
    /// Default: [`CspMode::Patch`].
    pub fn csp(mut self, csp: CspMode) -> Self {
        self.csp = csp;
        self
    }

    /// Adds sources that the patched policy allows, beside the vendors' own. Default: none.
    ///
    /// Examples are a Zendesk account's subdomain, the host of a help centre, and video players in the messenger.
    pub fn csp_sources(mut self, sources: CspSources) -> Self {
        self.csp_sources = self.csp_sources.merge(sources);
        self
    }

    /// Sets the marker cookie's whole name, prefix included: `__Host-widget-a`.
    ///
    /// Default: `__Host-widget`; with a [`cookie_domain`](WidgetsBuilder::cookie_domain), `__Secure-widget`; with
    /// [`plain_http`](WidgetsBuilder::plain_http), `widget`. A second cookie has this name with `-kept` at the end.
    ///
    /// [`build`](WidgetsBuilder::build) rejects a name that lacks the prefix of the default, because other hosts of the
    /// site, or plain HTTP, could set such a cookie. With [`plain_http`](WidgetsBuilder::plain_http), it rejects a prefix.
    ///
    /// Two applications on one host need different names, whether they show the same widgets or not. With one name,
    /// each would take the other's user for a previous user, and end that session.
    pub fn marker_name(mut self, name: impl Into<String>) -> Self {
        self.marker.name = Some(name.into());
        self
    }

    /// Sets the domain that shares the marker cookie, such as `example.com`.
    ///
    /// Default: the host alone. The logout expires the vendors' cookies on this domain; by default it tries the host
    /// and its parent domains, at most the five topmost of them.
    ///
    /// Set it if several subdomains show the same widget: a logout on one of them then takes effect on all. The prefix
    /// of the cookie's name becomes `__Secure-`.
    pub fn cookie_domain(mut self, domain: impl Into<String>) -> Self {
        self.marker.domain = Some(domain.into());
        self
    }

    /// Sets whether the marker cookie has neither prefix nor `Secure`, for development over plain HTTP.
    ///
    /// Default: `false`.
    pub fn plain_http(mut self, plain: bool) -> Self {
        self.marker.plain_http = plain;
        self
    }

    /// Sets the secret from which the marker key is derived.
    ///
    /// Default: the secret of the widget whose name comes first in alphabetical order, among the widgets that have one.
    ///
    /// You must set it if no widget has a secret because their vendors issue the tokens. Set it also if your instances
    /// have different vendor secrets, or before you rotate a vendor's secret: the fingerprints then stay the same, and
    /// no user's widget is shut down by the change.
    pub fn marker_key(mut self, secret: Secret) -> Self {
        self.marker.key = Some(secret);
        self
    }

    /// Sets the clock, for tests. Default: the system clock.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
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
