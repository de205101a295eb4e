//! Tokens that take long: only the token service makes them, on a thread of its own.

use std::{
    sync::{Arc, Mutex, mpsc},
    thread::{self, ThreadId},
    time::SystemTime,
};

use http::StatusCode;
use tokio::task::{JoinSet, yield_now};
use tower_widget_identity::{
    ConfigErrorKind, Token,
    widget::{Manifest, PageValue},
};

use super::*;
use crate::tokens::vendors::catalog::assert_refused;

/// How many may wait for their turn, as in the library.
const QUEUE: usize = 128;

fn ask(name: &str, viewer: Viewer) -> Request<()> {
    Request::get(format!("/widget-token/{name}")).extension(viewer).body(()).unwrap()
}

async fn answer(widgets: &Widgets, name: &str, viewer: Viewer) -> (StatusCode, Option<String>, String) {
    let response = widgets.token_service().oneshot(ask(name, viewer)).await.unwrap();
    let (head, body) = response.into_parts();
    assert_eq!(head.headers["cache-control"], "no-store");
    let lifetime = head.headers.get("x-widget-lifetime").map(|value| value.to_str().unwrap().to_owned());
    let body = body.collect().await.unwrap().to_bytes();
    (head.status, lifetime, String::from_utf8(body.to_vec()).unwrap())
}

fn signed_in() -> Viewer {
    Viewer::SignedIn(person())
}

fn salesforce_widgets() -> Widgets {
    Widgets::builder().widget(salesforce()).token_path("/widget-token").clock(|| at(NOW)).build().unwrap()
}

