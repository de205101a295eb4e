//! The two layers, and the methods with which an application creates them. No logic.

use tower_layer::Layer;

use super::service::{Role, WidgetService};
use crate::config::Widgets;

/// Adds the signed identity of the signed-in user to pages; made by [`Widgets::layer`].
///
/// For a signed-out visitor whose browser may still hold a widget session, it adds the shutdown instead. With
/// [`Delivery::Header`](crate::Delivery::Header), it uses the headers of responses to fetches. At the
/// [`token_path`](crate::WidgetsBuilder::token_path), it responds like [`TokenService`](crate::TokenService).
///
/// Put it around a router, a route or a hyper service, **inside** the layers that load the session and inside
/// compression. [What is injected, and when](crate::guide::what_is_injected) has the order of layers.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied"]
pub struct WidgetLayer(Widgets);

/// Ends the widgets' sessions with the application's session; made by [`Widgets::logout_layer`].
///
/// Put it on the logout route. A logout is an unsafe method with a 2xx or 3xx response, or a GET that redirects or
/// whose response says [`Viewer::SignedOut`](crate::Viewer::SignedOut). A 304 never is one, nor a HEAD, OPTIONS, TRACE
/// or CONNECT request, nor a response that says [`Viewer::SignedIn`](crate::Viewer::SignedIn).
///
/// If the response says nothing and the lookup is asynchronous
/// ([`identify_async`](crate::WidgetsBuilder::identify_async) and its like), the layer awaits the lookup after the
/// handler. If the lookup finds a signed-in user, this was no logout, with two exceptions, because it may have read a
/// copy from before the handler: the response removes a cookie that the request carried, or it is not a page and the
/// browser's session is, or may be, that user's. If the lookup finds no user, a page is still no logout if the request
/// carried no widget session: it may show the login form again. So a route that also handles the login may carry the
/// layer.
///
/// The layer acts if the request carried a widget session (the marker, the second cookie beside it or a vendor's
/// cookie). Without one, it acts if the request does not come from another origin, and the application says that a user
/// was signed in before the handler or that none is after it. Otherwise the [`Outcome`](crate::Outcome) is
/// [`NoSession`](crate::Reason::NoSession). On a logout, the layer
///
/// 1. sets the marker cookie to `out`: the next page that passes [`WidgetLayer`] carries the shutdown, until a browser
///    has run it, and pages in other tabs shut down at once;
/// 2. expires the vendors' cookies that the request carried, host-only and on the parent domains: at most 16 cookies,
///    in at most 2 KiB of the response head;
/// 3. adds `Cache-Control: no-store`;
/// 4. puts `Viewer::SignedOut` into the response extensions, which overrides any snapshot of the session;
/// 5. adds the shutdown script if the response is itself a page.
///
/// A form on another origin sends neither the marker nor a vendor's cookie, so it ends no widget session: the layer
/// then only puts `Viewer::SignedOut` into the extensions. The layer does not replace the protection against CSRF that
/// a logout route needs.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied"]
pub struct LogoutLayer(Widgets);

impl Widgets {
    /// Returns the layer that adds the signed identity of the signed-in user to pages.
    pub fn layer(&self) -> WidgetLayer {
        WidgetLayer(self.clone())
    }

    /// Returns the layer for the logout route, which ends the widgets' sessions.
    pub fn logout_layer(&self) -> LogoutLayer {
        LogoutLayer(self.clone())
    }
}

impl<S> Layer<S> for WidgetLayer {
    type Service = WidgetService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WidgetService::new(inner, self.0.clone(), Role::Page)
    }
}

impl<S> Layer<S> for LogoutLayer {
    type Service = WidgetService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WidgetService::new(inner, self.0.clone(), Role::Logout)
    }
}
