//! The vendors that check an HMAC: their configuration, what their sessions leave behind, and what `Debug` hides.

use super::hmac::{HEX, KEY, cases, digest};
use super::*;
use tower_widget_identity::{
    ConfigErrorKind,
    widget::{Canny, Chatwoot, Crisp, Front, Gist, Gleap, HelpScout, Plain, Pylon, Tawk, Userflow},
};

// ---- configuration --------------------------------------------------------------------------------------------------

#[test]
fn what_would_name_a_person_unsigned_is_no_setting() {
    let key = || secret(KEY);
    let refused: [(Box<dyn Widget>, &str); 14] = [
        (Box::new(HelpScout::new("a", key()).setting("email", "a@b")), "email"),
        (Box::new(HelpScout::new("a", key()).setting("signature", "a")), "signature"),
        (Box::new(HelpScout::new("a", key()).setting("beaconId", "b")), "beaconId"),
        (Box::new(Chatwoot::new("a", key()).setting("identifier_hash", "a")), "identifier_hash"),
        (Box::new(Chatwoot::new("a", key()).setting("websiteToken", "b")), "websiteToken"),
        (Box::new(Chatwoot::new("a", key()).setting("baseUrl", "b")), "baseUrl"),
        (Box::new(Front::new("a", key()).setting("userHash", "a")), "userHash"),
        (Box::new(Front::new("a", key()).setting("email", json!(null))), "email"),
        (Box::new(Front::new("a", key()).setting("chatId", "b")), "chatId"),
        (Box::new(Pylon::new("a", key()).setting("email_hash", "a")), "email_hash"),
        (Box::new(Pylon::new("a", key()).setting("app_id", "b")), "app_id"),
        (Box::new(Plain::new("a", key()).setting("customerDetails", json!({}))), "customerDetails"),
        (Box::new(Plain::new("a", key()).setting("appId", "b")), "appId"),
        (Box::new(Plain::new("a", key()).setting("externalId", "b")), "externalId"),
    ];
    for (widget, setting) in refused {
        let error = widget.check().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Setting, "{error}");
        assert!(error.to_string().contains(&format!("{}: `{setting}`", widget.manifest().name())), "{error}");
    }
}

#[test]
fn looks_are_settings() {
    let key = || secret(KEY);
    let chatwoot = Chatwoot::new("app-1", key()).base_domain(".example.com").setting("position", "left");
    let taken: [(Box<dyn Widget>, Value); 5] = [
        (
            Box::new(HelpScout::new("app-1", key()).setting("color", "red")),
            json!({ "beaconId": "app-1", "color": "red" }),
        ),
        (
            Box::new(chatwoot.base_url("https://chat.example.com/")),
            json!({
                "websiteToken": "app-1",
                "baseUrl": "https://chat.example.com",
                "baseDomain": ".example.com",
                "position": "left",
            }),
        ),
        (
            Box::new(Front::new("app-1", key()).setting("useDefaultLauncher", false)),
            json!({ "chatId": "app-1", "useDefaultLauncher": false }),
        ),
        (
            Box::new(Pylon::new("app-1", key()).setting("primary_color", "red")),
            json!({ "app_id": "app-1", "primary_color": "red" }),
        ),
        (Box::new(Plain::new("app-1", key()).setting("theme", "dark")), json!({ "appId": "app-1", "theme": "dark" })),
    ];
    for (widget, settings) in taken {
        assert_eq!(widget.check(), Ok(()), "{}", widget.manifest().name());
        assert_eq!(json_of(widget.manifest().settings()), settings);
    }
}

#[test]
fn ids_that_no_vendor_issues_are_refused() {
    for id in ["", " ", "-", "a b", "a/b", "a'", "é", "a\n"] {
        let key = || secret(KEY);
        let widgets: [Box<dyn Widget>; 12] = [
            Box::new(HelpScout::new(id, key())),
            Box::new(Crisp::new(id, key())),
            Box::new(Chatwoot::new(id, key())),
            Box::new(Front::new(id, key())),
            Box::new(Pylon::new(id, key())),
            Box::new(Plain::new(id, key())),
            Box::new(Tawk::new(id, key())),
            Box::new(Tawk::new("app-1", key()).widget_id(id)),
            Box::new(Gleap::new(id, key())),
            Box::new(Userflow::new(id, key())),
            Box::new(Canny::new(id, key())),
            Box::new(Gist::new(id, key())),
        ];
        for widget in widgets {
            let error = widget.check().unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::AppId, "{}: {id:?}", widget.manifest().name());
            assert!(error.to_string().starts_with(widget.manifest().name()), "{error}");
        }
    }
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
        let error = Chatwoot::new("app-1", secret(KEY)).base_url(url).check().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Setting, "{url:?}");
        assert!(error.to_string().contains("base_url"), "{error}");
    }
    for url in ["https://chat.example.com", "http://localhost:3000", "https://example.com/chat/"] {
        assert_eq!(Chatwoot::new("app-1", secret(KEY)).base_url(url).check(), Ok(()), "{url:?}");
    }
}

