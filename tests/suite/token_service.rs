//! The token service: each status, the headers of every answer, and whoever asks what he should not.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use crate::support::{NOW, SECRET, at, builder, secret, verify};
use axum::{Router, body::Body};
use futures::{FutureExt, executor::block_on};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_widget_identity::{
    Identity, Secret, Token, TokenError, Viewer, Widgets, WidgetsBuilder,
    widget::{BootData, Ferndesk, Intercom, Manifest, Widget, ZendeskClassic},
};

const TOKENS: [&str; 4] = ["intercom", "zendesk-chat", "zendesk-help-center", "ferndesk"];
const SECRETS: [&str; 4] = [SECRET, "chat secret", "help center secret", "ferndesk secret"];

/// Of user-123, computed with Python: the first 22 characters of `base64.urlsafe_b64encode(hmac.digest(key, b"user-123",
/// "sha256"))`, with `key = hmac.digest(b"ferndesk secret", b"tower-widget-identity/marker/v1\xff", "sha256")`: ferndesk comes
/// first in the alphabet.
const FINGERPRINT: &str = "V359fNZTvvcyMIPCUbs-mn";

fn all_widgets() -> WidgetsBuilder {
    let zendesk = ZendeskClassic::chat("key-1", secret("chat secret")).help_center(secret("help center secret"));
    builder().widget(zendesk).widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).token_path("/widget-token")
}

fn widgets() -> Widgets {
    all_widgets().build().unwrap()
}

fn person() -> Identity {
    Identity::new("user-123").with_email("user@example.com")
}

/// A request to the service by somebody who is signed in.
fn get(name: &str) -> request::Builder {
    Request::get(format!("/widget-token/{name}")).extension(Viewer::SignedIn(person()))
}

/// A request by whoever it is.
fn get_as(name: &str, viewer: impl Into<Viewer>) -> request::Builder {
    Request::get(format!("/widget-token/{name}")).extension(viewer.into())
}

// ---- asking ---------------------------------------------------------------------------------------------------------

#[derive(Clone, Debug, PartialEq)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

async fn answer<S, B>(service: S, request: Request<()>) -> Answer
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let response = service.oneshot(request.map(|()| Body::empty())).await.unwrap();
    let length = http_body::Body::size_hint(response.body()).exact();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    assert_eq!(length, Some(body.len() as u64), "the body's length is known");
    // Which axum adds.
    let others = parts.headers.iter().filter(|(name, _)| *name != "content-length");
    let mut headers: Vec<_> =
        others.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    Answer { status: parts.status.as_u16(), headers, body: String::from_utf8(body.into()).unwrap() }
}

fn nested(widgets: &Widgets, path: &str) -> Router {
    Router::new().nest_service(path, widgets.token_service())
}

/// Asks the service by itself, nested in a router, which strips the path, and the layer, which answers its own path.
fn ask(widgets: &Widgets, request: request::Builder) -> [Answer; 3] {
    let request = request.body(()).unwrap();
    let bare = block_on(answer(widgets.token_service(), request.clone()));
    let layered = widgets.layer().layer(service_fn(async |_: Request<Body>| -> Result<Response<Body>, Infallible> {
        panic!("the inner service is not called")
    }));
    [bare, block_on(answer(nested(widgets, "/widget-token"), request.clone())), block_on(answer(layered, request))]
}

/// The headers of every answer, and these.
fn headers(own: &[(&str, &str)]) -> Vec<(String, String)> {
    let always = [
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
        ("vary", "Cookie"),
        ("x-content-type-options", "nosniff"),
    ];
    let mut headers: Vec<_> = always.iter().chain(own).map(|(name, value)| ((*name).into(), (*value).into())).collect();
    headers.sort();
    headers
}

/// Asserts that this request is answered with an error, both ways, and with no word more.
fn assert_error(widgets: &Widgets, request: request::Builder, status: u16, error: &str) {
    let what = format!("{:?} {:?} {:?}", request.method_ref(), request.uri_ref(), request.headers_ref());
    for answer in ask(widgets, request) {
        assert_eq!((answer.status, answer.body.as_str()), (status, &*json!({ "error": error }).to_string()), "{what}");
        let json = ("content-type", "application/json");
        let own: &[_] = if status == 405 { &[json, ("allow", "GET")] } else { &[json] };
        assert_eq!(answer.headers, headers(own), "{what}");
    }
}

