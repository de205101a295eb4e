//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn help_scout() -> HelpScout {
    HelpScout::new("app-1", secret())
}

#[test]
fn no_setting_names_a_person() {
    assert_reserved(|key| help_scout().setting(key, "a@b"), &["email", "signature", "beaconId"]);
}

#[test]
fn looks_are_settings() {
    assert_settings(&help_scout().setting("color", "red"), json!({ "beaconId": "app-1", "color": "red" }));
}
