//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn featurebase() -> Featurebase {
    Featurebase::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let keys = [
        "userId",
        "user_id",
        "email",
        "name",
        "featurebaseJwt",
        "jwtToken",
        "userHash",
        "user_hash",
        "appId",
        "companies",
        "sub",
    ];
    assert_reserved(|key| featurebase().setting(key, "user-1"), &keys);
}

#[test]
fn appearance_options_are_settings() {
    assert_settings(&featurebase().setting("theme", "dark"), json!({ "appId": "app-1", "theme": "dark" }));
}
