//! Both layers over a small service: who gets what, and what stays as it was.

use std::convert::Infallible;

use crate::support::{FP_1, FP_2, MARKER, NOW, SECRET, builder, cut, kind, secret, snippet, verify, widgets};
use axum::body::Body;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_widget_identity::{
    Delivery, Identity, LogoutLayer, Outcome, OutcomeKind, Reason, SkipWidget, TokenError, Viewer, WidgetLayer,
    Widgets, widget::Ferndesk,
};

const PAGE: &str = "<!doctype html><html><head><title>Home</title></head><body>Hello</body></html>";

/// What a test application answers: one page with all that a cache would like.
fn page() -> Response<Body> {
    Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("content-length", PAGE.len())
        .header("etag", "\"v1\"")
        .header("last-modified", "Sun, 01 Nov 2026 00:00:00 GMT")
        .header("cache-control", "public, max-age=60")
        .header("accept-ranges", "bytes")
        .header("x-app", "kept")
        .body(Body::from(PAGE))
        .unwrap()
}

fn answering(
    answer: impl Fn(&Request<Body>) -> Response<Body> + Clone,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone {
    service_fn(move |request: Request<Body>| std::future::ready(Ok(answer(&request))))
}

/// A page load by a browser that sends Fetch Metadata.
fn load(viewer: impl Into<Option<Viewer>>, marker: &str) -> Request<Body> {
    let mut request = Request::builder()
        .uri("http://app.example.test/")
        .header("sec-fetch-dest", "document")
        .header("accept", "text/html")
        .body(Body::empty())
        .unwrap();
    if !marker.is_empty() {
        let cookie = format!("sid=1; {MARKER}={marker}");
        request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
    }
    if let Some(viewer) = viewer.into() {
        request.extensions_mut().insert(viewer);
    }
    request
}

fn user(number: u8) -> Viewer {
    Viewer::SignedIn(Identity::new(format!("user-{number}")).with_email(format!("user-{number}@example.com")))
}

/// What the token of a vendor with this secret says, by the referee's word.
fn claims_by(secret: &str, token: &serde_json::Value) -> serde_json::Value {
    verify(secret, token.as_str().unwrap()).unwrap().claims
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    outcome: Option<Outcome>,
    viewer: Option<Viewer>,
    body: String,
}

impl Answer {
    fn is_untouched(&self) -> bool {
        let (head, _) = page().into_parts();
        self.body == PAGE && self.headers == head.headers
    }

    fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

async fn ask<L, S, B>(layer: L, service: S, request: Request<Body>) -> Answer
where
    L: Layer<S>,
    L::Service: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let response = layer.layer(service).oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: head.status,
        headers: head.headers,
        outcome: head.extensions.get::<Outcome>().cloned(),
        viewer: head.extensions.get::<Viewer>().cloned(),
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

async fn visit(request: Request<Body>) -> Answer {
    ask(widgets().layer(), answering(|_| page()), request).await
}

// ---- the table of what the server sends ---------------------------------------------------------------------------

#[tokio::test]
async fn a_signed_in_person_gets_one_snippet_behind_the_head_and_a_token_that_verifies() {
    let answer = visit(load(user(1), "")).await;
    let (before, element, after) = cut(&answer.body);
    assert_eq!((before, after), ("<!doctype html><html><head>", &PAGE[before.len()..]));
    let data = snippet(element);
    assert_eq!((data["seen"].as_str(), data["fp"].as_str()), (Some(""), Some(FP_1)));
    let claims = claims_by(SECRET, &data["people"]["intercom"]["intercom_user_jwt"]);
    assert_eq!(claims["user_id"], "user-1");
    assert_eq!(claims["exp"], NOW + 3600);
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Boot));
}

#[tokio::test]
async fn a_personal_page_is_private_has_no_validator_and_a_true_length() {
    let answer = visit(load(user(1), "")).await;
    assert_eq!(answer.headers["cache-control"], "private, no-store");
    assert_eq!(answer.headers["vary"], "Cookie");
    assert_eq!(answer.headers["x-app"], "kept");
    assert_eq!(answer.headers["content-length"], answer.body.len().to_string());
    for gone in ["etag", "last-modified", "accept-ranges"] {
        assert!(!answer.headers.contains_key(gone), "{gone}");
    }
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1, "a page response never writes the marker: {cookies:?}");
    let (kept, attributes) = cookies[0].split_once(';').unwrap();
    assert!(kept.starts_with("__Host-widget-kept=") && kept.len() > "__Host-widget-kept=".len() + 10, "{kept}");
    assert_eq!(attributes, " Path=/; Secure; SameSite=Lax; Max-Age=34560000");
}

