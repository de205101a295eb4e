//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn ferndesk() -> Ferndesk {
    Ferndesk::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| ferndesk().setting(key, "a"), &["widgetId", "jwt", "token", "userId", "email", "sub"]);
}

#[test]
fn appearance_options_are_settings() {
    let expected = json!({ "widgetId": "app-1", "open": true, "hideLauncher": true });
    assert_settings(&ferndesk().setting("open", true).setting("hideLauncher", true), expected);
}
