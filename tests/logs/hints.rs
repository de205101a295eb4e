//! The most common mistakes, each made on purpose: the application's log says what to do, once.

use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode},
    response::{Html, IntoResponse, Redirect},
    routing::{get, post},
};
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use tower_widget_identity::{
    Identity, Secret, Viewer, Widgets, WidgetsBuilder, test,
    widget::{Ferndesk, Intercom},
};
use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::{
    everything,
    support::{log::Log, pages::PAGE},
};

/// Returns what the crate logs at this level or above while the application handles these requests.
fn logged(level: Level, app: &Router, requests: impl IntoIterator<Item = Request<Body>>) -> Vec<String> {
    everything();
    let log = Log::default();
    tracing::subscriber::with_default(log.subscriber(level, FmtSpan::NONE), || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for request in requests {
            runtime.block_on(app.clone().oneshot(request)).unwrap();
        }
    });
    log.text().lines().filter(|line| line.contains("tower_widget_identity")).map(str::to_owned).collect()
}

fn builder() -> WidgetsBuilder {
    Widgets::builder().widget(Intercom::new("abcd1234", Secret::new("s3cret").unwrap()))
}

fn sessions() -> SessionManagerLayer<MemoryStore> {
    SessionManagerLayer::new(MemoryStore::default())
}

async fn user_of(session: Session) -> Result<Option<Identity>, tower_sessions::session::Error> {
    Ok(session.get::<String>("user").await?.map(Identity::new))
}

fn home() -> Router {
    Router::new().route("/", get(async || Html(PAGE)))
}

fn loads(count: usize) -> impl Iterator<Item = Request<Body>> {
    (0..count).map(|_| load("/"))
}

fn load(path: &str) -> Request<Body> {
    test::page_load(path).header("host", "app.test").body(Body::empty()).unwrap()
}

/// Asserts that there is exactly one line, of this level and with these words.
fn assert_hint(lines: &[String], level: &str, words: &[&str]) {
    let [line] = lines else { panic!("not one line: {lines:#?}") };
    for word in [level].iter().chain(words) {
        assert!(line.contains(word), "{word:?} in {line}");
    }
}

#[test]
fn session_layer_inside_the_widget_layer_is_a_warning() {
    let widgets = builder().identify_with(user_of).build().unwrap();
    let inside = home().layer(sessions()).layer(widgets.layer());
    let lines = logged(Level::INFO, &inside, loads(3));
    assert_hint(&lines, "WARN", &["tower_sessions", "Session", "outside this one", "same version"]);

    let outside = home().layer(widgets.layer()).layer(sessions());
    assert_eq!(logged(Level::INFO, &outside, loads(30)), Vec::<String>::new());
}

#[test]
fn missing_identify_and_extension_is_a_warning() {
    let widgets = builder().build().unwrap();
    let app = home().layer(widgets.layer());
    assert!(logged(Level::INFO, &app, loads(9)).is_empty());
    assert_hint(&logged(Level::INFO, &app, loads(20)), "WARN", &["the viewer was unknown", "identify_with"]);
}

#[test]
fn one_known_viewer_silences_the_warning() {
    let widgets = builder().build().unwrap();
    let app = home().layer(widgets.layer());
    let mut first = load("/");
    first.extensions_mut().insert(Viewer::SignedIn(Identity::new("user-1")));
    assert!(logged(Level::INFO, &app, std::iter::once(first).chain(loads(30))).is_empty());
}

#[test]
fn failing_session_store_is_a_warning() {
    let widgets = builder().identify(|_| Err::<Option<Identity>, _>("store down")).build().unwrap();
    let app = home().layer(widgets.layer());
    assert_hint(&logged(Level::INFO, &app, loads(30)), "WARN", &["lookup of the viewer", "session store"]);
}

/// As where the login stores the user as another type than the closure reads.
#[test]
fn a_look_up_that_fails_for_users_alone_is_a_warning_too() {
    let fails = |parts: &axum::http::request::Parts| match parts.headers.get("cookie") {
        Some(_) => Err("another type"),
        None => Ok(None::<Identity>),
    };
    let app = home().layer(builder().identify(fails).build().unwrap().layer());
    assert!(logged(Level::INFO, &app, loads(1)).is_empty(), "the login page");
    let lines = logged(Level::INFO, &app, (0..30).map(|_| with_cookie()));
    assert_hint(&lines, "WARN", &["lookup of the viewer", "in the closure"]);
}

fn with_cookie() -> Request<Body> {
    let mut request = load("/");
    request.headers_mut().insert("cookie", "sid=1".parse().unwrap());
    request
}