#[tokio::test]
async fn each_page_of_a_user_sets_the_kept_cookie_anew() {
    let mut seen = std::collections::BTreeSet::new();
    for value in ["abc-_123", "1", "a b", "", "<script>", "a\"b"] {
        let mut request = load(user(1), FP_1);
        request.headers_mut().append("cookie", format!("__Host-widget-kept={value}").parse().unwrap());
        let answer = visit(request).await;
        let cookies = answer.set_cookies();
        assert_eq!(cookies.len(), 1, "{value:?}");
        let (kept, _) = cookies[0].strip_prefix("__Host-widget-kept=").unwrap().split_once(';').unwrap();
        assert!(kept.len() == 12 && kept.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert!(seen.insert(kept.to_owned()), "{kept} came twice");
    }
}

#[tokio::test]
async fn a_kept_cookie_without_a_marker_ends_a_session() {
    for (viewer, expected) in
        [(user(1), Some("switch")), (Viewer::SignedOut, Some("shutdown")), (Viewer::Unknown, Some("unknown-viewer"))]
    {
        let mut request = load(viewer, "");
        request.headers_mut().insert("cookie", "__Host-widget-kept=abc".parse().unwrap());
        let answer = visit(request).await;
        assert_eq!(answer.outcome.as_ref().map(Outcome::as_str), expected);
        if expected != Some("unknown-viewer") {
            let data = snippet(cut(&answer.body).1);
            assert_eq!((&data["seen"], &data["reset"]), (&serde_json::json!(""), &serde_json::json!(true)));
        }
    }
}

#[tokio::test]
async fn what_is_sent_depends_on_the_viewer_and_the_marker() {
    let boot = Some("boot");
    let (switch, shutdown) = (Some("switch"), Some("shutdown"));
    for (viewer, expected) in [
        (user(1), [boot, boot, switch, switch, switch]),
        (Viewer::SignedOut, [Some("signed-out"), shutdown, shutdown, shutdown, shutdown]),
        (Viewer::Unknown, [Some("unknown-viewer"); 5]),
        (Viewer::LookupFailed, [Some("lookup-failed"); 5]),
    ] {
        for (marker, expected) in ["", FP_1, FP_2, "out", "<broken>"].into_iter().zip(expected) {
            let answer = visit(load(viewer.clone(), marker)).await;
            assert_eq!(answer.outcome.as_ref().map(Outcome::as_str), expected, "{viewer:?} {marker:?}");
            let sent = !matches!(expected, Some("signed-out" | "unknown-viewer" | "lookup-failed"));
            assert_eq!(answer.body.matches("<script data-cfasync=\"false\" data-widget=").count(), usize::from(sent));
            assert_eq!(answer.is_untouched(), !sent, "{viewer:?} {marker:?}");
            let boots = matches!(expected, Some("boot" | "switch"));
            assert_eq!(answer.set_cookies().len(), usize::from(boots), "{viewer:?} {marker:?}");
            if sent {
                let seen = if marker == "<broken>" { "out" } else { marker };
                assert_eq!(snippet(cut(&answer.body).1)["seen"], seen);
            }
        }
    }
}

#[tokio::test]
async fn a_shutdown_names_nobody_and_carries_no_token() {
    let answer = visit(load(Viewer::SignedOut, FP_1)).await;
    let data = snippet(cut(&answer.body).1);
    assert_eq!(data["fp"], "");
    assert_eq!(data["people"], serde_json::json!({}));
    assert!(!answer.body.contains("eyJ"));
}

#[tokio::test]
async fn a_vendor_cookie_of_an_identified_session_without_a_marker_ends_it() {
    for (viewer, expected) in [(user(1), "switch"), (Viewer::SignedOut, "shutdown")] {
        let mut request = load(viewer, "");
        request.headers_mut().insert("cookie", "intercom-session-abcd1234=abc".parse().unwrap());
        let answer = visit(request).await;
        assert_eq!(answer.outcome.as_ref().map(Outcome::as_str), Some(expected));
        let data = snippet(cut(&answer.body).1);
        assert_eq!((data["seen"].as_str(), data["reset"].as_bool()), (Some(""), Some(true)));
    }
}

// ---- who is looking ------------------------------------------------------------------------------------------------

#[tokio::test]
async fn nothing_said_is_unknown_and_stays_untouched() {
    assert!(visit(load(None, "")).await.is_untouched());
    assert!(visit(load(None, FP_1)).await.is_untouched());
}

#[tokio::test]
async fn the_response_wins_over_identify_and_identify_over_the_request() {
    let says = |viewer: Viewer| {
        answering(move |_| {
            let mut response = page();
            response.extensions_mut().insert(viewer.clone());
            response
        })
    };
    let layer = builder().identify(|_| Some(Identity::new("user-1"))).build().unwrap().layer();
    let answer = ask(layer.clone(), answering(|_| page()), load(user(2), "")).await;
    assert_eq!(snippet(cut(&answer.body).1)["fp"], FP_1, "identify over the request");
    let answer = ask(layer.clone(), says(user(2)), load(None, "")).await;
    assert_eq!(snippet(cut(&answer.body).1)["fp"], FP_2, "the response over identify");
    assert!(ask(layer.clone(), says(Viewer::Unknown), load(None, "")).await.is_untouched());
    let answer = ask(layer, says(Viewer::SignedOut), load(None, FP_1)).await;
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown));
}

