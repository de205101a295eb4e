//! What each vendor gets, to the letter of its documentation; what no vendor gets; and what `Debug` hides.

pub(crate) mod catalog;
mod claims;
mod debug;
mod hmac;
pub(crate) mod jwt;
mod record;

use std::collections::HashSet;

use crate::support::{Jwt, NOW, SECRET, alone, at, builder, secret, secs, verify};
use axum::body::Body;
use futures::executor::block_on;
use http::{Request, Response};
use http_body_util::BodyExt;
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_widget_identity::{
    Company, Delivery, Identity, MAX_TOKEN_BYTES, Outcome, Secret, TokenError, UnixTime, Viewer, Widgets,
    widget::{BootData, Ferndesk, Intercom, IntercomRegion, Widget, ZendeskClassic},
};

/// Characters that JSON, HTML and one-byte encodings each read differently.
const NAME: &str = "Näme \"\\ </script> 😀";
/// A string of white space that is not ASCII.
const BLANK: &str = "\u{a0}\u{2003}\u{3000}";

fn intercom() -> Intercom {
    Intercom::new("abcd1234", secret(SECRET))
}

fn zendesk() -> ZendeskClassic {
    ZendeskClassic::chat("key-1", secret("chat secret")).help_center(secret("help center secret"))
}

fn ferndesk() -> Ferndesk {
    Ferndesk::new("widget-1", secret("ferndesk secret"))
}

fn person() -> Identity {
    Identity::new("user-123").with_email("user@example.com")
}

fn whole_person() -> Identity {
    person().with_name(NAME).with_attribute("plan", "pro").with_attribute("seats", 3)
}

/// Every token that is a JWT: its name, the secret that signs it, and its vendor.
fn every_jwt() -> [(&'static str, &'static str, Box<dyn Widget>); 4] {
    [
        ("intercom", SECRET, Box::new(intercom())),
        ("zendesk-chat", "chat secret", Box::new(zendesk())),
        ("zendesk-help-center", "help center secret", Box::new(zendesk())),
        ("ferndesk", "ferndesk secret", Box::new(ferndesk())),
    ]
}

/// The tokens that need an e-mail address.
fn every_jwt_by_email() -> impl Iterator<Item = (&'static str, &'static str, Box<dyn Widget>)> {
    every_jwt().into_iter().filter(|(name, ..)| *name != "intercom")
}

/// The claims in which a token names the user.
fn id_claims(token: &str) -> &'static [&'static str] {
    match token {
        "intercom" => &["user_id"],
        "zendesk-chat" => &["external_id"],
        "ferndesk" => &["sub", "userId"],
        _ => &[],
    }
}

fn mint(widget: &dyn Widget, name: &str, identity: &Identity) -> String {
    widget.mint(name, identity, at(NOW)).expect(name).into_string()
}

/// The claims of a token whose signature is right.
fn claims(widget: &dyn Widget, name: &str, secret: &str, identity: &Identity) -> Value {
    verify(secret, &mint(widget, name, identity)).expect(name).claims
}

fn intercom_claims(identity: &Identity) -> Value {
    claims(&intercom(), "intercom", SECRET, identity)
}

