//! Intercom.

use serde_json::{Value, json};
use tower_widget_identity::{Secret, widget::Intercom};

use crate::{
    support::golden,
    widgets::play::{ada, play, play_as, play_with, secret},
};

const LIBRARY: &str = "window.Intercom = recorder('Intercom'); noteScripts();";

fn intercom() -> Intercom {
    Intercom::new("abcd1234", secret())
}

fn with_salesforce() -> Intercom {
    let key = Secret::rsa_pem(golden::RSA).unwrap().with_key_id("key-1");
    intercom().salesforce_identity_token(key, "https://app.example.com", "acme")
}

fn load() -> Value {
    json!(["load", "https://widget.intercom.io/widget/abcd1234", {}])
}

/// What every page hands over.
fn of_a_visitor() -> Value {
    json!({ "app_id": "abcd1234", "api_base": "https://api-iam.intercom.io" })
}

fn with_token(mut settings: Value, token: &str) -> Value {
    settings["intercom_user_jwt"] = token.into();
    settings
}

#[test]
fn the_widget_is_shown_at_once_and_gets_the_salesforce_token_when_it_comes() {
    let script = "
        ada.lifetime = 600;
        const answer = holdTokens();
        await visit(ada);
        await answer();
        await renewal();";
    let with_salesforce_token = |mut settings: Value| {
        settings["salesforce_identity_token"] = "ada-intercom-salesforce".into();
        settings
    };
    let first = with_token(of_a_visitor(), "ada-in-page");
    let renewed = with_salesforce_token(with_token(of_a_visitor(), "ada-fresh"));
    let expected = [
        json!(["Intercom", "boot", first]),
        json!("ask intercom-salesforce"),
        load(),
        json!(["Intercom", "update", with_salesforce_token(first)]),
        json!("ask intercom"),
        json!(["Intercom", "update", renewed]),
        json!("ask intercom-salesforce"),
        json!(["Intercom", "update", renewed]),
    ];
    assert_eq!(play(&with_salesforce(), &format!("{LIBRARY}{script}")), expected);
}

#[test]
fn no_salesforce_token_comes_after_the_session_or_for_a_visitor() {
    let script = "const answer = holdTokens(); await visit(ada); await signedOutElsewhere(); await answer();";
    let calls = play(&with_salesforce(), &format!("{LIBRARY}{script}"));
    assert_eq!(calls.last(), Some(&json!(["Intercom", "shutdown"])), "{calls:?}");

    let calls = play(&with_salesforce(), &format!("{LIBRARY} await visit(undefined); await visit(undefined);"));
    let expected = [json!(["Intercom", "boot", of_a_visitor()]), load(), json!(["Intercom", "update", of_a_visitor()])];
    assert_eq!(calls, expected);
}

#[test]
fn the_agents_secrets_are_handed_over_and_taken_back() {
    let with_secrets = ada().with_auth_token("billing", "agent-secret-1");
    let play = |script: &str| play_with(&intercom(), &with_secrets, &ada(), script);
    let plain = with_token(of_a_visitor(), "ada-in-page");
    let mut with_secret = plain.clone();
    with_secret["auth_tokens"] = json!({ "billing": "agent-secret-1" });
    let set = json!(["Intercom", "setAuthTokens", { "billing": "agent-secret-1" }]);
    let boot = json!(["Intercom", "boot", with_secret]);
    let take_back = json!(["Intercom", "setAuthTokens", {}]);
    let shutdown = json!(["Intercom", "shutdown"]);

    let calls = play(&format!("{LIBRARY} await visit(ada); await visit(ada); await signOut();"));
    let update = |settings: &Value| json!(["Intercom", "update", settings]);
    let ends = [&boot, &load(), &update(&with_secret), &set, &take_back, &shutdown, &shutdown].map(Value::clone);
    assert_eq!(calls, ends);

    // The next page has none.
    let script = "
        await visit(ada);
        ada.person = bela.person;
        await visit(ada);
        await visit(ada);
        await signedOutElsewhere();";
    let calls = play(&format!("{LIBRARY}{script}"));
    let expected = [&boot, &load(), &update(&plain), &take_back, &update(&plain), &shutdown].map(Value::clone);
    assert_eq!(calls, expected);

    // A library that comes after the shutdown finds no secret.
    let waiting = play("await visit(ada); await signedOutElsewhere(); note(window.Intercom.q);");
    assert_eq!(waiting, [json!([["setAuthTokens", {}], ["shutdown"]])]);
}

/// A `boot` that names no user revives the user of an existing session cookie.
#[test]
fn an_earlier_pages_session_ends_without_a_boot() {
    let before_the_library = "
        noteScripts();
        await comeSignedOut();
        window.Intercom = recorder('Intercom');
        await arrive();";
    assert_eq!(play(&intercom(), before_the_library), [load()]);
    let there = play(&intercom(), &format!("{LIBRARY} await comeSignedOut();"));
    assert_eq!(there, [json!(["Intercom", "shutdown"]), load()]);
}

#[test]
fn a_leads_attributes_are_those_of_visitors_alone() {
    let intercom = intercom().lead_attribute("source", "docs").setting("source", "settings");
    let of_a_visitor = |source: &str| {
        let mut settings = of_a_visitor();
        settings["source"] = source.into();
        settings
    };
    let visitor = play(&intercom, &format!("{LIBRARY} await visit(undefined); await visit(undefined);"));
    let expected = [
        json!(["Intercom", "boot", of_a_visitor("docs")]),
        load(),
        json!(["Intercom", "update", of_a_visitor("docs")]),
    ];
    assert_eq!(visitor, expected);
    let boot = json!(["Intercom", "boot", with_token(of_a_visitor("settings"), "ada-in-page")]);
    assert_eq!(play(&intercom, &format!("{LIBRARY} await visit(ada);"))[0], boot);
}

#[test]
fn an_unsigned_fact_takes_no_others_place() {
    let intercom = intercom().language_override("fr");
    let ada = ada().with_unsigned("phone", "+15550100").with_unsigned("language_override", "de");
    let ada = ada.with_unsigned("intercom_user_jwt", "forged").with_unsigned("app_id", "forged");
    let calls = play_as(&intercom, &ada, &format!("{LIBRARY} ada.lifetime = 600; await visit(ada); await renewal();"));
    let mut facts = of_a_visitor();
    facts["language_override"] = "de".into();
    facts["phone"] = "+15550100".into();
    let expected = [
        json!(["Intercom", "boot", with_token(facts.clone(), "ada-in-page")]),
        load(),
        json!("ask intercom"),
        json!(["Intercom", "update", with_token(facts, "ada-fresh")]),
    ];
    assert_eq!(calls, expected);
}
