//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_hides_secret_and_people, assert_reserved, assert_settings, secret};

fn pylon() -> Pylon {
    Pylon::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
    assert_reserved(|key| pylon().setting(key, "a"), &["email_hash", "app_id"]);
}

#[test]
fn looks_are_settings() {
    let expected = json!({ "app_id": "app-1", "primary_color": "red" });
    assert_settings(&pylon().setting("primary_color", "red"), expected);
}

#[test]
fn debug_shows_no_key_that_was_decoded() {
    assert_hides_secret_and_people(&Pylon::new("app-1", Secret::from_hex("63616e617279").unwrap()));
}