#[test]
fn missing_user_extension_is_a_hint() {
    #[derive(Clone)]
    struct User(String);

    let widgets =
        builder().identify(|parts| parts.extensions.get::<User>().map(|user| Identity::new(&user.0))).build().unwrap();
    let app = home().layer(Extension(User("user-1".to_owned()))).layer(widgets.layer());
    assert!(logged(Level::INFO, &app, loads(30)).is_empty(), "browsers that come for the first time");
    let lines = logged(Level::INFO, &app, (0..30).map(|_| with_cookie()));
    assert_hint(&lines, "INFO", &["no user was signed in", "outside this one"]);
}

#[test]
fn compression_inside_is_a_warning() {
    let widgets = builder().identify(|_| Identity::new("user-1")).uncompressed(false).build().unwrap();
    let long = format!("{PAGE}{}", "a".repeat(4096));
    let compressed = Router::new().route("/", get(async move || Html(long))).layer(CompressionLayer::new());
    let requests = |count| {
        (0..count).map(|_| {
            let mut request = load("/");
            request.headers_mut().insert("accept-encoding", "gzip".parse().unwrap());
            request
        })
    };
    let lines = logged(Level::INFO, &compressed.clone().layer(widgets.layer()), requests(12));
    assert_hint(&lines, "WARN", &["inside compression"]);

    let asks = builder().identify(|_| Identity::new("user-1")).build().unwrap();
    let lines = logged(Level::DEBUG, &compressed.layer(asks.layer()), requests(1));
    assert_hint(&lines, "DEBUG", &["\"boot\"", "path=\"/\""]);
}

#[test]
fn logout_layer_on_a_login_route_is_a_warning() {
    async fn sign_in(session: Session) -> Redirect {
        session.insert("user", "user-1").await.unwrap();
        Redirect::to("/")
    }
    let widgets = builder().identify_with(user_of).build().unwrap();
    let app = Router::new().route("/session", post(sign_in)).layer(widgets.logout_layer()).layer(sessions());
    let request = || {
        let request = Request::post("/session").header("host", "app.test").header("sec-fetch-site", "same-origin");
        request.header("cookie", "__Host-widget=out").body(Body::empty()).unwrap()
    };
    let lines = logged(Level::INFO, &app, [request(), request()]);
    assert_hint(&lines, "WARN", &["logout route alone", "through a handle"]);
}

#[test]
fn token_path_below_a_prefix_is_a_warning() {
    let widgets = builder().identify(|_| Identity::new("user-1")).build().unwrap();
    let app = Router::new()
        .nest("/shop", home())
        .fallback(async || StatusCode::NOT_FOUND.into_response())
        .layer(widgets.layer());
    let request = |path: &str| {
        let request = Request::get(path).header("host", "app.test").header("sec-fetch-site", "same-origin");
        let request = request.header("sec-fetch-dest", "empty").header("sec-fetch-mode", "cors");
        request.header("cookie", "__Host-widget=out").header("x-widget-page", "").body(Body::empty()).unwrap()
    };
    let lines = logged(Level::INFO, &app, [request("/shop/widget-token/page"), request("/shop/widget-token/page")]);
    assert_hint(&lines, "WARN", &["token_path", "token_service", "/widget-token"]);
    assert!(logged(Level::INFO, &app, [request("/widget-token/page")]).is_empty());
}

#[test]
fn two_sets_over_one_page_are_a_warning() {
    let inner = builder().identify(|_| Identity::new("user-1")).build().unwrap();
    let outer = Widgets::builder().widget(Ferndesk::new("widget-1", Secret::new("s3cret").unwrap()));
    let outer = outer.identify(|_| Identity::new("user-1")).build().unwrap();
    let lines = logged(Level::INFO, &home().layer(inner.layer()).layer(outer.layer()), loads(5));
    assert_hint(&lines, "WARN", &["two sets", "intercom"]);
    assert!(logged(Level::INFO, &home().layer(inner.layer()).layer(inner.layer()), loads(5)).is_empty());
}

#[test]
fn curl_loads_no_page_and_the_header_says_so() {
    everything();
    let widgets = builder().identify(|_| Identity::new("user-1")).explain(true).build().unwrap();
    let request = Request::get("/").header("accept", "*/*").body(Body::empty()).unwrap();
    let response = futures::executor::block_on(home().layer(widgets.layer()).oneshot(request)).unwrap();
    assert_eq!(response.headers()["x-widget-outcome"], "no-page-load");
}
