//! `Widgets::disabled()`.

use futures::executor::block_on;
use http::{Method, Request};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{Identity, Viewer, Widgets};

use super::{application, builder, exchange};

#[test]
fn disabled_widgets_change_neither_request_nor_response() {
    let disabled = Widgets::disabled();
    assert!(!disabled.is_enabled());
    assert_eq!(disabled.marker_name(), None);
    let alone = block_on(exchange(service_fn(application)));
    assert_eq!(block_on(exchange(disabled.layer().layer(service_fn(application)))), alone);
    assert_eq!(block_on(exchange(disabled.logout_layer().layer(service_fn(application)))), alone);
}

#[test]
fn enabled_widgets_change_both() {
    let enabled = builder().build().unwrap();
    let alone = block_on(exchange(service_fn(application)));
    for other in [
        block_on(exchange(enabled.layer().layer(service_fn(application)))),
        block_on(exchange(enabled.logout_layer().layer(service_fn(application)))),
    ] {
        assert_ne!(other.headers.get("x-request-seen"), alone.headers.get("x-request-seen"));
        assert_ne!(other.frames, alone.frames);
        assert_ne!(other.headers.get("cache-control"), alone.headers.get("cache-control"));
    }
}

#[test]
fn disabled_widgets_have_no_tokens() {
    for path in ["/widget-token/intercom", "/intercom", "/page", "/", "/%00"] {
        for method in [Method::GET, Method::POST, Method::HEAD] {
            let request =
                Request::builder().method(method).uri(path).extension(Viewer::SignedIn(Identity::new("user-1")));
            let response = block_on(Widgets::disabled().token_service().oneshot(request.body(()).unwrap())).unwrap();
            assert_eq!(response.status(), 404, "{path}");
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
            let body = block_on(response.into_body().collect()).unwrap().to_bytes();
            assert_eq!(body, r#"{"error":"not-configured"}"#);
        }
    }
}