#[tokio::test]
async fn an_async_look_up_is_awaited_after_the_handler_and_only_for_pages() {
    use std::sync::{Arc, Mutex};
    let log = Arc::new(Mutex::new(Vec::new()));
    let asked = log.clone();
    let layer = builder()
        .identify_async(move |_| {
            let asked = asked.clone();
            async move {
                asked.lock().unwrap().push("asked");
                tokio::task::yield_now().await;
                Ok::<_, Infallible>(Some(Identity::new("user-1")))
            }
        })
        .build()
        .unwrap()
        .layer();
    let handled = log.clone();
    let service = answering(move |request| {
        handled.lock().unwrap().push("handled");
        if request.uri().path() == "/" { page() } else { Response::new(Body::from("{}")) }
    });
    let answer = ask(layer.clone(), service.clone(), load(None, "")).await;
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Boot));
    assert_eq!(*log.lock().unwrap(), ["handled", "asked"]);
    let mut api = load(None, "");
    *api.uri_mut() = "/api".parse().unwrap();
    ask(layer, service, api).await;
    assert_eq!(*log.lock().unwrap(), ["handled", "asked", "handled"], "not asked for what cannot carry it");
}

#[tokio::test]
async fn where_identify_does_not_know_the_request_says_who_is_looking() {
    type Found = Result<Option<Identity>, &'static str>;
    let unknown = builder().identify(|_| Viewer::Unknown).build().unwrap();
    let failed = builder().identify(|_| Found::Err("store down")).build().unwrap();
    let unknown_later = builder().identify_async(|_| async { Viewer::Unknown }).build().unwrap();
    let failed_later = builder().identify_async(|_| async {
        tokio::task::yield_now().await;
        Found::Err("store down")
    });
    for widgets in [unknown, failed, unknown_later, failed_later.build().unwrap()] {
        let answer = ask(widgets.layer(), answering(|_| page()), load(user(2), "")).await;
        assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Boot));
        assert_eq!(snippet(cut(&answer.body).1)["fp"], FP_2);
        let answer = ask(widgets.layer(), answering(|_| page()), load(Viewer::SignedOut, FP_1)).await;
        assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown));
        for nobody_said in [None, Some(Viewer::Unknown)] {
            let answer = ask(widgets.layer(), answering(|_| page()), load(nobody_said, FP_1)).await;
            let untouched =
                [Reason::UnknownViewer, Reason::LookupFailed].map(|reason| Some(OutcomeKind::Untouched(reason)));
            assert!(untouched.contains(&kind(answer.outcome.as_ref())), "{:?}", answer.outcome);
        }
    }
}

#[tokio::test]
async fn the_request_is_not_asked_where_an_async_look_up_knows() {
    for (found, outcome) in [(user(1), OutcomeKind::Boot), (Viewer::SignedOut, OutcomeKind::ShutDown)] {
        let widgets = builder().identify_async(move |_| std::future::ready(found.clone())).build().unwrap();
        let answer = ask(widgets.layer(), answering(|_| page()), load(user(2), FP_1)).await;
        assert_eq!(kind(answer.outcome.as_ref()), Some(outcome));
    }
}

