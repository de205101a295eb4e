//! The snippet, checked by parsing it: one element, whose data are exactly those that went in.

use std::time::{Duration, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use proptest::{prelude::*, test_runner::Config};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use tower_widget_identity::{
    ConfigErrorKind, MAX_TOKEN_BYTES, Outcome, OutcomeKind, Reason, TokenError, Widgets,
    widget::{Ferndesk, Intercom, ZendeskClassic},
};

use super::{
    people::{HOSTILE, Person, hostile, megabytes, person},
    referee::{Document, Element},
    serve::{Answer, boot, marked, serve},
};
use crate::support::{MARKER, NOW, SECRET, builder, secret, verify};

const BEFORE: &[u8] = b"<!doctype html><html><head>";
const AFTER: &[u8] = b"<meta charset=utf-8><title>Home</title></head><body><!-- </script> --><p>Hello";

const FERNDESK_SECRET: &str = "ferndesk secret";

fn legacy() -> Widgets {
    let intercom = Intercom::new("abcd1234", secret(SECRET)).legacy_user_hash();
    Widgets::builder().widget(intercom).clock(|| UNIX_EPOCH + Duration::from_secs(NOW)).build().unwrap()
}

fn signed() -> Widgets {
    builder().widget(Ferndesk::new("ferndesk-1", secret(FERNDESK_SECRET))).build().unwrap()
}

fn serve_person(widgets: &Widgets, person: &Person) -> Answer {
    let page = [BEFORE, AFTER].concat();
    serve(&widgets.layer(), boot(person.identity()), vec![Bytes::from(page)])
}

/// The data of the page, as a browser's JSON parser reads them.
fn data(answer: &Answer) -> Value {
    serde_json::from_str(&element(answer).data).unwrap()
}

/// The constants in the code of every page, as a browser's JSON parser reads them.
fn constants(answer: &Answer) -> Value {
    let code = element(answer).code;
    let (constants, _) = code.split_once(")({").unwrap().1.rsplit_once(",{'").unwrap();
    serde_json::from_str(&format!("{{{constants}")).unwrap()
}

/// The page's only new element.
fn element(answer: &Answer) -> Element {
    let page = [BEFORE, AFTER].concat();
    let length = answer.bytes.len() - page.len();
    let snippet = &answer.bytes[BEFORE.len()..][..length];
    assert_eq!(page, [&answer.bytes[..BEFORE.len()], &answer.bytes[BEFORE.len() + length..]].concat());
    assert!(snippet.is_ascii(), "the page's encoding must not matter");
    let document = Document::parse(&answer.bytes);
    let (tree, element) = document.without_snippet(snippet).unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(tree, Document::parse(&page).tree());
    assert_eq!(document.runs(&element), 1);
    assert!(element.code.contains("currentScript"), "the code is ours: {}", element.code);
    element
}

/// The length of a token with these claims: header, claims and signature in base64, with two dots.
fn token_bytes(claims: &Value) -> usize {
    let base64 = |bytes: usize| (bytes * 4).div_ceil(3);
    base64(r#"{"typ":"JWT","alg":"HS256"}"#.len()) + 1 + base64(claims.to_string().len()) + 1 + base64(32)
}

fn with_exp(mut claims: Map<String, Value>) -> Value {
    claims.insert("exp".into(), json!(NOW + 3600));
    Value::Object(claims)
}

fn ferndesk_claims(person: &Person) -> Option<Value> {
    let mut claims = json!({ "sub": person.id, "userId": person.id, "email": person.email()? });
    if let Some(name) = person.name() {
        claims["name"] = json!(name);
    }
    if !person.attributes.is_empty() {
        claims["customAttributes"] = Value::Object(person.attributes.iter().cloned().collect());
    }
    let Value::Object(claims) = claims else { unreachable!("an object") };
    Some(with_exp(claims))
}

/// Asserts that the vendor's token has these claims, or that the outcome reports this error.
fn check_token(answer: &Answer, widget: &str, key: &str, secret: &str, claims: Result<Value, TokenError>) {
    let claims = claims
        .and_then(|claims| if token_bytes(&claims) > MAX_TOKEN_BYTES { Err(TokenError::TooLarge) } else { Ok(claims) });
    let refused = answer.outcome.iter().flat_map(Outcome::failures).find(|refused| refused.widget() == widget);
    assert_eq!(refused.map(|refused| refused.error()), claims.as_ref().err().copied(), "{widget}");
    let token = match answer.outcome() {
        "boot" => data(answer)["people"][widget].clone(),
        _ => Value::Null,
    };
    match claims {
        Ok(claims) => assert_eq!(verify(secret, token[key].as_str().unwrap()).unwrap().claims, claims, "{widget}"),
        Err(_) => assert_eq!(token, Value::Null, "{widget}"),
    }
}

fn check_signed(widgets: &Widgets, person: &Person) {
    let answer = serve_person(widgets, person);
    if answer.outcome() != "boot" {
        assert_eq!(answer.outcome(), "no-token");
        assert_eq!(answer.bytes, [BEFORE, AFTER].concat());
    }
    check_token(&answer, "intercom", "intercom_user_jwt", SECRET, Ok(with_exp(person.facts())));
    let claims = ferndesk_claims(person).ok_or(TokenError::MissingEmail);
    check_token(&answer, "ferndesk", "token", FERNDESK_SECRET, claims);
}

fn check_unsigned(widgets: &Widgets, person: &Person) {
    let answer = serve_person(widgets, person);
    assert_eq!(answer.outcome(), "boot");
    let mut expected = person.facts();
    let hash = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(&person.id).finalize();
    let hash: String = hash.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    expected.insert("user_hash".into(), json!(hash));
    assert_eq!(data(&answer)["people"]["intercom"], Value::Object(expected));
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn signed_facts_arrive_unchanged(person in person()) {
        thread_local! { static WIDGETS: Widgets = signed(); }
        WIDGETS.with(|widgets| check_signed(widgets, &person));
    }

    #[test]
    fn unsigned_facts_arrive_unchanged(person in person()) {
        thread_local! { static WIDGETS: Widgets = legacy(); }
        WIDGETS.with(|widgets| check_unsigned(widgets, &person));
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn settings_arrive_unchanged_or_are_refused_by_build(key in hostile(), value in hostile(), url in hostile()) {
        let url = format!("https://cdn.test/{url}");
        let intercom = Intercom::new("abcd1234", secret(SECRET)).library_url(&url).setting(format!("x{key}"), &*value);
        match Widgets::builder().widget(intercom).clock(|| UNIX_EPOCH + Duration::from_secs(NOW)).build() {
            Ok(widgets) => {
                let constants = constants(&serve_person(&widgets, &Person::named("a")));
                prop_assert_eq!(&constants["widgets"][0]["settings"][format!("x{key}")], &json!(value));
                prop_assert_eq!(&constants["widgets"][0]["library"], &json!(url));
            }
            Err(error) => prop_assert_eq!(error.kind(), ConfigErrorKind::CspSource),
        }
    }

    #[test]
    fn a_marker_is_never_repeated_unless_it_can_be_one(marker in hostile()) {
        let legal = |char: &char| !char.is_control() && *char != ';' && *char != ',';
        let marker: String = marker.chars().filter(legal).collect();
        let (widgets, person) = (builder().build().unwrap(), Person::named("a"));
        let request = marked(boot(person.identity()), &widgets, marker.as_bytes());
        prop_assert_eq!(widgets.marker_name(), Some(MARKER));
        let answer = serve(&widgets.layer(), request, vec![Bytes::from([BEFORE, AFTER].concat())]);
        let is_fingerprint = |text: &str| {
            text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let expected = if is_fingerprint(&marker) { marker.as_str() } else { "out" };
        prop_assert_eq!(&data(&answer)["seen"], expected);
    }
}

#[test]
fn each_hostile_string_comes_back_from_everywhere() {
    let (signed, unsigned) = (signed(), legacy());
    for hostile in HOSTILE {
        let text = (*hostile).to_owned();
        let person = Person {
            id: format!("user {text}"),
            email: Some(text.clone()),
            name: Some(text.clone()),
            attributes: vec![(text.clone(), json!(text)), (format!("x{text}"), json!({ text.clone(): [text] }))],
        };
        check_signed(&signed, &person);
        check_unsigned(&unsigned, &person);
    }
}

#[test]
fn a_megabyte_is_refused_signed_and_comes_back_unsigned() {
    let (signed, unsigned) = (signed(), legacy());
    for megabyte in megabytes() {
        let named = Person::named(&megabyte);
        let attributes = vec![(megabyte.clone(), json!(megabyte))];
        let about = Person { attributes, ..Person::named("a") };
        for person in [named, about] {
            check_signed(&signed, &person);
            check_unsigned(&unsigned, &person);
        }
    }
}

#[test]
fn a_token_of_exactly_the_limit_is_sent_and_one_byte_more_is_not() {
    let widgets = signed();
    for (filling, bytes) in [("a", 1), ("\u{e9}", 2), ("\u{1}", 6), ("\"", 2)] {
        let length = |name: &str| token_bytes(&with_exp(Person::named(name).facts()));
        // Base64 has no length of four and one, so beyond the limit, the next length is one more.
        let longest = (0..).map(|count| filling.repeat(count)).take_while(|name| length(name) <= MAX_TOKEN_BYTES);
        let name = longest.last().unwrap();
        let name = name.clone()
            + &"a".repeat(
                (0..bytes).rev().find(|more| length(&(name.clone() + &"a".repeat(*more))) <= MAX_TOKEN_BYTES).unwrap(),
            );
        assert_eq!(length(&name), MAX_TOKEN_BYTES);
        check_signed(&widgets, &Person::named(&name));
        let longer = format!("{name}a");
        assert_eq!(length(&longer), MAX_TOKEN_BYTES + 1);
        check_signed(&widgets, &Person::named(&longer));
        let refused = |name: &str| widgets.mint("intercom", &Person::named(name).identity()).err();
        assert_eq!((refused(&name), refused(&longer)), (None, Some(TokenError::TooLarge)));
    }
}

#[test]
fn a_vendor_that_fetches_its_tokens_refuses_the_page_where_they_would_be_too_large() {
    let zendesk = ZendeskClassic::chat("key", secret("chat secret")).help_center(secret("help secret"));
    let widgets = Widgets::builder()
        .widget(zendesk)
        .token_path("/token")
        .clock(|| UNIX_EPOCH + Duration::from_secs(NOW))
        .build()
        .unwrap();
    assert_eq!(serve_person(&widgets, &Person::named("a")).outcome(), "boot");
    let answer = serve_person(&widgets, &Person::named("a".repeat(1 << 20)));
    let outcome = answer.outcome.as_ref().unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::Untouched(Reason::NoToken));
    let refused = outcome.failures();
    assert_eq!(refused.iter().map(|refused| refused.error()).collect::<Vec<_>>(), [TokenError::TooLarge]);
    assert_eq!(answer.bytes, [BEFORE, AFTER].concat());
}

/// The limit is tested only if this helper is right.
#[test]
fn the_length_of_a_token_is_known_beforehand() {
    for name in ["a", "ab", "abc", "\u{1f469}"] {
        let person = Person::named(name);
        let token = builder().build().unwrap().mint("intercom", &person.identity()).unwrap();
        assert_eq!(token.as_str().len(), token_bytes(&with_exp(person.facts())));
        assert!(token.as_str().split('.').all(|part| URL_SAFE_NO_PAD.decode(part).is_ok()));
    }
}
