//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::{
    error::ConfigErrorKind,
    widget::testing::{assert_refused, assert_reserved, assert_settings, now, person, secret},
};

fn freshchat() -> Freshchat {
    Freshchat::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let keys = ["externalId", "restoreId", "email", "jwtAuthToken", "token", "host", "snippet"];
    assert_reserved(|key| freshchat().setting(key, "user-1"), &keys);
}

#[test]
fn appearance_options_and_the_host_are_settings() {
    let freshchat = freshchat().host("https://wchat.eu.freshchat.com").setting("locale", "en");
    let expected = json!({ "token": "app-1", "host": "https://wchat.eu.freshchat.com", "locale": "en" });
    assert_settings(&freshchat, expected);
}

#[test]
fn host_must_be_an_https_address() {
    let wrong = ["http://a.test", "a.test", "//a.test", "https://", "https:///x", "https://a b", "https://a'"];
    for url in wrong.into_iter().chain(["https://a;b", "*"]) {
        assert_refused(&freshchat().host(url), ConfigErrorKind::CspSource, &["freshchat", "https://"]);
    }
}

/// The expected values are from Python: see `tests/support/golden.rs`.
#[test]
fn library_id_is_signed_only_as_freshchat_uuid() {
    let freshchat = Freshchat::new("app-1", Secret::new("freshchat secret").unwrap());
    let value = |text| PageValue::new(text).unwrap();
    let minted = |text| freshchat.mint_with_value(WITH_UUID, &value(text), &person(), now()).unwrap();
    let expected = "\
        eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJyZWZlcmVuY2VfaWQiOiJ1c2VyLTEyMyIsImZpcnN0X25hbWUiOiJUaGUgTmF\
        tZSIsImVtYWlsIjoidXNlckBleGFtcGxlLmNvbSIsImZyZXNoY2hhdF91dWlkIjoiMWI5ZDZiY2QtYmJmZC00YjJkLTliNWQtYWI\
        4ZGZiYmQ0YmVkIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDM2MDB9.gQgw16EPeEIKWvDw9hswMdTMcFLx4vhyD_0TF2\
        9rIDk";
    assert_eq!(minted("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed").as_str(), expected);
    assert_eq!(minted("1b9d6bcd").lifetime(), Some(Duration::from_secs(3600)));
    let blank = freshchat.mint_with_value(WITH_UUID, &value("user-123"), &Identity::new(" "), now());
    assert_eq!(blank.unwrap_err(), TokenError::MissingId, "the value identifies no user");
}

const SNIPPET: &str = "//eu.fw-cdn.com/12345678/98765.js";

fn from_snippet() -> Freshchat {
    Freshchat::from_snippet(SNIPPET, secret())
}

/// The snippet knows token and host itself.
#[test]
fn snippet_is_the_library_and_replaces_token_and_host() {
    let freshchat = from_snippet().setting("locale", "en");
    assert_settings(&freshchat, json!({ "snippet": true, "locale": "en" }));
    let manifest = freshchat.manifest();
    assert_eq!(manifest.library(), Some("https://eu.fw-cdn.com/12345678/98765.js"));
    assert_eq!((manifest.app_id(), freshchat.mint(NAME, &person(), now()).is_ok()), ("12345678-98765", true));
    let with_scheme = Freshchat::from_snippet(format!("https:{SNIPPET}"), secret());
    assert_eq!(with_scheme.manifest().library(), manifest.library());
}

#[test]
fn policy_allows_the_hosts_of_the_snippet_and_the_account() {
    let sources = |host: &'static str| {
        let all = CspSources::new().script(["https://eu.fw-cdn.com", host]).connect([host]).frame([host]).style([host]);
        (Some("https://eu.fw-cdn.com/12345678/98765.js".to_owned()), all)
    };
    let found = |freshchat: Freshchat| {
        let manifest = freshchat.manifest();
        (manifest.library().map(str::to_owned), manifest.csp_sources())
    };
    assert_eq!(found(from_snippet()), sources("https://*.freshchat.com"));
    let host = "https://acme.freshchat.com";
    assert_eq!(found(from_snippet().host(host)), sources(host));
}

#[test]
fn snippet_must_be_an_address() {
    for wrong in ["", "12345678", "http://eu.fw-cdn.com/1/2.js", "<script src='//eu.fw-cdn.com/1/2.js'>", "//"] {
        let words = ["freshchat", "snippet's address"];
        assert_refused(&Freshchat::from_snippet(wrong, secret()), ConfigErrorKind::CspSource, &words);
    }
}

#[cfg(feature = "conformance")]
#[test]
fn widget_from_a_snippet_conforms() {
    let freshchat = Freshchat::from_snippet(SNIPPET, Secret::new("k".repeat(32)).unwrap());
    assert_eq!(crate::conformance::check_debug(&freshchat), Ok(()));
}

#[cfg(feature = "conformance")]
#[test]
fn widget_on_another_host_conforms() {
    let key = Secret::new("k".repeat(32)).unwrap();
    let freshchat = Freshchat::new("abcd1234", key).host("https://wchat.eu.freshchat.com");
    assert_eq!(crate::conformance::check_debug(&freshchat), Ok(()));
}
