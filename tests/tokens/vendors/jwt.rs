//! The widgets that sign a JWT: its claims, its validity, and who signed it.

mod costly;
mod dynamics;
mod fin;
mod refused;

use std::sync::LazyLock;

use num_bigint::BigUint;
use sha2::{Digest, Sha256};
use tower_widget_identity::widget::{Salesforce, ZendeskMessaging};

use super::*;
use crate::support::golden::{self, Golden};

/// From `openssl rsa -modulus`; its exponent is 65,537.
const MODULUS: &str = "D59890E70F3ACAA22049747BC851D2FF5363FD029334BEA1990D0B0EDDF59D43C51B9E8AADDEF2301DCAB67F6792461B4AF2\
    3AB48E60E4A72024C9522765B52D49E343D40BB2F3562D2FDD613C36A129F4F729CA5F85DBF4146178BF1B728B05760448D6\
    18B94C4624F0B6C69A7CFEDD8D099874CEB0A884058FEDCDC16AC3E6A645B7FC8D81087459317DF7E807E2A10B3E20B86FA6\
    A6F12DD15CC2392013F8CF92B7886E427A77D750CFE5FC4621D601109571C6F8583ADE6C84C7AEE7CD2CF934939A4995B6F1\
    55EE4968E87F8E74BB308D85B6677B19C10FF8A0B67A7DA45033702CEFBEE69398C777C47D701D221AFE2AA7891FAAC8777F\
    0C6FD4140285";

/// The claims of a token that is valid, by the widget's secret or by the public key of these tests' RSA key.
pub(crate) fn read(golden: &Golden, token: &str) -> Value {
    let Jwt { header, claims } = match golden.is_rsa() {
        true => rs256(token),
        false => verify(golden.secret_text(), token).expect("signed"),
    };
    assert_eq!(header.get("kid").and_then(Value::as_str), golden.key_id(), "{}", golden.name());
    claims
}

/// RSASSA-PKCS1-v1_5, as in <https://www.rfc-editor.org/rfc/rfc8017#section-8.2.2>.
fn rs256(token: &str) -> Jwt {
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
    Jwt { header, claims: serde_json::from_slice(&decode(claims)).expect("JSON") }
}

fn told(golden: &Golden, identity: &Identity) -> Value {
    read(golden, &mint(golden.widget().as_ref(), golden.token_name(), identity))
}

// ---- all of them ----------------------------------------------------------------------------------------------------

#[test]
fn each_id_stays_the_string_it_is() {
    for id in
        ["123", "0", "-1", "1e9", "null", "true", " padded ", "\"}", "a.b", "näme", "</script>", "\u{202e}", "a\0b\n"]
    {
        let identity = Identity::new(id).with_email("user@example.com");
        for (golden, jwt) in golden::every_jwt() {
            let claims = told(&golden, &identity);
            for key in jwt.id_claims {
                assert_eq!(claims[key], id, "{}", golden.name());
            }
        }
    }
}

#[test]
fn hostile_names_and_addresses_arrive_as_they_are() {
    for text in [NAME, "é@exämple.com", "\u{2028}<!--<script>", "o'user@example.com", "\"a b\"@example.com"] {
        let identity = Identity::new("user-1").with_email(text).with_name(text);
        for (golden, _) in golden::every_jwt() {
            let token = golden.widget().mint(golden.token_name(), &identity, at(NOW));
            if golden.name() == "zendesk-classic" && !text.is_ascii() {
                assert_eq!(token.err(), Some(TokenError::UnacceptableEmail));
                continue;
            }
            let claims = read(&golden, token.unwrap().as_str());
            for key in ["email", "name", "first_name", "firstName"] {
                assert!(claims.get(key).is_none_or(|said| said == text), "{}: {claims}", golden.name());
            }
        }
    }
}

#[test]
fn times_are_whole_seconds_and_the_token_knows_its_end() {
    for (golden, jwt) in golden::every_jwt() {
        let token = golden.widget().mint(golden.token_name(), &person(), at(NOW)).unwrap();
        assert_eq!(token.lifetime(), Some(secs(jwt.lifetime)), "{}", golden.name());
        let claims = read(&golden, token.as_str());
        assert_eq!(jwt.end(&claims), Some(NOW + jwt.lifetime), "{}", golden.name());
        assert!(claims.get("iat").is_none_or(|iat| iat.as_u64() == Some(NOW)), "{}", golden.name());
    }
}

