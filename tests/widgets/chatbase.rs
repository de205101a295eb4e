//! Chatbase.

use serde_json::json;
use tower_widget_identity::widget::Chatbase;

use crate::widgets::play::{play, secret};

#[test]
fn the_domain_stands_on_the_element_and_the_settings_in_the_page() {
    let chatbase =
        Chatbase::new("agent-1", secret()).domain("chat.example.com").setting("showFloatingInitialMessages", false);
    let calls = play(
        &chatbase,
        "noteScripts();
         window.chatbase = recorder('chatbase');
         await visit(undefined);
         note(window.chatbaseConfig);",
    );
    let attributes = json!({ "domain": "chat.example.com", "id": "agent-1" });
    let load = json!(["load", "https://chat.example.com/embed.min.js", attributes]);
    assert_eq!(calls, [load, json!({ "showFloatingInitialMessages": false })]);
}

#[test]
fn the_token_alone_is_handed_over() {
    let calls = play(
        &Chatbase::new("agent-1", secret()),
        "noteScripts();
         window.chatbase = recorder('chatbase');
         await visit(ada);
         await signedOutElsewhere();",
    );
    let attributes = json!({ "domain": "www.chatbase.co", "id": "agent-1" });
    let expected = [
        json!(["chatbase", "identify", { "token": "ada-in-page" }]),
        json!(["load", "https://www.chatbase.co/embed.min.js", attributes]),
        json!(["chatbase", "resetUser"]),
        json!(["chatbase", "resetChat"]),
    ];
    assert_eq!(calls, expected);
}
