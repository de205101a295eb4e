//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{secret, settings};

#[test]
fn an_id_of_digits_is_a_number_in_the_page_and_another_is_text() {
    let of = |id: &str| settings(&FreshdeskHelpWidget::new(id, secret()));
    assert_eq!(of("69000000672"), json!({ "widget_id": 69_000_000_672_u64 }));
    assert_eq!(of("a-1"), json!({ "widget_id": "a-1" }));
}