fn json_of(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

// ---- the referee ----------------------------------------------------------------------------------------------------

#[test]
fn referee_rejects_every_changed_token() {
    let token = mint(&intercom(), "intercom", &person());
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    assert!(verify(SECRET, &token).is_ok());
    for (forged, why) in [
        (String::new(), "three parts"),
        (format!("{header}.{claims}"), "three parts"),
        (format!("{token}."), "three parts"),
        (format!("{header}.{claims}."), "the signature"),
        (format!("{header}.{claims}.{}", &signature[1..]), "the signature's base64"),
        (format!("{header}.{claims}.{signature}=="), "the signature's base64"),
        (format!("{header}.{}.{signature}", claims.to_lowercase()), "the signature"),
        (format!("eyJhbGciOiJub25lIn0.{claims}.{signature}"), "the signature"),
        (format!("{token} "), "the signature's base64"),
    ] {
        assert_eq!(verify(SECRET, &forged), Err(why), "{forged}");
    }
    assert_eq!(verify("Intercom secret", &token), Err("the signature"));
    assert_eq!(verify("", &token), Err("the signature"));
    for (header, claims, why) in [
        (json!({ "typ": "JWT", "alg": "none" }).to_string(), "{}", "the algorithm"),
        (json!({ "alg": "HS256" }).to_string(), r#"{"sub":"a","sub":"b"}"#, "a key twice"),
        (json!({ "alg": "HS256" }).to_string(), "[]", "a key twice"),
    ] {
        assert_eq!(verify(SECRET, &sign(&header, claims)), Err(why), "{header} {claims}");
    }
}

/// Signs what the library would never write.
fn sign(header: &str, claims: &str) -> String {
    use ::hmac::{Hmac, KeyInit, Mac};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(&signed).finalize();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.into_bytes()))
}

// ---- all vendors ----------------------------------------------------------------------------------------------------

#[test]
fn every_token_has_the_plain_header_and_verifies_with_its_own_secret_alone() {
    for (name, own, widget) in every_jwt() {
        let token = mint(widget.as_ref(), name, &whole_person());
        for (_, secret, _) in every_jwt() {
            match verify(secret, &token) {
                Ok(jwt) if secret == own => assert_eq!(jwt.header, json!({ "typ": "JWT", "alg": "HS256" }), "{name}"),
                other => assert_eq!((other, secret == own), (Err("the signature"), false), "{name} with {secret}"),
            }
        }
    }
}

#[test]
fn the_secrets_bytes_are_the_key_as_they_stand() {
    for text in ["s", "two words", "c2VjcmV0", "a\0", "schlüssel", "\u{feff}key", &"long".repeat(100)] {
        let intercom = Intercom::new("abcd1234", secret(text));
        assert!(verify(text, &mint(&intercom, "intercom", &person())).is_ok(), "{text:?}");
    }
    for text in ["é", " s3cret\n"] {
        let bytes = Secret::from_bytes(text.as_bytes()).unwrap();
        assert!(verify(text, &mint(&Intercom::new("abcd1234", bytes), "intercom", &person())).is_ok(), "{text:?}");
    }
}

#[test]
fn times_are_integer_seconds() {
    for (name, secret, widget) in every_jwt() {
        let claims = claims(widget.as_ref(), name, secret, &whole_person());
        let times: Vec<_> = ["iat", "exp", "nbf"].iter().filter_map(|key| claims.get(*key)).collect();
        assert!(!times.is_empty(), "{name}");
        for time in times {
            assert!(time.as_u64().is_some_and(|time| (NOW..NOW + 7200).contains(&time)), "{name}: {time}");
        }
    }
}

#[test]
fn ids_are_strings_whatever_they_look_like() {
    for id in ["123", "0", "-1", "1e9", "null", "true", " padded ", "\"}", "a.b", "näme", "😀", "\u{202e}", "a\0b\n"]
    {
        let identity = Identity::new(id).with_email("user@example.com");
        for (name, secret, widget) in every_jwt() {
            let claims = claims(widget.as_ref(), name, secret, &identity);
            for key in id_claims(name) {
                assert_eq!(claims[key], id, "{name}");
            }
        }
    }
}

#[test]
fn blank_id_is_refused() {
    for id in ["", " ", "\t\r\n", BLANK] {
        let nameless = Identity::new(id).with_email("user@example.com").with_name("The Name");
        for (name, _, widget) in every_jwt() {
            assert_eq!(widget.mint(name, &nameless, at(NOW)).err(), Some(TokenError::MissingId), "{name}: {id:?}");
            assert_eq!(widget.boot_data(&nameless, at(NOW)).err(), Some(TokenError::MissingId), "{name}: {id:?}");
        }
    }
}

