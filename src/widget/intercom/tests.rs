//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, secret};

fn intercom() -> Intercom {
    Intercom::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let keys = [
        "user_id",
        "user_hash",
        "intercom_user_jwt",
        "salesforce_identity_token",
        "auth_tokens",
        "salesforceToken",
        "lead",
    ];
    assert_reserved(|key| intercom().setting(key, json!("a")), &keys);
    assert_reserved(|key| intercom().lead_attribute(key, json!("a")), &keys);
}

#[test]
fn appearance_options_are_settings() {
    let intercom = intercom()
        .custom_launcher_selector("#help, .help")
        .hide_default_launcher(true)
        .alignment(IntercomAlignment::Left)
        .horizontal_padding(20)
        .vertical_padding(40)
        .language_override("fr")
        .installation_type("tower");
    let expected = json!({
        "app_id": "app-1",
        "api_base": "https://api-iam.intercom.io",
        "custom_launcher_selector": "#help, .help",
        "hide_default_launcher": true,
        "alignment": "left",
        "horizontal_padding": 20,
        "vertical_padding": 40,
        "language_override": "fr",
        "installation_type": "tower",
    });
    assert_settings(&intercom, expected.clone());
    let mut right = expected;
    right["alignment"] = "right".into();
    assert_settings(&intercom.alignment(IntercomAlignment::Right), right);
}

#[test]
fn salesforce_identity_token_needs_an_rsa_key() {
    let intercom =
        intercom().salesforce_identity_token(secret().with_key_id("key-1"), "https://app.example.com", "acme");
    assert_refused(&intercom, ConfigErrorKind::Secret, &["intercom", "Secret::rsa_pem"]);
}
