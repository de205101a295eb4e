//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::{
    error::ConfigErrorKind,
    widget::testing::{assert_refused, assert_reserved, assert_settings, secret},
};

fn freshchat() -> Freshchat {
    Freshchat::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
    let keys = ["externalId", "restoreId", "email", "jwtAuthToken", "token", "host"];
    assert_reserved(|key| freshchat().setting(key, "user-1"), &keys);
}

#[test]
fn looks_and_the_host_are_settings() {
    let freshchat = freshchat().host("https://wchat.eu.freshchat.com").setting("locale", "en");
    let expected = json!({ "token": "app-1", "host": "https://wchat.eu.freshchat.com", "locale": "en" });
    assert_settings(&freshchat, expected);
}

#[test]
fn the_host_is_one_that_browsers_trust() {
    let wrong = ["http://a.test", "a.test", "//a.test", "https://", "https:///x", "https://a b", "https://a'"];
    for url in wrong.into_iter().chain(["https://a;b", "*"]) {
        assert_refused(&freshchat().host(url), ConfigErrorKind::CspSource, &["freshchat", "https://"]);
    }
}

#[cfg(feature = "conformance")]
#[test]
fn it_conforms_on_another_host_too() {
    let key = Secret::new("k".repeat(32)).unwrap();
    let freshchat = Freshchat::new("abcd1234", key).host("https://wchat.eu.freshchat.com");
    assert_eq!(crate::conformance::check_debug(&freshchat), Ok(()));
}
