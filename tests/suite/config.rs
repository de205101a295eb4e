//! Bad configurations, and their good neighbours: each mistake is told when it is made, with what to mend.

use std::{convert::Infallible, time::SystemTime};

use crate::support::secs;
use axum::body::Body;
use bytes::Bytes;
use futures::{executor::block_on, stream};
use http::{HeaderMap, Method, Request, Response, Version, response::Parts};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::json;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_widget_identity::{
    ConfigError, ConfigErrorKind, Identity, Secret, Token, TokenError, Viewer, Widgets, WidgetsBuilder,
    widget::{BootData, Ferndesk, Intercom, Manifest, Widget, ZendeskClassic},
};

/// It may stand in no message.
const SECRET: &str = "canary";

fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

fn intercom() -> Intercom {
    Intercom::new("abcd1234", secret())
}

fn zendesk() -> ZendeskClassic {
    ZendeskClassic::chat("key-1", secret())
}

fn build(widget: impl Widget) -> Result<Widgets, ConfigError> {
    Widgets::builder().widget(widget).token_path("/widget-token").build()
}

fn builder() -> WidgetsBuilder {
    Widgets::builder().widget(intercom())
}

/// Asserts that a mistake is found, and that its message has these words: the thing, and the remedy.
fn assert_refused<T>(built: Result<T, ConfigError>, kind: ConfigErrorKind, words: &[&str], case: &str) {
    let Err(error) = built else { panic!("{case:?} was taken, but is {kind:?}") };
    assert_eq!(error.kind(), kind, "{case:?}: {error}");
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(SECRET), "{case:?}: {text}");
    }
    for word in words {
        assert!(error.to_string().contains(word), "{case:?}: no {word:?} in: {error}");
    }
}

/// Asserts that a configuration is taken.
fn assert_taken(built: Result<Widgets, ConfigError>, case: &str) {
    assert!(built.is_ok_and(|widgets| widgets.is_enabled()), "{case:?} was refused");
}

/// A vendor of one's own, with one thing in it to get wrong.
#[derive(Clone)]
struct Acme {
    secret: Secret,
    name: &'static str,
    tokens: Vec<&'static str>,
    adapter: &'static str,
    fetches: bool,
    check: Result<(), ConfigError>,
}

fn acme() -> Acme {
    let adapter = "tools => ({ boot() {}, refresh() {}, shutdown() {} })";
    Acme { secret: secret(), name: "acme", tokens: vec!["acme"], adapter, fetches: false, check: Ok(()) }
}

impl Widget for Acme {
    fn manifest(&self) -> Manifest {
        let manifest = Manifest::new(self.name, "acme 1/é", self.adapter).with_token_names(self.tokens.clone());
        if self.fetches { manifest.with_required_token_path() } else { manifest }
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.check.clone()
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        self.secret.jwt(&json!({ "sub": identity.id(), "exp": identity.validity(now, secs(60))?.exp() }))
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(self.name, identity, now)?))
    }
}

// ---- vendors --------------------------------------------------------------------------------------------------------

#[test]
fn an_empty_or_blank_secret_signs_nothing() {
    for text in ["", " ", "\t\r\n", "\u{a0}\u{2003}\u{3000}"] {
        assert_refused(Secret::new(text), ConfigErrorKind::Secret, &["secret", "set it"], text);
    }
    for bytes in [&b""[..], b" ", b"\t\r\n "] {
        assert_refused(Secret::from_bytes(bytes), ConfigErrorKind::Secret, &["secret", "set it"], "bytes");
    }
    for text in [" x", "x\n", "\r\nx", "\u{a0}x", "canary\t"] {
        assert_refused(Secret::new(text), ConfigErrorKind::Secret, &["secret", "trim it"], text);
        assert!(Secret::from_bytes(text).is_ok(), "bytes are what they are");
    }
    for text in ["x", "two words", "é", "0", "c2VjcmV0=="] {
        assert_taken(build(Intercom::new("abcd1234", Secret::new(text).unwrap())), text);
        assert_taken(build(Intercom::new("abcd1234", Secret::from_bytes(text).unwrap())), text);
    }
    assert!(Secret::from_bytes([0xff, 0x00]).is_ok());
}