// ---- a token --------------------------------------------------------------------------------------------------------

#[test]
fn a_signed_in_person_gets_a_bare_token_that_verifies() {
    let lifetimes = [Some("3600"), Some("300"), None, Some("3600")];
    for ((name, secret), lifetime) in TOKENS.into_iter().zip(SECRETS).zip(lifetimes) {
        for answer in ask(&widgets(), get(name)) {
            assert_eq!(answer.status, 200, "{name}");
            let claims = verify(secret, &answer.body).expect(name).claims;
            assert_eq!(claims["email"], "user@example.com", "{name}");
            let lifetime = lifetime.map(|seconds| ("x-widget-lifetime", seconds));
            let own: Vec<_> = [("content-type", "text/plain")].into_iter().chain(lifetime).collect();
            assert_eq!(answer.headers, headers(&own), "{name}");
        }
    }
}

#[test]
fn the_token_is_made_by_the_clock_and_for_the_session_of_this_very_request() {
    let [answer, ..] = ask(&widgets(), get_as("zendesk-chat", person().with_session_expires(at(NOW + 60))));
    let claims = verify("chat secret", &answer.body).unwrap().claims;
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(NOW), &json!(NOW + 60)));
    assert_eq!(answer.header("x-widget-lifetime"), Some("60"));
}

#[test]
fn each_call_gets_a_help_center_token_of_its_own() {
    let widgets = widgets();
    let jtis = [ask(&widgets, get("zendesk-help-center")), ask(&widgets, get("zendesk-help-center"))].concat();
    let mut jtis: Vec<_> = jtis.iter().map(|answer| answer.body.as_str()).collect();
    jtis.sort_unstable();
    jtis.dedup();
    assert_eq!(jtis.len(), 6);
}

#[test]
fn a_user_hash_is_handed_out_as_a_token_is() {
    let intercom = Intercom::new("abcd1234", secret(SECRET)).legacy_user_hash();
    let widgets = Widgets::builder().widget(intercom).token_path("/widget-token").build().unwrap();
    for answer in ask(&widgets, get("intercom")) {
        assert_eq!(answer.body, "d2508a9f37d4bb7e1c50becfa858db1a3bba99f4d60d8c6ea97a4a05d85c07b4");
        assert_eq!(answer.header("x-widget-lifetime"), None);
    }
}

#[test]
fn a_query_and_an_absolute_address_change_nothing() {
    for uri in
        ["/widget-token/intercom?a=b", "/widget-token/intercom?", "http://app.example.test/widget-token/intercom"]
    {
        for answer in ask(&widgets(), get("").uri(uri)) {
            assert_eq!(answer.status, 200, "{uri}");
        }
    }
}

/// With or without nesting, and where the path begins as a token's name does.
#[test]
fn the_service_answers_wherever_it_is_mounted() {
    for path in ["/widget-token", "/widget-token/", "/a/b/c", "/t", "/zendesk", "/intercom", "/ferndesk/", "/page"] {
        let widgets = all_widgets().token_path(path).build().unwrap();
        let path = path.trim_end_matches('/');
        for name in TOKENS.into_iter().chain(["page"]) {
            let request = || get(name).uri(format!("{path}/{name}")).body(()).unwrap();
            let bare = block_on(answer(widgets.token_service(), request()));
            assert_eq!(bare.status, 200, "bare at {path}: {name}");
            let nested = block_on(answer(nested(&widgets, path), request()));
            assert_eq!(nested.status, 200, "nested at {path}: {name}: {}", nested.body);
        }
    }
}

#[test]
fn a_service_without_a_token_path_answers_where_it_is_nested() {
    let widgets = builder().build().unwrap();
    for path in ["/widget-token", "/intercom"] {
        let request = get("").uri(format!("{path}/intercom")).body(()).unwrap();
        assert_eq!(block_on(answer(nested(&widgets, path), request)).status, 200, "{path}");
    }
}

// ---- who asks -------------------------------------------------------------------------------------------------------

