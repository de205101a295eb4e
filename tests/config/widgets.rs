//! Secrets, ids, lifetimes, settings and names of widgets.

use serde_json::json;
use tower_widget_identity::{
    ConfigError, ConfigErrorKind, Secret, Widgets,
    widget::{Ferndesk, Intercom, Widget, ZendeskClassic},
};

use super::{Acme, acme, assert_refused, assert_taken, build, builder, intercom, secret, zendesk};
use crate::support::secs;

#[test]
fn empty_and_blank_secrets_are_refused() {
    for text in ["", " ", "\t\r\n", "\u{a0}\u{2003}\u{3000}"] {
        assert_refused(Secret::new(text), ConfigErrorKind::Secret, &["secret", "set it"], text);
    }
    for bytes in [&b""[..], b" ", b"\t\r\n "] {
        assert_refused(Secret::from_bytes(bytes), ConfigErrorKind::Secret, &["secret", "set it"], "bytes");
    }
    for text in [" x", "x\n", "\r\nx", "\u{a0}x", "canary\t"] {
        assert_refused(Secret::new(text), ConfigErrorKind::Secret, &["secret", "trim it"], text);
        assert!(Secret::from_bytes(text).is_ok(), "bytes are what they are");
    }
    for text in ["x", "two words", "é", "0", "c2VjcmV0=="] {
        assert_taken(build(Intercom::new("abcd1234", Secret::new(text).unwrap())), text);
        assert_taken(build(Intercom::new("abcd1234", Secret::from_bytes(text).unwrap())), text);
    }
    assert!(Secret::from_bytes([0xff, 0x00]).is_ok());
}

/// HMAC fills a short key up with zeros, so a buffer of zeros (never written) is the same as the empty secret.
#[test]
fn secret_of_zeros_is_the_empty_one() {
    use hmac::{Hmac, KeyInit, Mac};
    let signed = |key: &[u8]| Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().finalize().into_bytes();
    assert_eq!(signed(&[0; 32]), signed(b""), "anybody can sign with it");
    assert_refused(Secret::from_bytes([0; 32]), ConfigErrorKind::Secret, &["secret"], "32 zeros");
    assert_refused(Secret::new("\0"), ConfigErrorKind::Secret, &["secret"], "one zero");
    assert_refused(Secret::from_bytes(b"\0 \n\0"), ConfigErrorKind::Secret, &["secret"], "zeros and white space");
}

#[test]
fn app_id_that_no_vendor_issues_is_refused() {
    let kind = ConfigErrorKind::AppId;
    for id in
        ["", " ", "\n", "a/b", "a b", "a'", "\"", "é", "a\0", "a;b", "a=b", "<b>", "a*", "../x", " abcd1234", "a?b"]
    {
        let remedy = ["application id", "copy it from the vendor's dashboard"];
        assert_refused(build(Intercom::new(id, secret())), kind, &[&remedy[..], &["intercom"]].concat(), id);
        assert_refused(build(ZendeskClassic::chat(id, secret())), kind, &[&remedy[..], &["zendesk"]].concat(), id);
        assert_refused(build(Ferndesk::new(id, secret())), kind, &[&remedy[..], &["ferndesk"]].concat(), id);
    }
    for id in ["a", "abcd1234", "A-b_c.9", "0b7c4d2e-9a51-4f0e-8f6d-2f1c3b4a5d6e", &"x".repeat(100)] {
        assert_taken(build(Intercom::new(id, secret())), id);
        assert_taken(build(ZendeskClassic::help_center_only(id, secret())), id);
        assert_taken(build(Ferndesk::new(id, secret())), id);
    }
}

/// `https://widget.intercom.io/widget/..` is another URL.
#[test]
fn app_id_of_dots_is_refused() {
    for id in [".", "..", "...", "-", "_.-"] {
        assert_refused(build(Intercom::new(id, secret())), ConfigErrorKind::AppId, &["application id"], id);
    }
}

#[test]
fn lifetime_is_above_zero_and_within_the_limit_of_the_vendor() {
    let kind = ConfigErrorKind::Lifetime;
    let zero = ["lifetime", "zero", "give the token time"];
    assert_refused(build(intercom().lifetime(secs(0))), kind, &[&zero[..], &["intercom"]].concat(), "intercom");
    assert_refused(
        build(Ferndesk::new("w", secret()).lifetime(secs(0))),
        kind,
        &[&zero[..], &["ferndesk"]].concat(),
        "ferndesk",
    );
    assert_refused(build(zendesk().chat_lifetime(secs(0))), kind, &[&zero[..], &["zendesk"]].concat(), "zendesk");
    for seconds in [421, 86_400, 300_000, u64::MAX] {
        let words = ["zendesk", &seconds.to_string(), "limit of 420 seconds"];
        assert_refused(build(zendesk().chat_lifetime(secs(seconds))), kind, &words, "zendesk");
    }
    for seconds in [2_678_401, 3_600_000, u64::MAX] {
        let words = ["lifetime", &seconds.to_string(), "limit of 2678400 seconds"];
        assert_refused(
            build(intercom().lifetime(secs(seconds))),
            kind,
            &[&words[..], &["intercom"]].concat(),
            "intercom",
        );
        let built = build(Ferndesk::new("w", secret()).lifetime(secs(seconds)));
        assert_refused(built, kind, &[&words[..], &["ferndesk"]].concat(), "ferndesk");
    }
    let built = build(intercom().lifetime(std::time::Duration::from_millis(999)));
    assert_refused(built, kind, &["intercom", "whole seconds"], "999 ms");
    for seconds in [1, 86_400, 2_678_400] {
        assert_taken(build(intercom().lifetime(secs(seconds))), "intercom");
        assert_taken(build(Ferndesk::new("w", secret()).lifetime(secs(seconds))), "ferndesk");
    }
    for seconds in [1, 420] {
        assert_taken(build(zendesk().chat_lifetime(secs(seconds))), "zendesk");
    }
}

