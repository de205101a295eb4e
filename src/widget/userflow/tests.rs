//! Tests for what is specific to this widget.

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn userflow() -> Userflow {
    Userflow::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_or_end_a_session_are_rejected() {
    let keys =
        ["identify", "group", "updateUser", "reset", "init", "token", "userId", "signature", "_setTargetEnv", "sub"];
    assert_reserved(|key| userflow().setting(key, "a"), &keys);
}

#[test]
fn methods_are_settings() {
    let userflow = userflow().setting("setBaseZIndex", 2_000).setting("disableEvalJs", true);
    assert_settings(&userflow, json!({ "token": "app-1", "setBaseZIndex": 2_000, "disableEvalJs": true }));
}
