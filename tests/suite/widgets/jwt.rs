//! The vendors that sign JWTs and are none of the first three, to the letter of their documents.

mod costly;
mod refused;

use num_bigint::BigUint;
use sha2::{Digest, Sha256};
use tower_widget_identity::widget::{
    Chatbase, Drift, Featurebase, Freshchat, FreshdeskHelpWidget, Kustomer, Salesforce, UserJot, ZendeskMessaging,
};

use super::*;

const HOUR: u64 = 3600;

/// Made for these tests: `openssl genrsa 2048`.
pub(crate) const RSA: &str = include_str!("keys/rsa.pem");

/// By `openssl rsa -modulus`; its exponent is 65,537.
const MODULUS: &str = "D59890E70F3ACAA22049747BC851D2FF5363FD029334BEA1990D0B0EDDF59D43C51B9E8AADDEF2301DCAB67F6792461B4AF2\
    3AB48E60E4A72024C9522765B52D49E343D40BB2F3562D2FDD613C36A129F4F729CA5F85DBF4146178BF1B728B05760448D6\
    18B94C4624F0B6C69A7CFEDD8D099874CEB0A884058FEDCDC16AC3E6A645B7FC8D81087459317DF7E807E2A10B3E20B86FA6\
    A6F12DD15CC2392013F8CF92B7886E427A77D750CFE5FC4621D601109571C6F8583ADE6C84C7AEE7CD2CF934939A4995B6F1\
    55EE4968E87F8E74BB308D85B6677B19C10FF8A0B67A7DA45033702CEFBEE69398C777C47D701D221AFE2AA7891FAAC8777F\
    0C6FD4140285";

fn messaging() -> ZendeskMessaging {
    ZendeskMessaging::new("key-1", secret("messaging secret").with_key_id("app_64b1"))
}

fn featurebase() -> Featurebase {
    Featurebase::new("app-1", secret("featurebase secret"))
}

fn kustomer() -> Kustomer {
    Kustomer::new("eyJhbGciOiJub25lIn0.eyJvcmciOiIxIn0.", secret("kustomer secret"))
}

fn freshchat() -> Freshchat {
    Freshchat::new("token-1", secret("freshchat secret"))
}

fn help_widget() -> FreshdeskHelpWidget {
    FreshdeskHelpWidget::new("69000000672", secret("help widget secret"))
}

fn drift() -> Drift {
    Drift::new("embed-1", secret("drift secret"))
}

fn chatbase() -> Chatbase {
    Chatbase::new("agent-1", secret("chatbase secret"))
}

fn userjot() -> UserJot {
    UserJot::new("project-1", secret("userjot secret"))
}

fn rsa() -> Secret {
    Secret::rsa_pem(RSA).unwrap().with_key_id("key-1")
}

fn salesforce_with(secret: Secret) -> Salesforce {
    Salesforce::new("00D000000000001", secret)
        .deployment("Web_Chat")
        .site_url("https://acme.my.site.com/ESWWebChat1700000000000")
        .scrt2_url("https://acme.my.salesforce-scrt.com")
        .issuer("https://app.example.com")
}

fn salesforce() -> Salesforce {
    salesforce_with(rsa())
}