#[test]
fn nobody_is_401_and_not_known_is_503() {
    for name in TOKENS {
        assert_error(&widgets(), get_as(name, Viewer::SignedOut), 401, "signed-out");
        assert_error(&widgets(), get_as(name, Viewer::Unknown), 503, "unknown-viewer");
        let silent = Request::get(format!("/widget-token/{name}"));
        assert_error(&widgets(), silent, 503, "unknown-viewer");
    }
    let over = [0, NOW - 1, NOW].map(|ends| person().with_session_expires(at(ends)));
    for (name, over) in TOKENS.into_iter().flat_map(|name| over.iter().map(move |over| (name, over.clone()))) {
        assert_error(&widgets(), get_as(name, over), 401, "session-over");
    }
}

#[test]
fn a_person_who_lacks_something_is_422() {
    let id = Identity::new("user-123");
    for (name, identity, error) in [
        ("intercom", Identity::new("").with_email("user@example.com"), "missing-id"),
        ("zendesk-help-center", Identity::new(" \u{a0}").with_email("user@example.com"), "missing-id"),
        ("zendesk-chat", id.clone(), "missing-email"),
        ("zendesk-help-center", id.clone().with_email(" "), "missing-email"),
        ("ferndesk", id.clone(), "missing-email"),
        ("zendesk-chat", id.clone().with_email("é@example.com"), "unacceptable-email"),
        ("intercom", id.clone().with_attribute("notes", "x".repeat(1 << 20)), "too-large"),
        ("ferndesk", id.with_email("user@example.com").with_attribute("notes", "<\0>".repeat(10_000)), "too-large"),
    ] {
        assert_error(&widgets(), get_as(name, identity), 422, error);
    }
}

/// Cannot sign.
struct Mute(Secret);

impl Widget for Mute {
    fn manifest(&self) -> Manifest {
        Manifest::new("mute", "1", "() => ({})")
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.0)
    }

    fn mint(&self, _: &str, _: &Identity, _: SystemTime) -> Result<Token, TokenError> {
        Err(TokenError::Signing)
    }

    fn boot_data(&self, _: &Identity, _: SystemTime) -> Result<BootData, TokenError> {
        Err(TokenError::Signing)
    }
}

#[test]
fn a_vendor_that_cannot_sign_is_500_and_harms_no_other() {
    let widgets = all_widgets().widget(Mute(secret("s3cret"))).build().unwrap();
    assert_error(&widgets, get("mute"), 500, "signing");
    for name in ["intercom", "page"] {
        for answer in ask(&widgets, get(name)) {
            assert_eq!(answer.status, 200, "{name}");
        }
    }
}

#[test]
fn identify_is_asked_and_its_failure_is_503() {
    type Found = Result<Option<Identity>, &'static str>;
    for (found, status) in [(Ok(Some(person())), 200), (Ok(None), 401), (Err("the session store is down"), 503)] {
        let found: Found = found;
        let later = found.clone();
        let now = all_widgets().identify(move |_| found.clone()).build().unwrap();
        let later = all_widgets().identify_async(move |_| {
            let found = later.clone();
            async move {
                tokio::task::yield_now().await;
                found
            }
        });
        for widgets in [now, later.build().unwrap()] {
            for answer in ask(&widgets, get_as("intercom", Viewer::Unknown)) {
                assert_eq!(answer.status, status);
                assert!(!answer.body.contains("session store"), "{}", answer.body);
            }
            if status == 503 {
                continue;
            }
            // What the extensions say does not count where `identify` knows.
            for viewer in [Viewer::SignedIn(Identity::new("user-1").with_email("a@b")), Viewer::SignedOut] {
                for answer in ask(&widgets, get_as("intercom", viewer)) {
                    assert_eq!(answer.status, status);
                    if status == 200 {
                        assert_eq!(verify(SECRET, &answer.body).unwrap().claims["user_id"], "user-123");
                    }
                }
            }
        }
    }
}

#[test]
fn where_identify_does_not_know_the_request_says_who_asks() {
    type Found = Result<Option<Identity>, &'static str>;
    let unknown = all_widgets().identify(|_| Viewer::Unknown).build().unwrap();
    let failed = all_widgets().identify(|_| Found::Err("the session store is down")).build().unwrap();
    let unknown_later = all_widgets().identify_async(|_| async { Viewer::Unknown }).build().unwrap();
    let failed_later = all_widgets().identify_async(|_| async { Found::Err("the session store is down") });
    for widgets in [unknown, failed, unknown_later, failed_later.build().unwrap()] {
        for (viewer, status) in [(Viewer::from(person()), 200), (Viewer::SignedOut, 401), (Viewer::Unknown, 503)] {
            for answer in ask(&widgets, get_as("intercom", viewer)) {
                assert_eq!(answer.status, status);
                if status == 200 {
                    assert_eq!(verify(SECRET, &answer.body).unwrap().claims["user_id"], "user-123");
                }
            }
        }
    }
}

