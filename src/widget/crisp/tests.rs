//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{
    assert_hides_secret_and_users, assert_refused, assert_reserved, assert_settings, now, person, secret,
};

fn crisp() -> Crisp {
    Crisp::new("app-1", secret())
}

/// The expected value is from Python: `hmac.new(b"session key", b"tower-widget-identity/crisp-session/v1:user-123",
/// "sha256")`; OpenSSL gives the same.
#[test]
fn session_tokens_are_keyed_and_unique_per_user() {
    let key = |text| Secret::new(text).unwrap();
    let plain = Crisp::new("app-1", key("hmac secret"));
    let bound = plain.clone().session_tokens(key("session key"));
    let boot_data = |widget: &Crisp, identity: &Identity| json!(widget.boot_data(identity, now()).unwrap());
    assert_eq!(boot_data(&plain, &person()).get("token"), None);
    let token = |identity: &Identity| boot_data(&bound, identity)["token"].take();
    assert_eq!(token(&person()), "1d6853bd894d79aecdd46642b02f40e657c55de04532e15d307efbf182e9fb9f");
    let moved = Identity::new("user-123").with_email("other@example.com").with_name("Another");
    assert_eq!(token(&moved), token(&person()), "it does not change with the address");
    assert_ne!(token(&Identity::new("user-124").with_email("user@example.com")), token(&person()));
    let same_key = boot_data(&plain.clone().session_tokens(key("hmac secret")), &person());
    assert_ne!(same_key["token"], same_key["signature"]);
    let bare = key("hmac secret").hmac_hex("user-123").unwrap().into_string();
    assert_ne!(same_key["token"], bare, "never the bare HMAC of the id");
    assert_eq!(plain.mint("crisp", &person(), now()), bound.mint("crisp", &person(), now()));
}

#[test]
fn debug_hides_both_keys() {
    assert_hides_secret_and_users(&crisp().session_tokens(secret()));
}

#[cfg(feature = "conformance")]
#[test]
fn widget_with_session_tokens_conforms() {
    assert_eq!(crate::conformance::check_debug(&crisp().session_tokens(secret())), Ok(()));
}

#[test]
fn cookie_options_and_runtime_configuration_are_settings() {
    assert_settings(&crisp(), json!({ "websiteId": "app-1" }));
    let crisp = crisp()
        .cookie_domain("app.acme.com")
        .cookie_expiry(Duration::from_millis(86_400_500))
        .setting("locale", "de")
        .setting("session_merge", true);
    let expected = json!({
        "websiteId": "app-1",
        "cookieDomain": "app.acme.com",
        "cookieExpire": 86_400,
        "runtimeConfig": { "locale": "de", "session_merge": true },
    });
    assert_settings(&crisp, expected);
}

#[test]
fn settings_that_identify_a_session_are_rejected() {
    assert_reserved(|key| crisp().setting(key, "user-1"), &["token_id", "CRISP_TOKEN_ID", "website_id", "sub"]);
}

#[test]
fn invalid_cookie_domains_and_short_expiries_are_rejected() {
    for domain in ["https://app.acme.com", "a b", "acme.com/", "acme.com:8080", "*"] {
        assert_refused(&crisp().cookie_domain(domain), ConfigErrorKind::Setting, &["crisp", "app.acme.com"]);
    }
    let short = crisp().cookie_expiry(Duration::from_millis(999));
    assert_refused(&short, ConfigErrorKind::Lifetime, &["crisp", "one second"]);
}