#[tokio::test]
async fn a_failed_look_up_leaves_the_page_as_it_is() {
    let layer = builder().identify(|_| Err::<Option<Identity>, _>("store down")).build().unwrap().layer();
    let answer = ask(layer, answering(|_| page()), load(None, FP_1)).await;
    assert!(answer.is_untouched());
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Untouched(Reason::LookupFailed)));
}

#[tokio::test]
async fn a_person_without_an_id_gets_nothing() {
    let answer = visit(load(Viewer::SignedIn(Identity::new(" ").with_email("a@example.com")), "")).await;
    assert!(answer.is_untouched());
    assert_eq!(answer.outcome.unwrap().failures()[0].error(), TokenError::MissingId);
}

#[tokio::test]
async fn a_vendor_that_refuses_is_left_out_and_named() {
    let both = builder().widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).build().unwrap();
    let nameless = || Viewer::SignedIn(Identity::new("user-1"));
    let answer = ask(both.layer(), answering(|_| page()), load(nameless(), "")).await;
    let outcome = answer.outcome.as_ref().unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::Boot);
    let refused = outcome.failures();
    assert_eq!((refused[0].widget(), refused[0].error()), ("ferndesk", TokenError::MissingEmail));
    let people = &snippet(cut(&answer.body).1)["people"];
    assert!(people.get("intercom").is_some() && people.get("ferndesk").is_none());

    let only = Widgets::builder().widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).build().unwrap();
    let answer = ask(only.layer(), answering(|_| page()), load(nameless(), "")).await;
    assert!(answer.is_untouched());
    assert_eq!(answer.outcome.unwrap().as_str(), "no-token");
}

#[tokio::test]
async fn a_handler_and_a_predicate_can_opt_out() {
    let skipping = answering(|_| {
        let mut response = page();
        response.extensions_mut().insert(SkipWidget);
        response
    });
    let answer = ask(widgets().layer(), skipping, load(user(1), "")).await;
    assert!(answer.is_untouched());
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Untouched(Reason::Skipped)));
    let picky = builder().when(|parts| parts.uri.path() != "/").build().unwrap();
    assert!(ask(picky.layer(), answering(|_| page()), load(user(1), "")).await.is_untouched());
}

// ---- what is never touched -----------------------------------------------------------------------------------------

#[tokio::test]
async fn requests_that_are_no_page_loads_are_left_alone() {
    for headers in [
        vec![("sec-fetch-dest", "empty"), ("sec-fetch-mode", "cors"), ("hx-request", "true"), ("accept", "text/html")],
        vec![("sec-fetch-dest", "iframe"), ("accept", "text/html")],
        vec![("sec-fetch-dest", "image")],
        vec![("accept", "application/json")],
        vec![("accept", "text/html"), ("turbo-frame", "inbox")],
    ] {
        let mut request = load(user(1), FP_2);
        request.headers_mut().remove("sec-fetch-dest");
        request.headers_mut().insert("if-none-match", "\"v1\"".parse().unwrap());
        for (name, value) in &headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let answer = ask(
            widgets().layer(),
            answering(|request| {
                assert!(request.headers().contains_key("if-none-match"), "keeps its condition");
                page()
            }),
            request,
        )
        .await;
        assert!(answer.is_untouched() && answer.outcome.is_none(), "{headers:?}");
    }
}

#[tokio::test]
async fn without_fetch_metadata_the_page_must_be_a_document() {
    let plain = || {
        let mut request = load(user(1), "");
        request.headers_mut().remove("sec-fetch-dest");
        request
    };
    assert_eq!(kind(visit(plain()).await.outcome.as_ref()), Some(OutcomeKind::Boot));
    let fragment = answering(|_| {
        let response = Response::builder().header("content-type", "text/html");
        response.body(Body::from("<!-- row --><p>a</p>")).unwrap()
    });
    let answer = ask(widgets().layer(), fragment, plain()).await;
    assert_eq!(answer.body, "<!-- row --><p>a</p>");
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Untouched(Reason::Fragment)));
    assert!(!answer.headers.contains_key("cache-control"));
}

