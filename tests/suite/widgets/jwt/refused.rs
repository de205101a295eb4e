//! What is refused, by these vendors and of them: lifetimes, names, keys, and people.

use tower_widget_identity::{ConfigError, ConfigErrorKind, SecretRotation};

use super::*;

const MONTH: u64 = 31 * 24 * HOUR;

const RSA_PKCS1: &str = include_str!("../keys/rsa_pkcs1.pem");
const RSA_PUBLIC: &str = include_str!("../keys/rsa_public.pem");
const RSA_1024: &str = include_str!("../keys/rsa_1024.pem");
const EC: &str = include_str!("../keys/ec.pem");

fn build(widget: impl Widget) -> Result<Widgets, ConfigError> {
    Widgets::builder().widget(widget).clock(|| at(NOW)).token_path("/widget-token").build()
}

fn assert_refused(built: Result<Widgets, ConfigError>, kind: ConfigErrorKind, words: &[&str]) {
    let error = built.expect_err("a refusal");
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} in {error}");
    }
}

// ---- configurations -------------------------------------------------------------------------------------------------

/// The vendor with this lifetime.
fn living(name: &str, seconds: u64) -> Box<dyn Widget> {
    match name {
        "zendesk-messaging" => Box::new(messaging().lifetime(secs(seconds))),
        "featurebase" => Box::new(featurebase().lifetime(secs(seconds))),
        "kustomer" => Box::new(kustomer().lifetime(secs(seconds))),
        "freshchat" => Box::new(freshchat().lifetime(secs(seconds))),
        "freshdesk-help-widget" => Box::new(help_widget().lifetime(secs(seconds))),
        "drift" => Box::new(drift().lifetime(secs(seconds))),
        "chatbase" => Box::new(chatbase().lifetime(secs(seconds))),
        "userjot" => Box::new(userjot().lifetime(secs(seconds))),
        _ => Box::new(salesforce().lifetime(secs(seconds))),
    }
}

#[test]
fn a_lifetime_ends_at_the_vendors_limit() {
    for (widget, secret, ..) in every() {
        let manifest = widget.manifest();
        let name = manifest.name();
        let limit = match name {
            "kustomer" => 15 * 60 - 1,
            "freshdesk-help-widget" => 2 * HOUR,
            "userjot" => HOUR,
            _ => MONTH,
        };
        assert!(build(living(name, limit)).is_ok(), "{name}");
        assert!(build(living(name, 1)).is_ok(), "{name}");
        let claims = told(living(name, limit).as_ref(), secret, &person());
        assert_eq!(claims["exp"], json!(NOW + limit), "{name}");
        let over = format!("limit of {limit} seconds");
        assert_refused(build(living(name, limit + 1)), ConfigErrorKind::Lifetime, &[name, &over]);
        assert_refused(build(living(name, limit * 1000)), ConfigErrorKind::Lifetime, &[name]);
        assert_refused(build(living(name, 0)), ConfigErrorKind::Lifetime, &[name, "zero"]);
    }
}

/// The vendor with this application's id.
fn called(name: &str, id: &str) -> Box<dyn Widget> {
    let secret = secret("s3cret");
    match name {
        "zendesk-messaging" => Box::new(ZendeskMessaging::new(id, secret.with_key_id("k"))),
        "featurebase" => Box::new(Featurebase::new(id, secret)),
        "kustomer" => Box::new(Kustomer::new(id, secret)),
        "freshchat" => Box::new(Freshchat::new(id, secret)),
        "freshdesk-help-widget" => Box::new(FreshdeskHelpWidget::new(id, secret)),
        "drift" => Box::new(Drift::new(id, secret)),
        "chatbase" => Box::new(Chatbase::new(id, secret)),
        "userjot" => Box::new(UserJot::new(id, secret)),
        _ => Box::new(Salesforce::new(id, rsa())),
    }
}

