//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn featurebase() -> Featurebase {
    Featurebase::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
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
fn looks_are_settings() {
    assert_settings(&featurebase().setting("theme", "dark"), json!({ "appId": "app-1", "theme": "dark" }));
}
