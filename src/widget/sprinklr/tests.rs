//! Tests for what is specific to this widget.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, now, secret};

fn sprinklr() -> Sprinklr {
    Sprinklr::new("app-1", secret())
}

fn user(identity: &Identity) -> Value {
    let token = sprinklr().mint(NAME, identity, now()).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.as_str()).unwrap()).unwrap()
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| sprinklr().setting(key, "a"), &["user", "appId"]);
}

#[test]
fn appearance_options_are_settings() {
    assert_settings(&sprinklr().setting("skin", "MODERN"), json!({ "appId": "app-1", "skin": "MODERN" }));
}

#[test]
fn environment_must_be_part_of_a_host_name() {
    let library = sprinklr().environment("prod15").manifest().library().map(str::to_owned);
    let expected = "https://prod15-live-chat.sprinklr.com/api/livechat/handshake/widget/app-1";
    assert_eq!(library.as_deref(), Some(expected));
    for environment in ["", "-", "prod 5", "evil.example/", "a.b", "prod5-live-chat.sprinklr.com"] {
        let widget = sprinklr().environment(environment);
        assert_refused(&widget, ConfigErrorKind::CspSource, &["sprinklr", "environment"]);
    }
}

/// Every possible reading of the signed text is the intended one.
#[test]
fn facts_with_an_underscore_are_left_out() {
    let whole = |fact: &str| {
        Identity::new("7")
            .with_name(fact)
            .with_email(format!("{fact}@example.com"))
            .with_attribute("lastName", fact)
            .with_attribute("profileImageUrl", fact)
            .with_attribute("phoneNo", fact)
    };
    let names = |value: Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let all = ["email", "firstName", "hash", "hashCreationTime", "id", "lastName", "phoneNo", "profileImageUrl"];
    assert_eq!(names(user(&whole("a"))), all);
    assert_eq!(names(user(&whole("a_b"))), ["hash", "hashCreationTime", "id"]);
    assert_eq!(user(&whole("a_b").with_email("victim@example.com"))["email"], "victim@example.com");
}

#[test]
fn attributes_that_are_not_strings_are_left_out() {
    let identity = Identity::new("7").with_attribute("phoneNo", 9_876_543_210_u64).with_attribute("firstName", "John");
    assert_eq!(user(&identity).get("phoneNo"), None);
    assert_eq!(user(&identity).get("firstName"), None, "that is the name");
}
