//! Configuration checks that several widgets share.

use std::time::Duration;

use super::{claims::is_reserved, manifest::Settings};
use crate::{
    error::{ConfigError, ConfigErrorKind},
    sign::Secret,
};

/// Checks a vendor address that goes into the page and its policy: it needs a scheme that browsers trust, and a host.
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

/// Checks a value that has no default, so that the application must set it.
pub(super) fn check_set(widget: &str, setter: &str, value: &str) -> Result<(), ConfigError> {
    if !value.trim().is_empty() {
        return Ok(());
    }
    let message = format!("{widget}: the {setter} is missing: set it with {setter}(..)");
    Err(ConfigError::new(ConfigErrorKind::AppId, message))
}

/// Checks that the key makes RS256 signatures.
#[cfg(feature = "rsa")]
pub(super) fn check_rsa(widget: &str, secret: &Secret) -> Result<(), ConfigError> {
    if secret.is_rsa() {
        return Ok(());
    }
    let message = format!("{widget}: the secret is not an RSA key: read it with Secret::rsa_pem(..)");
    Err(ConfigError::new(ConfigErrorKind::Secret, message))
}

/// Checks that the key has an id, for a vendor that accepts several keys at a time.
pub(super) fn check_key_id(widget: &str, secret: &Secret) -> Result<(), ConfigError> {
    if secret.has_key_id() {
        return Ok(());
    }
    let message = format!("{widget}: the signing key's id is missing: name it with Secret::with_key_id(..)");
    Err(ConfigError::new(ConfigErrorKind::Secret, message))
}

/// Checks the application id. Vendors issue ids of letters, digits and a few signs; any other character is a mistake,
/// or an attack on the places that contain the id (cookie names, URLs).
pub(super) fn check_app_id(widget: &str, id: &str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let problem = if !id.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        "is empty or contains no letter or digit"
    } else if !id.bytes().all(legal) {
        "contains a character other than letters, digits, '-', '_' and '.'"
    } else {
        return Ok(());
    };
    let message = format!("{widget}: the application id {problem}: copy it from the vendor's dashboard");
    Err(ConfigError::new(ConfigErrorKind::AppId, message))
}

/// Checks that the lifetime is at least one second and not over the limit.
pub(super) fn check_lifetime(widget: &str, lifetime: Duration, limit: Duration) -> Result<(), ConfigError> {
    let problem = if lifetime.is_zero() {
        "is zero seconds: give the token time to arrive".to_owned()
    } else if lifetime < Duration::from_secs(1) {
        "is under one second: token times are whole seconds".to_owned()
    } else if lifetime > limit {
        // Rounded up, so that the message does not show the limit itself as the rejected number.
        let seconds = lifetime.as_secs().saturating_add(u64::from(lifetime.subsec_nanos() > 0));
        format!("of {seconds} seconds is over the limit of {} seconds", limit.as_secs())
    } else {
        return Ok(());
    };
    let message = format!("{widget}: the token lifetime {problem}");
    Err(ConfigError::new(ConfigErrorKind::Lifetime, message))
}

/// Rejects settings that would identify a user without a signature. `reserved` holds the names that no setting may have.
pub(super) fn check_settings(widget: &str, settings: &Settings, reserved: &[&str]) -> Result<(), ConfigError> {
    match settings.keys().find(|key| is_reserved(key, reserved)) {
        None => Ok(()),
        Some(key) => Err(ConfigError::new(
            ConfigErrorKind::Setting,
            format!("{widget}: `{key}` identifies a user or has its own setter: use `Identity` or that setter"),
        )),
    }
}

/// Checks settings that are methods of the library: each begins with `set` or is one of `others`.
/// Any other method might identify a user, or end the session.
pub(super) fn check_methods(widget: &str, settings: &Settings, others: &[&str]) -> Result<(), ConfigError> {
    let is_setter = |key: &str| key.starts_with("set") || others.contains(&key);
    match settings.keys().find(|key| !is_setter(key)) {
        None => Ok(()),
        Some(key) => Err(ConfigError::new(
            ConfigErrorKind::Setting,
            format!("{widget}: `{key}` is not a setting: name a method of the library that begins with `set`"),
        )),
    }
}
