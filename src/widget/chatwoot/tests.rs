//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::{
    error::ConfigErrorKind,
    widget::testing::{assert_refused, assert_reserved, assert_settings, secret},
};

fn chatwoot() -> Chatwoot {
    Chatwoot::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| chatwoot().setting(key, "a"), &["identifier_hash", "websiteToken", "baseUrl"]);
}

#[test]
fn appearance_options_are_settings() {
    let chatwoot = chatwoot().base_domain(".example.com").setting("position", "left");
    let expected = json!({
        "websiteToken": "app-1",
        "baseUrl": "https://chat.example.com",
        "baseDomain": ".example.com",
        "position": "left",
    });
    assert_settings(&chatwoot.base_url("https://chat.example.com/"), expected);
}

#[test]
fn base_url_must_be_an_address() {
    for url in [
        "",
        "chat.example.com",
        "//chat.example.com",
        "https://",
        "ftp://a",
        "https://a b",
        "https://a?b",
        "https://a'b",
    ] {
        assert_refused(&chatwoot().base_url(url), ConfigErrorKind::Setting, &["base_url"]);
    }
    for url in ["https://chat.example.com", "http://localhost:3000", "https://example.com/chat/"] {
        assert_eq!(chatwoot().base_url(url).check(), Ok(()), "{url:?}");
    }
}

#[test]
fn policy_allows_the_frame_of_an_own_installation() {
    let own = chatwoot().base_url("https://chat.example.com:8443/sub");
    let widgets = crate::Widgets::builder().widget(own).build().unwrap();
    let policy = widgets.csp().unwrap().to_string();
    assert!(policy.contains("frame-src https://chat.example.com:8443"), "{policy}");
    // The widget fetches the sound of a new message.
    assert!(policy.contains("connect-src 'self' https://chat.example.com:8443"), "{policy}");
}