#[test]
fn a_key_in_hexadecimal_digits_is_decoded() {
    let decoded = [0x00, 0xff, 0x10, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18, 0x29, 0x3a, 0x4b, 0x5c, 0x6d];
    let hash = |secret: Secret| secret.hmac_hex("user@example.com").unwrap();
    assert_eq!(hash(Secret::from_hex(HEX).unwrap()), hash(Secret::from_bytes(decoded).unwrap()));
    assert_ne!(hash(Secret::from_hex(HEX).unwrap()), hash(secret(HEX)), "the digits are not the key");
    for (text, words) in [
        ("", "empty"),
        (" ", "empty"),
        (" 00ff", "white space"),
        ("00ff\n", "white space"),
        ("\u{a0}00ff", "white space"),
        ("f", "pairs"),
        ("00f", "pairs"),
        ("00 ff", "pairs"),
        ("0xff", "pairs"),
        ("00fg", "pairs"),
        ("+1+1", "pairs"),
        ("٠١", "pairs"),
        ("éé", "pairs"),
        ("0000", "empty"),
        ("20", "empty"),
    ] {
        let error = Secret::from_hex(text).unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Secret, "{text:?}");
        assert!(error.to_string().contains(words), "{text:?}: {error}");
    }
}

// ---- what is left, loaded and hidden --------------------------------------------------------------------------------

#[test]
fn the_cookies_of_a_session_are_known_by_name_and_no_others() {
    let owned: [(&str, &[&str]); 11] = [
        ("help-scout", &[]),
        ("crisp", &["crisp-client%2Fsession%2Fapp-1"]),
        ("chatwoot", &["cw_conversation", "cw_user_app-1"]),
        ("front", &[]),
        ("pylon", &[]),
        ("plain", &[]),
        ("tawk", &["twk_idm_key", "twk_uuid_app-1", "tawk_uuid_app-1", "TawkConnectionTime"]),
        ("gleap", &["session-app-1"]),
        ("userflow", &[]),
        ("canny", &[]),
        ("gist", &["gist-anything"]),
    ];
    for case in cases() {
        let mine = owned.iter().find(|(name, _)| *name == case.name()).unwrap().1;
        for (name, cookies) in owned {
            for cookie in cookies {
                assert_eq!(
                    case.widget.manifest().artifacts().owns_cookie(cookie),
                    mine.contains(cookie),
                    "{name}: {cookie}"
                );
            }
        }
        for other in ["", "sid", "session", "session-", "ss", "cw_user_", "cw_user_app-12", "crisp-client", "gist"] {
            assert!(!case.widget.manifest().artifacts().owns_cookie(other), "{}: {other}", case.name());
        }
        let identified = (case.name() == "chatwoot").then_some("cw_user_app-1");
        assert_eq!(
            case.widget.manifest().identified_cookie(),
            identified,
            "{}: visitors have the others too",
            case.name()
        );
    }
}

#[test]
fn storage_and_globals_that_name_somebody_go() {
    for (name, part, entries) in [
        ("tawk", "storage", json!(["twk_*"])),
        ("gleap", "storage", json!(["gleap-widget-session-app-1"])),
        ("crisp", "globals", json!(["CRISP_TOKEN_ID"])),
        ("chatwoot", "globals", json!(["$chatwoot.user", "$chatwoot.identifier"])),
        ("pylon", "globals", json!(["pylon", "Pylon"])),
        ("plain", "globals", json!(["Plain"])),
        ("canny", "globals", json!(["Canny"])),
        ("tawk", "globals", json!(["Tawk_API.visitor"])),
    ] {
        let case = cases().into_iter().find(|case| case.name() == name).unwrap();
        assert_eq!(json_of(case.widget.manifest().artifacts())[part], entries, "{name}");
    }
}

