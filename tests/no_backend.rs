//! Without a signing backend: a clear error when the set is built, and no panic anywhere.

#![cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]

use tower_widget_identity::{
    ConfigErrorKind, Identity, Secret, TokenError, Widgets,
    widget::{Intercom, Widget},
};

#[test]
fn building_tells_which_feature_to_enable() {
    let intercom = Intercom::new("demo", Secret::new("secret").unwrap());
    let error = Widgets::builder().widget(intercom).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::NoBackend);
    assert!(error.to_string().contains("aws-lc-rs") && error.to_string().contains("rust-crypto"));
}

#[test]
fn signing_is_refused() {
    let secret = Secret::new("secret").unwrap();
    assert_eq!(secret.hmac_hex("message").unwrap_err(), TokenError::Signing);
    let intercom = Intercom::new("demo", secret);
    assert_eq!(intercom.mint("intercom", &Identity::new("user-1"), 0).unwrap_err(), TokenError::Signing);
}

#[test]
fn a_disabled_set_needs_no_backend() {
    assert!(!Widgets::disabled().is_enabled());
}