#[tokio::test]
async fn responses_that_cannot_carry_it_are_left_alone() {
    for (status, name, value, reason) in [
        (200, "content-type", "application/json", Reason::NotHtml),
        (200, "content-encoding", "gzip", Reason::Encoded),
        (200, "content-range", "bytes 0-3/9", Reason::Partial),
        (200, "content-disposition", "attachment", Reason::Attachment),
        (200, "cache-control", "no-transform", Reason::NoTransform),
        (200, "content-type", "text/html; charset=utf-16", Reason::Encoding),
        (304, "x", "y", Reason::Status),
        (206, "x", "y", Reason::Status),
        (302, "x", "y", Reason::Status),
    ] {
        let odd = move || {
            let mut response = page();
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response.headers_mut().insert(name, value.parse().unwrap());
            response
        };
        let answer = ask(widgets().layer(), answering(move |_| odd()), load(user(1), FP_2)).await;
        assert_eq!(answer.headers, *odd().headers(), "{name}: {value}");
        assert_eq!(answer.body, PAGE);
        assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Untouched(reason)), "{name}: {value}");
    }
}

#[tokio::test]
async fn a_page_that_may_be_personal_is_asked_for_without_conditions() {
    let conditional = |viewer: Viewer, marker: &str| {
        let mut request = load(viewer, marker);
        for name in ["if-none-match", "if-modified-since", "range", "if-range"] {
            request.headers_mut().insert(name, "x".parse().unwrap());
        }
        request
    };
    for (viewer, marker, kept) in
        [(user(1), "", 0), (Viewer::SignedOut, FP_1, 0), (Viewer::SignedOut, "", 4), (Viewer::Unknown, "", 4)]
    {
        let counted = answering(|request| {
            let names = ["if-none-match", "if-modified-since", "range", "if-range"];
            let kept = names.iter().filter(|name| request.headers().contains_key(**name)).count();
            Response::new(Body::from(kept.to_string()))
        });
        let answer = ask(widgets().layer(), counted, conditional(viewer.clone(), marker)).await;
        assert_eq!(answer.body, kept.to_string(), "{viewer:?} {marker:?}");
    }
}

#[tokio::test]
async fn a_head_tells_what_the_get_would_without_a_length() {
    let mut request = load(user(1), "");
    *request.method_mut() = Method::HEAD;
    let response = widgets().layer().layer(answering(|_| page())).oneshot(request).await.unwrap();
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert!(!response.headers().contains_key("content-length") && !response.headers().contains_key("etag"));
    assert_eq!(http_body::Body::size_hint(response.body()).exact(), None);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), PAGE, "nothing in the body");
}

#[tokio::test]
async fn a_disabled_set_changes_nothing() {
    let answer = ask(Widgets::disabled().layer(), answering(|_| page()), load(user(1), "out")).await;
    assert!(answer.is_untouched() && answer.outcome.is_none());
}

#[tokio::test]
async fn applied_twice_it_injects_once() {
    let twice = tower::ServiceBuilder::new().layer(widgets().layer()).layer(widgets().layer()).into_inner();
    let answer = ask(twice, answering(|_| page()), load(user(1), "")).await;
    assert_eq!(answer.body.matches("<script data-cfasync=\"false\" data-widget=").count(), 1);
    assert_eq!(answer.headers["content-length"], answer.body.len().to_string());
}

#[tokio::test]
async fn hostile_values_stay_inside_of_the_attribute() {
    let hostile = "'></script><script>alert(1)</script><!--&quot;\u{2028}\u{0}\u{202e}é";
    let identity = Identity::new(hostile).with_email(hostile).with_name(hostile).with_attribute(hostile, hostile);
    let both = builder().widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).build().unwrap();
    let answer = ask(both.layer(), answering(|_| page()), load(Viewer::SignedIn(identity), "")).await;
    let (_, element, after) = cut(&answer.body);
    assert!(PAGE.ends_with(after));
    let claims = claims_by("ferndesk secret", &snippet(element)["people"]["ferndesk"]["token"]);
    assert_eq!(claims["name"], hostile);
    assert_eq!(claims["customAttributes"][hostile], hostile);
}

// ---- delivery in headers -------------------------------------------------------------------------------------------

