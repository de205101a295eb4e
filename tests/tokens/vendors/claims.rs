//! Vendor by vendor: claims, settings, and attributes with the names of claims.

use super::*;

// ---- Intercom -------------------------------------------------------------------------------------------------------

#[test]
fn intercom_signs_the_user_and_nothing_else() {
    let expected = json!({
        "user_id": "user-123",
        "email": "user@example.com",
        "name": NAME,
        "plan": "pro",
        "seats": 3,
        "exp": NOW + 3600,
    });
    assert_eq!(intercom_claims(&whole_person()), expected);
}

#[test]
fn intercom_needs_the_id_alone() {
    for identity in [Identity::new("user-123"), Identity::new("user-123").with_email(" ").with_name(BLANK)] {
        assert_eq!(intercom_claims(&identity), json!({ "user_id": "user-123", "exp": NOW + 3600 }));
    }
}

#[test]
fn intercoms_lifetime_is_the_one_that_was_set() {
    for seconds in [1, 60, 86_400] {
        let token = intercom().lifetime(secs(seconds)).mint("intercom", &person(), at(NOW)).unwrap();
        assert_eq!(token.lifetime(), Some(secs(seconds)));
        assert_eq!(verify(SECRET, token.as_str()).unwrap().claims["exp"], json!(NOW + seconds));
    }
}

/// The names of claims, and of settings that identify a user.
const CLAIMED: [&str; 11] =
    ["user_id", "email", "name", "exp", "iat", "nbf", "iss", "aud", "jti", "user_hash", "intercom_user_jwt"];

#[test]
fn attributes_that_collide_with_a_claim_are_left_out() {
    for key in CLAIMED {
        for hostile in [json!("user-1"), json!(9_999_999_999_u64), json!(null), json!({ "user_id": "user-1" })] {
            let bare = Identity::new("user-123").with_attribute(key, hostile.clone());
            assert_eq!(intercom_claims(&bare), json!({ "user_id": "user-123", "exp": NOW + 3600 }), "{key}");
            let whole = person().with_name("The Name").with_attribute(key, hostile);
            assert_eq!(intercom_claims(&whole), intercom_claims(&person().with_name("The Name")), "{key}");
        }
    }
}

#[test]
fn attributes_that_only_look_like_a_claim_are_the_applications_own() {
    for key in ["User_Id", "user_id ", "\u{feff}exp", "email_verified", "__proto__", "", "\"", "</script>", "phone"] {
        let claims = intercom_claims(&Identity::new("user-123").with_attribute(key, "kept"));
        assert_eq!(claims, json!({ "user_id": "user-123", key: "kept", "exp": NOW + 3600 }));
    }
}

#[test]
fn attributes_keep_their_types() {
    for value in
        [json!(3), json!(-3), json!(0.5), json!(true), json!(null), json!([1, "a"]), json!({ "a": { "b": 1 } })]
    {
        assert_eq!(intercom_claims(&person().with_attribute("fact", value.clone()))["fact"], value);
    }
    assert_eq!(intercom_claims(&person().with_attribute("fact", 1).with_attribute("fact", 2))["fact"], 2);
}

#[test]
fn intercoms_settings_are_the_workspace_and_its_region() {
    for (region, api_base) in [
        (IntercomRegion::Us, "https://api-iam.intercom.io"),
        (IntercomRegion::Eu, "https://api-iam.eu.intercom.io"),
        (IntercomRegion::Au, "https://api-iam.au.intercom.io"),
    ] {
        let settings = json_of(intercom().region(region).manifest().settings());
        assert_eq!(settings, json!({ "app_id": "abcd1234", "api_base": api_base }));
    }
    assert_eq!(json_of(intercom().manifest().settings())["api_base"], "https://api-iam.intercom.io");
}

#[test]
fn the_session_duration_and_the_looks_are_settings() {
    let intercom = intercom()
        .session_duration(std::time::Duration::from_millis(300_000))
        .setting("alignment", "left")
        .setting("alignment", "right");
    let expected = json!({
        "app_id": "abcd1234",
        "api_base": "https://api-iam.intercom.io",
        "session_duration": 300_000,
        "alignment": "right",
    });
    assert_eq!(json_of(intercom.manifest().settings()), expected);
}

