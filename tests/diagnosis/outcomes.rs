//! What the layers report about a request: an outcome for each page load, and in development a header on each
//! response.

use std::convert::Infallible;

use axum::body::Body;
use futures::executor::block_on;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_widget_identity::{Delivery, Identity, Outcome, OutcomeKind, Reason, Viewer, WidgetsBuilder, test};

use crate::support::{
    FP_1, MARKER, builder,
    pages::{PAGE, page},
};

#[derive(Clone)]
struct Session(Option<&'static str>);

fn json() -> Response<Body> {
    Response::builder().header("content-type", "application/json").body(Body::from("{}")).unwrap()
}

/// The layer's output: its word in the header, its outcome, and the body.
struct Seen {
    header: Option<String>,
    outcome: Option<Outcome>,
    body: String,
    headers: HeaderMap,
}

fn through<L, B>(layer: L, answer: fn() -> Response<Body>, request: Request<()>) -> Seen
where
    L: Layer<Handler>,
    L::Service: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let service = layer.layer(Handler(answer));
    let (head, body) = block_on(service.oneshot(request)).unwrap().into_parts();
    Seen {
        header: head.headers.get("x-widget-outcome").map(|value| value.to_str().unwrap().to_owned()),
        outcome: head.extensions.get().cloned(),
        body: String::from_utf8(block_on(body.collect()).unwrap().to_bytes().to_vec()).unwrap(),
        headers: head.headers,
    }
}

#[derive(Clone, Copy)]
struct Handler(fn() -> Response<Body>);

impl Service<Request<()>> for Handler {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        std::future::ready(Ok((self.0)()))
    }
}

fn asks_sessions() -> WidgetsBuilder {
    builder().identify_with(async |session: Session| session.0.map(Identity::new))
}

fn load(session: Option<Session>, cookie: &str) -> Request<()> {
    let mut request = test::page_load("/").header("host", "app.test");
    if !cookie.is_empty() {
        request = request.header("cookie", cookie);
    }
    if let Some(session) = session {
        request = request.extension(session);
    }
    request.body(()).unwrap()
}

fn curl() -> Request<()> {
    Request::get("/").header("host", "app.test").header("accept", "*/*").body(()).unwrap()
}

#[test]
fn page_loads_without_a_widget_have_an_outcome() {
    let layer = || asks_sessions().build().unwrap().layer();
    for (answer, session, expected) in [
        (page as fn() -> _, Some(Session(Some("user-1"))), "boot"),
        (page, Some(Session(None)), "signed-out"),
        (page, None, "unknown-viewer"),
        (json, Some(Session(Some("user-1"))), "not-html"),
        (json, Some(Session(None)), "not-html"),
        (json, None, "not-html"),
    ] {
        let seen = through(layer(), answer, load(session, ""));
        assert_eq!(seen.outcome.as_ref().map(Outcome::as_str), Some(expected));
        assert_eq!(seen.header, None, "the header is off by default");
        assert_eq!(seen.body.contains("data-widget"), expected == "boot");
    }
    let opted_out = asks_sessions().when(|_| false).build().unwrap().layer();
    let seen = through(opted_out, page, load(Some(Session(Some("user-1"))), &format!("{MARKER}={FP_1}")));
    assert_eq!((seen.outcome.unwrap().as_str(), seen.body.as_str()), ("opted-out", PAGE));
    assert!(through(layer(), page, curl()).outcome.is_none(), "no page load");
}

#[test]
fn explained_responses_have_the_outcome_in_a_header() {
    let set = asks_sessions().explain(true).build().unwrap();
    let user = || load(Some(Session(Some("user-1"))), "");
    for (answer, request, expected) in [
        (page as fn() -> _, user(), "boot"),
        (page, load(None, ""), "unknown-viewer"),
        (json, user(), "not-html"),
        (page, curl(), "no-page-load"),
    ] {
        assert_eq!(through(set.layer(), answer, request).header.as_deref(), Some(expected));
    }
    let by_header = asks_sessions().delivery(Delivery::Header).explain(true).build().unwrap();
    assert_eq!(through(by_header.layer(), page, user()).header.as_deref(), Some("no-fetch"));

    // A fetch that involves no user and no session has no outcome.
    for set in [asks_sessions(), asks_sessions().spa(true)] {
        let set = set.delivery(Delivery::Header).explain(true).build().unwrap();
        let mut fetch = load(Some(Session(None)), "");
        for (name, value) in [("dest", "empty"), ("mode", "cors"), ("site", "same-origin")] {
            let name = http::HeaderName::try_from(format!("sec-fetch-{name}")).unwrap();
            fetch.headers_mut().insert(name, value.parse().unwrap());
        }
        let seen = through(set.layer(), page, fetch);
        assert_eq!((seen.header.as_deref(), seen.outcome), (Some("signed-out"), None));
    }

    // The outer layer has nothing to report, and keeps the inner one's word.
    let both = tower::layer::layer_fn(|inner| set.logout_layer().layer(set.layer().layer(inner)));
    assert_eq!(through(both, page, user()).header.as_deref(), Some("boot"));
}

