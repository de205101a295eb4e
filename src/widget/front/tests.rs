//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn front() -> Front {
    Front::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| front().setting(key, "a"), &["userHash", "email", "chatId"]);
    assert_reserved(|key| front().setting(key, json!(null)), &["email"]);
}

#[test]
fn appearance_options_are_settings() {
    let expected = json!({ "chatId": "app-1", "useDefaultLauncher": false });
    assert_settings(&front().setting("useDefaultLauncher", false), expected);
}