/// HMAC fills a short key up with zeros: a buffer that nothing was read into is the empty secret.
#[test]
fn a_secret_of_zeros_is_the_empty_one() {
    use hmac::{Hmac, KeyInit, Mac};
    let signed = |key: &[u8]| Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().finalize().into_bytes();
    assert_eq!(signed(&[0; 32]), signed(b""), "anybody can sign with it");
    assert_refused(Secret::from_bytes([0; 32]), ConfigErrorKind::Secret, &["secret"], "32 zeros");
    assert_refused(Secret::new("\0"), ConfigErrorKind::Secret, &["secret"], "one zero");
    assert_refused(Secret::from_bytes(b"\0 \n\0"), ConfigErrorKind::Secret, &["secret"], "zeros and white space");
}

#[test]
fn an_app_id_that_no_vendor_issues_is_refused() {
    let kind = ConfigErrorKind::AppId;
    for id in
        ["", " ", "\n", "a/b", "a b", "a'", "\"", "é", "a\0", "a;b", "a=b", "<b>", "a*", "../x", " abcd1234", "a?b"]
    {
        let remedy = ["application id", "copy it from the vendor's dashboard"];
        assert_refused(build(Intercom::new(id, secret())), kind, &[&remedy[..], &["intercom"]].concat(), id);
        assert_refused(build(ZendeskClassic::chat(id, secret())), kind, &[&remedy[..], &["zendesk"]].concat(), id);
        assert_refused(build(Ferndesk::new(id, secret())), kind, &[&remedy[..], &["ferndesk"]].concat(), id);
    }
    for id in ["a", "abcd1234", "A-b_c.9", "0b7c4d2e-9a51-4f0e-8f6d-2f1c3b4a5d6e", &"x".repeat(100)] {
        assert_taken(build(Intercom::new(id, secret())), id);
        assert_taken(build(ZendeskClassic::help_center_only(id, secret())), id);
        assert_taken(build(Ferndesk::new(id, secret())), id);
    }
}

/// `https://widget.intercom.io/widget/..` is another address.
#[test]
fn an_app_id_of_dots_is_refused() {
    for id in [".", "..", "...", "-", "_.-"] {
        assert_refused(build(Intercom::new(id, secret())), ConfigErrorKind::AppId, &["application id"], id);
    }
}

#[test]
fn a_lifetime_is_not_zero_and_not_over_the_vendors_limit() {
    let kind = ConfigErrorKind::Lifetime;
    let zero = ["lifetime", "zero", "give the token time"];
    assert_refused(build(intercom().lifetime(secs(0))), kind, &[&zero[..], &["intercom"]].concat(), "intercom");
    assert_refused(
        build(Ferndesk::new("w", secret()).lifetime(secs(0))),
        kind,
        &[&zero[..], &["ferndesk"]].concat(),
        "ferndesk",
    );
    assert_refused(build(zendesk().chat_lifetime(secs(0))), kind, &[&zero[..], &["zendesk"]].concat(), "zendesk");
    for seconds in [421, 86_400, 300_000, u64::MAX] {
        let words = ["zendesk", &seconds.to_string(), "limit of 420 seconds"];
        assert_refused(build(zendesk().chat_lifetime(secs(seconds))), kind, &words, "zendesk");
    }
    for seconds in [2_678_401, 3_600_000, u64::MAX] {
        let words = ["lifetime", &seconds.to_string(), "limit of 2678400 seconds"];
        assert_refused(
            build(intercom().lifetime(secs(seconds))),
            kind,
            &[&words[..], &["intercom"]].concat(),
            "intercom",
        );
        let built = build(Ferndesk::new("w", secret()).lifetime(secs(seconds)));
        assert_refused(built, kind, &[&words[..], &["ferndesk"]].concat(), "ferndesk");
    }
    let built = build(intercom().lifetime(std::time::Duration::from_millis(999)));
    assert_refused(built, kind, &["intercom", "whole seconds"], "999 ms");
    for seconds in [1, 86_400, 2_678_400] {
        assert_taken(build(intercom().lifetime(secs(seconds))), "intercom");
        assert_taken(build(Ferndesk::new("w", secret()).lifetime(secs(seconds))), "ferndesk");
    }
    for seconds in [1, 420] {
        assert_taken(build(zendesk().chat_lifetime(secs(seconds))), "zendesk");
    }
}