#[tokio::test]
async fn token_service_returns_an_rsa_token() {
    let widgets = salesforce_widgets();
    let (status, lifetime, token) = answer(&widgets, "salesforce", signed_in()).await;
    assert_eq!((status.as_u16(), lifetime.as_deref()), (200, Some("600")), "{token}");
    assert_eq!(token, mint(&salesforce(), "salesforce", &person()));
    for (viewer, status, error) in [
        (Viewer::SignedOut, 401, "signed-out"),
        (Viewer::Unknown, 503, "unknown-viewer"),
        (Viewer::SignedIn(Identity::new(" ")), 422, "missing-id"),
        (Viewer::SignedIn(person().with_session_expires(at(NOW))), 401, "session-over"),
    ] {
        let (known, _, body) = answer(&widgets, "salesforce", viewer).await;
        assert_eq!((known.as_u16(), body), (status, format!(r#"{{"error":"{error}"}}"#)));
    }
    let stranger = Request::get("/salesforce").extension(signed_in()).header("x-widget-page", "another");
    let response = widgets.token_service().oneshot(stranger.body(()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 409);
}

/// Computed with Python: the key is `hashlib.sha256(der).digest()`, over the PKCS#1 form of the private key; the rest
/// is as for `support::FP_1`.
#[tokio::test]
async fn an_rsa_key_keys_the_marker_by_its_digest() {
    let viewer = Viewer::SignedIn(Identity::new("user-1"));
    let (_, _, page) = answer(&salesforce_widgets(), "page", viewer).await;
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(page["fp"], "8v9MTt_qN9srdMbrrLagk3");
    assert_eq!(page["people"], json!({ "salesforce": {} }), "no token in the page");
    assert_eq!(page["lifetimes"], json!({}));
}

#[tokio::test]
async fn no_header_waits_for_a_costly_token() {
    let widgets = Widgets::builder().widget(salesforce()).widget(ferndesk()).delivery(Delivery::Header);
    let alone = Widgets::builder().widget(salesforce()).delivery(Delivery::Header);
    for (widgets, tokens) in [(widgets, 1), (alone, 0)] {
        let widgets = widgets.token_path("/widget-token").build().unwrap();
        let request = Request::get("/").header("sec-fetch-dest", "empty").header("sec-fetch-site", "same-origin");
        let request = request.extension(signed_in()).body(Body::empty()).unwrap();
        let api = service_fn(async |_| Ok::<_, std::convert::Infallible>(Response::new(Body::from("{}"))));
        let response = widgets.layer().layer(api).oneshot(request).await.unwrap();
        let headers = response.headers();
        assert!(headers.contains_key("x-widget-page"), "whose tokens the script may fetch: {headers:?}");
        assert!(!headers.contains_key("x-widget-token-salesforce"));
        let named = headers.keys().filter(|name| name.as_str().starts_with("x-widget-token-"));
        assert_eq!(named.count(), tokens, "{headers:?}");
    }
}

// ---- one costly token beside another --------------------------------------------------------------------------------

/// A widget that notes on which thread each of its tokens is made.
struct Mixed(Secret, Arc<Mutex<Vec<(String, ThreadId)>>>);

impl Widget for Mixed {
    fn manifest(&self) -> Manifest {
        Manifest::new("mixed", "mixed-1", "tools => ({ boot() {}, refresh() {}, shutdown() {} })")
            .with_costly_token("mixed-slow")
            .with_token_names(["mixed", "mixed-slow"])
            .with_required_token_path()
    }
    fn secret(&self) -> Option<&Secret> {
        Some(&self.0)
    }
    fn mint(&self, name: &str, identity: &Identity, _: SystemTime) -> Result<Token, TokenError> {
        self.1.lock().unwrap().push((name.to_owned(), thread::current().id()));
        self.0.jwt(&json!({ "sub": identity.id(), "of": name }))
    }
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint("mixed", identity, now)?))
    }
}

#[tokio::test]
async fn only_the_costly_one_of_two_tokens_leaves_page_and_headers() {
    let made: Arc<Mutex<Vec<(String, ThreadId)>>> = Arc::default();
    let mixed = |delivery| {
        let widgets = Widgets::builder().widget(Mixed(secret("mixed secret"), made.clone())).delivery(delivery);
        widgets.token_path("/widget-token").build().unwrap()
    };
    let here = thread::current().id();
    let request = Request::get("/").header("sec-fetch-dest", "empty").header("sec-fetch-site", "same-origin");
    let request = request.extension(signed_in()).body(Body::empty()).unwrap();
    let api = service_fn(async |_| Ok::<_, std::convert::Infallible>(Response::new(Body::from("{}"))));
    let response = mixed(Delivery::Header).layer().layer(api).oneshot(request).await.unwrap();
    let named: Vec<_> =
        response.headers().keys().map(|name| name.as_str()).filter(|name| name.contains("-token-")).collect();
    assert_eq!(named, ["x-widget-token-mixed"]);
    assert_eq!(made.lock().unwrap().drain(..).collect::<Vec<_>>(), [("mixed".to_owned(), here)]);

    let widgets = mixed(Delivery::Html);
    for name in ["mixed", "mixed-slow"] {
        let (status, _, token) = answer(&widgets, name, signed_in()).await;
        assert_eq!(status, 200);
        assert_eq!(verify("mixed secret", &token).unwrap().claims["of"], name);
        let made: Vec<_> = made.lock().unwrap().drain(..).collect();
        assert_eq!((made.len(), made[0].0.as_str(), made[0].1 == here), (1, name, name == "mixed"), "{made:?}");
    }
    let (_, _, page) = answer(&widgets, "page", signed_in()).await;
    let page: Value = serde_json::from_str(&page).unwrap();
    let token = page["people"]["mixed"]["token"].as_str().expect("a token in the page");
    assert_eq!(verify("mixed secret", token).unwrap().claims["of"], "mixed");
    assert_eq!(made.lock().unwrap().len(), 1, "the other one is not made for it");
}

#[test]
fn an_rsa_key_signs_no_token_that_is_not_costly() {
    let built = Widgets::builder().widget(Mixed(rsa(), Arc::default())).build();
    assert_refused(built, ConfigErrorKind::Secret, &["mixed", "RSA"]);
}

#[test]
fn a_costly_token_is_one_of_the_widgets() {
    struct Wrong(Secret);
    impl Widget for Wrong {
        fn manifest(&self) -> Manifest {
            let adapter = "tools => ({ boot() {}, refresh() {}, shutdown() {} })";
            Manifest::new("wrong", "wrong-1", adapter).with_costly_token("wrongs")
        }
        fn secret(&self) -> Option<&Secret> {
            Some(&self.0)
        }
        fn mint(&self, _: &str, _: &Identity, _: SystemTime) -> Result<Token, TokenError> {
            self.0.jwt(&json!({}))
        }
        fn boot_data(&self, _: &Identity, _: SystemTime) -> Result<BootData, TokenError> {
            Ok(BootData::new())
        }
    }
    let built = Widgets::builder().widget(Wrong(secret("wrong secret"))).build();
    assert_refused(built, ConfigErrorKind::WidgetName, &["wrong", "\"wrongs\"", "with_token_names"]);
}

/// A widget with a token that signs a value of the page, and the threads on which its tokens are made.
struct Valued {
    key: Secret,
    costly: fn(Manifest) -> Manifest,
    made: Arc<Mutex<Vec<ThreadId>>>,
}

impl Widget for Valued {
    fn manifest(&self) -> Manifest {
        let manifest = Manifest::new("valued", "valued-1", "tools => ({ boot() {}, refresh() {}, shutdown() {} })");
        (self.costly)(manifest.with_value_token_names(["valued-session"]).with_required_token_path())
    }
    fn secret(&self) -> Option<&Secret> {
        Some(&self.key)
    }
    fn mint(&self, _: &str, identity: &Identity, _: SystemTime) -> Result<Token, TokenError> {
        self.key.jwt(&json!({ "sub": identity.id() }))
    }
    fn mint_with_value(&self, _: &str, value: &PageValue, _: &Identity, _: SystemTime) -> Result<Token, TokenError> {
        self.made.lock().unwrap().push(thread::current().id());
        self.key.jwt(&json!({ "value": value.as_str() }))
    }
    fn boot_data(&self, _: &Identity, _: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new())
    }
}

