//! The widgets that hash facts and the time into a record: its content, its lifetime, and that no page holds it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::*;
use crate::support::golden::{self, Golden, Record};
use crate::tokens::mint::example;

/// The content of a record whose hash is right, by another HMAC implementation.
pub(super) fn read(golden: &Golden, record: &Record, token: &str) -> Value {
    use ::hmac::{Hmac, KeyInit, Mac};
    let json = URL_SAFE_NO_PAD.decode(token).expect("base64url");
    let said: Value = serde_json::from_slice(&json).expect("JSON");
    let mac = Hmac::<sha2::Sha256>::new_from_slice(golden.secret_text().as_bytes()).unwrap();
    let digest = mac.chain_update(record.message(&said)).finalize().into_bytes();
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(said[&record.hash], hash, "{}", golden.name());
    said
}

fn said(golden: &Golden, record: &Record, identity: &Identity) -> Value {
    read(golden, record, &mint(golden.widget().as_ref(), golden.token_name(), identity))
}

fn milliseconds(seconds: u64) -> Value {
    json!((seconds * 1_000).to_string())
}

#[test]
fn catalog_has_a_widget_with_a_record() {
    assert!(!golden::every_record().is_empty());
}

#[test]
fn each_id_stays_the_string_it_is() {
    for id in ["123", "0", "-1", "1e9", "null", " padded ", "\"}", "näme", "</script>", "\u{202e}", "a\0b\n", "a_b_"] {
        for (golden, record) in golden::every_record() {
            let said = said(&golden, &record, &Identity::new(id).with_email("user@example.com").with_name(NAME));
            assert_eq!((&said["id"], &said["email"]), (&json!(id), &json!("user@example.com")), "{}", golden.name());
        }
    }
}

#[test]
fn a_record_is_good_for_the_vendors_window() {
    for (golden, record) in golden::every_record() {
        let token = golden.widget().mint(golden.token_name(), &person(), at(NOW)).unwrap();
        assert_eq!(token.lifetime(), Some(secs(record.lifetime)), "{}", golden.name());
        assert_eq!(read(&golden, &record, token.as_str())[&record.time], milliseconds(NOW), "{}", golden.name());
        let longer = golden.living(300).mint(golden.token_name(), &person(), at(NOW)).unwrap();
        assert_eq!(longer.lifetime(), Some(secs(300)), "{}", golden.name());
        assert_eq!(longer.as_str(), token.as_str(), "{}: the vendor knows its window", golden.name());
    }
}

/// The vendor accepts it until its window after the record's time has passed.
#[test]
fn the_applications_session_is_the_end_of_each_record() {
    for (golden, record) in golden::every_record() {
        let window = record.lifetime;
        for (ends, left) in [(NOW + 1, 1), (NOW + window - 1, window - 1), (NOW + window, window), (NOW + 999, window)]
        {
            let identity = person().with_session_expires(at(ends));
            let token = golden.widget().mint(golden.token_name(), &identity, at(NOW)).unwrap();
            assert_eq!(token.lifetime(), Some(secs(left)), "{}: {ends}", golden.name());
            let said = read(&golden, &record, token.as_str());
            assert_eq!(said[&record.time], milliseconds(NOW + left - window), "{}: {ends}", golden.name());
        }
    }
}

#[test]
fn a_megabyte_is_too_much() {
    for (golden, _) in golden::every_record() {
        let identity = person().with_name("x".repeat(1 << 20));
        let refused = golden.widget().mint(golden.token_name(), &identity, at(NOW)).err();
        assert_eq!(refused, Some(TokenError::TooLarge), "{}", golden.name());
    }
}

#[test]
fn the_token_service_hands_it_out_in_letters_that_the_page_takes() {
    for (golden, record) in golden::every_record() {
        let widgets = alone(golden.widget());
        let name = golden.token_name();
        let request = Request::get(format!("/widget-token/{name}")).extension(Viewer::SignedIn(whole_person()));
        let response = block_on(widgets.token_service().oneshot(request.body(()).unwrap())).unwrap();
        assert_eq!(response.headers()["x-widget-lifetime"], record.lifetime.to_string().as_str(), "{name}");
        let body = block_on(response.into_body().collect()).unwrap().to_bytes();
        let token = String::from_utf8(body.to_vec()).unwrap();
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)), "{name}: {token}");
        assert_eq!(read(&golden, &record, &token), said(&golden, &record, &whole_person()));
    }
}

#[test]
fn mint_prints_the_record_and_puts_none_into_the_page() {
    for (golden, record) in golden::every_record() {
        let name = golden.name();
        let person = ["--user-id=7", "--email=user@example.com", "--name=Eve"].map(str::to_owned);
        let answer = example::run(golden.mint_options().into_iter().chain(person)).unwrap();
        let said = read(&golden, &record, answer["token"].as_str().expect("a token"));
        assert_eq!((&answer["claims"], answer.get("hash")), (&said, None), "{name}");
        assert_eq!(
            (&said["id"], &said["email"], &said["firstName"]),
            (&json!("7"), &json!("user@example.com"), &json!("Eve"))
        );
        let (data, _) = answer["snippet"].as_str().unwrap().split_once("'>").unwrap();
        for leak in [answer["token"].as_str().unwrap(), "user@example.com", "Eve", golden.secret_text()] {
            assert!(!data.contains(leak), "{name}: {leak}");
        }
        assert!(!answer.to_string().contains(golden.secret_text()), "{name}");
    }
}
