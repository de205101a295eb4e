//! Replacing a secret in a running service.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, SecretRotation, Widgets, widget::Intercom};
//!
//! let rotation = SecretRotation::new(Secret::new("the old secret")?);
//! let widgets = Widgets::builder().widget(Intercom::new("abcd1234", rotation.secret())).clock(|| SystemTime::UNIX_EPOCH).build()?;
//! let person = Identity::new("user-1");
//! let old = widgets.mint("intercom", &person).unwrap();
//!
//! rotation.replace(Secret::new("the new secret")?)?;
//! assert_ne!(widgets.mint("intercom", &person).unwrap(), old, "signed with the new secret");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use super::{
    key::Key,
    secret::{Secret, Source},
};
use crate::error::{ConfigError, ConfigErrorKind};

/// A handle that replaces a secret while the service runs. Clones replace the same secret.
///
/// A token that is started after [`replace`](Self::replace) has returned is signed with the new key, in its header and
/// in its signature. A token that is being signed meanwhile is finished with the old key. Make the new key known to the
/// vendor first.
///
/// The fingerprints in the marker cookie stay the same until the process ends, because their key is derived when
/// [`Widgets`](crate::Widgets) is built. Set a [`marker_key`](crate::WidgetsBuilder::marker_key) to keep them after a
/// restart, too.
#[derive(Clone)]
pub struct SecretRotation(Arc<RwLock<Arc<Key>>>);

impl SecretRotation {
    /// Creates a rotation that starts with this secret.
    pub fn new(first: Secret) -> Self {
        Self(Arc::new(RwLock::new(first.key())))
    }

    /// Returns the secret with which you configure a widget. It always signs with the current key.
    pub fn secret(&self) -> Secret {
        Secret(Source::Rotating(self.0.clone()))
    }

    /// Replaces the current key: from now on, `next` signs.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`] if the new key is of another kind than the current one: only one of them has a
    /// [name](Secret::with_key_id), or only one is an RSA key. The current key then stays.
    pub fn replace(&self, next: Secret) -> Result<(), ConfigError> {
        let next = next.key();
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if next.id().is_some() != current.id().is_some() {
            let message = "the new secret and the current one must both have a key id, or neither of them";
            return Err(ConfigError::new(ConfigErrorKind::Secret, message));
        }
        if next.is_rsa() != current.is_rsa() {
            let message = "the new secret and the current one must both be RSA keys, or neither of them";
            return Err(ConfigError::new(ConfigErrorKind::Secret, message));
        }
        *current = next;
        Ok(())
    }
}

impl fmt::Debug for SecretRotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretRotation(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text).unwrap()
    }

    #[test]
    fn named_and_unnamed_keys_do_not_replace_each_other() {
        for (first, next) in [(secret("a").with_key_id("1"), secret("b")), (secret("a"), secret("b").with_key_id("2"))]
        {
            let rotation = SecretRotation::new(first.clone());
            assert_eq!(rotation.replace(next).unwrap_err().kind(), ConfigErrorKind::Secret);
            assert_eq!(rotation.secret().hmac_hex("m"), first.hmac_hex("m"), "the current one stays");
        }
    }

    #[test]
    fn every_clone_of_the_secret_follows() {
        let rotation = SecretRotation::new(secret("a").with_key_id("1"));
        let clone = rotation.secret().clone().with_key_id("never seen");
        rotation.clone().replace(secret("b").with_key_id("2")).unwrap();
        assert_eq!(clone.jwt(&()).unwrap(), secret("b").with_key_id("2").jwt(&()).unwrap());
    }
}
