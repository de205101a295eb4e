//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, secret};

fn helpcrunch() -> HelpCrunch {
    HelpCrunch::new("app-1", secret()).organization("acme")
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| helpcrunch().setting(key, "a"), &["user", "signature", "organization", "appId"]);
}

#[test]
fn appearance_options_are_settings() {
    let expected = json!({ "organization": "acme", "appId": "app-1", "loadImmediately": true });
    assert_settings(&helpcrunch().setting("loadImmediately", true), expected);
}

#[test]
fn organization_must_be_set_to_a_valid_name() {
    for organization in ["", " ", "*", "acme-*", "acme.helpcrunch.com", "acme/x"] {
        let widget = HelpCrunch::new("app-1", secret()).organization(organization);
        assert_refused(&widget, ConfigErrorKind::AppId, &["helpcrunch", "organization(..)"]);
    }
    assert_refused(&HelpCrunch::new("app-1", secret()), ConfigErrorKind::AppId, &["organization(..)"]);
}
