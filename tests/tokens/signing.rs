//! Signing without any feature, independent of the crypto provider of the application's own jsonwebtoken.

use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};

#[test]
fn an_hmac_needs_no_feature() {
    // https://github.com/intercom/identity-verification-code-samples
    let hash = Secret::new("secret").unwrap().hmac_hex("Message").unwrap();
    assert_eq!(hash.as_str(), "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597");
}

#[test]
fn a_set_of_widgets_can_be_built() {
    let intercom = Intercom::new("demo", Secret::new("secret").unwrap());
    assert!(Widgets::builder().widget(intercom).identify(|_| None::<Identity>).build().unwrap().is_enabled());
}