#[test]
fn libraries_come_from_the_vendor_and_a_policy_allows_them() {
    for (name, url) in [
        ("help-scout", "https://beacon-v2.helpscout.net"),
        ("crisp", "https://client.crisp.chat/l.js"),
        ("chatwoot", "https://app.chatwoot.com/packs/js/sdk.js"),
        ("front", "https://chat-assets.frontapp.com/v1/chat.bundle.js"),
        ("pylon", "https://widget.usepylon.com/widget/app-1"),
        ("plain", "https://chat.cdn-plain.com/index.js"),
        ("tawk", "https://embed.tawk.to/app-1/default"),
        ("gleap", "https://sdk.gleap.io/latest/index.js"),
        ("userflow", "https://js.userflow.com/legacy/userflow.js"),
        ("canny", "https://canny.io/sdk.js"),
        ("gist", "https://widget.getgist.com"),
    ] {
        let case = cases().into_iter().find(|case| case.name() == name).unwrap();
        assert_eq!(case.widget.manifest().library().as_deref(), Some(url));
        let policy = Widgets::builder().widget(case.widget).build().unwrap().csp().unwrap().to_string();
        let scripts = policy.split("; ").find(|directive| directive.starts_with("script-src-elem ")).unwrap();
        let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
        assert!(scripts.split(' ').any(|source| source == origin), "{name}: {scripts}");
    }
    let own = Chatwoot::new("app-1", secret(KEY)).base_url("https://chat.example.com:8443/sub");
    let policy = Widgets::builder().widget(own).build().unwrap().csp().unwrap().to_string();
    assert!(policy.contains("frame-src https://chat.example.com:8443"), "{policy}");
    let moved = Widgets::builder().widget(Gist::new("app-1", secret(KEY)).library_url("/own.js")).build().unwrap();
    let policy = moved.csp().unwrap().to_string();
    assert!(policy.contains("'self'") && !policy.contains("getgist"), "{policy}");
}

/// By Python and OpenSSL as above: `hmac.new(b"session key", b"tower-widget-identity/crisp-session/v1:user-123",
/// "sha256")`.
#[test]
fn crisps_session_token_is_the_persons_own_and_nobody_elses_to_guess() {
    let plain = Crisp::new("app-1", secret(KEY));
    let bound = plain.clone().session_tokens(secret("session key"));
    assert_eq!(json_of(plain.boot_data(&person(), at(NOW)).unwrap()).get("token"), None);
    let token = |identity: &Identity| json_of(bound.boot_data(identity, at(NOW)).unwrap())["token"].take();
    assert_eq!(token(&person()), "1d6853bd894d79aecdd46642b02f40e657c55de04532e15d307efbf182e9fb9f");
    let moved = Identity::new("user-123").with_email("other@example.com").with_name(NAME);
    assert_eq!(token(&moved), token(&person()), "it does not change with the address");
    assert_ne!(token(&Identity::new("user-124").with_email("user@example.com")), token(&person()));
    let same_key = json_of(plain.clone().session_tokens(secret(KEY)).boot_data(&person(), at(NOW)).unwrap());
    assert_ne!(same_key["token"], same_key["signature"]);
    assert_ne!(same_key["token"], digest(KEY.as_bytes(), "user-123"), "never the bare HMAC of the id");
    assert_eq!(plain.mint("crisp", &person(), at(NOW)), bound.mint("crisp", &person(), at(NOW)));
}

#[test]
fn debug_shows_no_key_and_no_person() {
    let canary = || secret("canary secret");
    let shown = [
        format!("{:?}", HelpScout::new("app-1", canary())),
        format!("{:?}", Crisp::new("app-1", canary()).session_tokens(canary())),
        format!("{:?}", Chatwoot::new("app-1", canary())),
        format!("{:?}", Front::new("app-1", canary())),
        format!("{:?}", Pylon::new("app-1", Secret::from_hex("63616e617279").unwrap())),
        format!("{:?}", Plain::new("app-1", canary())),
        format!("{:?}", Tawk::new("app-1", canary())),
        format!("{:?}", Gleap::new("app-1", canary())),
        format!("{:?}", Userflow::new("app-1", canary())),
        format!("{:?}", Canny::new("app-1", canary())),
        format!("{:?}", Gist::new("app-1", canary())),
    ];
    for text in shown {
        assert!(text.contains("app-1") && !text.contains("canary") && !text.contains("63616e"), "{text}");
    }
    for case in cases() {
        let text = format!("{:?}", case.widget.boot_data(&whole_person(), at(NOW)));
        assert_eq!(text, "Ok(BootData { .. })", "{}", case.name());
    }
}
