//! What only Dynamics 365 has.

use tower_widget_identity::{ConfigErrorKind, widget::Dynamics365};

use super::*;
use crate::{
    support::golden::RSA,
    tokens::vendors::catalog::{assert_refused, build},
};

fn with(secret: Secret) -> Dynamics365 {
    Dynamics365::new("app-1", secret)
        .org_id("org-1")
        .org_url("https://m-org-1.eu.omnichannelengagementhub.com")
        .library_url("https://oc-cdn-public-eur.azureedge.net/livechatwidget/scripts/LiveChatBootstrapper.js")
        .issuer("https://app.example.com")
}

fn bare() -> Secret {
    Secret::rsa_pem(RSA).unwrap()
}

fn dynamics() -> Dynamics365 {
    with(bare())
}

#[test]
fn build_reports_missing_settings_of_dynamics() {
    for (widget, kind, word) in [
        (dynamics().org_id(""), ConfigErrorKind::AppId, "org_id(..)"),
        (dynamics().issuer(" "), ConfigErrorKind::AppId, "issuer(..)"),
        (dynamics().library_url(""), ConfigErrorKind::AppId, "library_url(..)"),
        (dynamics().org_url(""), ConfigErrorKind::CspSource, "org_url"),
        (dynamics().org_url("http://org.example"), ConfigErrorKind::CspSource, "https://"),
        (with(secret("s3cret")), ConfigErrorKind::Secret, "rsa_pem"),
        (Dynamics365::new("app-1", bare()), ConfigErrorKind::AppId, "org_id(..)"),
    ] {
        assert_refused(build(widget), kind, &["dynamics-365", word]);
    }
}

#[test]
fn attributes_of_the_element_are_settings_but_for_those_that_name_the_widget() {
    let settings =
        json_of(dynamics().setting("v2", "v2").setting("data-color-override", "#009fdb").manifest().settings());
    assert_eq!((&settings["v2"], &settings["data-color-override"]), (&json!("v2"), &json!("#009fdb")));
    for key in ["id", "src", "data-app-id", "data-org-id", "data-org-url", "clientFunction", "sub"] {
        assert_refused(build(dynamics().setting(key, "a")), ConfigErrorKind::Setting, &["dynamics-365", key]);
    }
}

#[test]
fn the_client_function_is_a_name_or_several() {
    for path in ["auth.getAuthenticationToken", "$", "_a1", "widgetIdentityToken"] {
        assert_eq!(dynamics().client_function(path).check(), Ok(()), "{path}");
        assert_eq!(json_of(dynamics().client_function(path).manifest().settings())["clientFunction"], path);
    }
    for path in ["", ".", "a.", "a b", "1a", "a-b", "a()", "a[0]", "__proto__.x", "a.constructor", "\u{e4}"] {
        let refused = build(dynamics().client_function(path));
        assert_refused(refused, ConfigErrorKind::Setting, &["dynamics-365", "client_function"]);
    }
}

#[test]
fn a_key_may_have_a_name() {
    let jwt = |secret: Secret| rs256(&mint(&with(secret), "dynamics-365", &person()));
    assert_eq!(jwt(bare()).header, json!({ "typ": "JWT", "alg": "RS256" }));
    assert_eq!(jwt(bare().with_key_id("key-1")).header, json!({ "typ": "JWT", "alg": "RS256", "kid": "key-1" }));
}

#[test]
fn the_key_that_the_vendor_fetches_is_the_one_that_verifies() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let pem = bare().rsa_public_pem().unwrap();
    let lines: Vec<_> = pem.lines().collect();
    assert_eq!((lines[0], lines[lines.len() - 1]), ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"));
    let der = STANDARD.decode(lines[1..lines.len() - 1].concat()).unwrap();
    let hex: String = der.iter().map(|byte| format!("{byte:02X}")).collect();
    // The modulus with which `rs256` verifies, and the exponent 65,537.
    assert!(hex.ends_with(&format!("{MODULUS}0203010001")), "{hex}");
}
