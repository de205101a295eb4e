//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, now, person, secret};

fn connect() -> AmazonConnect {
    AmazonConnect::new("app-1", secret()).instance("acme").snippet_id("QVFJREFI+/=")
}

#[test]
fn settings_that_identify_a_user_or_are_functions_are_rejected() {
    let keys = ["snippetId", "authenticate", "contactAttributes", "customerDisplayName", "registerCallback", "sub"];
    assert_reserved(|key| connect().setting(key, "a"), &keys);
}

#[test]
fn snippet_fields_are_settings() {
    let styles = json!({ "iconType": "CHAT" });
    let expected = json!({ "widgetId": "app-1", "snippetId": "QVFJREFI+/=", "language": "de_DE", "styles": styles });
    assert_settings(&connect().setting("language", "de_DE").setting("styles", styles), expected);
}

#[test]
fn check_reports_missing_values_and_invalid_host_parts() {
    let bare = || AmazonConnect::new("app-1", secret());
    assert_refused(&bare().snippet_id("a"), ConfigErrorKind::AppId, &[NAME, "instance(..)"]);
    assert_refused(&bare().instance("acme").snippet_id(" "), ConfigErrorKind::AppId, &[NAME, "snippet_id(..)"]);
    for text in ["acme.evil.example/", "acme;", "a cme", "https://acme"] {
        assert_refused(&connect().instance(text), ConfigErrorKind::CspSource, &[NAME, "instance"]);
        assert_refused(&connect().region(text), ConfigErrorKind::CspSource, &[NAME, "region"]);
    }
}

#[test]
fn region_adds_the_hosts_for_messages_to_the_policy() {
    let hosts = [
        "https://participant.connect.eu-central-1.amazonaws.com",
        "wss://*.transport.connect.eu-central-1.amazonaws.com",
    ];
    assert_eq!(connect().region("eu-central-1").check(), Ok(()));
    assert_eq!(connect().region("eu-central-1").csp_sources(), connect().csp_sources().connect(hosts));
}

#[test]
fn tokens_over_3072_characters_are_rejected() {
    let of_length = |length: usize| connect().mint(NAME, &person().with_attribute("note", "x".repeat(length)), now());
    let longest = (0..4_000).map_while(|length| of_length(length).ok()).last().expect("some are short enough");
    assert!((LONGEST_TOKEN - 1..=LONGEST_TOKEN).contains(&longest.as_str().len()), "{}", longest.as_str().len());
    assert_eq!(of_length(4_000).err(), Some(TokenError::TooLarge));
    let large = person().with_attribute("note", "x".repeat(4_000));
    assert_eq!(connect().boot_data(&large, now()).err(), Some(TokenError::TooLarge), "before the library asks");
}