#[test]
fn intercoms_session_lasts_five_minutes_at_least() {
    for milliseconds in [0, 1, 300, 299_999] {
        let built = build(intercom().session_duration(std::time::Duration::from_millis(milliseconds)));
        let words = ["intercom", "session duration", "at least five minutes"];
        assert_refused(built, ConfigErrorKind::Lifetime, &words, &milliseconds.to_string());
    }
    for milliseconds in [300_000, 604_800_000] {
        assert_taken(
            build(intercom().session_duration(std::time::Duration::from_millis(milliseconds))),
            &milliseconds.to_string(),
        );
    }
}

#[test]
fn a_setting_may_not_name_a_person() {
    for key in ["user_id", "email", "name", "user_hash", "intercom_user_jwt", "app_id", "api_base", "session_duration"]
    {
        for value in [json!("user-1"), json!(null), json!({ "a": 1 })] {
            let words = ["intercom", key, "identifies a user or has its own setter"];
            assert_refused(build(intercom().setting(key, value)), ConfigErrorKind::Setting, &words, key);
        }
    }
    for key in ["hide_default_launcher", "alignment", "custom_launcher_selector", "", "<script>", "é"] {
        assert_taken(build(intercom().setting(key, "</script>'")), key);
    }
}

#[test]
fn somebody_has_to_be_configured() {
    for built in [Widgets::builder().build(), Widgets::builder().token_path("/t").marker_key(secret()).build()] {
        assert_refused(built, ConfigErrorKind::NoWidget, &["widget(..)", "Widgets::disabled()"], "nobody");
    }
    assert_taken(builder().build(), "one");
}

#[test]
fn one_configuration_has_each_vendor_and_each_token_once() {
    let kind = ConfigErrorKind::DuplicateWidget;
    let other = Intercom::new("other-id", Secret::new("other").unwrap());
    assert_refused(builder().widget(other).build(), kind, &["intercom", "twice", "one configuration"], "intercom");
    for tokens in [vec!["intercom"], vec!["acme", "intercom"], vec!["a", "b", "a"]] {
        let name = tokens[0];
        let built = builder().widget(Acme { tokens, ..acme() }).build();
        assert_refused(built, kind, &["twice"], name);
    }
    assert_taken(builder().widget(Acme { tokens: vec!["acme", "a", "b"], ..acme() }).build(), "three tokens");
    assert_taken(builder().token_path("/t").widget(zendesk().help_center(secret())).build(), "two vendors");
}

#[test]
fn a_boxed_vendor_is_checked_as_the_vendor_is() {
    let boxed = |widget: Box<dyn Widget>| Widgets::builder().widget(widget);
    let zero = boxed(Box::new(intercom().lifetime(secs(0)))).build();
    assert_refused(zero, ConfigErrorKind::Lifetime, &["intercom"], "a lifetime of zero");
    let twice = boxed(Box::new(intercom())).widget(intercom()).build();
    assert_refused(twice, ConfigErrorKind::DuplicateWidget, &["intercom"], "beside itself");
    assert_taken(boxed(Box::new(zendesk())).token_path("/t").build(), "zendesk");
}

