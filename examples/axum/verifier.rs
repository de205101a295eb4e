//! The vendor's side of the demo: verifies a token as the vendor's servers do.
//!
//! It shares no code with the library that signs, so a mistake in the signing shows up as a rejection here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;

/// The longest accepted token, far longer than any token of the demo.
const MAX_TOKEN: usize = 8 * 1024;

/// The user whom a token identifies, after its signature was verified.
#[derive(Debug, Serialize)]
pub(crate) struct Verified {
    pub(crate) user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejected {
    Malformed,
    Algorithm,
    Signature,
    Expiry,
    Expired,
    UserId,
}

impl Rejected {
    /// The reason in plain words, which the demo messenger shows.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "this is not a token",
            Self::Algorithm => "the token is not signed with HS256",
            Self::Signature => "the signature does not match the content",
            Self::Expiry => "the token has no valid expiry time",
            Self::Expired => "the token has expired",
            Self::UserId => "the token does not identify a user",
        }
    }
}

/// Verifies `token` with `secret`. `now` is in seconds since 1970.
///
/// The signature is verified before the claims are read, because unsigned claims prove nothing. Only the header is read
/// before, to refuse a token that claims another algorithm.
pub(crate) fn verify(secret: &[u8], token: &str, now: u64) -> Result<Verified, Rejected> {
    let (signed, signature) = split(token)?;
    let (header, payload) = signed.split_once('.').ok_or(Rejected::Malformed)?;
    check_header(&json(header)?)?;
    check_signature(secret, signed, signature)?;
    let claims = json(payload)?;
    check_expiry(&claims, now)?;
    person(&claims)
}

/// Splits off the signature; a token must have exactly three parts.
fn split(token: &str) -> Result<(&str, &str), Rejected> {
    if token.len() > MAX_TOKEN || token.matches('.').count() != 2 {
        return Err(Rejected::Malformed);
    }
    token.rsplit_once('.').ok_or(Rejected::Malformed)
}

fn json(part: &str) -> Result<Value, Rejected> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Rejected::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Rejected::Malformed)
}

fn check_header(header: &Value) -> Result<(), Rejected> {
    // `crit` demands extensions that this verifier does not support.
    if header["alg"] != "HS256" || header.get("crit").is_some() {
        return Err(Rejected::Algorithm);
    }
    Ok(())
}

fn check_signature(secret: &[u8], signed: &str, signature: &str) -> Result<(), Rejected> {
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Rejected::Malformed)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| Rejected::Signature)?;
    mac.update(signed.as_bytes());
    // Compares in constant time.
    mac.verify_slice(&signature).map_err(|_| Rejected::Signature)
}

fn check_expiry(claims: &Value, now: u64) -> Result<(), Rejected> {
    match claims["exp"].as_u64() {
        None => Err(Rejected::Expiry),
        Some(exp) if exp <= now => Err(Rejected::Expired),
        Some(_) => Ok(()),
    }
}

fn person(claims: &Value) -> Result<Verified, Rejected> {
    let user_id = text(claims, "user_id").ok_or(Rejected::UserId)?;
    Ok(Verified { user_id, name: text(claims, "name"), email: text(claims, "email") })
}

fn text(claims: &Value, key: &str) -> Option<String> {
    let text = claims[key].as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"a secret of the demo";
    const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

    /// Made with another language's standard library: the header, user-1, "User One" and exp 2000.
    const FOREIGN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.\
        eyJ1c2VyX2lkIjoidXNlci0xIiwibmFtZSI6IlVzZXIgT25lIiwiZXhwIjoyMDAwfQ.\
        eHwGBUlnXJ7UFR0WXSEL-HH8Tyu2EWBIs6iZ85kwIg8";

    fn sign(header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
        mac.update(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    fn rejected(token: &str) -> Rejected {
        verify(SECRET, token, 1000).unwrap_err()
    }

    #[test]
    fn token_of_another_implementation_is_accepted() {
        let verified = verify(SECRET, FOREIGN, 1999).unwrap();
        assert_eq!(verified.user_id, "user-1");
        assert_eq!(verified.name.as_deref(), Some("User One"));
        assert_eq!(verified.email, None);
    }

    #[test]
    fn token_expires_at_its_exp() {
        assert_eq!(verify(SECRET, FOREIGN, 2000).unwrap_err(), Rejected::Expired);
    }

    #[test]
    fn every_altered_byte_is_detected() {
        for at in 0..FOREIGN.len() {
            let mut bytes = FOREIGN.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let token = String::from_utf8(bytes).unwrap();
            assert!(verify(SECRET, &token, 1000).is_err(), "byte {at}");
        }
        assert!(verify(b"another secret", FOREIGN, 1000).is_err());
    }

    #[test]
    fn other_algorithms_are_refused() {
        let payload = r#"{"user_id":"user-1","exp":2000}"#;
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"hs256"}"#, r#"{}"#, r#"[]"#, r#"{"alg":"HS256","crit":["exp"]}"#]
        {
            assert_eq!(rejected(&sign(header, payload)), Rejected::Algorithm);
        }
    }

    #[test]
    fn expiry_must_be_a_whole_number() {
        for exp in ["2000.5", "\"2000\"", "-1", "null", "1e400"] {
            let token = sign(HEADER, &format!(r#"{{"user_id":"user-1","exp":{exp}}}"#));
            let reason = rejected(&token);
            assert!(matches!(reason, Rejected::Expiry | Rejected::Malformed), "{exp}: {reason:?}");
        }
    }

    #[test]
    fn user_id_must_be_a_string() {
        for id in ["1", "null", "\"\"", "[\"user-1\"]"] {
            let token = sign(HEADER, &format!(r#"{{"user_id":{id},"exp":2000}}"#));
            assert_eq!(rejected(&token), Rejected::UserId, "{id}");
        }
    }

    #[test]
    fn malformed_tokens_are_refused() {
        let long = "a.b.".to_owned() + &"c".repeat(MAX_TOKEN);
        for token in ["", "..", "a.b", "a.b.c.d", "\u{fc}.\u{fc}.\u{fc}", &long] {
            assert_eq!(rejected(token), Rejected::Malformed, "{token:.20}");
        }
    }
}