#[test]
fn nobody_is_looked_up_for_a_request_that_gets_no_answer() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let widgets = all_widgets().identify(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Some(person())
    });
    let widgets = widgets.build().unwrap();
    assert_error(&widgets, get("intercom").header("sec-fetch-site", "cross-site"), 403, "cross-site");
    assert_error(&widgets, get("nothing"), 404, "not-configured");
    assert_error(&widgets, get("intercom").method("POST"), 405, "method-not-allowed");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    let _ = ask(&widgets, get("intercom"));
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

// ---- for whom the page is -------------------------------------------------------------------------------------------

fn fingerprint(widgets: &Widgets, identity: Identity) -> String {
    let [bare, ..] = ask(widgets, get_as("page", identity));
    bare.json()["fp"].as_str().unwrap().to_owned()
}

#[test]
fn the_fingerprint_is_as_documented_and_no_vendors_hash() {
    assert_eq!(fingerprint(&widgets(), person()), FINGERPRINT);
    let rotated =
        Widgets::builder().widget(Intercom::new("abcd1234", secret("new"))).marker_key(secret("ferndesk secret"));
    assert_eq!(fingerprint(&rotated.build().unwrap(), person()), FINGERPRINT, "the key is what counts");
    let other_key = builder().marker_key(secret("another")).build().unwrap();
    assert_ne!(fingerprint(&other_key, person()), FINGERPRINT);
}

#[test]
fn a_page_of_this_person_gets_its_token_and_another_persons_page_is_409() {
    let widgets = widgets();
    let other = fingerprint(&widgets, Identity::new("user-1"));
    for name in TOKENS.into_iter().chain(["page"]) {
        for answer in ask(&widgets, get(name).header("x-widget-page", FINGERPRINT)) {
            assert_eq!(answer.status, 200, "{name}");
        }
        for page in [&other, "", "out", "iGk7mX0n49bHQcJFY0dYB", "iGk7mX0n49bHQcJFY0dYBat", "*", "user-123"] {
            assert_error(&widgets, get(name).header("x-widget-page", page), 409, "another-person");
        }
        let upper = FINGERPRINT.to_uppercase();
        assert_error(&widgets, get(name).header("x-widget-page", upper), 409, "another-person");
        let latin = HeaderValue::from_bytes(b"\xff\xfe").unwrap();
        assert_error(&widgets, get(name).header("x-widget-page", latin), 409, "another-person");
    }
    assert_error(&widgets, get_as("intercom", Viewer::SignedOut).header("x-widget-page", other), 401, "signed-out");
}

#[test]
fn a_page_that_names_two_people_is_409() {
    let widgets = widgets();
    let other = fingerprint(&widgets, Identity::new("user-1"));
    for (first, second) in [(FINGERPRINT, other.as_str()), (&other, FINGERPRINT)] {
        let request = get("intercom").header("x-widget-page", first).header("x-widget-page", second);
        assert_error(&widgets, request, 409, "another-person");
    }
}

// ---- what a page load would have told -------------------------------------------------------------------------------

#[test]
fn page_tells_a_person_what_a_page_load_would() {
    for answer in ask(&widgets(), get("page")) {
        let mut data = answer.json();
        let jwt = |token: Value, secret: &str| verify(secret, token.as_str().unwrap()).unwrap().claims["email"].clone();
        assert_eq!(jwt(data["people"]["intercom"]["intercom_user_jwt"].take(), SECRET), "user@example.com");
        assert_eq!(jwt(data["people"]["ferndesk"]["token"].take(), "ferndesk secret"), "user@example.com");
        let expected = json!({
            "seen": "",
            "fp": FINGERPRINT,
            "people": {
                "intercom": { "intercom_user_jwt": null },
                "ferndesk": { "token": null },
                "zendesk-classic": {},
            },
            "lifetimes": { "intercom": 3600, "ferndesk": 3600 },
        });
        assert_eq!((answer.status, data), (200, expected));
        assert_eq!(answer.headers, headers(&[("content-type", "application/json")]));
    }
}