#[tokio::test]
async fn costly_value_token_is_made_on_another_thread() {
    let all: fn(Manifest) -> Manifest = Manifest::with_costly_tokens;
    for costly in [all, |manifest| manifest.with_costly_token("valued-session")] {
        let made: Arc<Mutex<Vec<ThreadId>>> = Arc::default();
        let widget = Valued { key: secret("valued secret"), costly, made: made.clone() };
        let widgets = Widgets::builder().widget(widget).build().unwrap();
        let mut request = ask("valued-session", signed_in());
        request.headers_mut().insert("x-widget-value", "abc".parse().unwrap());
        let response = widgets.token_service().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let made = made.lock().unwrap();
        assert!(made.len() == 1 && made[0] != thread::current().id(), "{made:?}");
    }
}

#[test]
fn rsa_key_signs_a_value_token_only_if_it_is_costly() {
    let valued = |costly| Widgets::builder().widget(Valued { key: rsa(), costly, made: Arc::default() }).build();
    assert!(valued(Manifest::with_costly_tokens).is_ok());
    assert!(valued(|manifest| manifest.with_costly_token("valued").with_costly_token("valued-session")).is_ok());
    let built = valued(|manifest| manifest.with_costly_token("valued"));
    assert_refused(built, ConfigErrorKind::Secret, &["valued", "RSA"]);
}

// ---- the thread -----------------------------------------------------------------------------------------------------

type Work = Box<dyn Fn(&Identity) + Send + Sync>;

/// A vendor whose tokens take as long as a test wants.
struct Slow(Secret, Work);

impl Widget for Slow {
    fn manifest(&self) -> Manifest {
        Manifest::new("slow", "slow-1", "tools => ({ boot() {}, refresh() {}, shutdown() {} })").with_costly_tokens()
    }
    fn secret(&self) -> Option<&Secret> {
        Some(&self.0)
    }
    fn mint(&self, _: &str, identity: &Identity, _: SystemTime) -> Result<Token, TokenError> {
        (self.1)(identity);
        self.0.jwt(&json!({ "sub": identity.id() }))
    }
    fn boot_data(&self, _: &Identity, _: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new())
    }
}

fn slow(work: impl Fn(&Identity) + Send + Sync + 'static) -> Widgets {
    let slow = Slow(secret("slow secret"), Box::new(work));
    Widgets::builder().widget(slow).token_path("/widget-token").build().unwrap()
}

#[tokio::test]
async fn a_costly_token_is_made_on_another_thread() {
    let seen: Arc<Mutex<Vec<ThreadId>>> = Arc::default();
    let noted = seen.clone();
    let widgets = slow(move |_| noted.lock().unwrap().push(thread::current().id()));
    for _ in 0..2 {
        assert_eq!(answer(&widgets, "slow", signed_in()).await.0, 200);
    }
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    assert!(seen[0] == seen[1] && seen[0] != thread::current().id(), "always the same other one");
}

/// A configuration whose tokens are made only when the test releases them; it reports when one is begun.
fn held() -> (Widgets, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (release, held) = mpsc::channel::<()>();
    let (begun, begins) = mpsc::channel();
    let (held, begun) = (Mutex::new(held), Mutex::new(begun));
    let widgets = slow(move |_| {
        begun.lock().unwrap().send(()).unwrap();
        let _ = held.lock().unwrap().recv();
    });
    (widgets, begins, release)
}

#[tokio::test]
async fn full_queue_is_answered_at_once_like_an_unknown_viewer() {
    let (widgets, begins, release) = held();
    let mut waiting = JoinSet::new();
    let person = |number: usize| Viewer::SignedIn(Identity::new(format!("user-{number}")));
    for number in 0..=QUEUE {
        let widgets = widgets.clone();
        waiting.spawn(async move { (number, answer(&widgets, "slow", person(number)).await) });
        yield_now().await;
        if number == 0 {
            begins.recv().unwrap();
        }
    }
    let (status, _, body) = answer(&widgets, "slow", signed_in()).await;
    assert_eq!((status.as_u16(), body.as_str()), (503, r#"{"error":"busy"}"#));

    drop(release);
    while let Some(done) = waiting.join_next().await {
        let (number, (status, _, token)) = done.unwrap();
        assert_eq!(status, 200);
        assert_eq!(verify("slow secret", &token).unwrap().claims["sub"], format!("user-{number}"), "everybody his own");
    }
    assert_eq!(answer(&widgets, "slow", signed_in()).await.0, 200, "room again");
}

#[tokio::test]
async fn widget_that_panics_costs_one_response() {
    let widgets = slow(|identity| assert_ne!(identity.id(), "user-1", "on purpose"));
    let (status, _, body) = answer(&widgets, "slow", Viewer::SignedIn(Identity::new("user-1"))).await;
    assert_eq!((status.as_u16(), body.as_str()), (503, r#"{"error":"busy"}"#));
    assert_eq!(answer(&widgets, "slow", signed_in()).await.0, 200);
}

#[tokio::test]
async fn the_set_may_go_while_a_token_is_made() {
    let (widgets, begins, release) = held();
    let answer = tokio::spawn(widgets.token_service().oneshot(ask("slow", signed_in())));
    yield_now().await;
    begins.recv().unwrap();
    drop(widgets);
    drop(release);
    assert_eq!(answer.await.unwrap().unwrap().status(), 200);
}
