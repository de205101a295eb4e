//! Freshdesk's Help Widget.

use serde_json::json;
use tower_widget_identity::widget::FreshdeskHelpWidget;

use crate::widgets::play::{play, secret};

#[test]
fn the_language_stands_where_the_library_looks() {
    let freshdesk = FreshdeskHelpWidget::new("69000000672", secret()).locale("fr");
    let found = play(&freshdesk, "await visit(ada); note(window.fwSettings);");
    assert_eq!(found, [json!({ "widget_id": 69_000_000_672_u64, "locale": "fr" })]);
}
