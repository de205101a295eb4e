//! Pylon.

use serde_json::json;
use tower_widget_identity::{Secret, widget::Pylon};

use crate::widgets::play::{ada, play_as};

#[test]
fn the_account_stands_among_the_settings() {
    let pylon = Pylon::new("app-1", Secret::from_hex("73336372657421").unwrap());
    let ada = ada().with_unsigned("account_external_id", "7").with_unsigned("avatar_url", "/a.png");
    let settings = json!({
        "app_id": "app-1",
        "email": "ada@example.com",
        "email_hash": "ada-in-page",
        "name": "Ada",
        "account_external_id": "7",
        "avatar_url": "/a.png",
    });
    let found = play_as(&pylon, &ada, "await visit(ada); note(window.pylon);");
    assert_eq!(found, [json!({ "chat_settings": settings })]);
    let of_a_visitor = play_as(&pylon, &ada, "await visit(undefined); note(window.pylon);");
    assert_eq!(of_a_visitor, [json!({ "chat_settings": { "app_id": "app-1" } })]);
}