/// With its secret, the claims that name the person, and for how long its tokens are good.
type Row = (Box<dyn Widget>, &'static str, &'static [&'static str], u64);

fn every() -> [Row; 9] {
    [
        (Box::new(messaging()), "messaging secret", &["external_id"], 600),
        (Box::new(featurebase()), "featurebase secret", &["userId"], HOUR),
        (Box::new(kustomer()), "kustomer secret", &["externalId"], 600),
        (Box::new(freshchat()), "freshchat secret", &["reference_id"], HOUR),
        (Box::new(help_widget()), "help widget secret", &[], HOUR),
        (Box::new(drift()), "drift secret", &["sub"], HOUR),
        (Box::new(chatbase()), "chatbase secret", &["user_id"], HOUR),
        (Box::new(userjot()), "userjot secret", &["sub"], HOUR),
        (Box::new(salesforce()), "", &["sub"], 600),
    ]
}

/// A token that is right: by the secret, or without one by the public key.
pub(crate) fn read(secret: &str, token: &str) -> Value {
    if secret.is_empty() { rs256(token) } else { verify(secret, token).expect("signed").claims }
}

/// RSASSA-PKCS1-v1_5 by the book: <https://www.rfc-editor.org/rfc/rfc8017#section-8.2.2>.
fn rs256(token: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let (header, claims) = signed.split_once('.').expect("a header");
    let header: Value = serde_json::from_slice(&decode(header)).expect("JSON");
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
    let modulus = BigUint::parse_bytes(MODULUS.as_bytes(), 16).expect("hexadecimal");
    let encoded = BigUint::from_bytes_be(&decode(signature)).modpow(&BigUint::from(65_537_u32), &modulus);
    let mut expected = vec![0xff; 256];
    expected[0] = 0;
    expected[1] = 1;
    let sha256 = b"\0\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\0\x04\x20";
    expected[204..224].copy_from_slice(sha256);
    expected[224..].copy_from_slice(&Sha256::digest(signed));
    assert_eq!(encoded, BigUint::from_bytes_be(&expected), "the signature");
    serde_json::from_slice(&decode(claims)).expect("JSON")
}

fn told(widget: &dyn Widget, secret: &str, identity: &Identity) -> Value {
    read(secret, &mint(widget, widget.manifest().name(), identity))
}

// ---- all of them ----------------------------------------------------------------------------------------------------

/// Computed as in `tokens_are_those_of_an_independent_implementation`, with Python 3.11's own modules, and found valid by
/// PyJWT 2.15.1; Salesforce's signature is by OpenSSL 3 (`openssl dgst -sha256 -sign`). The claims, in this order:
///
/// ```python
/// {"scope": "user", "external_id": "user-123", "name": NAME, "email": EMAIL, "email_verified": True, "exp": NOW + 600}
/// {"userId": "user-123", "email": EMAIL, "name": NAME, "plan": "pro", "seats": 3, "exp": NOW + 3600}
/// {"externalId": "user-123", "iat": NOW, "exp": NOW + 600}
/// {"reference_id": "user-123", "first_name": NAME, "email": EMAIL, "iat": NOW, "exp": NOW + 3600}
/// {"name": NAME, "email": EMAIL, "exp": NOW + 3600}
/// {"sub": "user-123", "email": EMAIL, "name": NAME, "plan": "pro", "seats": 3, "exp": NOW + 3600}
/// {"user_id": "user-123", "email": EMAIL, "name": NAME, "plan": "pro", "seats": 3, "exp": NOW + 3600}
/// {"sub": "user-123", "iss": "project-1", "aud": "userjot", "email": EMAIL, "firstName": NAME,
///  "traits": {"plan": "pro", "seats": 3}, "iat": NOW, "exp": NOW + 3600}
/// {"iss": "https://app.example.com", "sub": "user-123", "iat": NOW, "exp": NOW + 600}
/// ```
///
/// and in the headers of the first and the last a `kid`: `{"typ": "JWT", "alg": "HS256", "kid": "app_64b1"}`.
const GOLDEN: [(&str, &str); 9] = [
    (
        "zendesk-messaging",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6ImFwcF82NGIxIn0.eyJzY29wZSI6InVzZXIiLCJleHRlcm5hbF9pZC\
         I6InVzZXItMTIzIiwibmFtZSI6Ik7DpG1lIFwiXFwgPC9zY3JpcHQ-IPCfmIAiLCJlbWFpbCI6InVzZXJAZXhhbXBsZS5jb20i\
         LCJlbWFpbF92ZXJpZmllZCI6dHJ1ZSwiZXhwIjoxNzAwMDAwNjAwfQ.FjqojXPF9a0lFaAsNKwGN97Lb7blqzgh9hPDURi_GXU",
    ),
    (
        "featurebase",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiJ1c2VyLTEyMyIsImVtYWlsIjoidXNlckBleGFtcGxlLmNvb\
         SIsIm5hbWUiOiJOw6RtZSBcIlxcIDwvc2NyaXB0PiDwn5iAIiwicGxhbiI6InBybyIsInNlYXRzIjozLCJleHAiOjE3MDAwMDM\
         2MDB9.wVdAi-6eBVXkbjlyvR1tQ3dqHB4wOpSiw6gpwRtI2YQ",
    ),
    (
        "kustomer",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJleHRlcm5hbElkIjoidXNlci0xMjMiLCJpYXQiOjE3MDAwMDAwMDAsImV4c\
         CI6MTcwMDAwMDYwMH0.e4PBbl2fomiAzCy8mCLi_ulVJFqame_kJLG_BXFnJd0",
    ),
    (
        "freshchat",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJyZWZlcmVuY2VfaWQiOiJ1c2VyLTEyMyIsImZpcnN0X25hbWUiOiJOw6RtZ\
         SBcIlxcIDwvc2NyaXB0PiDwn5iAIiwiZW1haWwiOiJ1c2VyQGV4YW1wbGUuY29tIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE\
         3MDAwMDM2MDB9.rG3FGNf2ViajgUUydrfoBp1dNqDPpz8dSecrHPVtt-A",
    ),
    (
        "freshdesk-help-widget",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJuYW1lIjoiTsOkbWUgXCJcXCA8L3NjcmlwdD4g8J-YgCIsImVtYWlsIjoid\
         XNlckBleGFtcGxlLmNvbSIsImV4cCI6MTcwMDAwMzYwMH0.NZJQRctAkVoYFuayTEj68mvEaUtAp3J7rQhbKDe4mbQ",
    ),
    (
        "drift",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEyMyIsImVtYWlsIjoidXNlckBleGFtcGxlLmNvbSIsI\
         m5hbWUiOiJOw6RtZSBcIlxcIDwvc2NyaXB0PiDwn5iAIiwicGxhbiI6InBybyIsInNlYXRzIjozLCJleHAiOjE3MDAwMDM2MDB\
         9.op4oO6Mq4d4Avh6HAwfVYQWOVV4loFpk-MywJ6s5qxc",
    ),
    (
        "chatbase",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoidXNlci0xMjMiLCJlbWFpbCI6InVzZXJAZXhhbXBsZS5jb\
         20iLCJuYW1lIjoiTsOkbWUgXCJcXCA8L3NjcmlwdD4g8J-YgCIsInBsYW4iOiJwcm8iLCJzZWF0cyI6MywiZXhwIjoxNzAwMDA\
         zNjAwfQ.MfPqPFIROHHb2Ceh1Ur-Nz5iAc_d9RQuZPnSJlF8IRg",
    ),
    (
        "userjot",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEyMyIsImlzcyI6InByb2plY3QtMSIsImF1ZCI6InVzZ\
         XJqb3QiLCJlbWFpbCI6InVzZXJAZXhhbXBsZS5jb20iLCJmaXJzdE5hbWUiOiJOw6RtZSBcIlxcIDwvc2NyaXB0PiDwn5iAIiw\
         idHJhaXRzIjp7InBsYW4iOiJwcm8iLCJzZWF0cyI6M30sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAzNjAwfQ.vFXPos\
         0kF3g_V9x-SRr4iQ1HhpP9WXKvYk1Z5pqpVrw",
    ),
    (
        "salesforce",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIn0.eyJpc3MiOiJodHRwczovL2FwcC5leGFtcGxlLmNvbS\
         IsInN1YiI6InVzZXItMTIzIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDA2MDB9.Rte6urj0YAsRcE18JZbRYf8qlO-\
         EQntA-Vn481ktcnrNEOud4mO-K_g24prznpz3PvHfVKbfzIeUtRVIO8ggdcXr9zz2FwRABHPly0fQ4t-uThgoB_ypLrv5spCEj\
         c8-AuwIFOT7g3iQ-AJgAad44GEQYxgJsATXm4r1pjqIlYyeiluUWgZuoF0OyvIsXo-aarPGn3xO72jxp6FBQLDxRYph3ixGNCD\
         GiG4J6bCegs_ZGR-kTfxLE-oobqOS5DPpWcWQV6IjYU0QWayOfAufxjAiOCyH3nzmwTOI2A021bjObZRMbbt4gp7HYjCALMZjy\
         4UoI1G8r86oNPtRCyeLFg",
    ),
];

#[test]
fn each_token_is_that_of_an_independent_implementation() {
    for ((widget, secret, ..), (name, golden)) in every().into_iter().zip(GOLDEN) {
        assert_eq!(widget.manifest().name(), name);
        assert_eq!(mint(widget.as_ref(), name, &whole_person()), golden, "{name}");
        read(secret, golden);
    }
}

#[test]
fn the_least_that_can_be_known_is_told_and_no_more() {
    let expected = [
        json!({ "scope": "user", "external_id": "user-1", "exp": NOW + 600 }),
        json!({ "userId": "user-1", "exp": NOW + HOUR }),
        json!({ "externalId": "user-1", "iat": NOW, "exp": NOW + 600 }),
        json!({ "reference_id": "user-1", "iat": NOW, "exp": NOW + HOUR }),
        Value::Null,
        json!({ "sub": "user-1", "exp": NOW + HOUR }),
        json!({ "user_id": "user-1", "exp": NOW + HOUR }),
        json!({ "sub": "user-1", "iss": "project-1", "aud": "userjot", "iat": NOW, "exp": NOW + HOUR }),
        json!({ "iss": "https://app.example.com", "sub": "user-1", "iat": NOW, "exp": NOW + 600 }),
    ];
    for ((widget, secret, ..), expected) in every().into_iter().zip(expected) {
        for identity in [Identity::new("user-1"), Identity::new("user-1").with_email(" ").with_name(BLANK)] {
            if expected.is_null() {
                assert_eq!(
                    widget.mint(widget.manifest().name(), &identity, at(NOW)).err(),
                    Some(TokenError::MissingEmail)
                );
                assert_eq!(widget.boot_data(&identity, at(NOW)).err(), Some(TokenError::MissingEmail));
            } else {
                assert_eq!(told(widget.as_ref(), secret, &identity), expected, "{}", widget.manifest().name());
            }
        }
    }
    let nameless = Identity::new("user-1").with_email("user@example.com");
    let expected = json!({ "name": "user@example.com", "email": "user@example.com", "exp": NOW + HOUR });
    assert_eq!(told(&help_widget(), "help widget secret", &nameless), expected, "the address stands for the name");
}

#[test]
fn each_id_stays_the_string_it_is() {
    for id in ["123", "0", "-1", "1e9", "null", "true", " padded ", "\"}", "näme", "</script>", "\u{202e}", "a\0b\n"] {
        let identity = Identity::new(id).with_email("user@example.com");
        for (widget, secret, ids, _) in every() {
            let claims = told(widget.as_ref(), secret, &identity);
            for key in ids {
                assert_eq!(claims[key], id, "{}", widget.manifest().name());
            }
        }
    }
}

#[test]
fn hostile_names_and_addresses_arrive_as_they_are() {
    for text in [NAME, "é@exämple.com", "\u{2028}<!--<script>", "o'user@example.com", "\"a b\"@example.com"] {
        let identity = Identity::new("user-1").with_email(text).with_name(text);
        for (widget, secret, ..) in every() {
            let claims = told(widget.as_ref(), secret, &identity);
            for key in ["email", "name", "first_name", "firstName"] {
                assert!(claims.get(key).is_none_or(|said| said == text), "{}: {claims}", widget.manifest().name());
            }
        }
    }
}

#[test]
fn times_are_whole_seconds_and_the_token_knows_its_end() {
    for (widget, secret, _, lifetime) in every() {
        let token = widget.mint(widget.manifest().name(), &person(), at(NOW)).unwrap();
        assert_eq!(token.lifetime(), Some(secs(lifetime)), "{}", widget.manifest().name());
        let claims = read(secret, token.as_str());
        assert_eq!(claims["exp"].as_u64(), Some(NOW + lifetime), "{}", widget.manifest().name());
        assert!(claims.get("iat").is_none_or(|iat| iat.as_u64() == Some(NOW)), "{}", widget.manifest().name());
    }
}

#[test]
fn the_applications_session_is_the_end_of_each_token() {
    for (widget, secret, _, lifetime) in every() {
        for (ends, expected) in [
            (NOW + 1, 1),
            (NOW + lifetime - 1, lifetime - 1),
            (NOW + lifetime, lifetime),
            (NOW + lifetime + 1, lifetime),
            (i64::MAX as u64, lifetime),
        ] {
            let token =
                widget.mint(widget.manifest().name(), &person().with_session_expires(at(ends)), at(NOW)).unwrap();
            assert_eq!(token.lifetime(), Some(secs(expected)), "{}: {ends}", widget.manifest().name());
            assert_eq!(
                read(secret, token.as_str())["exp"],
                json!(NOW + expected),
                "{}: {ends}",
                widget.manifest().name()
            );
        }
        for ends in [0, NOW - 1, NOW] {
            let identity = person().with_session_expires(at(ends));
            assert_eq!(widget.mint(widget.manifest().name(), &identity, at(NOW)).err(), Some(TokenError::SessionOver));
            assert_eq!(widget.boot_data(&identity, at(NOW)).err(), Some(TokenError::SessionOver));
        }
    }
}

#[test]
fn what_each_signs_stands_nowhere_unsigned() {
    for (widget, ..) in every() {
        let person = json_of(widget.boot_data(&whole_person(), at(NOW)).unwrap());
        let facts = person.as_object().unwrap();
        let tokens = usize::from(!matches!(widget.manifest().name(), "zendesk-messaging" | "salesforce"));
        assert_eq!(facts.len(), tokens, "{}: {person}", widget.manifest().name());
        for fact in facts.values() {
            assert_eq!(
                fact,
                &mint(widget.as_ref(), widget.manifest().name(), &whole_person()),
                "{}",
                widget.manifest().name()
            );
        }
        let said =
            format!("{person}{}{}", json_of(widget.manifest().settings()), json_of(widget.manifest().artifacts()));
        for leak in ["user-123", "user@example.com", "Näme", "\"pro\"", "secret", "PRIVATE"] {
            assert!(!said.contains(leak), "{}: {said}", widget.manifest().name());
        }
    }
}

#[test]
fn whoever_fetches_tokens_by_itself_is_known() {
    let fetching = every().into_iter().filter(|(widget, ..)| widget.manifest().needs_token_path());
    let fetching: Vec<_> = fetching.map(|(widget, ..)| widget.manifest().name().to_owned()).collect();
    assert_eq!(fetching, ["zendesk-messaging", "freshdesk-help-widget", "salesforce"]);
}

// ---- vendor by vendor -----------------------------------------------------------------------------------------------

#[test]
fn zendesk_is_told_whether_addresses_are_verified() {
    let claims = told(&messaging().email_verified(false), "messaging secret", &person());
    assert_eq!(claims["email_verified"], json!(false));
    let key = verify("messaging secret", &mint(&messaging(), "zendesk-messaging", &person())).unwrap().header;
    assert_eq!(key, json!({ "typ": "JWT", "alg": "HS256", "kid": "app_64b1" }));
}

#[test]
fn attributes_are_told_where_they_have_a_place() {
    let attributes = |claims: Value| [claims["plan"].clone(), claims["traits"]["plan"].clone()];
    for (widget, secret, ..) in every() {
        let expected = match widget.manifest().name() {
            "featurebase" | "drift" | "chatbase" => [json!("pro"), Value::Null],
            "userjot" => [Value::Null, json!("pro")],
            _ => [Value::Null, Value::Null],
        };
        let whole = person().with_attribute("plan", "pro");
        assert_eq!(attributes(told(widget.as_ref(), secret, &whole)), expected, "{}", widget.manifest().name());
    }
}

#[test]
fn featurebases_companies_are_attributes() {
    let companies = json!([{ "id": "company-1", "name": "Company" }]);
    let identity =
        person().with_attribute("companies", companies.clone()).with_attribute("profilePicture", "https://x.test/1");
    let claims = told(&featurebase(), "featurebase secret", &identity);
    assert_eq!((&claims["companies"], &claims["profilePicture"]), (&companies, &json!("https://x.test/1")));
}

#[test]
fn salesforces_audience_is_said_where_it_is_set() {
    assert_eq!(told(&salesforce(), "", &person()).get("aud"), None);
    assert_eq!(told(&salesforce().audience("acme"), "", &person())["aud"], "acme");
}

#[test]
fn each_page_is_told_the_same() {
    let expected = [
        json!({}),
        json!({ "appId": "app-1", "theme": "dark" }),
        json!({ "apiKey": "eyJhbGciOiJub25lIn0.eyJvcmciOiIxIn0.", "brandId": "brand-1", "lang": "en_us" }),
        json!({ "token": "token-1", "host": "https://wchat.eu.freshchat.com", "locale": "en" }),
        json!({ "widget_id": 69_000_000_672_u64 }),
        json!({}),
        json!({ "id": "agent-1", "domain": "www.chatbase.co" }),
        json!({ "projectId": "project-1", "locale": "en" }),
        json!({
            "orgId": "00D000000000001",
            "deployment": "Web_Chat",
            "siteUrl": "https://acme.my.site.com/ESWWebChat1700000000000",
            "scrt2Url": "https://acme.my.salesforce-scrt.com",
            "language": "en_US",
        }),
    ];
    let widgets: [&dyn Widget; 9] = [
        &messaging(),
        &featurebase().setting("theme", "dark"),
        &kustomer().brand_id("brand-1").setting("lang", "en_us"),
        &freshchat().host("https://wchat.eu.freshchat.com").setting("locale", "en"),
        &help_widget(),
        &drift(),
        &chatbase(),
        &userjot().setting("locale", "en"),
        &salesforce().language("en_US"),
    ];
    for (widget, expected) in widgets.into_iter().zip(expected) {
        assert!(widget.check().is_ok(), "{}", widget.manifest().name());
        assert_eq!(json_of(widget.manifest().settings()), expected, "{}", widget.manifest().name());
    }
    assert_eq!(
        json_of(FreshdeskHelpWidget::new("a-1", secret("s")).manifest().settings()),
        json!({ "widget_id": "a-1" })
    );
}

#[test]
fn each_library_comes_from_its_vendor_unless_it_is_said_otherwise() {
    for (widget, moved, url) in [
        (
            &messaging() as &dyn Widget,
            &messaging().library_url("/own.js") as &dyn Widget,
            "https://static.zdassets.com/ekr/snippet.js?key=key-1",
        ),
        (&featurebase(), &featurebase().library_url("/own.js"), "https://do.featurebase.app/js/sdk.js"),
        (&kustomer(), &kustomer().library_url("/own.js"), "https://cdn.kustomerapp.com/chat-web/widget.js"),
        (&freshchat(), &freshchat().library_url("/own.js"), "https://wchat.freshchat.com/js/widget.js"),
        (&help_widget(), &help_widget().library_url("/own.js"), "https://widget.freshworks.com/widgets/69000000672.js"),
        (&drift(), &drift().library_url("/own.js"), "https://js.driftt.com/include/{time}/embed-1.js"),
        (&chatbase(), &chatbase().library_url("/own.js"), "https://www.chatbase.co/embed.min.js"),
        (&userjot(), &userjot().library_url("/own.js"), "https://cdn.userjot.com/sdk/v3/uj.js"),
        (
            &salesforce(),
            &salesforce().library_url("/own.js"),
            "https://acme.my.site.com/ESWWebChat1700000000000/assets/js/bootstrap.min.js",
        ),
    ] {
        assert_eq!(widget.manifest().library().as_deref(), Some(url));
        assert_eq!(moved.manifest().library().as_deref(), Some("/own.js"));
        // Where it comes from can stand in a policy.
        let widgets = Widgets::builder()
            .widget(every_by_name(widget.manifest().name()))
            .token_path("/widget-token")
            .build()
            .unwrap();
        let policy = widgets.csp().unwrap().to_string();
        let origin = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        assert!(policy.contains(&origin), "{policy}");
    }
}

fn every_by_name(name: &str) -> Box<dyn Widget> {
    every().into_iter().map(|(widget, ..)| widget).find(|widget| widget.manifest().name() == name).expect("a vendor")
}

#[test]
fn what_each_leaves_is_known_by_name() {
    let residue = |name: &str| json_of(every_by_name(name).manifest().artifacts());
    assert_eq!(residue("zendesk-messaging")["storage"], json!(["ZD-*"]));
    let featurebase = json!(["featurebase-js:org:app-1", "featurebaseRespondedSurveys"]);
    assert_eq!(residue("featurebase")["storage"], featurebase);
    assert_eq!(residue("salesforce")["storage"], json!(["00D000000000001_WEB_STORAGE"]));
    assert!(every_by_name("drift").manifest().artifacts().owns_cookie("driftt_aid"));
    assert!(!every_by_name("drift").manifest().artifacts().owns_cookie("drift_campaign"));
}