/// The first is Intercom's own (<https://github.com/intercom/identity-verification-code-samples>). The others are from
/// Python: `hmac.new(key.encode(), message.encode(), "sha256").hexdigest()`.
#[test]
fn the_user_hash_is_that_of_the_id_else_of_the_email() {
    for (key, identity, digest) in [
        ("secret", Identity::new("Message"), "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597"),
        (
            SECRET,
            whole_person().with_attribute("user_id", "user-1"),
            "d2508a9f37d4bb7e1c50becfa858db1a3bba99f4d60d8c6ea97a4a05d85c07b4",
        ),
        (
            SECRET,
            Identity::new("").with_email("user@example.com"),
            "4eb22a2b568c553fa31acd80a40cea2b15175ea2bfd49e4424a2ea1d8e320429",
        ),
        (
            SECRET,
            Identity::new(BLANK).with_email(" User@Example.com"),
            "998e962ddbc85e3b7186287beea2fd71908710682784d46eb14c13bc2ae3513f",
        ),
        ("schlüssel", Identity::new("näme"), "ba8a7f8736afb809c3adc94695da74c7eea4d26231e3440b343c522a6d8a795b"),
    ] {
        let legacy = Intercom::new("abcd1234", secret(key)).legacy_user_hash();
        let token = legacy.mint("intercom", &identity, at(NOW)).unwrap();
        assert_eq!(token.as_str(), digest);
        assert_eq!(token.lifetime(), None, "a hash never expires");
        assert_eq!(json_of(legacy.boot_data(&identity, at(NOW)).unwrap())["user_hash"], digest);
    }
}

#[test]
fn user_hash_of_a_blank_id_is_refused() {
    let legacy = intercom().legacy_user_hash();
    for blank in [Identity::new(""), Identity::new(BLANK).with_email(" "), Identity::new(" ").with_name("The Name")] {
        assert_eq!(legacy.mint("intercom", &blank, at(NOW)).err(), Some(TokenError::MissingId));
        assert_eq!(legacy.boot_data(&blank, at(NOW)).err(), Some(TokenError::MissingId));
    }
}

#[test]
fn beside_a_user_hash_each_field_is_said_once() {
    let legacy = intercom().legacy_user_hash();
    let identity = CLAIMED.iter().fold(person().with_name(NAME), |person, key| person.with_attribute(*key, "user-1"));
    let person = legacy.boot_data(&identity.with_attribute("plan", "pro"), at(NOW)).unwrap();
    let said = json_of(&person);
    let expected = json!({
        "user_hash": "d2508a9f37d4bb7e1c50becfa858db1a3bba99f4d60d8c6ea97a4a05d85c07b4",
        "user_id": "user-123",
        "email": "user@example.com",
        "name": NAME,
        "plan": "pro",
    });
    assert_eq!(said, expected);
    assert_eq!(serde_json::to_string(&person).unwrap().len(), said.to_string().len(), "no key twice");
}

#[test]
fn beside_a_user_hash_a_company_and_other_facts_are_unsigned() {
    let company = Company::new(7).with_name("Acme").with_plan("pro").with_attribute("seats", 12);
    let identity = person().with_company(company).with_attribute("role", "admin");
    let signed_up = at(1_600_000_000);
    let identity = identity.with_unsigned("created_at", UnixTime(signed_up)).with_unsigned("user_id", "user-1");
    let told = json_of(intercom().legacy_user_hash().boot_data(&identity, at(NOW)).unwrap());
    let expected = json!({
        "user_hash": "d2508a9f37d4bb7e1c50becfa858db1a3bba99f4d60d8c6ea97a4a05d85c07b4",
        "user_id": "user-123",
        "email": "user@example.com",
        "role": "admin",
        "company": { "company_id": "7", "name": "Acme", "plan": "pro", "seats": 12 },
        "unsignedFacts": { "created_at": 1_600_000_000 },
    });
    assert_eq!(told, expected);
}

// ---- Zendesk --------------------------------------------------------------------------------------------------------

#[test]
fn chat_token_of_zendesk_has_five_claims() {
    let expected = json!({
        "name": NAME,
        "email": "user@example.com",
        "external_id": "user-123",
        "iat": NOW,
        "exp": NOW + 300,
    });
    assert_eq!(claims(&zendesk(), "zendesk-chat", "chat secret", &whole_person()), expected);
}

#[test]
fn help_center_token_of_zendesk_has_four_claims() {
    let token = zendesk().mint("zendesk-help-center", &whole_person(), at(NOW)).unwrap();
    assert_eq!(token.lifetime(), None);
    let mut claims = verify("help center secret", token.as_str()).unwrap().claims;
    let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(claims, json!({ "name": NAME, "email": "user@example.com", "iat": NOW }));
    assert!(jti.as_str().is_some_and(|jti| jti.len() == 22 && jti.is_ascii()), "{jti}");
}

#[test]
fn a_jti_never_comes_twice() {
    let (zendesk, identity) = (zendesk(), person());
    let jti = |_| match claims(&zendesk, "zendesk-help-center", "help center secret", &identity)["jti"].take() {
        Value::String(jti) => jti,
        other => panic!("{other} is no string"),
    };
    assert_eq!((0..10_000).map(jti).collect::<HashSet<_>>().len(), 10_000);
}

#[test]
fn where_there_is_no_name_the_email_stands_for_it() {
    for (token, secret) in [("zendesk-chat", "chat secret"), ("zendesk-help-center", "help center secret")] {
        for identity in [person(), person().with_name(""), person().with_name(BLANK)] {
            assert_eq!(claims(&zendesk(), token, secret, &identity)["name"], "user@example.com", "{token}");
        }
    }
}

