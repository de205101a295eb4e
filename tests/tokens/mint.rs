//! What `mint` prints, compared with what the vendors publish and with another HMAC implementation.

mod jwt;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;
use tower_widget_identity::TokenError;
use tower_widget_identity::{ConfigErrorKind, MAX_TOKEN_BYTES};

// The tests do not use its `main`.
#[allow(dead_code)]
#[path = "../../examples/mint/main.rs"]
pub(crate) mod example;

use crate::support::{constants, verify};
use example::failure::Failure;
use example::options::Options;

const JWT_VENDORS: [&str; 4] = ["intercom", "zendesk-chat", "zendesk-help-center", "ferndesk"];

const SECRET: &str = "a secret+with/signs in it=";
const USER_ID: &str = "4711";
const EMAIL: &str = "person@example.com";
const NAME: &str = "A Person";

/// All the attributes that a vendor may use.
fn arguments(widget: &str, more: &[&str]) -> Vec<String> {
    let usual = ["--app-id", "app-1", "--secret", SECRET, "--user-id", USER_ID, "--email", EMAIL, "--name", NAME];
    [&[widget], usual.as_slice(), more].concat().into_iter().map(str::to_owned).collect()
}

fn minted(widget: &str, more: &[&str]) -> Value {
    example::run(arguments(widget, more)).unwrap_or_else(|failure| panic!("{widget} {more:?}: {failure}"))
}

fn minted_for(widget: &str, email: &str, name: &str, more: &[&str]) -> Value {
    let arguments = [widget, "--app-id=app-1", "--secret=s3cret", "--user-id=4711"].map(str::to_owned);
    let person = [format!("--email={email}"), format!("--name={name}")];
    let more = more.iter().map(|argument| (*argument).to_owned());
    example::run(arguments.into_iter().chain(person).chain(more))
        .unwrap_or_else(|failure| panic!("{widget}: {failure}"))
}

fn failure(arguments: impl IntoIterator<Item: Into<String>>) -> Failure {
    example::run(arguments.into_iter().map(Into::into)).expect_err("a failure")
}

fn text<'a>(answer: &'a Value, key: &str) -> &'a str {
    answer[key].as_str().unwrap_or_else(|| panic!("{key} is text in {answer:#}"))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Removes the claims that differ from run to run, after checking them: whole seconds about now, or 128 random bits.
fn stable_claims(answer: &Value) -> Value {
    let mut claims = verify(SECRET, text(answer, "token")).expect("a signed token").claims;
    assert_eq!(claims, answer["claims"], "what is shown is what is signed");
    let object = claims.as_object_mut().expect("an object");
    for time in ["iat", "exp"] {
        if let Some(time) = object.remove(time) {
            let seconds = time.as_u64().unwrap_or_else(|| panic!("{time} is a whole number"));
            assert!(now().abs_diff(seconds) <= 3_700, "{seconds} is in seconds, not milliseconds");
        }
    }
    if let Some(jti) = object.remove("jti") {
        assert_eq!(URL_SAFE_NO_PAD.decode(jti.as_str().expect("a string")).expect("base64url").len(), 16);
    }
    claims
}

