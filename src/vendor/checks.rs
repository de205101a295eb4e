//! What several vendors check about their configuration.

use crate::{
    error::{ConfigError, ConfigErrorKind},
    sign::Secret,
};

/// An address of the vendor's that stands in the page and in its policy: a scheme that browsers trust, and a host.
pub(super) fn check_https(vendor: &str, what: &str, url: &str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte);
    let rest = url.strip_prefix("https://").unwrap_or_default();
    if rest.starts_with(|first: char| first.is_ascii_alphanumeric()) && rest.bytes().all(legal) {
        return Ok(());
    }
    let message =
        format!("{vendor}: the {what} must be an address like `https://host.example`: copy it from the vendor");
    Err(ConfigError::new(ConfigErrorKind::CspSource, message))
}

/// The name of the key, where a vendor knows several at a time.
pub(super) fn check_key_id(vendor: &str, secret: &Secret) -> Result<(), ConfigError> {
    if secret.has_key_id() {
        return Ok(());
    }
    let message = format!("{vendor}: the signing key's id is missing: name it with Secret::with_key_id(..)");
    Err(ConfigError::new(ConfigErrorKind::Secret, message))
}