#[test]
fn names_can_stand_in_paths_headers_and_scripts() {
    let kind = ConfigErrorKind::WidgetName;
    let words = ["name", "lower-case letters, digits and hyphens"];
    for name in ["", " ", "Acme", "acme corp", "acme/x", "acme_x", "a'b", "a\"b", "a\nb", "é", "a.b", "../x", "page"] {
        assert_refused(build(Acme { name, ..acme() }), kind, &words, name);
        assert_refused(build(Acme { tokens: vec!["acme", name], ..acme() }), kind, &words, name);
    }
    assert_refused(build(Acme { tokens: vec![], ..acme() }), kind, &["acme", "no token"], "no tokens");
    for name in ["acme", "a", "acme-2", "-", "page-2", "2"] {
        assert_taken(build(Acme { name, ..acme() }), name);
        assert_taken(build(Acme { tokens: vec![name], ..acme() }), name);
    }
}

#[test]
fn an_adapter_can_stand_in_a_script_element() {
    for adapter in [
        "'</script>'",
        "'</SCRIPT '",
        "'</script",
        "'<script'",
        "'<!--'",
        "'<\u{0}!--' + '</sCrIpT'",
        "'é'",
        "'\u{2028}'",
        "a\rb",
    ] {
        let built = build(Acme { adapter, ..acme() });
        assert_refused(built, ConfigErrorKind::Adapter, &["acme", "adapter script"], adapter);
    }
    for adapter in ["'<\\/script>'", "'<\\!--'", "() => ({})\r\n", "a < script", "'\\u00e9'"] {
        assert_taken(build(Acme { adapter, ..acme() }), adapter);
    }
}

#[test]
fn what_a_vendor_finds_wrong_with_itself_is_reported_as_it_says() {
    let check = Err(ConfigError::new(ConfigErrorKind::Lifetime, "acme: too short"));
    assert_refused(build(Acme { check, ..acme() }), ConfigErrorKind::Lifetime, &["acme: too short"], "check");
}

// ---- the marker cookie ----------------------------------------------------------------------------------------------

#[test]
fn the_marker_has_a_name_that_cookies_may_have() {
    for name in ["", " ", "a b", "a=b", "a;b", "a,b", "a\"b", "a\nb", "a\0", "é", "a/b", "a@b", "<a>", "(a)"] {
        let words = ["marker cookie's name", "empty or contains a character that is illegal in a cookie name"];
        assert_refused(builder().marker_name(name).build(), ConfigErrorKind::CookieName, &words, name);
    }
    for name in ["widget", "w", "__Host-widget", "__Secure-widget", "a.b_c-d~e!", "__HOST-Widget"] {
        let widgets = builder().marker_name(name).build().unwrap();
        assert_eq!(widgets.marker_name(), Some(name));
    }
}

#[test]
fn the_markers_prefix_agrees_with_its_scope() {
    let kind = ConfigErrorKind::CookieName;
    for name in ["__Host-widget", "__host-widget", "__HOST-widget"] {
        let built = builder().marker_name(name).cookie_domain("example.com").build();
        assert_refused(built, kind, &["__Host-", "domain", "use `__Secure-` instead"], name);
    }
    for name in ["__Host-widget", "__secure-widget", "__Secure-"] {
        let built = builder().marker_name(name).plain_http(true).build();
        assert_refused(built, kind, &["prefix", "HTTPS", "omit the prefix"], name);
    }
    let taken = [
        builder().marker_name("__Secure-widget").cookie_domain("example.com"),
        builder().marker_name("widget").cookie_domain("example.com"),
        builder().marker_name("widget").plain_http(true),
        builder().marker_name("widget__Host-").plain_http(true),
        builder().marker_name("__Host-widget").plain_http(true).plain_http(false),
    ];
    for (at, builder) in taken.into_iter().enumerate() {
        assert_taken(builder.build(), &at.to_string());
    }
}

