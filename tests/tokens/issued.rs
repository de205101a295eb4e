//! Tokens that the vendor's own API issues: how the layers, the token service and the configuration use them.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use futures::{executor::block_on, future::join_all};
use http::{Request, Response, StatusCode, header::HeaderMap};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{
    ConfigErrorKind, Delivery, Identity, IssuedToken, Issuer, Outcome, OutcomeKind, TokenError, Viewer, Widgets,
    WidgetsBuilder,
    widget::{Ada, Ferndesk, HubSpot, LiveChat, Sendbird, Widget},
};

use crate::support::{NOW, at, secret};

const TWELVE_HOURS: Duration = Duration::from_secs(12 * 60 * 60);

fn person() -> Identity {
    Identity::new("user-123").with_email("user@example.com").with_name("The Name")
}

/// Counts its calls; each token says whose it is.
fn issuer(calls: &Arc<AtomicUsize>) -> Issuer {
    let calls = calls.clone();
    Issuer::new(move |identity: Identity| {
        calls.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, io::Error>(IssuedToken::new(format!("token-of-{}", identity.id()), TWELVE_HOURS)) }
    })
}

fn hubspot(issuer: Issuer) -> WidgetsBuilder {
    Widgets::builder().widget(HubSpot::new("1234567", issuer)).marker_key(secret("marker")).clock(|| at(NOW))
}

fn ask(widgets: &Widgets, name: &str, viewer: impl Into<Viewer>) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(format!("/widget-token/{name}")).extension(viewer.into()).body(()).unwrap();
    let response = block_on(widgets.token_service().oneshot(request)).unwrap();
    let (head, body) = response.into_parts();
    let body = block_on(body.collect()).unwrap().to_bytes();
    (head.status, head.headers, String::from_utf8(body.to_vec()).unwrap())
}

