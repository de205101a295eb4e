//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret, settings};

#[test]
fn numeric_widget_id_is_a_number_in_the_page() {
    let of = |id: &str| settings(&FreshdeskHelpWidget::new(id, secret()));
    assert_eq!(of("69000000672"), json!({ "widget_id": 69_000_000_672_u64 }));
    assert_eq!(of("a-1"), json!({ "widget_id": "a-1" }));
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let with = |key: &str| FreshdeskHelpWidget::new("app-1", secret()).setting(key, "a");
    assert_reserved(with, &["widget_id", "token", "email", "name"]);
}

#[test]
fn language_is_a_setting() {
    let widget = FreshdeskHelpWidget::new("app-1", secret()).locale("fr").setting("hidden", true);
    assert_settings(&widget, json!({ "widget_id": "app-1", "locale": "fr", "hidden": true }));
}