fn names(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// `[the attribute's text, the code]`, after checking that there is one element and nothing else.
fn element(answer: &Value) -> [&str; 2] {
    let snippet = text(answer, "snippet");
    let inside = snippet
        .strip_prefix("<script data-cfasync=\"false\" data-widget='")
        .and_then(|rest| rest.strip_suffix("</script>"));
    let (attribute, code) = inside.and_then(|inside| inside.split_once("'>")).expect("one attribute, then code");
    assert!(!attribute.contains(['<', '>', '&', '\'', '\n']) && attribute.is_ascii(), "{attribute}");
    assert!(!code.to_ascii_lowercase().contains("<script") && !code.to_ascii_lowercase().contains("</script"));
    [attribute, code]
}

fn data(answer: &Value) -> Value {
    serde_json::from_str(element(answer)[0]).expect("the attribute is JSON")
}

#[test]
fn every_token_is_signed_with_the_bytes_of_the_secret() {
    for widget in JWT_VENDORS {
        let answer = minted(widget, &[]);
        let token = text(&answer, "token");
        assert_eq!(text(&answer, "vendor"), widget);
        assert!(answer.get("hash").is_none());
        let jwt = verify(SECRET, token).unwrap_or_else(|problem| panic!("{widget}: {problem}"));
        assert_eq!(jwt.header, json!({ "typ": "JWT", "alg": "HS256" }), "{widget}");
        assert_eq!(verify("another", token), Err("the signature"), "{widget}");
    }
}

#[test]
fn intercom_gets_the_claims_it_documents() {
    let answer = minted("intercom", &[]);
    assert_eq!(stable_claims(&answer), json!({ "user_id": USER_ID, "email": EMAIL, "name": NAME }));
    assert_eq!(names(&answer["claims"]), ["email", "exp", "name", "user_id"]);
    assert_eq!(
        answer["settings"],
        json!({
            "app_id": "app-1",
            "api_base": "https://api-iam.intercom.io",
            "intercom_user_jwt": answer["token"],
        })
    );
}

#[test]
fn zendesk_chat_gets_the_claims_it_documents() {
    let answer = minted("zendesk-chat", &[]);
    assert_eq!(stable_claims(&answer), json!({ "external_id": USER_ID, "email": EMAIL, "name": NAME }));
    assert_eq!(names(&answer["claims"]), ["email", "exp", "external_id", "iat", "name"]);
}

#[test]
fn zendesk_help_center_gets_a_new_jti_each_time() {
    let [first, second] = [(); 2].map(|()| minted("zendesk-help-center", &[]));
    assert_eq!(stable_claims(&first), json!({ "email": EMAIL, "name": NAME }));
    assert_eq!(names(&first["claims"]), ["email", "iat", "jti", "name"]);
    assert_ne!(first["claims"]["jti"], second["claims"]["jti"]);
}

#[test]
fn ferndesk_gets_both_spellings_of_the_subject() {
    let answer = minted("ferndesk", &[]);
    assert_eq!(stable_claims(&answer), json!({ "sub": USER_ID, "userId": USER_ID, "email": EMAIL, "name": NAME }));
    assert_eq!(names(&answer["claims"]), ["email", "exp", "name", "sub", "userId"]);
    assert_eq!(answer["settings"], json!({ "widgetId": "app-1", "token": answer["token"] }));
}

#[test]
fn tokens_live_as_long_as_was_asked_for() {
    let rows: [(&str, &[&str], u64); 6] = [
        ("intercom", &[], 3_600),
        ("intercom", &["--ttl", "60"], 60),
        ("ferndesk", &[], 3_600),
        ("ferndesk", &["--ttl", "61"], 61),
        ("zendesk-chat", &[], 300),
        ("zendesk-chat", &["--ttl", "420"], 420),
    ];
    for (widget, more, seconds) in rows {
        let before = now();
        let claims = minted(widget, more)["claims"].take();
        let expires = claims["exp"].as_u64().expect("whole seconds");
        assert!((before + seconds..=now() + seconds).contains(&expires), "{widget} {more:?}: {expires}");
        if let Some(issued) = claims.get("iat") {
            assert_eq!(expires - issued.as_u64().expect("whole seconds"), seconds, "{widget} {more:?}");
        }
    }
}

#[test]
fn a_lifetime_over_the_vendors_limit_is_refused() {
    let failure = failure(arguments("zendesk-chat", &["--ttl", "421"]));
    assert!(matches!(&failure, Failure::Config(error) if error.kind() == ConfigErrorKind::Lifetime), "{failure:?}");
    let text = failure.to_string();
    assert!(text.contains("421 seconds") && text.contains("limit of 420 seconds"), "{text}");
    assert_eq!(failure.exit_code(), ExitCode::from(2));
}

/// The vector: <https://github.com/intercom/identity-verification-code-samples>
#[test]
fn the_older_hash_is_the_one_that_intercom_publishes() {
    let hash = "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597";
    let answer = example::run(
        [
            "intercom",
            "--app-id",
            "app-1",
            "--secret",
            "secret",
            "--user-id",
            "Message",
            "--email",
            EMAIL,
            "--user-hash",
        ]
        .map(str::to_owned),
    )
    .expect("a hash");
    assert_eq!(text(&answer, "hash"), hash);
    assert!(answer.get("token").is_none());
    assert_eq!(answer["claims"], json!({ "user_id": "Message" }));
    assert_eq!(
        answer["settings"],
        json!({
            "app_id": "app-1",
            "api_base": "https://api-iam.intercom.io",
            "user_hash": hash,
            "user_id": "Message",
            "email": EMAIL,
        })
    );
}

#[test]
fn older_hash_is_over_the_shown_fact() {
    // The result would differ if the e-mail address were hashed as well, or instead.
    let answer = minted("intercom", &["--user-hash"]);
    let message = text(&answer["claims"], "user_id");
    let digest =
        Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(message).finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text(&answer, "hash"), hex);
    assert_eq!(answer["settings"]["user_id"], message);
}