/// The application's own extractor, which rejects a request without a cookie.
#[test]
fn rejection_of_an_extractor_is_an_unknown_viewer() {
    struct User(String);

    impl axum::extract::FromRequestParts<&'static str> for User {
        type Rejection = http::StatusCode;

        async fn from_request_parts(
            parts: &mut http::request::Parts,
            prefix: &&'static str,
        ) -> Result<Self, Self::Rejection> {
            let cookie = parts.headers.get("cookie").ok_or(http::StatusCode::UNAUTHORIZED)?;
            Ok(Self(format!("{prefix}{}", cookie.to_str().unwrap().len())))
        }
    }

    let widgets = builder().identify_by("user-", async |user: User| Some(Identity::new(user.0))).build().unwrap();
    let seen = through(widgets.layer(), page, load(None, "sid=1"));
    assert_eq!(seen.outcome.unwrap().as_str(), "boot");
    let expected = builder().identify(|_| Identity::new("user-5")).build().unwrap();
    let expected = through(expected.layer(), page, load(None, "sid=1"));
    assert_eq!(seen.body, expected.body, "the same user");
    assert_eq!(through(widgets.layer(), page, load(None, "")).outcome.unwrap().as_str(), "unknown-viewer");
}

#[test]
fn forwarded_host_is_in_the_policy_only_where_it_is_trusted() {
    let policy = |trusted| {
        let widgets = builder().identify(|_| Identity::new("user-1")).forwarded_host(trusted).build().unwrap();
        let guarded = || {
            let mut page = page();
            page.headers_mut().insert("content-security-policy", "connect-src 'none'".parse().unwrap());
            page
        };
        let mut request = load(None, "");
        request.headers_mut().insert("x-forwarded-host", "outer.test".parse().unwrap());
        let seen = through(widgets.layer(), guarded, request);
        seen.headers["content-security-policy"].to_str().unwrap().to_owned()
    };
    assert!(policy(true).contains("outer.test") && !policy(true).contains("app.test"));
    assert!(policy(false).contains("app.test") && !policy(false).contains("outer.test"));
}

#[test]
fn outcome_names_the_widgets_on_the_page() {
    let set = asks_sessions().build().unwrap();
    let seen = through(set.layer(), page, load(Some(Session(Some("user-1"))), ""));
    assert_eq!(seen.outcome.unwrap().widgets(), ["intercom"]);
}

#[test]
fn page_that_may_become_personal_is_requested_uncompressed() {
    let user = || Some(Session(Some("user-1")));
    for (builder, session, cookie, expected) in [
        (asks_sessions(), user(), "", "identity"),
        // The reason is not known before the handler has run.
        (asks_sessions(), Some(Session(None)), "", "identity"),
        (asks_sessions().uncompressed(false), user(), "", "gzip, br"),
        (builder().identify_with(|session: Session| session.0.map(Identity::new)), user(), "", "identity"),
        (builder().identify_with(|session: Session| session.0.map(Identity::new)), Some(Session(None)), "", "gzip, br"),
        (builder().identify(|_| None::<Identity>), None, "__Host-widget=out", "identity"),
        (builder().identify(|_| None::<Identity>).visitors(true), None, "", "identity"),
    ] {
        let inner = service_fn(async |request: Request<()>| {
            let encoding = request.headers()["accept-encoding"].clone();
            Ok::<_, Infallible>(Response::builder().header("x-asked", encoding).body(Body::empty()).unwrap())
        });
        let mut request = load(session, cookie);
        request.headers_mut().insert("accept-encoding", "gzip, br".parse().unwrap());
        let response = block_on(builder.build().unwrap().layer().layer(inner).oneshot(request)).unwrap();
        assert_eq!(response.headers()["x-asked"], expected);
    }
}

// ---- who signs out --------------------------------------------------------------------------------------------------

fn post(path: &str, session: Option<&'static str>) -> Request<()> {
    let request = Request::post(path).header("host", "app.test").header("sec-fetch-site", "same-origin");
    let request = request.header("cookie", format!("{MARKER}={FP_1}; intercom-session-abcd1234=1"));
    request.extension(Session(session)).body(()).unwrap()
}

fn redirect() -> Response<Body> {
    Response::builder().status(303).header("location", "/").body(Body::empty()).unwrap()
}

fn signed_out_in_json() -> Response<Body> {
    let mut response = json();
    response.extensions_mut().insert(Viewer::SignedOut);
    response
}

fn ended(seen: &Seen) -> bool {
    let mut lines = seen.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let is_marked_out = lines.any(|line| line.starts_with(&format!("{MARKER}=out;")));
    let is_expired = lines.any(|line| line.starts_with("intercom-session-abcd1234=;"));
    assert_eq!(is_marked_out, is_expired);
    assert_eq!(is_marked_out, seen.outcome.as_ref().is_some_and(|outcome| outcome.kind() == OutcomeKind::LogOut));
    is_marked_out
}