#[test]
fn the_default_name_depends_on_the_scope_alone() {
    let name = |builder: WidgetsBuilder| builder.build().unwrap().marker_name().unwrap().to_owned();
    for builder in [
        builder(),
        Widgets::builder().widget(Intercom::new("abcd1235", secret())),
        Widgets::builder().widget(Ferndesk::new("widget-1", secret())).widget(intercom()),
    ] {
        assert_eq!(name(builder), "__Host-widget");
    }
    assert_eq!(name(builder().cookie_domain("example.com")), "__Secure-widget");
    assert_eq!(name(builder().plain_http(true)), "widget");
}

#[test]
fn the_order_in_which_widgets_are_added_changes_nothing() {
    let both = |swapped: bool| {
        let (intercom, ferndesk) = (intercom(), Ferndesk::new("w", Secret::new("another").unwrap()));
        let builder = Widgets::builder().clock(|| SystemTime::UNIX_EPOCH + secs(1_700_000_000));
        let builder =
            if swapped { builder.widget(ferndesk).widget(intercom) } else { builder.widget(intercom).widget(ferndesk) };
        builder.build().unwrap()
    };
    let (one, other) = (both(false), both(true));
    assert_eq!(one.csp().unwrap().hash(), other.csp().unwrap().hash(), "the code");
    // With the fingerprint in it, and the tokens.
    assert_eq!(page_through(one.layer()), page_through(other.layer()));
}

#[test]
fn the_markers_domain_is_a_host_name_of_two_labels() {
    for domain in [
        "",
        " ",
        ".",
        "..",
        "localhost",
        "com",
        "127.0.0.1",
        "1.2.3.4.",
        "[::1]",
        "::1",
        "a b.c",
        "a..b",
        "example.com.",
        "example.com:3000",
        "https://example.com",
        "example.com/",
        "a.b;c=d",
        "*.example.com",
        "-a.example.com",
        "exämple.com",
        "a.b\r\nset-cookie: x=y",
        "example.com, evil.test",
    ] {
        let words = ["cookie domain", "two labels or more, like `example.com`"];
        assert_refused(builder().cookie_domain(domain).build(), ConfigErrorKind::CookieDomain, &words, domain);
        let plain = builder().cookie_domain(domain).plain_http(true);
        assert_refused(plain.build(), ConfigErrorKind::CookieDomain, &words, domain);
    }
    for domain in
        ["example.com", ".example.com", "app.example.com", "Example.COM", "xn--exmple-cua.com", "1.example.com"]
    {
        assert_taken(builder().cookie_domain(domain).build(), domain);
    }
}

// ---- the token path -------------------------------------------------------------------------------------------------

