//! Tests for what is specific to this widget.

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn customerly() -> Customerly {
    Customerly::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| customerly().setting(key, "a"), &["email", "email_hash", "user_id", "attributes", "app_id"]);
}

#[test]
fn appearance_options_are_settings() {
    let expected = json!({ "app_id": "app-1", "direction": "left" });
    assert_settings(&customerly().setting("direction", "left"), expected);
}