#[test]
fn a_chat_token_lives_as_long_as_was_set() {
    for seconds in [1, 120, 420] {
        let zendesk = zendesk().chat_lifetime(secs(seconds));
        let claims = claims(&zendesk, "zendesk-chat", "chat secret", &person());
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(NOW), &json!(NOW + seconds)));
    }
}

#[test]
fn zendesk_takes_no_accented_email() {
    for email in
        ["é@example.com", "e\u{301}@example.com", "user@exämple.com", "usеr@example.com", "user@example.com\u{200b}"]
    {
        let identity = Identity::new("user-123").with_email(email).with_name("The Name");
        for token in ["zendesk-chat", "zendesk-help-center"] {
            assert_eq!(
                zendesk().mint(token, &identity, at(NOW)).err(),
                Some(TokenError::UnacceptableEmail),
                "{email:?}"
            );
        }
        assert_eq!(zendesk().boot_data(&identity, at(NOW)).err(), Some(TokenError::UnacceptableEmail), "{email:?}");
        assert_eq!(intercom_claims(&identity)["email"], email, "others take it");
    }
    for email in ["user+tag@example.com", "o'user@example.com", "\"a b\"@example.com", "USER@Example.COM"] {
        let claims = claims(&zendesk(), "zendesk-chat", "chat secret", &Identity::new("user-123").with_email(email));
        assert_eq!(claims["email"], email);
    }
}

#[test]
fn zendesk_has_only_configured_settings_on_the_page() {
    let both = zendesk();
    assert_eq!(json_of(both.manifest().settings()), json!({ "chat": true, "helpCenter": true }));
    let chat = ZendeskClassic::chat("key-1", secret("chat secret"));
    assert_eq!(json_of(chat.manifest().settings()), json!({ "chat": true, "helpCenter": false }));
    let help_center = ZendeskClassic::help_center_only("key-1", secret("help center secret"));
    assert_eq!(json_of(help_center.manifest().settings()), json!({ "chat": false, "helpCenter": true }));
    assert_eq!(json_of(both.boot_data(&whole_person(), at(NOW)).unwrap()), json!({}));
}

// ---- Ferndesk -------------------------------------------------------------------------------------------------------

#[test]
fn ferndesk_gets_the_id_under_both_of_its_names() {
    let expected = json!({
        "sub": "user-123",
        "userId": "user-123",
        "email": "user@example.com",
        "name": NAME,
        "customAttributes": { "plan": "pro", "seats": 3 },
        "exp": NOW + 3600,
    });
    assert_eq!(claims(&ferndesk(), "ferndesk", "ferndesk secret", &whole_person()), expected);
    let least = claims(&ferndesk().lifetime(secs(60)), "ferndesk", "ferndesk secret", &person());
    let expected = json!({ "sub": "user-123", "userId": "user-123", "email": "user@example.com", "exp": NOW + 60 });
    assert_eq!(least, expected);
    assert_eq!(json_of(ferndesk().manifest().settings()), json!({ "widgetId": "widget-1" }));
}

#[test]
fn ferndesks_attributes_cannot_reach_its_claims() {
    for key in ["sub", "userId", "email", "name", "exp", "customAttributes", "__proto__"] {
        let told = claims(&ferndesk(), "ferndesk", "ferndesk secret", &person().with_attribute(key, "user-1"));
        let mut outside = told.clone();
        outside.as_object_mut().unwrap().remove("customAttributes");
        assert_eq!(outside, claims(&ferndesk(), "ferndesk", "ferndesk secret", &person()), "{key}");
    }
}

// ---- for every identity --------------------------------------------------------------------------------------------

fn attribute_name() -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(&CLAIMED[..]).prop_map(str::to_owned), any::<String>()]
}

proptest! {
    #[test]
    fn no_identity_can_say_more_than_it_should(
        id in any::<String>(),
        email in any::<String>(),
        attributes in prop::collection::vec((attribute_name(), any::<String>()), 0..4),
    ) {
        let identity = Identity::new(id.as_str()).with_email(email.as_str());
        let identity = attributes.into_iter().fold(identity, |identity, (key, value)| identity.with_attribute(key, value));
        for (name, secret, widget) in every_jwt() {
            let Ok(token) = widget.mint(name, &identity, at(NOW)) else { continue };
            let claims = verify(secret, token.as_str()).unwrap().claims;
            for key in id_claims(name) {
                prop_assert_eq!(&claims[key], id.as_str(), "{}", name);
            }
            prop_assert!(claims.get("email").is_none_or(|said| said == email.as_str()), "{}: {}", name, claims);
            prop_assert!(claims.get("exp").is_none_or(|exp| exp.as_u64() <= Some(NOW + 3600)), "{}: {}", name, claims);
        }
    }
}