fn fetch(viewer: Viewer, marker: &str) -> Request<Body> {
    let mut request = load(viewer, marker);
    for (name, value) in [("sec-fetch-dest", "empty"), ("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-origin")] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn fetches_get_tokens_in_headers_that_no_log_shows() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().layer();
    let answer = ask(layer.clone(), answering(|_| page()), fetch(user(1), FP_2)).await;
    assert_eq!(answer.body, PAGE);
    let token = &answer.headers["x-widget-token-intercom"];
    assert!(token.is_sensitive());
    assert_eq!(verify(SECRET, token.to_str().unwrap()).unwrap().claims["user_id"], "user-1");
    assert_eq!(answer.headers["x-widget-page"], FP_1);
    assert_eq!(answer.headers["x-widget-shutdown"], "intercom", "somebody else's session ends first");
    assert_eq!(answer.headers["cache-control"], "private, no-store");
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Headers));

    let answer = ask(layer.clone(), answering(|_| page()), fetch(Viewer::SignedOut, "out")).await;
    assert_eq!(answer.headers["x-widget-shutdown"], "intercom");
    assert!(!answer.headers.contains_key("x-widget-token-intercom"));
    for (viewer, marker) in [(Viewer::SignedOut, ""), (Viewer::Unknown, "out")] {
        assert!(ask(layer.clone(), answering(|_| page()), fetch(viewer, marker)).await.is_untouched());
    }
}

#[tokio::test]
async fn headers_go_to_same_origin_fetches_that_succeed_and_nowhere_else() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().layer();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "document"),
    ] {
        let mut request = fetch(user(1), "");
        request.headers_mut().insert(name, value.parse().unwrap());
        assert!(ask(layer.clone(), answering(|_| page()), request).await.is_untouched(), "{name}: {value}");
    }
    for status in [302, 304, 404, 500] {
        let failing = answering(move |_| {
            let mut response = page();
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response
        });
        let answer = ask(layer.clone(), failing, fetch(user(1), "")).await;
        assert!(answer.is_untouched(), "{status}");
    }
}

// ---- logout --------------------------------------------------------------------------------------------------------

fn logout(method: Method) -> Request<Body> {
    let mut request = load(user(1), FP_1);
    *request.method_mut() = method;
    request.headers_mut().append(
        "cookie",
        "intercom-session-abcd1234=s; intercom-id-abcd1234=i; intercom-session-other=o; theme=dark".parse().unwrap(),
    );
    request
}

fn redirect() -> Response<Body> {
    Response::builder().status(303).header("location", "/").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_logout_by_redirect_marks_the_browser_and_expires_what_it_carried() {
    let answer = ask(widgets().logout_layer(), answering(|_| redirect()), logout(Method::POST)).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::LogOut));
    assert_eq!(answer.viewer, Some(Viewer::SignedOut), "for whoever looks further out");
    let cookies = answer.set_cookies();
    assert_eq!(cookies[0], format!("{MARKER}=out; Path=/; Secure; SameSite=Lax; Max-Age=34560000"));
    for name in ["intercom-session-abcd1234", "intercom-id-abcd1234"] {
        for domain in ["", "; Domain=app.example.test", "; Domain=example.test"] {
            let line = format!("{name}=; Path=/; Max-Age=0{domain}");
            assert!(cookies.contains(&line.as_str()), "{line} in {cookies:?}");
        }
    }
    assert!(cookies[1].starts_with(&format!("{MARKER}-kept=")), "{cookies:?}");
    assert_eq!(cookies.len(), 8, "and nothing that it did not carry: {cookies:?}");
}

#[tokio::test]
async fn with_a_cookie_domain_that_one_is_expired() {
    let layer = builder().cookie_domain("example.test").build().unwrap().logout_layer();
    let answer = ask(layer, answering(|_| redirect()), logout(Method::POST)).await;
    let cookies = answer.set_cookies();
    assert!(cookies[0].starts_with("__Secure-widget=out;") && cookies[0].contains("; Domain=example.test; Secure"));
    let on_domain = cookies.iter().filter(|cookie| cookie.ends_with("Max-Age=0; Domain=example.test")).count();
    assert_eq!((cookies.len(), on_domain), (6, 2), "{cookies:?}");
}

#[tokio::test]
async fn a_failed_logout_a_confirmation_page_and_a_head_change_nothing() {
    for (method, status) in [
        (Method::POST, 403),
        (Method::POST, 422),
        (Method::POST, 500),
        (Method::GET, 200),
        (Method::HEAD, 200),
        (Method::HEAD, 303),
        (Method::OPTIONS, 204),
    ] {
        let answered = answering(move |_| {
            let mut response = page();
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response
        });
        let answer = ask(widgets().logout_layer(), answered, logout(method.clone())).await;
        assert!(answer.is_untouched() && answer.outcome.is_none(), "{method} {status}");
    }
}