#[test]
fn an_id_that_no_vendor_issues_cannot_reach_an_address() {
    for (widget, ..) in every() {
        for id in ["", " ", "..", "a b", "a/../b", "a'><script>", "a?b", "a#b", "é", "a\0"] {
            assert_refused(
                build(called(widget.manifest().name(), id)),
                ConfigErrorKind::AppId,
                &[widget.manifest().name()],
            );
        }
    }
}

#[test]
fn settings_name_nobody() {
    for key in ["userId", "email", "featurebaseJwt", "userHash", "appId", "sub"] {
        assert_refused(build(featurebase().setting(key, "user-1")), ConfigErrorKind::Setting, &["featurebase", key]);
    }
    for key in ["jwtToken", "externalId", "email", "apiKey"] {
        assert_refused(build(kustomer().setting(key, "user-1")), ConfigErrorKind::Setting, &["kustomer", key]);
    }
    for key in ["externalId", "restoreId", "email", "jwtAuthToken", "token", "host"] {
        assert_refused(build(freshchat().setting(key, "user-1")), ConfigErrorKind::Setting, &["freshchat", key]);
    }
    for key in ["token", "user", "id", "email", "signature", "projectId"] {
        assert_refused(build(userjot().setting(key, "user-1")), ConfigErrorKind::Setting, &["userjot", key]);
    }
}

#[test]
fn whoever_fetches_tokens_cannot_do_without_a_path() {
    for (widget, ..) in every() {
        let (name, needs) = (widget.manifest().name().to_owned(), widget.manifest().needs_token_path());
        let built = Widgets::builder().widget(widget).build();
        assert_eq!(built.is_err(), needs, "{name}");
        if needs {
            assert_refused(built, ConfigErrorKind::TokenPath, &[&name, "token_path"]);
        }
    }
}

#[test]
fn a_key_must_have_its_name_where_there_are_several() {
    let words = ["key's id", "with_key_id"];
    let zendesk = ZendeskMessaging::new("key-1", secret("s3cret"));
    assert_refused(build(zendesk), ConfigErrorKind::Secret, &[&["zendesk-messaging"], &words[..]].concat());
    let salesforce = salesforce_with(Secret::rsa_pem(RSA).unwrap());
    assert_refused(build(salesforce), ConfigErrorKind::Secret, &[&["salesforce"], &words[..]].concat());
}

#[test]
fn salesforce_says_what_is_missing() {
    for (widget, kind, word) in [
        (salesforce().deployment(" "), ConfigErrorKind::AppId, "deployment"),
        (salesforce().issuer(""), ConfigErrorKind::AppId, "issuer"),
        (salesforce().site_url(""), ConfigErrorKind::CspSource, "site_url"),
        (salesforce().scrt2_url(""), ConfigErrorKind::CspSource, "scrt2_url"),
        (salesforce_with(secret("s3cret").with_key_id("key-1")), ConfigErrorKind::Secret, "rsa_pem"),
    ] {
        assert_refused(build(widget), kind, &["salesforce", word]);
    }
}

#[test]
fn an_address_is_one_that_browsers_trust() {
    for url in [
        "http://a.test",
        "a.test",
        "//a.test",
        "https://",
        "https:///x",
        "https://a b",
        "https://a'",
        "https://a;b",
        "*",
    ] {
        assert_refused(build(salesforce().site_url(url)), ConfigErrorKind::CspSource, &["salesforce", "https://"]);
        assert_refused(build(salesforce().scrt2_url(url)), ConfigErrorKind::CspSource, &["salesforce", "https://"]);
        assert_refused(build(freshchat().host(url)), ConfigErrorKind::CspSource, &["freshchat", "https://"]);
    }
}

// ---- keys -----------------------------------------------------------------------------------------------------------

#[test]
fn both_formats_of_a_private_key_are_read() {
    let [new, old] = [RSA, RSA_PKCS1].map(|pem| Secret::rsa_pem(pem).unwrap().with_key_id("key-1"));
    assert_eq!(new.jwt(&json!({})).unwrap(), old.jwt(&json!({})).unwrap());
    let indented = format!("\n{RSA}\n");
    assert!(Secret::rsa_pem(indented).is_ok(), "as it comes out of a file");
}

