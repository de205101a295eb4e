//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn plain() -> Plain {
    Plain::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(
        |key| plain().setting(key, json!({})),
        &["customerDetails", "appId", "externalId", "tenantIdentifier"],
    );
}

#[test]
fn appearance_options_are_settings() {
    assert_settings(&plain().setting("theme", "dark"), json!({ "appId": "app-1", "theme": "dark" }));
}
