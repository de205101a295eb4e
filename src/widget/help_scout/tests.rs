//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn help_scout() -> HelpScout {
    HelpScout::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| help_scout().setting(key, "a@b"), &["email", "signature", "beaconId"]);
}

#[test]
fn appearance_options_are_settings() {
    assert_settings(&help_scout().setting("color", "red"), json!({ "beaconId": "app-1", "color": "red" }));
}
