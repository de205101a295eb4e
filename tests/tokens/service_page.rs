//! `page` at the token path, and requests that name the page that they come from.

use std::convert::Infallible;

use axum::body::Body;
use futures::executor::block_on;
use http::{HeaderValue, Request, Response};
use serde_json::{Value, json};
use tower::{Layer, service_fn};
use tower_widget_identity::{Identity, Viewer, Widgets, widget::Intercom};

use super::asking::{
    FINGERPRINT, TOKENS, all_widgets, answer_of_any_length, ask, assert_error, get, get_as, headers, person, widgets,
};
use crate::support::{SECRET, builder, secret, verify};

fn fingerprint(widgets: &Widgets, identity: Identity) -> String {
    let [bare, ..] = ask(widgets, get_as("page", identity));
    bare.json()["fp"].as_str().unwrap().to_owned()
}

#[test]
fn fingerprint_is_as_documented_and_no_hash_of_a_vendor() {
    assert_eq!(fingerprint(&widgets(), person()), FINGERPRINT);
    let rotated =
        Widgets::builder().widget(Intercom::new("abcd1234", secret("new"))).marker_key(secret("ferndesk secret"));
    assert_eq!(fingerprint(&rotated.build().unwrap(), person()), FINGERPRINT, "the key is what counts");
    let other_key = builder().marker_key(secret("another")).build().unwrap();
    assert_ne!(fingerprint(&other_key, person()), FINGERPRINT);
}

#[test]
fn page_of_this_user_gets_its_token_and_page_of_another_is_409() {
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
fn page_that_names_two_users_is_409() {
    let widgets = widgets();
    let other = fingerprint(&widgets, Identity::new("user-1"));
    for (first, second) in [(FINGERPRINT, other.as_str()), (&other, FINGERPRINT)] {
        let request = get("intercom").header("x-widget-page", first).header("x-widget-page", second);
        assert_error(&widgets, request, 409, "another-person");
    }
}

#[test]
fn page_answers_a_user_as_a_page_load_would() {
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
fn page_gives_a_signed_out_visitor_nothing() {
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
fn page_leaves_out_widgets_that_refuse() {
    for answer in ask(&widgets(), get_as("page", Identity::new("user-123"))) {
        let people = answer.json()["people"].clone();
        assert_eq!(people.as_object().unwrap().keys().collect::<Vec<_>>(), ["intercom"]);
    }
}

/// The data of a page load with these cookies; `None` if the page is unchanged.
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

/// The marker, the vendor's own cookie, both, and lookalikes.
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

/// Asserts that the response of `page` equals the data of a page load, and returns how many page loads carried a
/// snippet.
fn assert_same_data(widgets: &Widgets, viewer: &Viewer, keys: &[&str]) -> usize {
    let cookies = cookies(widgets.marker_name().unwrap());
    let loads = cookies.iter().filter_map(|cookies| Some((cookies, page_load(widgets, viewer, cookies)?)));
    let compare = |(cookies, on_load): (&String, Value)| {
        for answer in ask(widgets, get_as("page", viewer.clone()).header("cookie", cookies)) {
            for key in keys {
                assert_eq!(answer.json().get(*key), on_load.get(*key), "{key} with {cookies}");
            }
        }
    };
    loads.map(compare).count()
}

#[test]
fn page_judges_the_cookies_of_a_user_as_a_page_load_does() {
    assert_eq!(assert_same_data(&widgets(), &Viewer::SignedIn(person()), &["seen", "fp", "reset"]), 9);
    let welcoming = all_widgets().visitors(true).build().unwrap();
    assert_eq!(assert_same_data(&welcoming, &Viewer::SignedIn(person()), &["seen", "fp", "reset"]), 9);
}

#[test]
fn page_judges_the_cookies_of_a_signed_out_visitor_as_a_page_load_does() {
    assert_eq!(assert_same_data(&widgets(), &Viewer::SignedOut, &["seen", "fp", "reset"]), 7);
}

#[test]
fn page_shows_a_visitor_as_a_page_load_does() {
    let welcoming = all_widgets().visitors(true).build().unwrap();
    assert_eq!(assert_same_data(&welcoming, &Viewer::SignedOut, &["seen", "fp", "reset"]), 9);
}
