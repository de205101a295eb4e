//! The two layers, and the methods by which an application gets them. No logic.

use tower_layer::Layer;

use super::service::{Role, WidgetService};
use crate::config::Widgets;

/// Tells the widgets who is signed in; made by [`Widgets::layer`].
///
/// Put it around a router, a route or a hyper service, **inside** of the layers that load the session and of
/// compression. See the [crate documentation](crate) for the order of layers and for what is injected when.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied"]
pub struct WidgetLayer(Widgets);

/// Ends the widgets' sessions with the application's; made by [`Widgets::logout_layer`], for the logout route.
///
/// A logout is an unsafe method answered 2xx or 3xx, or a GET that redirects or whose response says
/// [`Viewer::SignedOut`](crate::Viewer::SignedOut); never a HEAD or OPTIONS, and never an answer that says
/// [`Viewer::SignedIn`](crate::Viewer::SignedIn). Where the response says nothing and the look-up is asynchronous
/// ([`identify_async`](crate::WidgetsBuilder::identify_async) and its like), the layer asks it after the handler: if somebody
/// is signed in then, it was no logout. So a route that also takes the login may carry the layer.
///
/// The layer acts if the request carried a session of a widget's (the marker, the cookie beside it or a vendor's cookie), or if
/// the application says that somebody was signed in before the handler or nobody is after it. Otherwise the [`Outcome`](crate::Outcome) is
/// [`NoSession`](crate::Reason::NoSession). On a logout it
///
/// 1. sets the marker cookie to `out`: the next page that goes through [`WidgetLayer`] carries the shutdown, until a
///    browser has run it, and pages in other tabs shut down at once;
/// 2. expires the vendors' cookies that the request carried, host-only and on the parent domains, in at most 2 KiB of the
///    head;
/// 3. adds `Cache-Control: no-store`;
/// 4. puts `Viewer::SignedOut` into the response extensions, which wins over any snapshot of the session;
/// 5. where the answer is itself a page, adds the shutdown script to it.
///
/// A form on another origin, whose request carries neither the marker nor a vendor's cookie, ends no widget session: only
/// `Viewer::SignedOut` goes into the extensions. The layer does not replace the protection against CSRF that a logout
/// route needs.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied"]
pub struct LogoutLayer(Widgets);

impl Widgets {
    /// The layer that tells the widgets who is signed in.
    pub fn layer(&self) -> WidgetLayer {
        WidgetLayer(self.clone())
    }

    /// The layer for the logout route, which ends the widgets' sessions with the application's.
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
