//! Pages that a policy, a browser setting or a short-lived token makes difficult.

use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{Extension, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, Response};
use axum::routing::get;
use serde_json::json;
use tower_widget_identity::WidgetsBuilder;

use crate::harness::app::{self, App, Session, Settings, Widget};
use crate::harness::before::with_scripts_before;
use crate::harness::page::Page;
use crate::harness::steps::A_MOMENT;

pub(crate) fn prepared() -> Settings {
    let routes = |_: &App| Router::new().route("/strict", get(home)).route("/sandboxed", get(home));
    Settings {
        routes,
        around: |router| with_scripts_before(router).layer(from_fn(add_policies)),
        ..Settings::default()
    }
}

/// The policies that a server in front of the application adds to these pages. Both block the libraries. The second
/// one also makes the browser block cookies and storage, so that each access throws.
pub(crate) const POLICIES: [(&str, &str); 2] =
    [("/strict", "script-src 'unsafe-inline'"), ("/sandboxed", "script-src 'unsafe-inline'; sandbox allow-scripts")];

pub(crate) async fn add_policies(request: Request, next: Next) -> Response {
    let policy = POLICIES.iter().find(|(path, _)| *path == request.uri().path());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.extend(policy.map(|(_, policy)| (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))));
    response
}

pub(crate) async fn home(Extension(session): Extension<Session>) -> Html<String> {
    app::page(app::shown(&session).as_deref(), "")
}

pub(crate) fn with_widget(widget: Widget) -> Settings {
    Settings { widget, ..prepared() }
}

pub(crate) const SHORT: u64 = 4;
pub(crate) const SHORT_LIFE: Duration = Duration::from_secs(SHORT);

pub(crate) fn short_lived(widget: Widget, lifetime: u64) -> Settings {
    Settings { widget, lifetime, widgets: rounded_up, ..prepared() }
}

/// Rounds up, because a token's times are whole seconds: a short lifetime is then no shorter than it says.
pub(crate) fn rounded_up(builder: WidgetsBuilder) -> WidgetsBuilder {
    builder.clock(|| SystemTime::now() + Duration::from_secs(1))
}

pub(crate) async fn nothing_failed(page: &Page) {
    page.stays("failures", json!([]), A_MOMENT).await;
}
