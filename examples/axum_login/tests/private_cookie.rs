//! Sessions in a cookie alone, as in docs/sign-in.md: the request of a logout still carries the user.

use axum::{
    Extension, Router,
    body::Body,
    http::Request,
    response::{Html, Redirect},
    routing::{get, post},
};
use axum_extra::extract::{
    PrivateCookieJar,
    cookie::{Cookie, Key},
};
use tower::ServiceExt;
use tower_widget_identity::{Identity, Outcome, Viewer, Widgets, WidgetsBuilder};

// Shared with the library's own tests.
#[allow(dead_code)]
#[path = "../../../tests/support/fixed.rs"]
mod support;

use support::{FP_2, MARKER, builder};

async fn sign_out(jar: PrivateCookieJar) -> (PrivateCookieJar, Redirect) {
    (jar.remove("user"), Redirect::to("/"))
}

async fn sign_out_and_say_so(jar: PrivateCookieJar) -> (Extension<Viewer>, PrivateCookieJar, Redirect) {
    (Extension(Viewer::SignedOut), jar.remove("user"), Redirect::to("/"))
}

fn app(widgets: &Widgets, key: Key) -> Router {
    Router::new()
        .route("/", get(async || Html("<!doctype html><title>Home</title>")))
        .route("/logout", post(sign_out))
        .route("/goodbye", post(sign_out_and_say_so))
        .layer(widgets.layer())
        .with_state(key)
}

/// The value of a `user` cookie, encrypted.
fn encrypted(key: &Key) -> String {
    let mut jar = axum_extra::extract::cookie::PrivateCookieJar::<Key>::new(key.clone());
    jar = jar.add(Cookie::new("user", "user-1"));
    let response = axum::response::IntoResponse::into_response((jar, ()));
    let line = response.headers()["set-cookie"].to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

/// The outcomes of a page, of a logout, and of a logout whose handler sets `Viewer::SignedOut`.
async fn outcomes(builder: WidgetsBuilder, key: Key) -> [Option<&'static str>; 3] {
    let widgets = builder.logout_path("/logout").logout_path("/goodbye").build().unwrap();
    let (app, user) = (app(&widgets, key.clone()), encrypted(&key));
    let ask = async |method: &str, path: &str| {
        let load = Request::builder().method(method).uri(path).header("sec-fetch-dest", "document");
        let load = load.header("sec-fetch-site", "same-origin").header("cookie", format!("{MARKER}={FP_2}; {user}"));
        let response = app.clone().oneshot(load.body(Body::empty()).unwrap()).await.unwrap();
        response.extensions().get().map(Outcome::as_str)
    };
    [ask("GET", "/").await, ask("POST", "/logout").await, ask("POST", "/goodbye").await]
}

#[tokio::test]
async fn closure_that_runs_before_the_handler_does_not_hide_the_logout() {
    let key = Key::generate();
    let from_headers = key.clone();
    let before = builder().identify(move |parts| {
        let jar = PrivateCookieJar::from_headers(&parts.headers, from_headers.clone());
        jar.get("user").map(|cookie| Identity::new(cookie.value()))
    });
    assert_eq!(outcomes(before, key).await, [Some("switch"), Some("logout"), Some("logout")]);
}

#[tokio::test]
async fn extractor_that_still_finds_the_cookie_does_not_hide_the_logout() {
    let key = Key::generate();
    let after = builder().identify_by(key.clone(), async |jar: PrivateCookieJar| {
        jar.get("user").map(|user| Identity::new(user.value()))
    });
    assert_eq!(outcomes(after, key).await, [Some("switch"), Some("logout"), Some("logout")]);
}
