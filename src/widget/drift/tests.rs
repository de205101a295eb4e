//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn drift() -> Drift {
    Drift::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| drift().setting(key, "a"), &["userId", "userJwt", "email", "name", "sub"]);
}

#[test]
fn appearance_options_are_settings() {
    assert_settings(&drift().setting("locale", "fr"), json!({ "locale": "fr" }));
}