#[test]
fn page_tells_nobody_nothing() {
    for answer in ask(&widgets(), get_as("page", Viewer::SignedOut)) {
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({ "seen": "", "fp": "", "people": {}, "lifetimes": {} }))
        );
    }
    assert_error(&widgets(), get_as("page", Viewer::Unknown), 503, "unknown-viewer");
    assert_error(&widgets(), get_as("page", Identity::new(" ")), 422, "missing-id");
}

#[test]
fn page_leaves_out_the_vendors_that_refuse() {
    for answer in ask(&widgets(), get_as("page", Identity::new("user-123"))) {
        let people = answer.json()["people"].clone();
        assert_eq!(people.as_object().unwrap().keys().collect::<Vec<_>>(), ["intercom"]);
    }
}

/// The data of a page load with these cookies; nothing where the page stays as it is.
fn page_load(widgets: &Widgets, viewer: &Viewer, cookies: &str) -> Option<Value> {
    let home = |_: Request<Body>| async {
        let html = Response::builder().header("content-type", "text/html");
        Ok::<_, Infallible>(html.body(Body::from("<!doctype html><p>Hello")).unwrap())
    };
    let request = get_as("", viewer.clone()).uri("/").header("sec-fetch-dest", "document").header("cookie", cookies);
    let page = block_on(answer_of_any_length(widgets.layer().layer(service_fn(home)), request.body(()).unwrap()));
    let data = page.split_once("<script data-cfasync=\"false\" data-widget='")?.1.split_once("'>").unwrap().0;
    Some(serde_json::from_str(data).unwrap())
}

async fn answer_of_any_length<S, B>(service: S, request: Request<()>) -> String
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let response = service.oneshot(request.map(|()| Body::empty())).await.unwrap();
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}

/// The marker, the vendor's own cookie, both, and what only looks like them.
fn cookies(marker: &str) -> [String; 9] {
    [
        "sid=1".to_owned(),
        format!("{marker}={FINGERPRINT}"),
        format!("{marker}={}", FINGERPRINT.to_uppercase()),
        format!("{marker}=out; intercom-session-abcd1234=x"),
        format!("{marker}=\"><script>alert(1)</script>"),
        format!("{marker}={FINGERPRINT}; {marker}={FINGERPRINT}"),
        format!("{marker}="),
        "intercom-session-other=x".to_owned(),
        "intercom-session-abcd1234=x".to_owned(),
    ]
}

/// Asserts that it is told by asking as it is by a page load; answers how many page loads told something.
fn assert_told_alike(widgets: &Widgets, viewer: &Viewer, keys: &[&str]) -> usize {
    let cookies = cookies(widgets.marker_name().unwrap());
    let loads = cookies.iter().filter_map(|cookies| Some((cookies, page_load(widgets, viewer, cookies)?)));
    let told = |(cookies, on_load): (&String, Value)| {
        for answer in ask(widgets, get_as("page", viewer.clone()).header("cookie", cookies)) {
            for key in keys {
                assert_eq!(answer.json().get(*key), on_load.get(*key), "{key} with {cookies}");
            }
        }
    };
    loads.map(told).count()
}

#[test]
fn page_tells_of_a_persons_cookies_as_a_page_load_does() {
    assert_eq!(assert_told_alike(&widgets(), &Viewer::SignedIn(person()), &["seen", "fp", "reset"]), 9);
    let welcoming = all_widgets().visitors(true).build().unwrap();
    assert_eq!(assert_told_alike(&welcoming, &Viewer::SignedIn(person()), &["seen", "fp", "reset"]), 9);
}

#[test]
fn page_tells_of_nobodys_cookies_as_a_page_load_does() {
    assert_eq!(assert_told_alike(&widgets(), &Viewer::SignedOut, &["seen", "fp", "reset"]), 7);
}

#[test]
fn page_tells_of_a_visitor_as_a_page_load_does() {
    let welcoming = all_widgets().visitors(true).build().unwrap();
    assert_eq!(assert_told_alike(&welcoming, &Viewer::SignedOut, &["seen", "fp", "reset"]), 9);
}

