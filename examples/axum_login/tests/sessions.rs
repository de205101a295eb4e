//! The identity ends with axum-login's session, whether it comes from a session handle or from a snapshot. One process.

use std::convert::Infallible;

use axum::{
    Router,
    body::Body,
    http::{Request, header},
    response::{Html, Redirect},
    routing::{get, post},
};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use tower_widget_identity::{Identity, Outcome, Viewer, Widgets};

// Shared with the library's own tests.
#[allow(dead_code)]
#[path = "../../../tests/support/fixed.rs"]
mod support;

use support::{FP_2, MARKER, builder};

const PAGE: &str = "<!doctype html><html><head><title>Home</title></head><body>Hello</body></html>";

async fn home() -> Html<&'static str> {
    Html(PAGE)
}

/// A page load by a browser with another user's marker.
fn load(path: &str) -> Request<Body> {
    let load = Request::get(path).header("sec-fetch-dest", "document").header("sec-fetch-site", "same-origin");
    load.header("cookie", format!("{MARKER}={FP_2}")).body(Body::empty()).unwrap()
}

#[derive(Clone, Debug)]
struct Person(String);

impl axum_login::AuthUser for Person {
    type Id = String;

    fn id(&self) -> String {
        self.0.clone()
    }

    fn session_auth_hash(&self) -> &[u8] {
        b"hash"
    }
}

#[derive(Clone, Debug)]
struct Backend;

impl axum_login::AuthnBackend for Backend {
    type User = Person;
    type Credentials = String;
    type Error = Infallible;

    async fn authenticate(&self, id: String) -> Result<Option<Person>, Infallible> {
        Ok(Some(Person(id)))
    }

    async fn get_user(&self, id: &String) -> Result<Option<Person>, Infallible> {
        Ok(Some(Person(id.clone())))
    }
}

type Auth = axum_login::AuthSession<Backend>;

async fn sign_in(mut auth: Auth) -> Redirect {
    auth.login(&Person("user-1".to_owned())).await.unwrap();
    auth.session.insert("user", "user-1").await.unwrap();
    Redirect::to("/")
}

async fn sign_out(mut auth: Auth) -> Redirect {
    auth.logout().await.unwrap();
    Redirect::to("/")
}

/// Returns the outcomes of a login, a page load, a logout and a page load, with a cookie jar.
async fn a_session_with(widgets: &Widgets) -> Vec<Option<&'static str>> {
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
    let router = Router::new()
        .route("/", get(home))
        .route("/in", post(sign_in))
        .route("/out", post(sign_out).layer(widgets.logout_layer()))
        .layer(widgets.layer())
        .layer(axum_login::AuthManagerLayerBuilder::new(Backend, sessions).build());
    let mut jar = std::collections::BTreeMap::new();
    let mut outcomes = Vec::new();
    for (method, path) in [("GET", "/"), ("POST", "/in"), ("GET", "/"), ("POST", "/out"), ("GET", "/")] {
        let mut request = load(path);
        *request.method_mut() = method.parse().unwrap();
        let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.headers_mut().insert("cookie", cookies.join("; ").parse().unwrap());
        let response = router.clone().oneshot(request).await.unwrap();
        for line in response.headers().get_all(header::SET_COOKIE) {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            jar.insert(name.to_owned(), value.to_owned());
        }
        outcomes.push(response.extensions().get().map(Outcome::as_str));
        let text = response.into_body().collect().await.unwrap().to_bytes();
        let mints = String::from_utf8_lossy(&text).contains("eyJ");
        assert_eq!(mints, outcomes.last() == Some(&Some("boot")), "{method} {path}");
    }
    outcomes
}

#[tokio::test]
async fn axum_login_handle_and_snapshot_end_with_the_session() {
    let handle = builder().identify_async(|parts| {
        let session = parts.extensions.get::<Session>().cloned();
        async move {
            let Some(session) = session else { return Viewer::Unknown };
            Viewer::from(session.get::<String>("user").await.map(|id| id.map(Identity::new)))
        }
    });
    let snapshot = builder().identify_with(|auth: Auth| auth.user.map(|person| Identity::new(person.0)));
    for widgets in [handle, snapshot] {
        let outcomes = a_session_with(&widgets.build().unwrap()).await;
        assert_eq!(
            (outcomes[0], &outcomes[2..]),
            (Some("signed-out"), &[Some("boot"), Some("logout"), Some("shutdown")][..])
        );
    }
}
