//! Signing without any feature, independent of the crypto provider of the application's own jsonwebtoken.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};
use tower_widget_identity::{
    Identity, Secret, Widgets,
    widget::{Intercom, Widget},
};

#[test]
fn an_hmac_needs_no_feature() {
    // https://github.com/intercom/identity-verification-code-samples
    let hash = Secret::new("secret").unwrap().hmac_hex("Message").unwrap();
    assert_eq!(hash.as_str(), "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597");
}

#[test]
fn a_token_is_one_that_jsonwebtoken_takes() {
    let intercom = Intercom::new("demo", Secret::new("secret").unwrap());
    let token = intercom.mint("intercom", &Identity::new("user-1"), std::time::SystemTime::now()).unwrap();
    let key = DecodingKey::from_secret(b"secret");
    let read = decode::<Value>(token.as_str(), &key, &Validation::new(Algorithm::HS256)).unwrap();
    assert_eq!(read.claims["user_id"], json!("user-1"));
}

#[test]
fn a_set_of_widgets_can_be_built() {
    let intercom = Intercom::new("demo", Secret::new("secret").unwrap());
    assert!(Widgets::builder().widget(intercom).identify(|_| None::<Identity>).build().unwrap().is_enabled());
}
