//! `mint` for the vendors whose tokens are JWTs and which are none of the first three.

use super::*;
use crate::widgets::jwt::{RSA, read};

/// Name, further options, and the claims that do not differ from run to run.
fn rows() -> [(&'static str, &'static [&'static str], Value); 9] {
    let named = json!({ "email": EMAIL, "name": NAME });
    let with = |mut claims: Value, key: &str, value: &str| {
        claims[key] = json!(value);
        claims
    };
    [
        (
            "zendesk-messaging",
            &["--key-id", "app_1"],
            json!({ "scope": "user", "external_id": USER_ID, "email": EMAIL, "email_verified": true, "name": NAME }),
        ),
        ("featurebase", &[], with(named.clone(), "userId", USER_ID)),
        ("kustomer", &[], json!({ "externalId": USER_ID })),
        ("freshchat", &[], json!({ "reference_id": USER_ID, "first_name": NAME, "email": EMAIL })),
        ("freshdesk-help-widget", &[], named.clone()),
        ("drift", &[], with(named.clone(), "sub", USER_ID)),
        ("chatbase", &[], with(named, "user_id", USER_ID)),
        (
            "userjot",
            &[],
            json!({ "sub": USER_ID, "iss": "app-1", "aud": "userjot", "email": EMAIL, "firstName": NAME }),
        ),
        (
            "salesforce",
            &["--key-id", "key-1", "--issuer", "issuer-1", "--audience", "acme"],
            json!({ "iss": "issuer-1", "sub": USER_ID, "aud": "acme" }),
        ),
    ]
}

fn secret_of(widget: &str) -> &'static str {
    if widget == "salesforce" { RSA } else { SECRET }
}

fn minted_by(widget: &str, more: &[&str]) -> Value {
    let usual = ["--app-id", "app-1", "--user-id", USER_ID, "--email", EMAIL, "--name", NAME];
    let arguments = [&[widget, "--secret", secret_of(widget)], usual.as_slice(), more].concat();
    example::run(arguments.into_iter().map(str::to_owned)).unwrap_or_else(|failure| panic!("{widget}: {failure}"))
}

fn header(token: &str) -> Value {
    let header = token.split('.').next().expect("a header");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON")
}

#[test]
fn each_token_verifies_outside_and_says_what_is_documented() {
    for (widget, more, expected) in rows() {
        let answer = minted_by(widget, more);
        let token = text(&answer, "token");
        let rsa = widget == "salesforce";
        let mut claims = read(if rsa { "" } else { SECRET }, token);
        assert_eq!(claims, answer["claims"], "{widget}: what is shown is what is signed");
        let object = claims.as_object_mut().unwrap();
        let exp = object.remove("exp").and_then(|exp| exp.as_u64()).expect("whole seconds");
        assert!((60..=3_601).contains(&(exp - now())), "{widget}: {exp}");
        assert!(object.remove("iat").is_none_or(|iat| iat.as_u64().is_some_and(|iat| now() - iat < 60)), "{widget}");
        assert_eq!(claims, expected, "{widget}");
        let header = header(token);
        assert_eq!(header["alg"], if rsa { "RS256" } else { "HS256" }, "{widget}");
        let key_id = more.iter().position(|argument| *argument == "--key-id").map(|at| more[at + 1]);
        assert_eq!(header.get("kid").and_then(Value::as_str), key_id, "{widget}");
        assert_eq!((text(&answer, "vendor"), answer.get("hash")), (widget, None));
    }
}

#[test]
fn each_page_gets_the_token_or_fetches_it() {
    for (widget, more, _) in rows() {
        let answer = minted_by(widget, more);
        let fetched = matches!(widget, "zendesk-messaging" | "salesforce");
        assert_eq!(text(&answer, "snippet").contains(text(&answer, "token")), !fetched, "{widget}");
        assert_eq!(text(&answer, "snippet").contains("eyJ"), !fetched, "{widget}");
        let unsigned = text(&answer, "snippet").replace(text(&answer, "token"), "");
        for leak in [USER_ID, EMAIL, NAME, SECRET, "PRIVATE KEY"] {
            assert!(!element_data(&unsigned).contains(leak), "{widget}: {leak}");
        }
        assert!(!answer.to_string().contains(SECRET) && !answer.to_string().contains("PRIVATE KEY"), "{widget}");
    }
}

fn element_data(snippet: &str) -> &str {
    snippet.split_once("'>").expect("the data, then the code").0
}

#[test]
fn each_takes_a_lifetime_up_to_its_limit() {
    for (widget, more, _) in rows() {
        let answer = minted_by(widget, &[more, &["--ttl", "61"]].concat());
        assert!((60..=61).contains(&(answer["claims"]["exp"].as_u64().unwrap() - now())), "{widget}");
    }
    for (widget, over) in [("kustomer", "900"), ("freshdesk-help-widget", "7201"), ("userjot", "3601")] {
        let failure = failure(arguments(widget, &["--ttl", over]));
        assert!(matches!(&failure, Failure::Config(error) if error.kind() == ConfigErrorKind::Lifetime), "{failure:?}");
    }
}

#[test]
fn a_key_without_its_name_is_refused_where_it_needs_one() {
    for widget in ["zendesk-messaging", "salesforce"] {
        let command = [widget, "--app-id=app-1", "--secret", secret_of(widget), "--user-id=1"];
        let failure = failure(command);
        assert!(matches!(&failure, Failure::Config(error) if error.to_string().contains("key's id")), "{failure:?}");
        assert_eq!(failure.exit_code(), ExitCode::from(2));
    }
}

#[test]
fn a_pem_is_told_from_other_secrets() {
    for (widget, secret, word) in [("salesforce", SECRET, "RSA key"), ("drift", RSA, "RSA key")] {
        let more: &[&str] = if widget == "salesforce" { &["--key-id=key-1"] } else { &[] };
        let failure = failure([&[widget, "--app-id=app-1", "--secret", secret, "--user-id=1"], more].concat());
        assert!(matches!(&failure, Failure::Config(error) if error.kind() == ConfigErrorKind::Secret), "{failure:?}");
        assert!(failure.to_string().contains(word) && !failure.to_string().contains(secret), "{failure}");
    }
    let torn = RSA[..RSA.len() / 2].to_owned();
    let failure = failure(["salesforce", "--app-id=app-1", "--secret", &torn, "--user-id=1", "--key-id=k"]);
    assert!(matches!(&failure, Failure::Config(_)) && !failure.to_string().contains(&torn[40..60]), "{failure}");
}

#[test]
fn the_usage_names_each_of_them() {
    let usage = example::options::usage();
    for (widget, ..) in rows() {
        assert!(usage.contains(&format!("\n  {widget} ")), "{widget} in {usage}");
    }
    for option in ["--key-id", "--issuer", "--audience", "--deployment", "--site-url", "--scrt2-url"] {
        assert!(usage.contains(option), "{option}");
        let failure = failure(arguments("intercom", &[option, "1"]));
        assert!(failure.to_string().contains(&format!("intercom takes no {option}")), "{failure}");
    }
}