#[test]
fn what_is_no_private_rsa_key_is_refused_and_not_repeated() {
    let torn = &RSA[..RSA.len() / 2];
    for pem in
        ["", " \n", "s3cret", torn, RSA_PUBLIC, RSA_1024, EC, "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"]
    {
        let error = Secret::rsa_pem(pem).expect_err(pem);
        assert_eq!(error.kind(), ConfigErrorKind::Secret, "{pem}");
        for line in pem.lines().filter(|line| line.len() > 3 && !line.starts_with('-')) {
            assert!(!format!("{error}{error:?}").contains(line), "{error}");
        }
    }
    assert_eq!(format!("{:?}", rsa()), "Secret(..)");
}

#[test]
fn an_rsa_key_is_no_secret_of_another_widgets() {
    assert_eq!(rsa().hmac_hex("message").err(), Some(TokenError::Signing));
    for (widget, name) in [
        (Box::new(Drift::new("embed-1", rsa())) as Box<dyn Widget>, "drift"),
        (Box::new(ZendeskMessaging::new("key-1", rsa())), "zendesk-messaging"),
        (Box::new(Intercom::new("abcd1234", rsa())), "intercom"),
    ] {
        assert_refused(build(widget), ConfigErrorKind::Secret, &[name, "RSA"]);
    }
}

#[test]
fn keys_of_one_kind_are_not_replaced_by_those_of_another() {
    for (first, next) in [(rsa(), secret("s3cret").with_key_id("2")), (secret("s3cret").with_key_id("2"), rsa())] {
        let rotation = SecretRotation::new(first.clone());
        assert_eq!(rotation.replace(next).unwrap_err().kind(), ConfigErrorKind::Secret);
        assert_eq!(rotation.secret().jwt(&()), first.jwt(&()), "the current one stays");
    }
    let rotation = SecretRotation::new(rsa());
    rotation.replace(rsa().with_key_id("key-2")).unwrap();
    assert!(build(salesforce_with(rotation.secret())).is_ok());
}

// ---- people ---------------------------------------------------------------------------------------------------------

#[test]
fn nobody_gets_no_token() {
    for id in ["", " ", "\t\r\n", BLANK] {
        let nobody = Identity::new(id).with_email("user@example.com").with_name("The Name");
        for (widget, ..) in every() {
            assert_eq!(
                widget.mint(widget.manifest().name(), &nobody, at(NOW)).err(),
                Some(TokenError::MissingId),
                "{}",
                widget.manifest().name()
            );
            assert_eq!(
                widget.boot_data(&nobody, at(NOW)).err(),
                Some(TokenError::MissingId),
                "{}",
                widget.manifest().name()
            );
        }
    }
}

#[test]
fn zendesk_takes_ids_of_255_characters() {
    let id = |characters: usize| Identity::new("é".repeat(characters));
    assert!(messaging().mint("zendesk-messaging", &id(255), at(NOW)).is_ok());
    assert_eq!(messaging().mint("zendesk-messaging", &id(256), at(NOW)).err(), Some(TokenError::UnacceptableId));
    assert_eq!(messaging().boot_data(&id(256), at(NOW)).err(), Some(TokenError::UnacceptableId));
}

/// The names of claims, of all vendors.
const CLAIMED: [&str; 14] = [
    "userId",
    "user_id",
    "sub",
    "email",
    "name",
    "exp",
    "iat",
    "nbf",
    "iss",
    "aud",
    "jti",
    "externalId",
    "user_hash",
    "id",
];

