//! What this widget has of its own.

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn customerly() -> Customerly {
    Customerly::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
    assert_reserved(|key| customerly().setting(key, "a"), &["email", "email_hash", "user_id", "attributes", "app_id"]);
}

#[test]
fn looks_are_settings() {
    let expected = json!({ "app_id": "app-1", "direction": "left" });
    assert_settings(&customerly().setting("direction", "left"), expected);
}
