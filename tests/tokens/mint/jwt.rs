//! `mint` for every widget that signs a JWT.

use tower_widget_identity::Secret;
use tower_widget_identity::widget::{Intercom, Widget, ZendeskClassic};

use super::*;
use crate::support::golden::{self, Golden, RSA};
use crate::tokens::vendors::jwt::read;

fn minted_by(golden: &Golden, person: [&str; 3], more: &[&str]) -> Value {
    let [id, email, name] = person;
    let person = [format!("--user-id={id}"), format!("--email={email}"), format!("--name={name}")];
    let more = more.iter().map(|argument| (*argument).to_owned());
    example::run(golden.mint_options().into_iter().chain(person).chain(more))
        .unwrap_or_else(|failure| panic!("{}: {failure}", golden.name()))
}

fn header(token: &str) -> Value {
    let header = token.split('.').next().expect("a header");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON")
}

/// The claims that differ from run to run: when a token begins and ends.
const TIMES: [&str; 5] = ["exp", "iat", "nbf", "not_after", "not_before"];

/// Checks the claims that differ from run to run, and removes them.
fn stable(mut claims: Value, widget: &str) -> Value {
    let object = claims.as_object_mut().unwrap();
    for time in TIMES {
        let Some(value) = object.remove(time) else { continue };
        let value = value.as_u64().expect("an integer");
        let seconds = if time.starts_with("not_") { value / 1000 } else { value };
        let expected =
            if ["exp", "not_after"].contains(&time) { now() + 60..=now() + 3_601 } else { now() - 60..=now() };
        assert!(expected.contains(&seconds), "{widget}: {time} {value}");
    }
    claims
}

/// Removes the attributes from an object among the claims, and returns whether nothing else was in it. It may be
/// written as a string.
fn holds_only(claim: &mut Value, attributes: &serde_json::Map<String, Value>) -> bool {
    if claim.as_str().is_some_and(|text| serde_json::from_str(text).ok().as_ref() == Some(attributes)) {
        return true;
    }
    let Some(object) = claim.as_object_mut() else { return false };
    object.retain(|key, _| !attributes.contains_key(key));
    object.is_empty()
}

#[test]
fn each_token_verifies_outside_the_crate_with_the_documented_claims() {
    for (golden, _) in golden::every_jwt() {
        let widget = golden.token_name();
        let case = golden.data.people.iter().find(|case| case.token.is_some()).expect("a person with a token");
        let person = [&case.id, case.email.as_ref().unwrap(), case.name.as_ref().unwrap()];
        let answer = minted_by(&golden, person.map(String::as_str), &[]);
        let token = text(&answer, "token");
        let claims = read(&golden, token);
        assert_eq!(claims, answer["claims"], "{widget}: what is shown is what is signed");
        // The golden token has the same claims, and also the attributes, for which `mint` has no option.
        let mut expected = read(&golden, case.token.as_deref().unwrap());
        let attributes = &case.attributes;
        let object = expected.as_object_mut().unwrap();
        object.retain(|key, value| !attributes.contains_key(key) && !holds_only(value, attributes));
        object.retain(|key, _| !TIMES.contains(&key.as_str()));
        assert_eq!(stable(claims, widget), expected, "{widget}");
        assert_eq!(header(token)["alg"], if golden.is_rsa() { "RS256" } else { "HS256" }, "{widget}");
        assert_eq!((text(&answer, "vendor"), answer.get("hash")), (widget, None));
    }
}

#[test]
fn an_audience_is_said_where_it_is_set() {
    let arguments = ["salesforce", "--app-id=a", "--secret", RSA, "--user-id=1", "--key-id=k", "--issuer=issuer-1"];
    let answer = example::run([&arguments[..], &["--audience=acme"]].concat().into_iter().map(str::to_owned));
    let claims = answer.expect("a token")["claims"].take();
    assert_eq!(stable(claims, "salesforce"), json!({ "iss": "issuer-1", "sub": "1", "aud": "acme" }));
}

#[test]
fn each_page_gets_the_token_or_fetches_it() {
    for (golden, jwt) in golden::every_jwt() {
        let widget = golden.name();
        let answer = minted_by(&golden, [USER_ID, EMAIL, NAME], &[]);
        let fetched = jwt.in_page_as.is_none();
        assert_eq!(text(&answer, "snippet").contains(text(&answer, "token")), !fetched, "{widget}");
        let unsigned = text(&answer, "snippet").replace(text(&answer, "token"), "");
        // A public key that is a JWT may stand there.
        let unsigned = element_data(&unsigned).replace(&golden.data.app_id, "");
        assert!(!unsigned.contains("eyJ"), "{widget}");
        for leak in [USER_ID, EMAIL, NAME, golden.secret_text(), "PRIVATE KEY"] {
            assert!(!unsigned.contains(leak), "{widget}: {leak}");
        }
        let whole = answer.to_string();
        assert!(!whole.contains(golden.secret_text()) && !whole.contains("PRIVATE KEY"), "{widget}");
    }
}

fn element_data(snippet: &str) -> &str {
    snippet.split_once("'>").expect("the data, then the code").0
}

#[test]
fn each_takes_a_lifetime_up_to_its_limit() {
    for (golden, jwt) in golden::every_jwt() {
        let answer = minted_by(&golden, [USER_ID, EMAIL, NAME], &["--ttl=61"]);
        assert!((60..=61).contains(&(jwt.end(&answer["claims"]).unwrap() - now())), "{}", golden.name());
        let over = [format!("--ttl={}", jwt.longest_lifetime + 1), "--user-id=1".to_owned()];
        let failure = failure(golden.mint_options().into_iter().chain(over));
        assert!(matches!(&failure, Failure::Config(error) if error.kind() == ConfigErrorKind::Lifetime), "{failure:?}");
    }
}