// ---- who may not ask ------------------------------------------------------------------------------------------------

#[test]
fn other_sites_are_403() {
    let widgets = widgets();
    for site in ["cross-site", "same-site", "none", "", "SAME-ORIGIN", "same-origin, cross-site", "same-origin;", "*"] {
        for name in ["intercom", "page", "nothing", ""] {
            assert_error(&widgets, get(name).header("sec-fetch-site", site), 403, "cross-site");
        }
        assert_error(&widgets, get("intercom").method("DELETE").header("sec-fetch-site", site), 403, "cross-site");
    }
    let latin = HeaderValue::from_bytes(b"same-origin\xff").unwrap();
    assert_error(&widgets, get("intercom").header("sec-fetch-site", latin), 403, "cross-site");
    for answer in ask(&widgets, get("intercom").header("sec-fetch-site", "same-origin")) {
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn a_doubled_site_is_403() {
    for (first, second) in [("cross-site", "same-origin"), ("same-origin", "cross-site")] {
        let request = get("intercom").header("sec-fetch-site", first).header("sec-fetch-site", second);
        assert_error(&widgets(), request, 403, "cross-site");
    }
}

#[test]
fn a_name_that_is_not_configured_is_404() {
    for name in ["", "nothing", "Intercom", "INTERCOM", "intercom/", "intercom/x", "zendesk-classic", "zendesk"] {
        assert_error(&widgets(), get(name), 404, "not-configured");
        assert_error(&widgets(), get(name).method("POST"), 404, "not-configured");
    }
    let intercom_alone = builder().token_path("/widget-token").build().unwrap();
    assert_error(&intercom_alone, get("ferndesk"), 404, "not-configured");
    let request = get("intercom").body(()).unwrap();
    assert_eq!(block_on(answer(Widgets::disabled().token_service(), request)).status, 404);
}

#[test]
fn a_path_that_only_begins_like_the_token_path_is_404() {
    for path in
        ["/widget-tokenintercom", "/widget-tokens/intercom", "/widget-token//intercom", "/x/widget-token/intercom"]
    {
        let request = get("").uri(path).body(()).unwrap();
        assert_eq!(block_on(answer(widgets().token_service(), request)).status, 404, "{path}");
    }
}

#[test]
fn the_layer_passes_every_other_path_on() {
    let inner = service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::from("inner"))));
    for path in ["/", "/widget-token", "/widget-tokens/intercom", "/x/widget-token/intercom", "/Widget-Token/intercom"]
    {
        let request = get("").uri(path).body(()).unwrap();
        assert_eq!(block_on(answer_of_any_length(widgets().layer().layer(inner), request)), "inner", "{path}");
        let logout = get("").uri("/widget-token/intercom").body(()).unwrap();
        assert_eq!(
            block_on(answer_of_any_length(widgets().logout_layer().layer(inner), logout)),
            "inner",
            "a logout layer"
        );
    }
}

#[test]
fn other_methods_are_405() {
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "QUERY"] {
        assert_error(&widgets(), get("intercom").method(method), 405, "method-not-allowed");
        assert_error(&widgets(), get("page").method(method), 405, "method-not-allowed");
        let preflight = get("intercom").method(method).header("origin", "https://evil.test");
        assert_error(&widgets(), preflight.header("access-control-request-method", "GET"), 403, "cross-site");
    }
    let head = get("intercom").method(Method::HEAD).body(()).unwrap();
    let answer = block_on(answer(widgets().token_service(), head));
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")));
}

#[test]
fn an_origin_is_granted_nothing() {
    for origin in ["https://evil.test", "null", "http://app.example.test", "*"] {
        for answer in ask(&widgets(), get("intercom").header("origin", origin)) {
            let granted = answer.headers.iter().any(|(name, _)| name.starts_with("access-control"));
            assert!(!granted, "{answer:?}");
        }
    }
}

// ---- hostile requests -----------------------------------------------------------------------------------------------