#[test]
fn session_of_intercom_lasts_at_least_five_minutes() {
    for milliseconds in [0, 1, 300, 299_999] {
        let built = build(intercom().session_duration(std::time::Duration::from_millis(milliseconds)));
        let words = ["intercom", "session duration", "at least five minutes"];
        assert_refused(built, ConfigErrorKind::Lifetime, &words, &milliseconds.to_string());
    }
    for milliseconds in [300_000, 604_800_000] {
        assert_taken(
            build(intercom().session_duration(std::time::Duration::from_millis(milliseconds))),
            &milliseconds.to_string(),
        );
    }
}

#[test]
fn setting_that_names_a_user_is_refused() {
    for key in ["user_id", "email", "name", "user_hash", "intercom_user_jwt", "app_id", "api_base", "session_duration"]
    {
        for value in [json!("user-1"), json!(null), json!({ "a": 1 })] {
            let words = ["intercom", key, "identifies a user or has its own setter"];
            assert_refused(build(intercom().setting(key, value)), ConfigErrorKind::Setting, &words, key);
        }
    }
    for key in ["hide_default_launcher", "alignment", "custom_launcher_selector", "", "<script>", "é"] {
        assert_taken(build(intercom().setting(key, "</script>'")), key);
    }
}

#[test]
fn set_without_a_widget_is_refused() {
    for built in [Widgets::builder().build(), Widgets::builder().token_path("/t").marker_key(secret()).build()] {
        assert_refused(built, ConfigErrorKind::NoWidget, &["widget(..)", "Widgets::disabled()"], "no widget");
    }
    assert_taken(builder().build(), "one");
}

#[test]
fn each_widget_and_each_token_name_is_unique() {
    let kind = ConfigErrorKind::DuplicateWidget;
    let other = Intercom::new("other-id", Secret::new("other").unwrap());
    assert_refused(builder().widget(other).build(), kind, &["intercom", "twice", "one configuration"], "intercom");
    for tokens in [vec!["intercom"], vec!["acme", "intercom"], vec!["a", "b", "a"]] {
        let name = tokens[0];
        let built = builder().widget(Acme { tokens, ..acme() }).build();
        assert_refused(built, kind, &["twice"], name);
    }
    assert_taken(builder().widget(Acme { tokens: vec!["acme", "a", "b"], ..acme() }).build(), "three tokens");
    assert_taken(builder().token_path("/t").widget(zendesk().help_center(secret())).build(), "two vendors");
}

#[test]
fn boxed_widget_is_checked_as_the_widget_is() {
    let boxed = |widget: Box<dyn Widget>| Widgets::builder().widget(widget);
    let zero = boxed(Box::new(intercom().lifetime(secs(0)))).build();
    assert_refused(zero, ConfigErrorKind::Lifetime, &["intercom"], "a lifetime of zero");
    let twice = boxed(Box::new(intercom())).widget(intercom()).build();
    assert_refused(twice, ConfigErrorKind::DuplicateWidget, &["intercom"], "beside itself");
    assert_taken(boxed(Box::new(zendesk())).token_path("/t").build(), "zendesk");
}

#[test]
fn names_are_safe_in_paths_headers_and_scripts() {
    let kind = ConfigErrorKind::WidgetName;
    let words = ["name", "lower-case letters, digits and hyphens"];
    for name in ["", " ", "Acme", "acme corp", "acme/x", "acme_x", "a'b", "a\"b", "a\nb", "é", "a.b", "../x", "page"] {
        assert_refused(build(Acme { name, ..acme() }), kind, &words, name);
        assert_refused(build(Acme { tokens: vec!["acme", name], ..acme() }), kind, &words, name);
    }
    assert_refused(build(Acme { tokens: vec![], ..acme() }), kind, &["acme", "no token"], "no tokens");
    for name in ["acme", "a", "acme-2", "-", "page-2", "2"] {
        assert_taken(build(Acme { name, ..acme() }), name);
        assert_taken(build(Acme { tokens: vec![name], ..acme() }), name);
    }
}

#[test]
fn adapter_is_safe_in_a_script_element() {
    for adapter in [
        "'</script>'",
        "'</SCRIPT '",
        "'</script",
        "'<script'",
        "'<!--'",
        "'<\u{0}!--' + '</sCrIpT'",
        "'é'",
        "'\u{2028}'",
        "a\rb",
    ] {
        let built = build(Acme { adapter, ..acme() });
        assert_refused(built, ConfigErrorKind::Adapter, &["acme", "adapter script"], adapter);
    }
    for adapter in ["'<\\/script>'", "'<\\!--'", "() => ({})\r\n", "a < script", "'\\u00e9'"] {
        assert_taken(build(Acme { adapter, ..acme() }), adapter);
    }
}

#[test]
fn error_of_a_widgets_own_check_is_reported_unchanged() {
    let check = Err(ConfigError::new(ConfigErrorKind::Lifetime, "acme: too short"));
    assert_refused(build(Acme { check, ..acme() }), ConfigErrorKind::Lifetime, &["acme: too short"], "check");
}
