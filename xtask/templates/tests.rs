//! What this widget has of its own.

use serde_json::json;

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn widget() -> __Type__ {
    __Type__::new("app-1", secret())
}

#[test]
fn no_setting_names_a_user() {
    assert_reserved(|key| widget().setting(key, "a"), RESERVED);
}

#[test]
fn appearance_is_a_setting() {
    assert_settings(&widget().setting("theme", "dark"), json!({ "appId": "app-1", "theme": "dark" }));
}

/// Delete this test when the widget is finished.
#[test]
fn nothing_is_left_to_fill_in() {
    for (file, text) in [("mod.rs", include_str!("mod.rs")), ("adapter.js", include_str!("adapter.js"))] {
        let left = text.lines().enumerate().find(|(_, line)| line.contains("fill me in") || line.contains("fill-me-in"));
        if let Some((number, line)) = left {
            panic!("fill me in: src/widget/__folder__/{file}:{}: {}", number + 1, line.trim());
        }
    }
}