#[test]
fn page_data_is_what_mint_shows() {
    for (widget, more) in [("intercom", [].as_slice()), ("intercom", &["--user-hash"]), ("ferndesk", &[])] {
        let answer = minted(widget, more);
        let data = data(&answer);
        let constants = constants(text(&answer, "snippet"));
        let mut told = constants["widgets"][0]["settings"].clone();
        let person = data["people"][widget].as_object().expect("what this person gets");
        told.as_object_mut().expect("settings").extend(person.clone());
        assert_eq!(told, answer["settings"], "{widget} {more:?}");
        assert_eq!(constants["tokens"], "/widget-token");
    }
}

#[test]
fn zendesk_fetches_its_tokens_and_finds_none_in_the_page() {
    for (widget, settings) in [
        ("zendesk-chat", json!({ "chat": true, "helpCenter": false })),
        ("zendesk-help-center", json!({ "chat": false, "helpCenter": true })),
    ] {
        let answer = minted(widget, &[]);
        let constants = constants(text(&answer, "snippet"));
        assert_eq!(answer["settings"], settings);
        assert_eq!(constants["widgets"][0]["settings"], settings);
        assert_eq!(constants["widgets"][0]["token"], widget);
        assert_eq!(data(&answer)["people"], json!({ "zendesk-classic": {} }));
        assert_eq!(constants["tokens"], "/widget-token");
        assert!(!text(&answer, "snippet").contains("eyJ"), "no token");
    }
}

#[test]
fn signed_claims_are_not_repeated_unsigned_by_mint() {
    for widget in JWT_VENDORS {
        let answer = minted(widget, &[]);
        let token = text(&answer, "token");
        for place in [answer["settings"].to_string(), element(&answer)[0].to_owned()] {
            let unsigned = place.replace(token, "");
            for claim in [USER_ID, EMAIL, NAME] {
                assert!(!unsigned.contains(claim), "{widget}: {claim} in {unsigned}");
            }
        }
    }
}

#[test]
fn secret_is_nowhere_in_the_output() {
    for widget in JWT_VENDORS {
        let answer = minted(widget, &[]);
        assert!(!answer.to_string().contains(SECRET), "{widget}");
    }
}

#[test]
fn hostile_values_stay_inside_the_attribute() {
    let name = "</script><script>alert(1)</script>'\"&\u{2028}\u{2029}<!--\\";
    let email = "\"a'b<c>&\"@example.com";
    let rows = JWT_VENDORS.map(|widget| (widget, [].as_slice()));
    for (widget, more) in rows.into_iter().chain([("intercom", ["--user-hash"].as_slice())]) {
        let answer = minted_for(widget, email, name, more);
        let harmless = minted_for(widget, EMAIL, NAME, more);
        assert_eq!(element(&answer)[1], element(&harmless)[1], "{widget}: the code is everybody's");
        assert_eq!(names(&data(&answer)), names(&data(&harmless)), "{widget}");
        let told = if more.is_empty() { &answer["claims"] } else { &data(&answer)["people"]["intercom"] };
        assert_eq!(text(told, "name"), name, "{widget}");
        assert_eq!(text(told, "email"), email, "{widget}");
    }
}

proptest! {
    #[test]
    fn any_value_stays_inside_the_attribute(name in any::<String>(), email in any::<String>()) {
        prop_assume!(!name.trim().is_empty() && !email.trim().is_empty());
        let answer = minted_for("intercom", &email, &name, &["--user-hash"]);
        let person = data(&answer)["people"]["intercom"].take();
        prop_assert_eq!(text(&person, "name"), name);
        prop_assert_eq!(text(&person, "email"), email);
    }
}

#[test]
fn an_application_id_that_no_vendor_issues_is_refused() {
    for widget in JWT_VENDORS {
        let failure = failure([widget, "--app-id", "a'><script>", "--secret", "s3cret", "--user-id", "1"]);
        assert!(matches!(&failure, Failure::Config(error) if error.kind() == ConfigErrorKind::AppId), "{failure:?}");
    }
}