#[test]
fn the_token_path_has_a_default() {
    assert_taken(Widgets::builder().widget(zendesk()).build(), "zendesk");
    assert_taken(Widgets::builder().widget(Acme { fetches: true, ..acme() }).build(), "acme");
    let page = page_through(builder().build().unwrap().layer());
    assert!(page.contains(r#""tokens":"/widget-token""#), "{page}");
}

#[test]
fn the_token_path_is_absolute_and_of_its_own() {
    for path in [
        "",
        " ",
        "/",
        "//",
        "///",
        "//evil",
        "/.",
        "/..",
        "/../a",
        "/a/./b",
        "/a/..",
        "/a/../",
        "/%2e%2e/a",
        "/%7Ea",
        "//evil.test/x",
        "/a//b",
        "widget-token",
        "./a",
        "https://evil.test/t",
        "/a b",
        "/a\"b",
        "/a\nb",
        "/a\r\nx: y",
        "/a\0",
        "/a?b",
        "/a#b",
        "/a\\b",
        "\\\\evil",
        "/<b>",
        "/{tenant}/t",
        "/é",
        " /a",
    ] {
        let words = ["token path", "an absolute path of its own, like `/widget-token`"];
        assert_refused(builder().token_path(path).build(), ConfigErrorKind::TokenPath, &words, path);
    }
    for path in ["/widget-token", "/widget-token/", "/a", "/a/b/c", "/a-b_c.d~e", "/...", "/a/..b", "/a:b@c;d=e,f"] {
        assert_taken(builder().token_path(path).build(), path);
    }
}

/// RFC 3986 lets an apostrophe stand in a path.
#[test]
fn an_apostrophe_in_the_token_path_ends_neither_attribute_nor_string() {
    let widgets = builder().token_path("/it's&a=1").build().unwrap();
    let page = page_through(widgets.layer());
    let (data, code) = page.split_once("'>").unwrap();
    assert_eq!(data.matches('\'').count(), 1, "{data}");
    assert!(code.contains(r#""tokens":"/it\u0027s\u0026a=1""#), "{code}");
}

// ---- disabled -------------------------------------------------------------------------------------------------------

/// All that can be seen of a request or response.
#[derive(Debug, PartialEq)]
struct Seen {
    line: String,
    version: Version,
    headers: HeaderMap,
    extensions: usize,
    frames: Vec<Result<Bytes, HeaderMap>>,
}

fn page_load() -> Request<Full<Bytes>> {
    Request::builder()
        .method(Method::POST)
        .uri("http://app.example.test/logout?next=%00")
        .header("sec-fetch-dest", "document")
        .header("cookie", "__Host-widget-00000000=out; intercom-session-abcd1234=x")
        .header("if-none-match", "\"v1\"")
        .header("range", "bytes=0-1")
        .header("x-twice", "1")
        .header("x-twice", "\u{e9}")
        .extension(Viewer::SignedIn(Identity::new("user-1")))
        .body(Full::from("a=b"))
        .unwrap()
}

type Frames = stream::Iter<std::vec::IntoIter<Result<Frame<Bytes>, Infallible>>>;

/// Sees what reaches it, and answers in a way that nothing but a layer that does nothing leaves as it is.
async fn application(request: Request<Full<Bytes>>) -> Result<Response<StreamBody<Frames>>, Infallible> {
    let (parts, body) = request.into_parts();
    let seen = Seen {
        line: format!("{} {}", parts.method, parts.uri),
        version: parts.version,
        extensions: parts.extensions.len(),
        headers: parts.headers,
        frames: vec![Ok(body.collect().await.unwrap().to_bytes())],
    };
    let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), "1".parse().unwrap())]);
    let frames =
        [Frame::data("<!doctype html><html><head>".into()), Frame::data("</head>".into()), Frame::trailers(trailers)];
    let response = Response::builder()
        .version(Version::HTTP_2)
        .header("content-type", "text/html")
        .header("cache-control", "public, max-age=60")
        .header("etag", "\"v1\"")
        .header("content-length", "34")
        .header("x-request-seen", format!("{seen:?}").escape_default().to_string());
    Ok(response.body(StreamBody::new(stream::iter(frames.map(Ok).into_iter().collect::<Vec<_>>()))).unwrap())
}

async fn exchange<S, B>(service: S) -> Seen
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    let (parts, body) = service.oneshot(page_load()).await.unwrap().into_parts();
    let mut body = std::pin::pin!(body);
    let mut frames = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.unwrap();
        frames.push(frame.into_data().map_err(|frame| frame.into_trailers().unwrap_or_default()));
    }
    let Parts { status, version, headers, extensions, .. } = parts;
    Seen { line: status.to_string(), version, headers, extensions: extensions.len(), frames }
}

fn page_through(layer: tower_widget_identity::WidgetLayer) -> String {
    let home = |_: Request<Body>| async {
        Ok::<_, Infallible>(
            Response::builder().header("content-type", "text/html").body(Body::from("<!doctype html>")).unwrap(),
        )
    };
    let request = Request::get("/").header("sec-fetch-dest", "document");
    let request = request.extension(Viewer::SignedIn(Identity::new("user-1"))).body(Body::empty()).unwrap();
    let response = block_on(layer.layer(service_fn(home)).oneshot(request)).unwrap();
    String::from_utf8(block_on(response.collect()).unwrap().to_bytes().into()).unwrap()
}

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
fn enabled_widgets_would_have_changed_both() {
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
