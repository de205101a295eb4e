//! LiveChat: its library asks for the user at any time.

use std::{convert::Infallible, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tower_widget_identity::{Identity, IssuedToken, Issuer, widget::LiveChat};

use crate::widgets::play;

/// The journal of a script in which the token service has a token for both users.
fn play(script: &str) -> Vec<Value> {
    let issuer =
        Issuer::new(async |_: Identity| Ok::<_, Infallible>(IssuedToken::new("unused", Duration::from_secs(1))));
    let text = |parts: Value| URL_SAFE_NO_PAD.encode(parts.to_string());
    let of_ada = text(json!({ "accessToken": "fra-a:1", "entityId": "e-1" }));
    let of_bela = text(json!({ "accessToken": "fra-a:2", "entityId": "e-2" }));
    let tokens = format!("ada.tokens.livechat = '{of_ada}'; bela.tokens.livechat = '{of_bela}';");
    let see = "
        const seen = promise => promise.then(note, () => note('refused'));
        const provider = () => window.__lc.custom_identity_provider();";
    play::play(&LiveChat::new("12345678", issuer), &format!("{tokens}{see}{script}"))
}

#[test]
fn provider_asks_once_and_returns_the_user() {
    let script = "
        await visit(ada);
        await seen(provider().hasToken());
        await provider().getToken();
        await seen(provider().getToken());
        await seen(provider().hasToken());";
    let token = json!({
        "tokenType": "Bearer",
        "accessToken": "fra-a:1",
        "entityId": "e-1",
        "expiresIn": 600,
        "creationDate": 1_800_000_000_000_u64,
    });
    assert_eq!(play(script), [json!(false), json!("ask livechat"), token, json!(true)]);
}

#[test]
fn provider_knows_no_user_after_a_logout() {
    let script = "
        await visit(ada);
        const former = provider();
        await former.getToken();
        await signedOutElsewhere();
        await seen(former.getToken());
        await seen(former.getFreshToken());
        await seen(former.hasToken());
        note('custom_identity_provider' in window.__lc);";
    assert_eq!(play(script), [json!("ask livechat"), json!("refused"), json!("refused"), json!(false), json!(false)]);
}

#[test]
fn provider_of_a_former_user_gives_the_next_one_nothing() {
    let script = "
        await visit(ada);
        const former = provider();
        await visit(bela);
        const identify = async each => { await seen(each.getToken().then(token => token.entityId)); };
        await identify(former);
        await identify(provider());
        // Now there is a token.
        await identify(former);
        await seen(former.hasToken());
        await identify(provider());";
    let expected =
        [json!("refused"), json!("ask livechat"), json!("e-2"), json!("refused"), json!(false), json!("e-2")];
    assert_eq!(play(script), expected);
}

/// The API's parts may have any letters.
#[test]
fn parts_of_any_letters_arrive_as_they_are() {
    let parts = json!({ "accessToken": "fra-a:1", "entityId": "\u{e4}\u{1f600}" });
    let text = URL_SAFE_NO_PAD.encode(parts.to_string());
    let script = "await visit(ada); await seen(provider().getToken().then(token => token.entityId));";
    assert_eq!(play(&format!("ada.tokens.livechat = '{text}'; {script}"))[1], "\u{e4}\u{1f600}");
}

#[test]
fn a_visitor_has_no_provider() {
    let script = "
        await visit(ada);
        await signOut();
        await pass(1100);
        note(['custom_identity_provider' in window.__lc, window.__lc.license]);";
    assert_eq!(play(script), [json!([false, "12345678"])]);
}