#[tokio::test]
async fn the_response_decides_where_the_method_does_not() {
    let saying = |viewer: Viewer| {
        answering(move |_| {
            let mut response = page();
            response.extensions_mut().insert(viewer.clone());
            response
        })
    };
    let answer = ask(widgets().logout_layer(), saying(Viewer::SignedOut), logout(Method::GET)).await;
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown));
    let answer = ask(widgets().logout_layer(), saying(user(1)), logout(Method::POST)).await;
    assert!(answer.is_untouched());
}

#[tokio::test]
async fn a_logout_that_is_a_page_carries_the_shutdown_for_the_marker_that_it_sets() {
    let both = |outer: bool| (widgets().layer(), widgets().logout_layer(), outer);
    for (page_layer, logout_layer, page_is_outer) in [both(true), both(false)] {
        let service = answering(|_| page());
        let answer = if page_is_outer {
            ask(page_layer, logout_layer.layer(service), logout(Method::POST)).await
        } else {
            ask(logout_layer, page_layer.layer(service), logout(Method::POST)).await
        };
        let data = snippet(cut(&answer.body).1);
        assert_eq!((data["seen"].as_str(), data["fp"].as_str()), (Some("out"), Some("")), "outer: {page_is_outer}");
        assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown));
        assert_eq!(answer.body.matches("<script data-cfasync=\"false\" data-widget=").count(), 1);
        assert_eq!(answer.headers["cache-control"], "private, no-store");
        assert!(answer.set_cookies()[0].contains("=out;"));
        assert_eq!(answer.headers["content-length"], answer.body.len().to_string());
    }
}

#[tokio::test]
async fn a_snapshot_that_still_says_signed_in_mints_nothing_at_logout() {
    let snapshot = builder().identify(|_| Some(Identity::new("user-1"))).build().unwrap();
    for response in [page as fn() -> Response<Body>, redirect] {
        let inner = snapshot.logout_layer().layer(answering(move |_| response()));
        let answer = ask(snapshot.layer(), inner, logout(Method::POST)).await;
        assert!(!answer.body.contains("eyJ"));
        assert!(
            matches!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown | OutcomeKind::LogOut)),
            "{:?}",
            answer.outcome
        );
        let outside = snapshot.layer().layer(answering(move |_| response()));
        let answer = ask(snapshot.logout_layer(), outside, logout(Method::POST)).await;
        assert!(!answer.body.contains("eyJ"));
        assert!(
            matches!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown | OutcomeKind::LogOut)),
            "{:?}",
            answer.outcome
        );
    }
}

#[tokio::test]
async fn an_inner_page_layer_boots_again_when_the_logout_fails() {
    let failed = answering(|_| {
        let mut response = page();
        *response.status_mut() = StatusCode::FORBIDDEN;
        response
    });
    let answer = ask(widgets().logout_layer(), widgets().layer().layer(failed), logout(Method::POST)).await;
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Boot));
    assert!(answer.set_cookies().iter().all(|cookie| cookie.starts_with("__Host-widget-kept=")));
}

#[tokio::test]
async fn a_logout_by_fetch_is_told_in_a_header_where_headers_are_the_delivery() {
    let layer = builder().delivery(Delivery::Header).build().unwrap().logout_layer();
    let mut request = fetch(user(1), FP_1);
    *request.method_mut() = Method::POST;
    let answer = ask(layer, answering(|_| Response::new(Body::from("{}"))), request).await;
    assert_eq!(answer.headers["x-widget-shutdown"], "intercom");
    assert!(answer.set_cookies()[0].contains("=out;"));
}

#[test]
fn layers_and_services_go_everywhere() {
    fn everywhere<T: Clone + Send + Sync + Unpin + 'static>() {}
    everywhere::<Widgets>();
    everywhere::<WidgetLayer>();
    everywhere::<LogoutLayer>();
    everywhere::<tower_widget_identity::WidgetService<()>>();
    everywhere::<tower_widget_identity::TokenService>();
    everywhere::<Outcome>();
    fn answers<T: Default + Send>() {}
    answers::<tower_widget_identity::WidgetBody<Body>>();
    fn sends<T: Send>() {}
    sends::<tower_widget_identity::ResponseFuture<std::future::Ready<()>, Body>>();
}