/// The layer's response to a page load, or to a script's fetch.
fn page(widgets: &Widgets, destination: &str, viewer: impl Into<Viewer>) -> Response<String> {
    let service = service_fn(async |_: Request<()>| {
        let response = Response::builder().header("content-type", "text/html");
        Ok::<_, io::Error>(response.body(Body::from("<!doctype html><head>")).unwrap())
    });
    let request = Request::get("/").header("sec-fetch-dest", destination).header("sec-fetch-site", "same-origin");
    let request = request.extension(viewer.into()).body(()).unwrap();
    let (head, body) = block_on(widgets.layer().layer(service).oneshot(request)).unwrap().into_parts();
    let body = block_on(body.collect()).unwrap().to_bytes();
    Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn token_service_awaits_the_issuer_and_returns_the_lifetime() {
    let calls = Arc::default();
    let widgets = hubspot(issuer(&calls)).build().unwrap();
    let (status, headers, body) = ask(&widgets, "hubspot", person());
    assert_eq!((status, body.as_str()), (StatusCode::OK, "token-of-user-123"));
    assert_eq!(headers["content-type"], "text/plain");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-widget-lifetime"], "43200");

    let (_, headers, _) = ask(&widgets, "hubspot", person().with_session_expires(at(NOW + 60)));
    assert_eq!(headers["x-widget-lifetime"], "60", "no longer than the application's session");
    assert_eq!(calls.load(Ordering::SeqCst), 2, "the first token outlives this session");
}

#[test]
fn page_has_no_issued_token_and_waits_for_none() {
    let calls = Arc::default();
    let widgets = hubspot(issuer(&calls)).build().unwrap();
    let page = page(&widgets, "document", person());
    assert!(page.body().contains("data-widget") && page.body().contains("user@example.com"));
    assert!(!page.body().contains("token-of"), "{}", page.body());
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[test]
fn no_header_carries_an_issued_token() {
    let calls = Arc::default();
    let widgets = hubspot(issuer(&calls)).widget(Ferndesk::new("widget-1", secret("ferndesk secret")));
    let page = page(&widgets.delivery(Delivery::Header).build().unwrap(), "empty", person());
    assert!(page.headers().contains_key("x-widget-token-ferndesk"), "{:?}", page.headers());
    assert!(page.headers().keys().all(|name| !name.as_str().contains("hubspot")), "{:?}", page.headers());
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[test]
fn header_names_the_user_if_all_tokens_are_issued() {
    let widgets = hubspot(issuer(&Arc::default())).delivery(Delivery::Header).build().unwrap();
    let response = page(&widgets, "empty", person());
    assert!(response.headers().contains_key("x-widget-page"), "whose tokens the script may fetch: {response:?}");
    let outcome = response.extensions().get::<Outcome>().map(Outcome::kind);
    assert_eq!(outcome, Some(OutcomeKind::Headers));
}

#[test]
fn signed_out_visitor_costs_no_call() {
    let calls = Arc::default();
    let widgets = hubspot(issuer(&calls)).build().unwrap();
    for (viewer, expected) in [
        (Viewer::SignedOut, StatusCode::UNAUTHORIZED),
        (Viewer::Unknown, StatusCode::SERVICE_UNAVAILABLE),
        (Viewer::SignedIn(Identity::new(" ").with_email("user@example.com")), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(ask(&widgets, "hubspot", viewer).0, expected);
    }
    let request =
        Request::get("/widget-token/hubspot").header("x-widget-page", "another").extension(Viewer::from(person()));
    let response = block_on(widgets.token_service().oneshot(request.body(()).unwrap())).unwrap();
    assert_eq!(response.status(), StatusCode::CONFLICT);
    let request = Request::get("/widget-token/hubspot").header("sec-fetch-site", "cross-site");
    let request = request.extension(Viewer::from(person()));
    let response = block_on(widgets.token_service().oneshot(request.body(()).unwrap())).unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[test]
fn failure_of_the_issuer_is_503_without_details() {
    let failing = Issuer::new(async |_| Err::<IssuedToken, _>("the key is s3cret"));
    let panicking = Issuer::new(|_| -> std::future::Ready<io::Result<IssuedToken>> { panic!("user@example.com") });
    let hanging =
        Issuer::new(|_| std::future::pending::<io::Result<IssuedToken>>()).time_limit(Duration::from_millis(10));
    let busy = issuer(&Arc::default()).max_in_flight(0);
    for (issuer, error) in
        [(failing, "issuer-failed"), (panicking, "issuer-failed"), (hanging, "issuer-slow"), (busy, "busy")]
    {
        let widgets = hubspot(issuer).build().unwrap();
        let (status, headers, body) = ask(&widgets, "hubspot", person());
        assert_eq!((status, body), (StatusCode::SERVICE_UNAVAILABLE, format!("{{\"error\":\"{error}\"}}")));
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(ask(&widgets, "page", person()).0, StatusCode::OK, "the page needs no issuer");
    }
}

#[test]
fn tabs_of_one_user_share_a_call_and_users_share_none() {
    let calls = Arc::default();
    let widgets = hubspot(issuer(&calls)).build().unwrap();
    let tab = |id: &str| {
        let viewer = Viewer::SignedIn(Identity::new(id).with_email("user@example.com"));
        let request = Request::get("/widget-token/hubspot").extension(viewer).body(()).unwrap();
        widgets.token_service().oneshot(request)
    };
    let answers = block_on(join_all((0..10).map(|_| tab("a")).chain((0..10).map(|_| tab("b")))));
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap().status() == StatusCode::OK));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[test]
fn issued_token_cannot_be_minted_synchronously() {
    let widgets = hubspot(issuer(&Arc::default())).build().unwrap();
    assert_eq!(widgets.mint("hubspot", &person()).err(), Some(TokenError::Issued));
}

#[test]
fn without_a_secret_the_marker_needs_a_key() {
    let alone = || Widgets::builder().widget(HubSpot::new("1234567", issuer(&Arc::default())));
    let error = alone().build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::Secret);
    assert!(error.to_string().contains("marker_key(..)"), "{error}");
    assert!(alone().marker_key(secret("marker")).build().is_ok());
    // The secret of another widget is enough.
    assert!(alone().widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).build().is_ok());
}

#[test]
fn settings_that_identify_are_refused() {
    for key in ["identificationEmail", "identificationToken", "loadImmediately"] {
        let widget = HubSpot::new("1234567", issuer(&Arc::default())).setting(key, "x");
        let error = Widgets::builder().widget(widget).marker_key(secret("marker")).build().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Setting);
        assert!(error.to_string().contains(&format!("hubspot: `{key}`")), "{error}");
    }
    for key in ["license", "custom_identity_provider"] {
        let widget = LiveChat::new("12345678", issuer(&Arc::default())).setting(key, "x");
        let error = Widgets::builder().widget(widget).marker_key(secret("marker")).build().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Setting, "{error}");
    }
    for key in ["handle", "identityToken", "parentElement", "metaFields", "sensitiveMetaFields"] {
        assert_refused(&ada(Issuer::single_use(never)).setting(key, "x"), ConfigErrorKind::Setting, key);
    }
    for key in ["appId", "aiAgentId", "userSessionInfo", "context"] {
        assert_refused(&sendbird().setting(key, "x"), ConfigErrorKind::Setting, key);
    }
}