#[test]
fn user_without_a_required_fact_is_refused() {
    let long = format!("--name={}", "x".repeat(MAX_TOKEN_BYTES));
    let rows: [(&'static str, &[&str], TokenError); 7] = [
        ("ferndesk", &["--user-id=1"], TokenError::MissingEmail),
        ("zendesk-chat", &["--user-id=1"], TokenError::MissingEmail),
        ("zendesk-help-center", &["--user-id=1"], TokenError::MissingEmail),
        ("zendesk-chat", &["--user-id=1", "--email=\u{e9}@example.com"], TokenError::UnacceptableEmail),
        ("ferndesk", &["--user-id= ", "--email=a@example.com"], TokenError::MissingId),
        ("intercom", &["--user-id="], TokenError::MissingId),
        ("intercom", &["--user-id=1", &long], TokenError::TooLarge),
    ];
    for (widget, person, expected) in rows {
        let failure = failure([&[widget, "--app-id", "app-1", "--secret", "s3cret"], person].concat());
        let Failure::NoToken(named, refusal) = failure else { panic!("{widget} {person:?}: {failure:?}") };
        assert_eq!((named, refusal), (widget, expected));
        assert_eq!(failure.to_string(), format!("{widget}: {refusal}"));
        assert_eq!(failure.exit_code(), ExitCode::FAILURE);
    }
}

#[test]
fn error_about_a_wrong_command_line_repeats_nothing_of_it() {
    let rows: [(&[&str], &str); 17] = [
        (&[], "no widget is named"),
        (&["--app-id", "s3cret"], "no widget is named"),
        (&["s3cret"], "there is no such widget"),
        (&["intercom", "ferndesk"], "more than one widget"),
        (&["intercom", "--app-id"], "--app-id needs a value"),
        (&["intercom", "--secret", "--user-id", "1"], "--secret needs a value"),
        (&["intercom", "--app-id", "1", "--app-id", "2"], "--app-id is given twice"),
        (&["intercom", "--scret=s3cret"], "there is no option --scret"),
        (&["intercom", "--user-hash=s3cret"], "--user-hash takes no value"),
        (&["intercom", "--secret", "s3cret", "--user-id", "1"], "--app-id is missing"),
        (&["intercom", "--app-id", "1", "--user-id", "1"], "--secret is missing"),
        (&["intercom", "--app-id", "1", "--secret", "s3cret"], "--user-id is missing"),
        (&["intercom", "--app-id=1", "--secret=s3cret", "--user-id=1", "--ttl=s3cret"], "whole number of seconds"),
        (&["intercom", "--app-id=1", "--secret=s3cret", "--user-id=1", "--ttl=1", "--user-hash"], "never expires"),
        (&["intercom", "--key-id", "s3cret"], "intercom takes no --key-id"),
        (&["ferndesk", "--user-hash"], "ferndesk takes no --user-hash"),
        (&["zendesk-help-center", "--ttl", "60"], "zendesk-help-center takes no --ttl"),
    ];
    for (arguments, problem) in rows {
        let failure = failure(arguments.iter().copied());
        assert!(matches!(failure, Failure::Usage(_)), "{arguments:?}: {failure:?}");
        let text = failure.to_string();
        let (first, usage) = text.split_once('\n').expect("the usage follows");
        assert!(first.contains(problem), "{arguments:?}: {first}");
        assert!(JWT_VENDORS.iter().all(|widget| usage.contains(widget)), "{usage}");
        assert!(!text.contains("s3cret"), "{text}");
        assert_eq!(failure.exit_code(), ExitCode::from(2));
    }
}

#[test]
fn the_secret_may_come_from_the_environment() {
    let arguments = ["intercom", "--app-id=app-1", "--secret", "-", "--user-id=1"].map(str::to_owned);
    let parse = |value: Option<&str>| {
        Options::parse(arguments.clone(), |variable| value.filter(|_| variable == "WIDGET_SECRET").map(str::to_owned))
    };
    let answer = parse(Some(SECRET)).and_then(|options| example::answer(&options)).expect("a token");
    assert!(verify(SECRET, text(&answer, "token")).is_ok());

    let Err(unset) = parse(None) else { panic!("no secret") };
    assert!(matches!(unset, Failure::Usage(_)) && unset.to_string().contains("WIDGET_SECRET is not set"));
    let Err(blank) = parse(Some(" ")) else { panic!("a blank secret") };
    assert!(matches!(&blank, Failure::Config(error) if error.kind() == ConfigErrorKind::Secret));
    assert_eq!(blank.exit_code(), ExitCode::from(2));
}
