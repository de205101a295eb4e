//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn userjot() -> UserJot {
    UserJot::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
    let keys = ["token", "user", "id", "email", "signature", "projectId"];
    assert_reserved(|key| userjot().setting(key, "user-1"), &keys);
}

#[test]
fn looks_are_settings() {
    assert_settings(&userjot().setting("locale", "en"), json!({ "projectId": "app-1", "locale": "en" }));
}