#[test]
fn without_an_email_those_that_need_one_refuse() {
    let id = Identity::new("user-123").with_name("The Name");
    for identity in [id.clone(), id.clone().with_email(""), id.clone().with_email("  "), id.clone().with_email(BLANK)] {
        for (name, _, widget) in every_jwt_by_email() {
            assert_eq!(widget.mint(name, &identity, at(NOW)).err(), Some(TokenError::MissingEmail), "{name}");
            assert_eq!(widget.boot_data(&identity, at(NOW)).err(), Some(TokenError::MissingEmail), "{name}");
        }
        assert_eq!(intercom_claims(&identity).get("email"), None);
    }
}

#[test]
fn no_token_outlives_the_applications_session() {
    for (name, secret, lifetime) in
        [("intercom", SECRET, 3600), ("zendesk-chat", "chat secret", 300), ("ferndesk", "ferndesk secret", 3600)]
    {
        let (.., widget) = every_jwt().into_iter().find(|(known, ..)| *known == name).unwrap();
        for (ends, expected) in [
            (NOW + 1, 1),
            (NOW + lifetime - 1, lifetime - 1),
            (NOW + lifetime, lifetime),
            (NOW + lifetime + 1, lifetime),
            (NOW * 1000, lifetime),
            (i64::MAX as u64, lifetime),
        ] {
            let token = widget.mint(name, &person().with_session_expires(at(ends)), at(NOW)).unwrap();
            assert_eq!(token.lifetime(), Some(secs(expected)), "{name}: {ends}");
            let claims = verify(secret, token.as_str()).unwrap().claims;
            assert_eq!(claims["exp"], json!(NOW + expected), "{name}: {ends}");
        }
    }
}

#[test]
fn a_session_that_is_over_gets_no_token() {
    for ends in [0, 1, NOW - 1, NOW] {
        let identity = person().with_session_expires(at(ends));
        for (name, _, widget) in every_jwt() {
            assert_eq!(widget.mint(name, &identity, at(NOW)).err(), Some(TokenError::SessionOver), "{name}: {ends}");
            assert_eq!(widget.boot_data(&identity, at(NOW)).err(), Some(TokenError::SessionOver), "{name}: {ends}");
        }
        let legacy = intercom().legacy_user_hash();
        assert_eq!(legacy.mint("intercom", &identity, at(NOW)).err(), Some(TokenError::SessionOver), "{ends}");
    }
}

#[test]
fn clock_at_its_limits_causes_no_panic_in_any_widget() {
    for now in [0, 1, i64::MAX as u64 - 1, i64::MAX as u64] {
        for (name, secret, widget) in every_jwt() {
            let token = widget.mint(name, &person(), at(now)).unwrap();
            let claims = verify(secret, token.as_str()).unwrap().claims;
            assert!(claims.get("exp").is_none_or(|exp| exp.as_u64() >= Some(now)), "{name}: {claims}");
        }
    }
}

#[test]
fn a_megabyte_is_too_large() {
    let megabyte = "x".repeat(1 << 20);
    let (by_attribute, by_name) = (person().with_attribute("notes", megabyte.as_str()), person().with_name(megabyte));
    for (name, _, widget) in every_jwt() {
        let identity = if name.starts_with("zendesk") { &by_name } else { &by_attribute };
        assert_eq!(widget.mint(name, identity, at(NOW)).err(), Some(TokenError::TooLarge), "{name}");
    }
}

#[test]
fn a_token_may_fill_its_limit_and_not_a_byte_more() {
    let mint =
        |length: usize| intercom().mint("intercom", &person().with_attribute("notes", "x".repeat(length)), at(NOW));
    let longest = (5_500..6_500).take_while(|length| mint(*length).is_ok()).last().unwrap();
    let token = mint(longest).unwrap();
    assert_eq!(token.as_str().len(), MAX_TOKEN_BYTES);
    assert_eq!(mint(longest + 1).err(), Some(TokenError::TooLarge));
    assert!(verify(SECRET, token.as_str()).is_ok());
}

