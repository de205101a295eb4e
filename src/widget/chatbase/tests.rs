//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_refused, assert_reserved, assert_settings, secret};

fn chatbase() -> Chatbase {
    Chatbase::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let keys = ["id", "domain", "chatbotId", "user_id", "user_hash", "token", "email", "phonenumber", "sub"];
    assert_reserved(|key| chatbase().setting(key, "a"), &keys);
}

#[test]
fn appearance_options_are_settings() {
    let expected = json!({ "id": "app-1", "domain": "www.chatbase.co", "showFloatingInitialMessages": false });
    assert_settings(&chatbase().setting("showFloatingInitialMessages", false), expected);
}

#[test]
fn custom_domain_serves_the_library_and_is_allowed_by_the_policy() {
    let manifest = chatbase().domain("chat.example.com").manifest();
    assert_eq!(manifest.library(), Some("https://chat.example.com/embed.min.js"));
    assert_eq!(json!(manifest.settings()), json!({ "id": "app-1", "domain": "chat.example.com" }));
    let hosts = ["https://chat.example.com", "https://www.chatbase.co"];
    let expected = CspSources::new().script(["https://chat.example.com"]).connect(hosts).frame(hosts);
    assert_eq!(manifest.csp_sources(), expected);

    let own = chatbase().domain("chat.example.com").library_url("/own.js").manifest();
    assert_eq!(own.library(), Some("/own.js"));
    assert_eq!(
        own.csp_sources(),
        CspSources::new().script(["/own.js"]).connect(hosts).frame(hosts).connect(["/own.js"]).frame(["/own.js"])
    );
}

#[test]
fn domain_must_be_a_bare_host() {
    for domain in
        ["", " ", "https://chat.example.com", "chat.example.com/", "a b", "*.example.com", "a;b", "a'b", ".a", "é"]
    {
        assert_refused(&chatbase().domain(domain), ConfigErrorKind::CspSource, &["chatbase", "chat.example.com"]);
    }
    assert_eq!(chatbase().domain("chat.example.com").check(), Ok(()));
}
