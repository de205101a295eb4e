//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn drift() -> Drift {
    Drift::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
    assert_reserved(|key| drift().setting(key, "a"), &["userId", "userJwt", "email", "name", "sub"]);
}

#[test]
fn looks_are_settings() {
    assert_settings(&drift().setting("locale", "fr"), json!({ "locale": "fr" }));
}
