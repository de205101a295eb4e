//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn gleap() -> Gleap {
    Gleap::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_or_end_a_session_are_rejected() {
    let keys = [
        "identify",
        "updateContact",
        "clearIdentity",
        "destroy",
        "initialize",
        "apiKey",
        "setUseCookies",
        "userId",
        "sub",
    ];
    assert_reserved(|key| gleap().setting(key, "a"), &keys);
}

#[test]
fn methods_are_settings() {
    let gleap = gleap().setting("setLanguage", "de").setting("showFeedbackButton", false);
    assert_settings(&gleap, json!({ "apiKey": "app-1", "setLanguage": "de", "showFeedbackButton": false }));
}
