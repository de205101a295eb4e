//! Tests for what is specific to this widget.

use serde_json::json;

use super::*;
use crate::{
    error::ConfigErrorKind,
    widget::testing::{assert_refused, assert_reserved, assert_settings, secret},
};

fn tawk() -> Tawk {
    Tawk::new("app-1", secret())
}

#[test]
fn widget_id_must_have_legal_characters() {
    for id in ["", " ", "-", "a b", "a/b", "a'", "é", "a\n"] {
        assert_refused(&tawk().widget_id(id), ConfigErrorKind::AppId, &["tawk"]);
    }
    assert_eq!(tawk().widget_id("1abcdef").check(), Ok(()));
}

#[test]
fn settings_that_identify_a_user_are_rejected() {
    let keys = ["visitor", "login", "logout", "onLoad", "userId", "hash", "email", "setAttributes", "sub"];
    assert_reserved(|key| tawk().setting(key, "a"), &keys);
}

#[test]
fn appearance_options_are_settings() {
    let style = json!({ "zIndex": 1_000 });
    assert_settings(&tawk().setting("customStyle", style.clone()), json!({ "customStyle": style }));
}
