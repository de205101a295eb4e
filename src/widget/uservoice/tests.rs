//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, now, secret};

fn uservoice() -> UserVoice {
    UserVoice::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| uservoice().setting(key, "a"), &["sso", "email", "guid", "trigger"]);
}

#[test]
fn appearance_options_and_the_trigger_are_settings() {
    assert_settings(&uservoice(), json!({ "trigger": true }));
    let expected = json!({ "trigger": false, "accent_color": "#448dd6" });
    assert_settings(&uservoice().trigger(false).setting("accent_color", "#448dd6"), expected);
}

#[test]
fn attributes_cannot_make_an_administrator() {
    let person = || Identity::new("user-1").with_email("user@example.com");
    let mint = |identity: Identity| uservoice().mint(NAME, &identity, now()).unwrap();
    let plain = mint(person());
    for key in ["admin", "owner", "trusted", "guid", "expires", "anything"] {
        assert_eq!(mint(person().with_attribute(key, "accept")), plain, "{key}");
    }
    assert_ne!(mint(person().with_attribute("deny_forums", json!([1]))), plain);
}
