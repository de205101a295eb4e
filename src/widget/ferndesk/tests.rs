//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn ferndesk() -> Ferndesk {
    Ferndesk::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
    assert_reserved(|key| ferndesk().setting(key, "a"), &["widgetId", "jwt", "token", "userId", "email", "sub"]);
}

#[test]
fn looks_are_settings() {
    let expected = json!({ "widgetId": "app-1", "open": true, "hideLauncher": true });
    assert_settings(&ferndesk().setting("open", true).setting("hideLauncher", true), expected);
}
