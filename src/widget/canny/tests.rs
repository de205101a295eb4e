//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn canny() -> Canny {
    Canny::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| canny().setting(key, "a"), &["appID", "user", "hash", "email", "ssoToken"]);
}

#[test]
fn options_are_settings() {
    let expected = json!({ "appID": "app-1", "omitNonEssentialCookies": true });
    assert_settings(&canny().setting("omitNonEssentialCookies", true), expected);
}
