//! The widgets that hash facts: whose hash it is, that it never expires, and what the example `mint` prints about it.

use super::*;
use crate::support::golden::{self, Fact, Golden};
use crate::tokens::mint::example;
use example::failure::Failure;
use tower_widget_identity::ConfigErrorKind;

/// A secret as a vendor's dashboard shows one: digits of both cases, a byte that is no UTF-8, and a leading zero.
const HEX: &str = "00ff10a1B2C3d4e5f60718293a4b5c6d";

/// Another HMAC implementation.
fn digest(key: &[u8], message: &str) -> String {
    use ::hmac::{Hmac, KeyInit, Mac};
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes();
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn page_gets_the_hash_and_the_facts_that_it_proves() {
    for (golden, hash) in golden::every_hash() {
        for case in golden.data.people.iter().filter(|case| case.refused.is_none()) {
            let told = json_of(golden.widget().boot_data(&case.identity(), at(NOW)).unwrap());
            for (fact, name) in hash.facts() {
                assert_eq!(told[name], fact.of(case), "{}: an HMAC proves only what stands beside it", golden.name());
            }
            assert_eq!(told[&hash.proof], digest(&golden.secret_bytes(), &hash.message(&told)), "{}", golden.name());
            assert_eq!(told[&hash.proof].as_str(), case.token.as_deref(), "{}", golden.name());
        }
    }
}

#[test]
fn ids_stay_the_strings_that_they_are() {
    for id in ["123", "0", "-1", "1e9", "007", "null", "true", " padded ", "\"}", "näme", "😀", "a\0b\n", "</script>"]
    {
        let identity = Identity::new(id).with_email("user@example.com");
        for (golden, hash) in golden::every_hash() {
            let told = json_of(golden.widget().boot_data(&identity, at(NOW)).unwrap());
            for (_, name) in hash.facts().into_iter().filter(|(fact, _)| *fact == Fact::Id) {
                assert_eq!(told[name], json!(id), "{}", golden.name());
            }
            let minted = mint(golden.widget().as_ref(), golden.token_name(), &identity);
            assert_eq!(minted, digest(&golden.secret_bytes(), &hash.message(&told)), "{}: {id:?}", golden.name());
        }
    }
}

#[test]
fn a_hash_never_expires_and_stays_the_same_until_the_last_second() {
    for (golden, _) in golden::every_hash() {
        let mint = |identity: &Identity| golden.widget().mint(golden.token_name(), identity, at(NOW)).unwrap();
        let ending = mint(&person().with_session_expires(at(NOW + 1)));
        assert_eq!(ending, mint(&person()), "{}", golden.name());
        assert_eq!(ending.lifetime(), None, "{}", golden.name());
        assert!(!golden.entry.has_lifetime(), "{}", golden.name());
        assert!(golden.entry.configure_with_lifetime("app-1", secret("s"), secs(60)).is_none(), "{}", golden.name());
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

// ---- mint -----------------------------------------------------------------------------------------------------------

fn minted(golden: &Golden, id: &str, email: &str) -> Result<Value, Failure> {
    let person = [format!("--user-id={id}"), format!("--email={email}"), format!("--name={NAME}")];
    example::run(golden.mint_options().into_iter().chain(person))
}

#[test]
fn output_of_mint_verifies_outside_the_crate() {
    for (golden, hash) in golden::every_hash() {
        let name = golden.name();
        let with_token = |case: &&golden::Case| case.email.is_some() && case.token.is_some();
        for case in golden.data.people.iter().filter(with_token) {
            let answer = minted(&golden, &case.id, case.email.as_deref().unwrap()).unwrap();
            let facts = hash.facts().into_iter().map(|(fact, name)| (name.to_owned(), json!(fact.of(case))));
            assert_eq!(answer["claims"], Value::Object(facts.collect()), "{name}");
            assert_eq!(answer["hash"].as_str(), case.token.as_deref(), "{name}");
            assert_eq!(answer.get("token"), None, "{name}");
            assert_eq!(answer["vendor"], name);
            assert_eq!(answer["settings"][&hash.proof], answer["hash"], "{name}");
            for (fact, fact_name) in hash.facts() {
                assert_eq!(answer["settings"][fact_name], fact.of(case), "{name}");
            }
            assert!(!answer.to_string().contains(golden.secret_text()), "{name}");
        }
    }
}

#[test]
fn mint_reports_what_is_wrong() {
    for (golden, _) in golden::every_hash() {
        let name = golden.name();
        let refused = minted(&golden, " ", "user@example.com").unwrap_err();
        assert!(refused.to_string().starts_with(&format!("{name}: ")), "{refused}");
        let run =
            |arguments: [&str; 4]| example::run([&[name][..], &arguments].concat().into_iter().map(str::to_owned));
        let Err(blank) = run(["--app-id=a", "--secret= ", "--user-id=1", "--email=a@b"]) else { panic!("{name}") };
        assert!(blank.to_string().contains("secret is empty"), "{blank}");
        let failure = run(["--ttl=60", "--app-id=a", "--secret=ab", "--user-id=1"]).unwrap_err();
        assert!(failure.to_string().starts_with(&format!("{name} takes no --ttl")), "{failure}");
        if golden.is_hex() {
            let failure = run(["--app-id=a", "--secret=s3cret", "--user-id=1", "--email=a@b"]).unwrap_err();
            assert!(failure.to_string().contains("hexadecimal"), "{failure}");
            assert!(!failure.to_string().contains("s3cret"), "{failure}");
        }
    }
}
