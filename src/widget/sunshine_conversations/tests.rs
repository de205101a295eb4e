//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, now, person, secret};

fn smooch() -> SunshineConversations {
    SunshineConversations::new("app-1", secret().with_key_id("app_1"))
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let keys = ["integrationId", "externalId", "jwt", "delegate", "user", "email", "userId", "givenName", "sub"];
    assert_reserved(|key| smooch().setting(key, "a"), &keys);
}

#[test]
fn init_options_are_settings() {
    let expected = json!({ "integrationId": "app-1", "locale": "de", "browserStorage": "sessionStorage" });
    assert_settings(&smooch().setting("locale", "de").setting("browserStorage", "sessionStorage"), expected);
}

#[test]
fn key_without_an_id_is_rejected() {
    let nameless = SunshineConversations::new("app-1", secret());
    assert_refused(&nameless, ConfigErrorKind::Secret, &[NAME, "with_key_id"]);
}

#[test]
fn unsigned_facts_accompany_the_token_and_identify_no_user() {
    let identity = person()
        .with_unsigned("givenName", "Quill")
        .with_unsigned("metadata", json!({ "seats": 3 }))
        .with_unsigned("plan", "the name of an attribute")
        .with_unsigned("externalId", "user-1")
        .with_unsigned("jwt", "a.b.c");
    let said = |identity: &Identity| json!(smooch().boot_data(identity, now()).unwrap());
    assert_eq!(said(&identity)["user"], json!({ "givenName": "Quill", "metadata": { "seats": 3 } }));
    assert_eq!(said(&person()).get("user"), None);
}
