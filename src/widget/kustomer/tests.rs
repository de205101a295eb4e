//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn kustomer() -> Kustomer {
    Kustomer::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    assert_reserved(|key| kustomer().setting(key, "user-1"), &["jwtToken", "externalId", "email", "apiKey"]);
}

#[test]
fn appearance_options_and_the_brand_are_settings() {
    let expected = json!({ "apiKey": "app-1", "brandId": "brand-1", "lang": "en_us" });
    assert_settings(&kustomer().brand_id("brand-1").setting("lang", "en_us"), expected);
}