#[test]
fn the_applications_session_is_the_end_of_each_token() {
    for (golden, jwt) in golden::every_jwt() {
        let (name, lifetime) = (golden.name(), jwt.lifetime);
        for (ends, expected) in [
            (NOW + 1, 1),
            (NOW + lifetime - 1, lifetime - 1),
            (NOW + lifetime, lifetime),
            (NOW + lifetime + 1, lifetime),
            (i64::MAX as u64, lifetime),
        ] {
            let identity = person().with_session_expires(at(ends));
            let token = golden.widget().mint(golden.token_name(), &identity, at(NOW)).unwrap();
            assert_eq!(token.lifetime(), Some(secs(expected)), "{name}: {ends}");
            assert_eq!(jwt.end(&read(&golden, token.as_str())), Some(NOW + expected), "{name}: {ends}");
        }
    }
}

#[test]
fn a_token_verifies_with_its_own_secret_alone() {
    for (golden, _) in golden::every_jwt() {
        let token = mint(golden.widget().as_ref(), golden.token_name(), &person());
        for (other, _) in golden::every_jwt().into_iter().filter(|(other, _)| other.name() != golden.name()) {
            assert_eq!(verify(other.secret_text(), &token).err(), Some("the signature"), "{}", other.name());
        }
    }
}

/// Without the widgets that are costly, because RSA takes its time.
static QUICK: LazyLock<Vec<(Golden, golden::Jwt)>> =
    LazyLock::new(|| golden::every_jwt().into_iter().filter(|(golden, _)| !golden.data.manifest.costly).collect());

proptest! {
    #[test]
    fn no_identity_can_say_more_than_each_vendor_lets_it(
        id in any::<String>(),
        email in any::<String>(),
        attributes in prop::collection::vec((any_attribute(), any::<String>()), 0..4),
    ) {
        let identity = Identity::new(id.as_str()).with_email(email.as_str());
        let identity = attributes.into_iter().fold(identity, |identity, (key, value)| identity.with_attribute(key, value));
        for (golden, jwt) in QUICK.iter() {
            let Ok(token) = golden.widget().mint(golden.token_name(), &identity, at(NOW)) else { continue };
            let claims = read(golden, token.as_str());
            for key in &jwt.id_claims {
                prop_assert_eq!(&claims[key], id.as_str(), "{}", golden.name());
            }
            prop_assert!(claims.get("email").is_none_or(|said| said == email.as_str()), "{}: {}", golden.name(), claims);
            prop_assert_eq!(jwt.end(&claims), Some(NOW + jwt.lifetime), "{}: {}", golden.name(), claims);
        }
    }
}

fn any_attribute() -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(&refused::CLAIMED[..]).prop_map(str::to_owned), any::<String>()]
}

// ---- one vendor's peculiarities ------------------------------------------------------------------------------------

#[test]
fn zendesk_token_has_whether_the_address_is_verified() {
    let messaging = ZendeskMessaging::new("key-1", secret("messaging secret").with_key_id("app_64b1"));
    let jwt = |widget: &dyn Widget| verify("messaging secret", &mint(widget, "zendesk-messaging", &person())).unwrap();
    assert_eq!(jwt(&messaging).claims["email_verified"], json!(true));
    assert_eq!(jwt(&messaging).header, json!({ "typ": "JWT", "alg": "HS256", "kid": "app_64b1" }));
    assert_eq!(jwt(&messaging.email_verified(false)).claims["email_verified"], json!(false));
}

fn rsa() -> Secret {
    Secret::rsa_pem(golden::RSA).unwrap().with_key_id("key-1")
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

#[test]
fn salesforces_audience_is_said_where_it_is_set() {
    let claims = |widget: Salesforce| rs256(&mint(&widget, "salesforce", &person())).claims;
    assert_eq!(claims(salesforce()).get("aud"), None);
    assert_eq!(claims(salesforce().audience("acme"))["aud"], "acme");
}

#[test]
fn salesforces_language_is_a_setting() {
    let settings = json_of(salesforce().language("en_US").manifest().settings());
    let expected = json!({
        "orgId": "00D000000000001",
        "deployment": "Web_Chat",
        "siteUrl": "https://acme.my.site.com/ESWWebChat1700000000000",
        "scrt2Url": "https://acme.my.salesforce-scrt.com",
        "language": "en_US",
    });
    assert_eq!((settings, salesforce().language("en_US").check()), (expected, Ok(())));
}
