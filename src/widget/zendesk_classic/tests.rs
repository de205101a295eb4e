//! What this widget has of its own.

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, secret};

fn zendesk() -> ZendeskClassic {
    ZendeskClassic::chat("app-1", secret()).help_center(secret())
}

/// The Help Center's token goes to the account's own host.
#[test]
fn a_policy_allows_the_accounts_own_host() {
    let zendesk_without = zendesk().manifest().csp_sources();
    let host = ["https://acme.zendesk.com"];
    let expected = zendesk_without.connect(host).img(host);
    let zendesk = zendesk().subdomain("acme");
    assert_eq!((zendesk.manifest().csp_sources(), zendesk.check()), (expected, Ok(())));
}

#[test]
fn a_subdomain_is_one_label() {
    for wrong in ["acme.zendesk.com", "https://acme", "acme/", "*", "a b", "acme;", "ä"] {
        assert_refused(&zendesk().subdomain(wrong), ConfigErrorKind::CspSource, &["zendesk-classic", "`acme`"]);
    }
}

#[test]
fn looks_are_settings_and_each_has_its_place() {
    let zendesk = zendesk()
        .setting("color", json!({ "theme": "#78a300" }))
        .setting("chat", json!({ "connectOnPageLoad": false }))
        .setting("cookies", false)
        .setting("locale", "de");
    let expected = json!({
        "chat": true,
        "helpCenter": true,
        "locale": "de",
        "zESettings": {
            "cookies": false,
            "webWidget": { "color": { "theme": "#78a300" }, "chat": { "connectOnPageLoad": false } },
        },
    });
    assert_settings(&zendesk, expected);
}

#[test]
fn no_setting_names_a_person() {
    assert_reserved(|key| zendesk().setting(key, "user-1"), &["authenticate", "identify", "prefill", "sub"]);
}