/// The look-up asks for the session after the handler: the same route handles logins, logouts and failures.
#[test]
fn lookup_after_the_handler_distinguishes_logins_from_logouts() {
    let asks = || asks_sessions().logout_path("/session").build().unwrap();
    let (of_user_1, out) = (format!("{MARKER}={FP_1}; sid=1"), format!("{MARKER}=out; sid=1"));
    let vendors = "intercom-session-abcd1234=1";
    for (answer, session, cookie, expected) in [
        // A logout.
        (redirect as fn() -> _, None, of_user_1.as_str(), true),
        (json, None, &of_user_1, true),
        (page, None, &of_user_1, true),
        // A login, by another user or after a logout.
        (redirect, Some("user-2"), &of_user_1, false),
        (redirect, Some("user-1"), &out, false),
        (redirect, Some("user-1"), "sid=1", false),
        // A failed login.
        (page, None, "sid=1", false),
        (page, Some("user-1"), &of_user_1, false),
        // The look-up may have read a copy from before the logout.
        (redirect, Some("user-1"), &of_user_1, true),
        (json, Some("user-1"), &of_user_1, true),
        (redirect, Some("user-1"), vendors, true),
        (page_that_removes_sid, Some("user-1"), &of_user_1, true),
        (redirect_that_removes_sid, Some("user-1"), "sid=1", true),
    ] {
        let request = || {
            let mut request = post("/session", session);
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
            request
        };
        for seen in [through(asks().logout_layer(), answer, request()), through(asks().layer(), answer, request())] {
            let marked_out = seen
                .headers
                .get_all("set-cookie")
                .iter()
                .any(|line| line.to_str().unwrap().starts_with(&format!("{MARKER}=out;")));
            let by_snippet = seen.outcome.as_ref().is_some_and(|outcome| outcome.kind() == OutcomeKind::ShutDown);
            let boots = seen.outcome.as_ref().is_some_and(|outcome| outcome.kind() == OutcomeKind::Boot);
            assert_eq!(marked_out || by_snippet, expected, "{session:?} {cookie} {:?}", seen.outcome);
            assert!(!(expected && boots), "a logout response carries an identity");
        }
    }
}

fn page_that_removes_sid() -> Response<Body> {
    let mut response = page();
    response.headers_mut().insert("set-cookie", "sid=; Path=/; Max-Age=0".parse().unwrap());
    response
}

fn redirect_that_removes_sid() -> Response<Body> {
    let mut response = redirect();
    response.headers_mut().insert("set-cookie", "sid=; Path=/; Max-Age=0".parse().unwrap());
    response
}

/// A user who was signed in before the handler ran proves nothing.
#[test]
fn snapshot_from_before_the_handler_keeps_no_user_signed_in() {
    let snapshot = builder().identify_with(|session: Session| session.0.map(Identity::new)).build().unwrap();
    assert!(ended(&through(snapshot.logout_layer(), redirect, post("/logout", Some("user-1")))));
}

/// A page in another tab may be booting for the user, and has not written its cookies yet.
#[test]
fn user_signs_out_although_the_browser_sends_no_cookie_of_a_widget() {
    let snapshot = builder().identify_with(|session: Session| session.0.map(Identity::new)).build().unwrap();
    for (session, expected) in [(Some("user-1"), Some("logout")), (None, Some("no-session"))] {
        let mut request = post("/logout", session);
        request.headers_mut().remove("cookie");
        let seen = through(snapshot.logout_layer(), redirect, request);
        assert_eq!(seen.outcome.as_ref().map(Outcome::as_str), expected);
        assert_eq!(seen.headers.contains_key("set-cookie"), session.is_some());
    }
}

#[test]
fn viewer_in_a_response_ends_the_session_on_any_route() {
    let set = asks_sessions().build().unwrap();
    let seen = through(set.layer(), signed_out_in_json, post("/graphql", Some("user-1")));
    assert!(ended(&seen));
    assert_eq!(seen.headers["cache-control"], "no-store");
    assert!(!ended(&through(set.layer(), json, post("/graphql", None))), "it did not say so");

    let mut foreign = post("/graphql", None);
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert!(!ended(&through(set.layer(), signed_out_in_json, foreign)), "another site asked");
    let mut without = post("/graphql", None);
    without.headers_mut().remove("cookie");
    assert!(!ended(&through(set.layer(), signed_out_in_json, without)), "there is no session");
}

#[test]
fn confirmation_page_at_a_logout_path_stays_a_page() {
    let set = asks_sessions().logout_path("/bye").build().unwrap();
    let mut request = load(Some(Session(Some("user-1"))), &format!("{MARKER}={FP_1}"));
    *request.uri_mut() = "/bye".parse().unwrap();
    let seen = through(set.layer(), page, request);
    assert_eq!(seen.outcome.map(|outcome| outcome.kind()), Some(OutcomeKind::Boot));
    assert!(seen.body.contains("data-widget"));
}

#[test]
fn logout_without_a_session_has_its_own_outcome() {
    let set = builder().build().unwrap();
    let mut request = post("/logout", None);
    request.headers_mut().remove("cookie");
    let seen = through(set.logout_layer(), redirect, request);
    assert_eq!(seen.outcome.unwrap().kind(), OutcomeKind::Untouched(Reason::NoSession));
    assert!(!seen.headers.contains_key("set-cookie"));
}
