//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_hides_secret_and_users, assert_reserved, assert_settings, secret};

fn pylon() -> Pylon {
    Pylon::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| pylon().setting(key, "a"), &["email_hash", "app_id"]);
}

#[test]
fn appearance_options_are_settings() {
    let expected = json!({ "app_id": "app-1", "primary_color": "red" });
    assert_settings(&pylon().setting("primary_color", "red"), expected);
}

#[test]
fn debug_hides_the_decoded_key() {
    assert_hides_secret_and_users(&Pylon::new("app-1", Secret::from_hex("63616e617279").unwrap()));
}