#[test]
fn a_name_that_is_not_a_tokens_is_refused() {
    for name in ["", "page", "Intercom", "intercom ", "intercom\0", "zendesk-classic", "zendesk", "ferndesk/../x", "é"]
    {
        for widgets in [alone(intercom()), alone(zendesk()), alone(ferndesk())] {
            assert_eq!(widgets.mint(name, &person()).err(), Some(TokenError::UnknownToken), "{name:?}");
        }
    }
    let chat_alone = ZendeskClassic::chat("key-1", secret("chat secret"));
    let help_center_alone = ZendeskClassic::help_center_only("key-1", secret("help center secret"));
    for (widget, name, known) in [
        (&chat_alone, "zendesk-help-center", "zendesk-chat"),
        (&help_center_alone, "zendesk-chat", "zendesk-help-center"),
    ] {
        assert_eq!(alone(widget.clone()).mint(name, &whole_person()).err(), Some(TokenError::UnknownToken), "{name}");
        assert!(widget.mint(known, &person(), at(NOW)).is_ok(), "{known}");
        assert_eq!(widget.manifest().token_names(), [known]);
    }
}

#[test]
fn signed_claims_are_never_repeated_unsigned() {
    let identity = whole_person();
    for (widget, keys) in
        [(&intercom() as &dyn Widget, &["intercom_user_jwt"] as &[&str]), (&zendesk(), &[]), (&ferndesk(), &["token"])]
    {
        let person = json_of(widget.boot_data(&identity, at(NOW)).unwrap());
        assert_eq!(person.as_object().unwrap().keys().collect::<Vec<_>>(), keys, "{}", widget.manifest().name());
        let said = format!("{person}{}", json_of(widget.manifest().settings()));
        for secret in ["user-123", "user@example.com", "Näme", "\"pro\"", "secret"] {
            assert!(!said.contains(secret), "{}: {said}", widget.manifest().name());
        }
    }
}

#[test]
fn the_page_gets_the_very_token_that_the_vendor_mints() {
    let identity = whole_person();
    let person = json_of(intercom().boot_data(&identity, at(NOW)).unwrap());
    assert_eq!(person["intercom_user_jwt"], mint(&intercom(), "intercom", &identity));
    let person = json_of(ferndesk().boot_data(&identity, at(NOW)).unwrap());
    assert_eq!(person["token"], mint(&ferndesk(), "ferndesk", &identity));
}

/// <https://www.intercom.com/help/en/articles/2361922>, <https://support.zendesk.com/hc/en-us/articles/4408828505754>
#[test]
fn the_cookies_of_a_session_are_known_by_name_and_no_others() {
    for (widget, owned, other) in [
        (&intercom() as &dyn Widget, "intercom-session-abcd1234", "intercom-session-other"),
        (&intercom(), "intercom-id-abcd1234", "intercom-id-abcd12345"),
        (&intercom(), "intercom-device-id-abcd1234", "x-intercom-device-id-abcd1234"),
        (&zendesk(), "__zlcmid", "__zlcmid2"),
    ] {
        assert!(widget.manifest().artifacts().owns_cookie(owned), "{owned}");
        for other in [other, "", "sid", "*", "intercom-", "INTERCOM-ID-ABCD1234"] {
            assert!(!widget.manifest().artifacts().owns_cookie(other), "{other}");
        }
    }
}

