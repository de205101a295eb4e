//! The token service: which token it hands out, and to whom.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use futures::executor::block_on;
use http::Request;
use serde_json::json;
use tower_widget_identity::{
    Identity, Secret, Token, TokenError, Viewer, Widgets,
    widget::{BootData, Intercom, Manifest, Widget},
};

use super::asking::{
    SECRETS, TOKENS, all_widgets, answer, ask, assert_error, get, get_as, headers, nested, person, widgets,
};
use crate::support::{NOW, SECRET, at, builder, secret, verify};

#[test]
fn signed_in_user_gets_a_bare_valid_token() {
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
fn token_follows_the_clock_and_the_session_of_the_request() {
    let [answer, ..] = ask(&widgets(), get_as("zendesk-chat", person().with_session_expires(at(NOW + 60))));
    let claims = verify("chat secret", &answer.body).unwrap().claims;
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(NOW), &json!(NOW + 60)));
    assert_eq!(answer.header("x-widget-lifetime"), Some("60"));
}

#[test]
fn each_call_gets_its_own_help_center_token() {
    let widgets = widgets();
    let jtis = [ask(&widgets, get("zendesk-help-center")), ask(&widgets, get("zendesk-help-center"))].concat();
    let mut jtis: Vec<_> = jtis.iter().map(|answer| answer.body.as_str()).collect();
    jtis.sort_unstable();
    jtis.dedup();
    assert_eq!(jtis.len(), 6);
}

#[test]
fn user_hash_is_handed_out_like_a_token() {
    let intercom = Intercom::new("abcd1234", secret(SECRET)).legacy_user_hash();
    let widgets = Widgets::builder().widget(intercom).token_path("/widget-token").build().unwrap();
    for answer in ask(&widgets, get("intercom")) {
        assert_eq!(answer.body, "d2508a9f37d4bb7e1c50becfa858db1a3bba99f4d60d8c6ea97a4a05d85c07b4");
        assert_eq!(answer.header("x-widget-lifetime"), None);
    }
}

#[test]
fn query_and_absolute_address_change_nothing() {
    for uri in
        ["/widget-token/intercom?a=b", "/widget-token/intercom?", "http://app.example.test/widget-token/intercom"]
    {
        for answer in ask(&widgets(), get("").uri(uri)) {
            assert_eq!(answer.status, 200, "{uri}");
        }
    }
}

/// With and without nesting, and where the path begins like a token's name.
#[test]
fn service_answers_wherever_it_is_mounted() {
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
fn service_without_a_token_path_answers_where_it_is_nested() {
    let widgets = builder().build().unwrap();
    for path in ["/widget-token", "/intercom"] {
        let request = get("").uri(format!("{path}/intercom")).body(()).unwrap();
        assert_eq!(block_on(answer(nested(&widgets, path), request)).status, 200, "{path}");
    }
}

#[test]
fn signed_out_is_401_and_unknown_is_503() {
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
fn user_without_a_required_fact_is_422() {
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

/// A widget that cannot sign.
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
fn widget_that_cannot_sign_is_500_and_harms_no_other() {
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
            // The extensions do not count if `identify` knows the viewer.
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
fn request_names_the_viewer_where_identify_does_not_know() {
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
fn refused_requests_look_up_no_user() {
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
