//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, now, secret};

fn reamaze() -> Reamaze {
    Reamaze::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| reamaze().setting(key, "a"), &["user", "account"]);
}

#[test]
fn appearance_options_are_settings() {
    let expected = json!({ "account": "app-1", "ui": { "contactMode": "mixed" } });
    assert_settings(&reamaze().setting("ui", json!({ "contactMode": "mixed" })), expected);
}

/// The address with a colon, signed for the id `7`, would give the same text as the user `7:8` with the first address.
#[test]
fn hash_cannot_be_read_as_one_for_another_id() {
    let mint = |id: &str, email: &str| {
        let token = reamaze().mint(NAME, &Identity::new(id).with_email(email), now());
        token.map(Token::into_string)
    };
    let victim = mint("7:8", "victim@example.com").unwrap();
    assert_eq!(mint("7", "8:victim@example.com"), Err(TokenError::UnacceptableEmail));
    assert_ne!(mint("7", "victim@example.com").unwrap(), victim);
}