#[test]
fn libraries_come_from_the_vendor_unless_it_is_said_otherwise() {
    for (widget, moved, url) in [
        (
            &intercom() as &dyn Widget,
            &intercom().library_url("/own.js") as &dyn Widget,
            "https://widget.intercom.io/widget/abcd1234",
        ),
        (&zendesk(), &zendesk().library_url("/own.js"), "https://static.zdassets.com/ekr/snippet.js?key=key-1"),
        (&ferndesk(), &ferndesk().library_url("/own.js"), "https://static.ferndesk.com/dist/sdk.js"),
    ] {
        assert_eq!(widget.manifest().library(), Some(url));
        assert_eq!(moved.manifest().library(), Some("/own.js"));
    }
}

#[test]
fn a_boxed_vendor_is_the_widget() {
    let identity = whole_person();
    for (widget, boxed) in [
        (&intercom() as &dyn Widget, Box::new(intercom()) as Box<dyn Widget>),
        (&intercom().legacy_user_hash(), Box::new(intercom().legacy_user_hash())),
        (&zendesk(), Box::new(zendesk())),
        (&ferndesk(), Box::new(ferndesk())),
    ] {
        // As a `Widget` itself, not through the value in the box.
        let boxed: &dyn Widget = &boxed;
        assert_eq!(
            (boxed.manifest().name(), boxed.manifest().app_id()),
            (widget.manifest().name(), widget.manifest().app_id())
        );
        assert_eq!(boxed.manifest().token_names(), widget.manifest().token_names());
        assert_eq!(boxed.manifest().requires_token_path(), widget.manifest().requires_token_path());
        assert_eq!(boxed.manifest().library(), widget.manifest().library());
        assert_eq!(boxed.manifest().adapter(), widget.manifest().adapter());
        assert_eq!(boxed.manifest().identified_cookie(), widget.manifest().identified_cookie());
        assert_eq!(json_of(boxed.manifest().artifacts()), json_of(widget.manifest().artifacts()));
        assert_eq!(json_of(boxed.manifest().settings()), json_of(widget.manifest().settings()));
        let person = |widget: &dyn Widget| json_of(widget.boot_data(&identity, at(NOW)).unwrap());
        assert_eq!(person(boxed), person(widget));
        let hashed = |widget: &dyn Widget| widget.secret().expect("a secret").hmac_hex("a").unwrap();
        assert_eq!(hashed(boxed), hashed(widget));
        let manifest = widget.manifest();
        let name = manifest.token_names()[0];
        assert_eq!(mint(boxed, name, &identity), mint(widget, name, &identity));
    }
}

#[test]
fn set_mints_the_same_tokens_as_its_widgets() {
    let widgets = builder().widget(zendesk()).widget(ferndesk()).token_path("/widget-token").build().unwrap();
    for (name, secret, widget) in every_jwt() {
        let token = widgets.mint(name, &whole_person()).unwrap();
        assert_eq!(token.lifetime(), widget.mint(name, &whole_person(), at(NOW)).unwrap().lifetime(), "{name}");
        let mut claims =
            [verify(secret, token.as_str()), verify(secret, &mint(widget.as_ref(), name, &whole_person()))]
                .map(|jwt| jwt.unwrap().claims);
        // This claim is different each time.
        claims.iter_mut().for_each(|claims| drop(claims.as_object_mut().unwrap().remove("jti")));
        assert_eq!(claims[0], claims[1], "{name}");
        assert_eq!(
            widgets.mint(name, &person().with_session_expires(at(NOW))).err(),
            Some(TokenError::SessionOver),
            "{name}"
        );
        assert_eq!(Widgets::disabled().mint(name, &person()).err(), Some(TokenError::UnknownToken), "{name}");
    }
    for name in ["", "page", "zendesk-classic", "Intercom", "intercom\0"] {
        assert_eq!(widgets.mint(name, &person()).err(), Some(TokenError::UnknownToken), "{name:?}");
    }
}

#[test]
fn a_fact_that_is_said_twice_counts_once() {
    let person = BootData::new().with("a", 1).with("b", 2).with("a", json!(null)).with_some("b", None::<u8>);
    assert_eq!(serde_json::to_string(&person).unwrap(), r#"{"b":2,"a":null}"#);
}
