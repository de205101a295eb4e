//! What several vendors check about their configuration.

use crate::{
    error::{ConfigError, ConfigErrorKind},
    sign::Secret,
};

/// An address of the vendor's that stands in the page and in its policy: a scheme that browsers trust, and a host.
pub(super) fn check_https(widget: &str, what: &str, url: &str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte);
    let rest = url.strip_prefix("https://").unwrap_or_default();
    if rest.starts_with(|first: char| first.is_ascii_alphanumeric()) && rest.bytes().all(legal) {
        return Ok(());
    }
    let message =
        format!("{widget}: the {what} must be an address like `https://host.example`: copy it from the vendor");
    Err(ConfigError::new(ConfigErrorKind::CspSource, message))
}

/// The name of the key, where a vendor knows several at a time.
pub(super) fn check_key_id(widget: &str, secret: &Secret) -> Result<(), ConfigError> {
    if secret.has_key_id() {
        return Ok(());
    }
    let message = format!("{widget}: the signing key's id is missing: name it with Secret::with_key_id(..)");
    Err(ConfigError::new(ConfigErrorKind::Secret, message))
}

/// 31 days in seconds: longer than any session that a token should follow.
const MONTH: u64 = 31 * 24 * 60 * 60;

/// Vendors issue ids of letters, digits and a few signs; anything else is a mistake, or an attack on the places where
/// the id stands (cookie names, URLs).
pub(super) fn check_app_id(widget: &str, id: &str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let problem = if !id.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        "is empty, or holds no letter or digit"
    } else if !id.bytes().all(legal) {
        "holds a character other than letters, digits, '-', '_' and '.'"
    } else {
        return Ok(());
    };
    let message = format!("{widget}: the application id {problem}: copy it from the vendor's dashboard");
    Err(ConfigError::new(ConfigErrorKind::AppId, message))
}

/// A lifetime in seconds: not zero, not over the vendor's limit, and where there is none not so long that it must have
/// been meant in milliseconds.
pub(super) fn check_lifetime(widget: &str, seconds: u64, limit: Option<u64>) -> Result<(), ConfigError> {
    let problem = match limit {
        _ if seconds == 0 => "is zero seconds: give the token time to arrive".to_owned(),
        Some(limit) if seconds > limit => {
            format!("of {seconds} seconds is over the vendor's limit of {limit} seconds")
        }
        None if seconds > MONTH => {
            format!("of {seconds} seconds is over 31 days ({MONTH} seconds): was it meant in milliseconds?")
        }
        _ => return Ok(()),
    };
    let message = format!("{widget}: the token lifetime {problem}");
    Err(ConfigError::new(ConfigErrorKind::Lifetime, message))
}