#[test]
fn hostile_paths_are_answered_and_give_nobody_a_token() {
    let long = "x".repeat(60_000);
    for path in [
        "/widget-token/../widget-token/intercom",
        "/widget-token/%2e%2e/intercom",
        "/widget-token/%00",
        "/widget-token/intercom%00",
        "/widget-token/%69ntercom",
        "/widget-token/%ff%fe",
        "/widget-token/%",
        "/widget-token;x/intercom",
        "/widget-token/intercom;x",
        "/widget-token/\u{e9}",
        "/",
        "//",
        "*",
        "evil.test:80",
        "http://evil.test",
        &format!("/widget-token/{long}"),
        &format!("/widget-token/{}", "/".repeat(60_000)),
        &format!("/widget-token/{}", "../".repeat(20_000)),
        &format!("/widget-token?{long}"),
    ] {
        let uri = Uri::try_from(path).unwrap();
        for method in [Method::GET, Method::OPTIONS, Method::CONNECT] {
            let request = || get("").uri(uri.clone()).method(method.clone()).body(()).unwrap();
            assert_eq!(block_on(answer(widgets().token_service(), request())).status, 404, "{path:.60}");
            let nested = block_on(nested(&widgets(), "/widget-token").oneshot(request().map(|()| Body::empty())));
            assert!([404, 405].contains(&nested.unwrap().status().as_u16()), "{path:.60}");
        }
    }
}

#[test]
fn hostile_headers_are_answered() {
    let odd = HeaderValue::from_bytes(b"\xff\x80;=,\"\xc3\xa9").unwrap();
    let long = HeaderValue::from_str(&"a=b; ".repeat(20_000)).unwrap();
    for value in [odd, long] {
        for name in ["cookie", "host", "origin", "accept", "sec-fetch-dest", "sec-fetch-mode", "referer"] {
            for token in ["intercom", "page"] {
                for answer in ask(&widgets(), get(token).header(name, &value).header(name, &value)) {
                    assert_eq!(answer.status, if name == "origin" { 403 } else { 200 }, "{name}");
                }
            }
        }
    }
}

#[test]
fn an_answer_that_was_taken_does_not_come_again() {
    let request = get("intercom").body(()).unwrap();
    let mut answering = widgets().token_service().call(request);
    assert!((&mut answering).now_or_never().is_some());
    assert!(answering.now_or_never().is_none(), "and does not panic either");
}

/// Sends these bytes, and answers with the status that comes back; nothing if the connection was closed without.
async fn raw(address: std::net::SocketAddr, request: &[u8]) -> Option<StatusCode> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    // The server may hang up on a long one before it has read all of it.
    let mut answer = Vec::new();
    let (_, _) = tokio::join!(writing.write_all(request), reading.read_to_end(&mut answer));
    let status = std::str::from_utf8(answer.strip_prefix(b"HTTP/1.")?.get(2..5)?).ok()?;
    status.parse().ok()
}

#[tokio::test]
async fn a_hostile_request_over_a_real_connection_harms_no_other() {
    let widgets = all_widgets().identify(|_| Some(person())).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, nested(&widgets, "/widget-token")).into_future());
    let end = "HTTP/1.1\r\nhost: app.test\r\nconnection: close\r\n";
    let good = format!("GET /widget-token/intercom {end}\r\n");
    for (hostile, statuses) in [
        (format!("GET /widget-token/{} {end}\r\n", "x".repeat(100_000)).into_bytes(), &[404, 414, 431][..]),
        (format!("GET /widget-token/%00 {end}\r\n").into_bytes(), &[404]),
        (format!("GET /widget-token/../x {end}\r\n").into_bytes(), &[404]),
        (format!("GET /widget-token/\0 {end}\r\n").into_bytes(), &[400]),
        ([format!("GET /widget-token/intercom {end}x-widget-page: ").as_bytes(), b"\xff\r\n\r\n"].concat(), &[409]),
        ([format!("GET /widget-token/intercom {end}sec-fetch-site: ").as_bytes(), b"\xff\r\n\r\n"].concat(), &[403]),
        (format!("HEAD /widget-token/intercom {end}\r\n").into_bytes(), &[405]),
        (b"GET /widget-token/intercom HTTP/1.0\r\n\r\n".to_vec(), &[200]),
    ] {
        let status = raw(address, &hostile).await.map(|status| status.as_u16());
        let shown = String::from_utf8_lossy(&hostile);
        assert!(status.is_some_and(|status| statuses.contains(&status)), "{status:?} for {shown:.60}");
        assert_eq!(raw(address, good.as_bytes()).await, Some(StatusCode::OK), "after {shown:.60}");
    }
    server.abort();
}