#[test]
fn a_key_without_its_name_is_refused_where_it_needs_one() {
    for golden in golden::every().into_iter().filter(|golden| golden.key_id().is_some()) {
        let nameless = golden.mint_options().into_iter().filter(|option| !option.starts_with("--key-id"));
        let failure = failure(nameless.chain(["--user-id=1".to_owned()]));
        assert!(matches!(&failure, Failure::Config(error) if error.to_string().contains("key's id")), "{failure:?}");
        assert_eq!(failure.exit_code(), ExitCode::from(2));
    }
}

#[test]
fn pem_is_distinguished_from_other_secrets() {
    for golden in golden::every().into_iter().filter(|golden| !golden.is_hex()) {
        let wrong = if golden.is_rsa() { SECRET } else { RSA };
        let other = |option: String| if option.starts_with("--secret=") { format!("--secret={wrong}") } else { option };
        let failure = failure(golden.mint_options().into_iter().map(other).chain(["--user-id=1".to_owned()]));
        assert!(matches!(&failure, Failure::Config(error) if error.kind() == ConfigErrorKind::Secret), "{failure:?}");
        assert!(failure.to_string().contains("RSA key") && !failure.to_string().contains(wrong), "{failure}");
    }
    let torn = RSA[..RSA.len() / 2].to_owned();
    let failure = failure(["salesforce", "--app-id=app-1", "--secret", &torn, "--user-id=1", "--key-id=k"]);
    assert!(matches!(&failure, Failure::Config(_)) && !failure.to_string().contains(&torn[40..60]), "{failure}");
}

#[test]
fn the_usage_names_each_of_them() {
    let usage = example::options::usage();
    for golden in golden::every() {
        let row = format!("\n  {}", golden.token_name());
        assert!(usage.contains(&format!("{row} ")) || usage.contains(&format!("{row}\n")) || usage.ends_with(&row));
    }
    for option in [
        "--key-id",
        "--issuer",
        "--audience",
        "--deployment",
        "--site-url",
        "--scrt2-url",
        "--instance",
        "--snippet-id",
        "--org-id",
        "--org-url",
        "--library-url",
        "--organization",
    ] {
        assert!(usage.contains(option), "{option}");
        let failure = failure(arguments("intercom", &[option, "1"]));
        assert!(failure.to_string().contains(&format!("intercom takes no {option}")), "{failure}");
    }
}

#[test]
fn every_widget_of_the_catalog_is_minted() {
    for golden in golden::every() {
        let answer = minted_by(&golden, [USER_ID, EMAIL, NAME], &[]);
        assert_eq!(text(&answer, "vendor"), golden.token_name());
        let token = answer.get("token").or(answer.get("hash")).and_then(Value::as_str);
        assert!(token.is_some_and(|token| !token.is_empty()), "{}", golden.name());
    }
}

#[test]
fn a_widgets_second_token_has_a_row_too() {
    let key = || Secret::rsa_pem(RSA).unwrap().with_key_id("key-1");
    let secret = || Secret::new(SECRET).unwrap();
    let intercom = Intercom::new("app-1", secret()).salesforce_identity_token(key(), "issuer-1", "acme");
    let zendesk = ZendeskClassic::chat("app-1", secret()).help_center(secret());
    let usage = example::options::usage();
    for manifest in [intercom.manifest(), zendesk.manifest()] {
        assert_eq!(manifest.token_names().len(), 2);
        for name in manifest.token_names() {
            assert!(usage.contains(&format!("\n  {name}")), "{name}");
        }
    }
}

const SALESFORCE: [&str; 4] = ["--salesforce-key", RSA, "--key-id=key-1", "--issuer=issuer-1"];

#[test]
fn intercoms_token_for_salesforce_names_the_organization_and_its_key() {
    let answer = minted("intercom-salesforce", &[&SALESFORCE[..], &["--organization=acme"]].concat());
    let token = text(&answer, "token");
    let salesforce = golden::every().into_iter().find(|golden| golden.name() == "salesforce").unwrap();
    let claims = read(&salesforce, token);
    assert_eq!(claims, answer["claims"], "what is shown is what is signed");
    let audience = "https://acme.my.salesforce-scrt.com";
    assert_eq!(stable(claims, "intercom"), json!({ "iss": "issuer-1", "sub": USER_ID, "aud": audience }));
    assert_eq!(header(token), json!({ "typ": "JWT", "alg": "RS256", "kid": "key-1" }));
    // The page carries Intercom's own token, which has no key id, and fetches this one.
    let own = text(&answer["settings"], "intercom_user_jwt");
    assert_eq!(header(own), json!({ "typ": "JWT", "alg": "HS256" }));
    assert!(verify(SECRET, own).is_ok() && !text(&answer, "snippet").contains(token));
    let whole = answer.to_string();
    assert!(!whole.contains(SECRET) && !whole.contains("PRIVATE KEY"));
}

#[test]
fn intercoms_token_for_salesforce_needs_its_key_and_its_organization() {
    for (more, missing) in [(&SALESFORCE[..], "--organization"), (&["--organization=acme"], "--salesforce-key")] {
        let failure = failure(arguments("intercom-salesforce", more));
        assert!(matches!(&failure, Failure::Usage(problem) if problem.contains(missing)), "{failure}");
    }
    let failure = failure(arguments("intercom", &SALESFORCE));
    assert!(matches!(&failure, Failure::Usage(problem) if problem.contains("takes no")), "{failure}");
}