#[test]
fn attributes_cannot_say_who_somebody_is() {
    for (widget, secret, ids, _) in every() {
        let plain = told(widget.as_ref(), secret, &person());
        for key in CLAIMED {
            for hostile in [json!("user-1"), json!(9_999_999_999_u64), json!(null), json!({ "sub": "user-1" })] {
                let mut claims = told(widget.as_ref(), secret, &person().with_attribute(key, hostile));
                claims.as_object_mut().unwrap().remove("traits");
                for (claim, value) in plain.as_object().unwrap() {
                    assert_eq!(&claims[claim], value, "{}: {key}", widget.manifest().name());
                }
                assert!(ids.iter().all(|id| claims[*id] == "user-123"), "{}: {key}", widget.manifest().name());
            }
        }
    }
}

#[test]
fn one_vendors_claim_is_anothers_attribute() {
    let said = |widget: &dyn Widget, secret, key: &str| {
        told(widget, secret, &Identity::new("user-1").with_attribute(key, "kept")).get(key).cloned()
    };
    assert_eq!(said(&drift(), "drift secret", "user_id"), Some(json!("kept")));
    assert_eq!(said(&chatbase(), "chatbase secret", "user_id"), Some(json!("user-1")));
    assert_eq!(said(&chatbase(), "chatbase secret", "user_hash"), None);
    assert_eq!(said(&featurebase(), "featurebase secret", "userHash"), None);
    for key in ["exp", "iss", "aud", "nbf", "jti", "email", "name"] {
        for (widget, secret) in [
            (&drift() as &dyn Widget, "drift secret"),
            (&chatbase(), "chatbase secret"),
            (&featurebase(), "featurebase secret"),
        ] {
            assert_ne!(said(widget, secret, key), Some(json!("kept")), "{}: {key}", widget.manifest().name());
        }
    }
}

#[test]
fn a_megabyte_is_too_much_for_each() {
    let megabyte = "x".repeat(1 << 20);
    for (widget, ..) in every() {
        let (identity, expected) = match widget.manifest().name() {
            "zendesk-messaging" => (person().with_name(megabyte.as_str()), TokenError::TooLarge),
            "kustomer" | "salesforce" => (Identity::new(megabyte.as_str()), TokenError::TooLarge),
            _ => {
                (person().with_name(megabyte.as_str()).with_attribute("notes", megabyte.as_str()), TokenError::TooLarge)
            }
        };
        assert_eq!(
            widget.mint(widget.manifest().name(), &identity, at(NOW)).err(),
            Some(expected),
            "{}",
            widget.manifest().name()
        );
    }
}

#[test]
fn a_name_that_is_no_tokens_is_unknown() {
    for (widget, ..) in every() {
        let widgets = alone(widget);
        for name in ["", "page", "Drift", "intercom", "drift ", "é"] {
            assert_eq!(widgets.mint(name, &person()).err(), Some(TokenError::UnknownToken), "{name:?}");
        }
    }
}

#[test]
fn a_clock_at_its_limits_costs_nobody_a_panic() {
    for now in [0, 1, i64::MAX as u64 - 1, i64::MAX as u64] {
        for (widget, secret, ..) in every() {
            let token = widget.mint(widget.manifest().name(), &person(), at(now)).unwrap();
            assert!(read(secret, token.as_str())["exp"].as_u64() >= Some(now), "{}", widget.manifest().name());
        }
    }
}

#[test]
fn debug_shows_no_secret_of_theirs() {
    let canary = || secret("canary secret");
    let shown = format!(
        "{:?}",
        (
            ZendeskMessaging::new("a", canary().with_key_id("k")),
            Featurebase::new("a", canary()),
            Kustomer::new("a", canary()),
            Freshchat::new("a", canary()),
            FreshdeskHelpWidget::new("a", canary()),
            Drift::new("a", canary()),
            Chatbase::new("a", canary()),
            UserJot::new("a", canary()),
            salesforce(),
        )
    );
    assert_eq!(shown.matches("Secret(..)").count(), 9, "{shown}");
    assert!(!shown.contains("canary") && !shown.contains("PRIVATE") && !shown.contains(&RSA[40..80]), "{shown}");
}
