//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn userjot() -> UserJot {
    UserJot::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let keys = ["token", "user", "id", "email", "signature", "projectId"];
    assert_reserved(|key| userjot().setting(key, "user-1"), &keys);
}

#[test]
fn appearance_options_are_settings() {
    assert_settings(&userjot().setting("locale", "en"), json!({ "projectId": "app-1", "locale": "en" }));
}
