//! What tests share: a fixed time, a configuration, and a referee for tokens that shares no code with the library.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tower_widget_identity::{
    Outcome, OutcomeKind, Secret, Widgets, WidgetsBuilder,
    widget::{Intercom, Widget},
};

/// The time at which tests take place.
pub(crate) const NOW: u64 = 1_700_000_000;
pub(crate) const SECRET: &str = "intercom secret";

/// This many seconds after 1970.
pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + secs(seconds)
}

/// A configuration with only this widget. It refuses an unknown token name before it asks the widget.
pub(crate) fn alone(widget: impl Widget) -> Widgets {
    Widgets::builder().widget(widget).token_path("/widget-token").clock(|| at(NOW)).build().unwrap()
}

/// The kind of the outcome. No widget may have failed.
pub(crate) fn kind(outcome: Option<&Outcome>) -> Option<OutcomeKind> {
    let outcome = outcome?;
    assert_eq!(outcome.failures(), [], "{outcome:?}");
    Some(outcome.kind())
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The marker's name, and the fingerprints of user-1 and user-2 with that configuration, computed with Python:
/// `k = hmac.digest(SECRET, b"tower-widget-identity/marker/v1\xff", "sha256")` and
/// `base64.urlsafe_b64encode(hmac.digest(k, b"user-1", "sha256"))[:22]`.
pub(crate) const MARKER: &str = "__Host-widget";
pub(crate) const FP_1: &str = "H_yLyVTRcDKysSyonoz7ur";
pub(crate) const FP_2: &str = "eyUKS_UEG6Zw8-KsfoAOv3";

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

/// A configuration with one vendor and the fixed time, and defaults for the rest.
pub(crate) fn builder() -> WidgetsBuilder {
    Widgets::builder().widget(Intercom::new("abcd1234", secret(SECRET))).clock(|| at(NOW))
}

pub(crate) fn widgets() -> Widgets {
    builder().build().unwrap()
}

/// The page before the snippet, the snippet, and the page after it.
pub(crate) fn cut(page: &str) -> (&str, &str, &str) {
    let start = page.find("<script data-cfasync=\"false\" data-widget='").expect("a snippet");
    let end = start + page[start..].find("</script>").expect("its end") + "</script>".len();
    (&page[..start], &page[start..end], &page[end..])
}

/// The constants of every page of a configuration, from a snippet's code.
pub(crate) fn constants(element: &str) -> Value {
    let (_, code) = element.split_once("'>").unwrap();
    let (_, after_the_runtime) = code.split_once(")({").unwrap();
    let (constants, _) = after_the_runtime.rsplit_once(",{'").expect("the adapters come last");
    serde_json::from_str(&format!("{{{constants}")).unwrap()
}

/// The data of a snippet.
pub(crate) fn snippet(element: &str) -> Value {
    let data = element.strip_prefix("<script data-cfasync=\"false\" data-widget='").unwrap();
    serde_json::from_str(data.split_once("'>").unwrap().0).unwrap()
}

/// The content of a token whose signature is right.
#[derive(Debug, PartialEq)]
pub(crate) struct Jwt {
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

/// Reads a token as the strictest of vendors would: signed with HS256 by this secret, and no claim twice.
pub(crate) fn verify(secret: &str, token: &str) -> Result<Jwt, &'static str> {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().map_err(|_| "three parts")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "the signature's base64")?;
    let signed = format!("{header}.{claims}");
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|_| "the secret")?
        .chain_update(signed)
        .verify_slice(&signature)
        .map_err(|_| "the signature")?;
    let jwt = Jwt { header: object(header)?, claims: object(claims)? };
    if jwt.header["alg"] == "HS256" { Ok(jwt) } else { Err("the algorithm") }
}

fn object(part: &str) -> Result<Value, &'static str> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| "base64")?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| "JSON")?;
    // The library writes JSON without white space, so a text that became shorter had a key twice.
    let once = value.is_object() && value.to_string().len() == bytes.len();
    once.then_some(value).ok_or("a key twice")
}
