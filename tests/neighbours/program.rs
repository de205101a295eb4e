//! An application that uses jsonwebtoken with one crypto provider, as its documentation says, together with this
//! crate.
//!
//! Each of the two manifests enables one provider. jsonwebtoken chooses it for the whole process by its features,
//! which Cargo unifies: if this crate enabled another one, the application's own `encode` would panic.

use std::time::SystemTime;

use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode, get_current_timestamp};
use serde::{Deserialize, Serialize};
use tower_widget_identity::{
    Identity, Secret,
    widget::{Intercom, Widget},
};

#[derive(Serialize, Deserialize)]
struct Claims {
    user_id: String,
    exp: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = get_current_timestamp();

    let own = Claims { user_id: "user-1".to_owned(), exp: now + 60 };
    let own = encode(&Header::default(), &own, &EncodingKey::from_secret(b"the application's"))?;
    assert_eq!(user(&own, "the application's")?, "user-1", "the application's own token");

    let widget = Intercom::new("abcd1234", Secret::new("the vendor's")?);
    let ours = widget.mint("intercom", &Identity::new("user-2"), SystemTime::now())?;
    assert_eq!(user(ours.as_str(), "the vendor's")?, "user-2", "the widget's token");
    Ok(())
}

fn user(token: &str, secret: &str) -> Result<String, jsonwebtoken::errors::Error> {
    let key = DecodingKey::from_secret(secret.as_bytes());
    Ok(decode::<Claims>(token, &key, &Validation::default())?.claims.user_id)
}
