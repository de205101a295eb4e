//! A configuration chosen for each request: by host, while tenants come and go.

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use axum::{Router, body::Body, http::Request, response::Html, response::Redirect, routing::get, routing::post};
use futures::executor::block_on;
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_widget_identity::{Identity, Widgets, test, widget::Intercom};

use crate::support::{SECRET, secret};

fn workspace(app_id: &str) -> Widgets {
    let builder = Widgets::builder().widget(Intercom::new(app_id, secret(&format!("{SECRET} of {app_id}"))));
    builder.identify(|_| Identity::new("user-1")).build().unwrap()
}

#[derive(Clone, Default)]
struct Tenants(Arc<RwLock<BTreeMap<&'static str, Widgets>>>);

impl Tenants {
    fn add(&self, host: &'static str, widgets: Widgets) {
        self.0.write().unwrap().insert(host, widgets);
    }

    fn widgets(&self) -> Widgets {
        let tenants = self.0.clone();
        Widgets::select(move |parts| {
            let host = parts.headers.get("host")?.to_str().ok()?;
            tenants.read().ok()?.get(host).cloned()
        })
    }
}

fn app(widgets: &Widgets) -> Router {
    Router::new()
        .route("/", get(async || Html("<!doctype html><title>Home</title>")))
        .layer(widgets.layer())
        .route("/logout", post(async || Redirect::to("/")).layer(widgets.logout_layer()))
        .nest_service("/tokens", widgets.token_service())
}

fn answer(app: &Router, request: Request<Body>) -> (u16, Vec<String>, String) {
    let (head, body) = block_on(app.clone().oneshot(request)).unwrap().into_parts();
    let cookies = head.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    let body = block_on(body.collect()).unwrap().to_bytes();
    (head.status.as_u16(), cookies, String::from_utf8(body.to_vec()).unwrap())
}

fn home(app: &Router, host: &str) -> String {
    answer(app, test::page_load("/").header("host", host).body(Body::empty()).unwrap()).2
}

#[test]
fn each_host_has_its_workspace_and_one_is_added_while_running() {
    let tenants = Tenants::default();
    tenants.add("one.example.com", workspace("aaaa1111"));
    let app = app(&tenants.widgets());
    assert!(home(&app, "one.example.com").contains("aaaa1111"));
    assert!(!home(&app, "two.example.com").contains("data-widget"));

    tenants.add("two.example.com", workspace("bbbb2222"));
    let two = home(&app, "two.example.com");
    assert!(two.contains("bbbb2222") && !two.contains("aaaa1111"));
    assert!(!home(&app, "three.example.com").contains("data-widget"));
}

#[test]
fn a_token_is_signed_with_the_secret_of_its_tenant() {
    let tenants = Tenants::default();
    let (one, two) = (workspace("aaaa1111"), workspace("bbbb2222"));
    tenants.add("one.example.com", one.clone());
    tenants.add("two.example.com", two.clone());
    let app = app(&tenants.widgets());
    let token = |host: &str| {
        let request = Request::get("/widget-token/intercom").header("host", host);
        answer(&app, request.header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap())
    };
    let signature = |token: &str| token.rsplit_once('.').unwrap().1.to_owned();
    let header = |token: &str| token.split('.').next().unwrap().to_owned();
    let (one, two) = (token("one.example.com"), token("two.example.com"));
    assert_eq!((one.0, two.0), (200, 200));
    assert_eq!(header(&one.2), header(&two.2));
    assert_ne!(signature(&one.2), signature(&two.2));
    assert_eq!(token("three.example.com").0, 404);
}

#[test]
fn a_logout_ends_the_session_of_its_tenant() {
    let tenants = Tenants::default();
    tenants.add("one.example.com", workspace("aaaa1111"));
    let app = app(&tenants.widgets());
    let sign_out = |host: &str| {
        let request = Request::post("/logout").header("host", host).header("sec-fetch-site", "same-origin");
        let request = request.header("cookie", "__Host-widget=out; intercom-session-aaaa1111=1");
        answer(&app, request.body(Body::empty()).unwrap()).1
    };
    assert!(sign_out("one.example.com").iter().any(|line| line.starts_with("intercom-session-aaaa1111=;")));
    assert!(sign_out("two.example.com").is_empty());
}

#[test]
fn a_choice_may_lead_to_a_choice_but_not_in_a_circle() {
    let set = workspace("aaaa1111");
    let choice = Widgets::select(move |_| Some(set.clone()));
    let of_choices = Widgets::select(move |_| Some(choice.clone()));
    assert!(home(&app(&of_choices), "one.example.com").contains("aaaa1111"));

    let circle: Arc<RwLock<Option<Widgets>>> = Arc::default();
    let again = circle.clone();
    let turning = Widgets::select(move |_| again.read().ok()?.clone());
    *circle.write().unwrap() = Some(turning.clone());
    assert!(!home(&app(&turning), "one.example.com").contains("data-widget"));
    *circle.write().unwrap() = None;
}

#[test]
fn a_choice_has_nothing_that_belongs_to_one_set() {
    let choice = Widgets::select(|_| Some(workspace("aaaa1111")));
    assert!(choice.is_enabled());
    assert_eq!(choice.marker_name(), None);
    assert!(choice.csp().is_none());
    assert!(choice.mint("intercom", &Identity::new("user-1")).is_err());
    assert!(!format!("{choice:?}").contains(SECRET));
}
