//! Tests for what is specific to this widget.

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, secret};

fn zendesk() -> ZendeskClassic {
    ZendeskClassic::chat("app-1", secret()).help_center(secret())
}

/// The Help Center's token goes to the account's own host.
#[test]
fn policy_allows_the_accounts_own_host() {
    let zendesk_without = zendesk().manifest().csp_sources();
    let host = ["https://acme.zendesk.com"];
    let expected = zendesk_without.connect(host).img(host);
    let zendesk = zendesk().subdomain("acme");
    assert_eq!((zendesk.manifest().csp_sources(), zendesk.check()), (expected, Ok(())));
}

#[test]
fn subdomain_must_be_one_label() {
    for wrong in ["acme.zendesk.com", "https://acme", "acme/", "*", "a b", "acme;", "ä"] {
        assert_refused(&zendesk().subdomain(wrong), ConfigErrorKind::CspSource, &["zendesk-classic", "`acme`"]);
    }
}

#[test]
fn appearance_options_are_settings_in_their_places() {
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
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| zendesk().setting(key, "user-1"), &["authenticate", "identify", "prefill", "sub"]);
}
