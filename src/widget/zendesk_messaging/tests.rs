//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn zendesk() -> ZendeskMessaging {
    ZendeskMessaging::new("app-1", secret().with_key_id("app_1"))
}

#[test]
fn appearance_options_and_conversation_fields_are_settings() {
    let fields = json!([{ "id": "123", "value": "web" }]);
    let zendesk = zendesk().setting("locale", "de").setting("zIndex", 50).setting("conversationFields", fields.clone());
    assert_settings(&zendesk, json!({ "locale": "de", "zIndex": 50, "conversationFields": fields }));
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let keys = ["external_id", "name", "email", "email_verified", "sub"];
    assert_reserved(|key| zendesk().setting(key, "user-1"), &keys);
}
