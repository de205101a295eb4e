//! Intercom's second token, for Fin in a Salesforce organisation.

use http::StatusCode;
use tower_widget_identity::ConfigErrorKind;

use super::*;
use crate::tokens::vendors::catalog::{assert_refused, build};

/// Python 3.11's `json` and `base64` wrote it, PyJWT 2.15 found it valid, and OpenSSL 3 (`openssl dgst -sha256 -sign`)
/// made the signature.
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIn0.eyJpc3MiOiJodHRwczovL2FwcC5leGFtcGxlLmNvbSIsInN1YiI6InVzZXItMTIzIiwiYXVkIjoiaHR0cHM6Ly9hY21lLm15LnNhbGVzZm9yY2Utc2NydC5jb20iLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMzYwMH0.hCemtUQOqSjpP3pMcoMDuiF0Hs0aj5-Sw98vudPmopvndAg5nEhf1s4pmk22i1VdzqG31VTysq8z9KBrkPAK5EJ9oRmHWZV2bdJmk4PsZoVGfOk9jsTxrEhytSH4VtK0Ynw-iV1d-9zzk4P49r2tF5Jhy0J6kAvmgjw_AVnmjuWvHRRgUz37Kodqm2ym0POdVjqHGn_CeOCaEvOBihh9r83CKZDbsYQ6Rq1inJIYDGudHgXvFrVcNvBLrx1h_CNO1p9bJsF0KSYKVxah9FBCOEhncLgQdOPQbkkiTE7o598n-1G0AU2OivyTlwXG79R1mz70D8r1mrWl2KE8c9ZzPg";

fn with_salesforce(key: Secret) -> Intercom {
    intercom().salesforce_identity_token(key, "https://app.example.com", "acme")
}

#[test]
fn salesforce_identity_token_is_that_of_an_independent_implementation() {
    let widget = with_salesforce(rsa());
    assert_eq!(mint(&widget, "intercom-salesforce", &whole_person()), TOKEN);
    let Jwt { header, claims } = rs256(TOKEN);
    assert_eq!(header["kid"], "key-1");
    let expected = json!({
        "iss": "https://app.example.com",
        "sub": "user-123",
        "aud": "https://acme.my.salesforce-scrt.com",
        "iat": NOW,
        "exp": NOW + 3600,
    });
    assert_eq!(claims, expected);
    assert_eq!(mint(&widget, "intercom", &whole_person()), mint(&intercom(), "intercom", &whole_person()));
}

#[test]
fn salesforce_identity_token_ends_with_the_session_and_needs_an_id() {
    let widget = with_salesforce(rsa());
    let token = |identity: Identity| widget.mint("intercom-salesforce", &identity, at(NOW));
    let ending = token(person().with_session_expires(at(NOW + 60))).unwrap();
    assert_eq!((ending.lifetime(), &rs256(ending.as_str()).claims["exp"]), (Some(secs(60)), &json!(NOW + 60)));
    assert_eq!(token(person().with_session_expires(at(NOW))).err(), Some(TokenError::SessionOver));
    assert_eq!(token(Identity::new(" ").with_email("user@example.com")).err(), Some(TokenError::MissingId));
}

#[tokio::test]
async fn jwt_stays_in_page_and_header_and_the_costly_token_does_not() {
    let manifest = with_salesforce(rsa()).manifest();
    assert_eq!(manifest.token_names(), ["intercom", "intercom-salesforce"]);
    assert!(manifest.is_costly("intercom-salesforce") && !manifest.is_costly("intercom"));
    assert!(manifest.requires_token_path());

    let widgets = |delivery| {
        let widgets = Widgets::builder().widget(with_salesforce(rsa())).delivery(delivery).clock(|| at(NOW));
        widgets.token_path("/widget-token").build().unwrap()
    };
    let request = Request::get("/").header("sec-fetch-dest", "empty").header("sec-fetch-site", "same-origin");
    let request = request.extension(Viewer::SignedIn(whole_person())).body(Body::empty()).unwrap();
    let api = service_fn(async |_| Ok::<_, std::convert::Infallible>(Response::new(Body::from("{}"))));
    let response = widgets(Delivery::Header).layer().layer(api).oneshot(request).await.unwrap();
    assert!(response.headers().contains_key("x-widget-token-intercom"));
    assert!(!response.headers().contains_key("x-widget-token-intercom-salesforce"));

    let widgets = widgets(Delivery::Html);
    let ask = async |name: &str| {
        let request = Request::get(format!("/widget-token/{name}")).extension(Viewer::SignedIn(whole_person()));
        let response = widgets.token_service().oneshot(request.body(()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{name}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    assert_eq!(ask("intercom-salesforce").await, TOKEN);
    let jwt = mint(&intercom(), "intercom", &whole_person());
    assert_eq!(ask("intercom").await, jwt);
    let page: Value = serde_json::from_str(&ask("page").await).unwrap();
    assert_eq!(page["people"]["intercom"], json!({ "intercom_user_jwt": jwt }));
    assert_eq!(page["lifetimes"], json!({ "intercom": 3600 }));
}

#[test]
fn build_reports_what_the_salesforce_token_needs() {
    let with = |issuer: &str, org: &str| intercom().salesforce_identity_token(rsa(), issuer, org);
    let nameless = Secret::rsa_pem(golden::RSA).unwrap();
    for (widget, kind, word) in [
        (with_salesforce(secret("s3cret").with_key_id("key-1")), ConfigErrorKind::Secret, "rsa_pem"),
        (with_salesforce(nameless), ConfigErrorKind::Secret, "with_key_id"),
        (with(" ", "acme"), ConfigErrorKind::AppId, "issuer"),
        (with_salesforce(rsa()).lifetime(secs(3601)), ConfigErrorKind::Lifetime, "one hour"),
        (with_salesforce(rsa()).legacy_user_hash(), ConfigErrorKind::Setting, "legacy_user_hash"),
    ] {
        assert_refused(build(widget), kind, &["intercom", word]);
    }
    for org in ["", " ", "https://acme", "acme/", "a b", ".acme", "é"] {
        assert_refused(build(with("issuer", org)), ConfigErrorKind::AppId, &["intercom", ".my.salesforce-scrt.com"]);
    }
    for org in ["acme", "acme--dev.sandbox"] {
        assert!(build(with("issuer", org)).is_ok(), "{org}");
    }
    // Only the key of the other token may be RSA.
    let both = Intercom::new("abcd1234", rsa()).salesforce_identity_token(rsa(), "issuer", "acme");
    assert_refused(build(both), ConfigErrorKind::Secret, &["intercom", "RSA"]);
}
