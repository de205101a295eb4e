//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, secret};

fn helpcrunch() -> HelpCrunch {
    HelpCrunch::new("app-1", secret()).organization("acme")
}

#[test]
fn no_setting_names_a_person() {
    assert_reserved(|key| helpcrunch().setting(key, "a"), &["user", "signature", "organization", "appId"]);
}

#[test]
fn looks_are_settings() {
    let expected = json!({ "organization": "acme", "appId": "app-1", "loadImmediately": true });
    assert_settings(&helpcrunch().setting("loadImmediately", true), expected);
}

#[test]
fn organization_is_a_name_and_set() {
    for organization in ["", " ", "*", "acme-*", "acme.helpcrunch.com", "acme/x"] {
        let widget = HelpCrunch::new("app-1", secret()).organization(organization);
        assert_refused(&widget, ConfigErrorKind::AppId, &["helpcrunch", "organization(..)"]);
    }
    assert_refused(&HelpCrunch::new("app-1", secret()), ConfigErrorKind::AppId, &["organization(..)"]);
}
