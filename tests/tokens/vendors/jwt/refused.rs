//! What the vendors refuse and what is refused for them: lifetimes, names, keys, and users.

use tower_widget_identity::{ConfigErrorKind, SecretRotation};

use super::*;
use crate::support::golden::RSA;
use crate::tokens::vendors::catalog::{assert_refused, build};

const RSA_PKCS1: &str = include_str!("../../../support/keys/rsa_pkcs1.pem");
const RSA_PUBLIC: &str = include_str!("../../../support/keys/rsa_public.pem");
const RSA_1024: &str = include_str!("../../../support/keys/rsa_1024.pem");
const EC: &str = include_str!("../../../support/keys/ec.pem");

// ---- configurations -------------------------------------------------------------------------------------------------

#[test]
fn a_lifetime_ends_at_the_vendors_limit() {
    for (golden, jwt) in golden::every_jwt() {
        let (name, limit) = (golden.name(), jwt.longest_lifetime);
        assert!(golden.entry.has_lifetime(), "{name}");
        assert!(build(golden.living(limit)).is_ok(), "{name}");
        assert!(build(golden.living(1)).is_ok(), "{name}");
        let claims = read(&golden, &mint(golden.living(limit).as_ref(), golden.token_name(), &person()));
        assert_eq!(jwt.end(&claims), Some(NOW + limit), "{name}");
        let over = format!("limit of {limit} seconds");
        assert_refused(build(golden.living(limit + 1)), ConfigErrorKind::Lifetime, &[name, &over]);
        assert_refused(build(golden.living(limit * 1000)), ConfigErrorKind::Lifetime, &[name]);
        assert_refused(build(golden.living(0)), ConfigErrorKind::Lifetime, &[name, "zero"]);
    }
}

#[test]
fn build_reports_missing_settings_of_salesforce() {
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
fn invalid_rsa_key_is_refused_and_not_repeated() {
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

// ---- users ----------------------------------------------------------------------------------------------------------

/// The names of claims, of all vendors.
pub(super) const CLAIMED: [&str; 14] = [
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

/// Whether everything in `plain` is also in `claims`, including nested objects.
fn says_all(claims: &Value, plain: &Value) -> bool {
    match plain.as_object() {
        Some(plain) => plain.iter().all(|(key, value)| claims.get(key).is_some_and(|said| says_all(said, value))),
        None => claims == plain,
    }
}

#[test]
fn attributes_cannot_name_the_user() {
    for (golden, jwt) in golden::every_jwt() {
        let plain = told(&golden, &person());
        for key in CLAIMED {
            for hostile in [json!("user-1"), json!(9_999_999_999_u64), json!(null), json!({ "sub": "user-1" })] {
                let claims = told(&golden, &person().with_attribute(key, hostile));
                assert!(says_all(&claims, &plain), "{}: {key}: {claims}", golden.name());
                assert!(jwt.id_claims.iter().all(|id| claims[id] == "user-123"), "{}: {key}", golden.name());
            }
        }
    }
}

#[test]
fn no_attribute_becomes_a_claim_that_every_jwt_may_have() {
    for (golden, _) in golden::every_jwt() {
        for key in ["exp", "iss", "aud", "nbf", "jti", "email", "name"] {
            let claims = told(&golden, &person().with_attribute(key, "kept"));
            assert_ne!(claims[key], "kept", "{}: {key}", golden.name());
        }
    }
}

#[test]
fn a_megabyte_is_too_much_for_each() {
    let megabyte = || "x".repeat(1 << 20);
    for (golden, jwt) in golden::every_jwt() {
        let identity = match jwt.too_large_by.as_str() {
            "id" => Identity::new(megabyte()),
            "name" => person().with_name(megabyte()),
            "attribute" => person().with_attribute("notes", megabyte()),
            other => panic!("{}: {other}", golden.name()),
        };
        let refused = golden.widget().mint(golden.token_name(), &identity, at(NOW)).err();
        assert_eq!(refused, Some(TokenError::TooLarge), "{}", golden.name());
    }
}

#[test]
fn debug_shows_no_key_of_salesforces() {
    let shown = format!("{0:?} {0:#?}", salesforce());
    assert_eq!(shown.matches("Secret(..)").count(), 2, "{shown}");
    assert!(!shown.contains("PRIVATE") && !shown.contains(&RSA[40..80]), "{shown}");
}