async fn never(_: Identity) -> Result<IssuedToken, io::Error> {
    Err(io::Error::other("never asked"))
}

fn ada(issuer: Issuer) -> Ada {
    Ada::new("acme", issuer)
}

fn sendbird() -> Sendbird {
    Sendbird::new("AE8F7EEA-4555", "support-agent", Issuer::new(never)).library_url("/sendbird.js")
}

fn assert_refused(widget: &impl Widget, kind: ConfigErrorKind, word: &str) {
    let error = widget.check().unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(word), "{word:?} in {error}");
}

#[test]
fn ada_takes_each_token_once() {
    assert_eq!(ada(Issuer::single_use(never)).check(), Ok(()));
    assert_refused(&ada(Issuer::new(never)), ConfigErrorKind::Setting, "Issuer::single_use(..)");

    let calls: Arc<AtomicUsize> = Arc::default();
    let counted = calls.clone();
    let issuer = Issuer::single_use(move |_: Identity| {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, io::Error>(IssuedToken::new(format!("token-{call}"), Duration::from_secs(900))) }
    });
    let widgets = Widgets::builder().widget(ada(issuer)).marker_key(secret("marker")).build().unwrap();
    let bodies = [(); 2].map(|()| ask(&widgets, "ada", person()).2);
    assert_eq!(bodies, ["token-0", "token-1"]);
}

#[test]
fn sendbird_needs_the_applications_own_module() {
    assert_eq!(sendbird().check(), Ok(()));
    let without = Sendbird::new("AE8F7EEA-4555", "support-agent", Issuer::new(never));
    assert_refused(&without, ConfigErrorKind::AppId, "library_url(..)");
    let agent = Sendbird::new("AE8F7EEA-4555", "a'b", Issuer::new(never)).library_url("/sendbird.js");
    assert_refused(&agent, ConfigErrorKind::AppId, "AI agent");
    // The policy allows the hosts of this application, and the module that the vendor's module imports.
    let widgets = Widgets::builder().widget(sendbird()).marker_key(secret("marker")).build().unwrap();
    let needs = widgets.csp().unwrap().to_string();
    for host in ["https://aiagent.delight.ai", "https://api-ae8f7eea-4555.app.delight.ai", "wss://ws-ae8f7eea-4555."] {
        assert!(needs.contains(host), "{host} in {needs}");
    }
}

#[test]
fn unsigned_facts_are_those_that_each_vendor_takes() {
    let facts = person()
        .with_unsigned("plan", "pro")
        .with_unsigned("seats", 7)
        .with_unsigned("tags", serde_json::json!(["a", "b"]))
        .with_unsigned("none", serde_json::Value::Null);
    let told = |widget: &dyn Widget| serde_json::to_value(widget.boot_data(&facts, at(NOW)).unwrap()).unwrap();
    assert_eq!(
        told(&ada(Issuer::single_use(never))),
        serde_json::json!({ "metaFields": { "plan": "pro", "seats": 7, "tags": "[\"a\",\"b\"]" } })
    );
    assert_eq!(
        told(&sendbird()),
        serde_json::json!({ "userId": "user-123", "context": { "plan": "pro", "seats": "7", "tags": "[\"a\",\"b\"]" } })
    );
    let plain = serde_json::to_value(ada(Issuer::single_use(never)).boot_data(&person(), at(NOW)).unwrap()).unwrap();
    assert_eq!(plain, serde_json::json!({}), "neither the id nor the address stands in the page");
}
