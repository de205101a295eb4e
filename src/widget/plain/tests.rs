//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn plain() -> Plain {
    Plain::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
    assert_reserved(
        |key| plain().setting(key, json!({})),
        &["customerDetails", "appId", "externalId", "tenantIdentifier"],
    );
}

#[test]
fn looks_are_settings() {
    assert_settings(&plain().setting("theme", "dark"), json!({ "appId": "app-1", "theme": "dark" }));
}
