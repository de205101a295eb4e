//! What this widget has of its own.

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
fn the_id_of_a_propertys_widget_is_one_that_the_vendor_issues() {
    for id in ["", " ", "-", "a b", "a/b", "a'", "é", "a\n"] {
        assert_refused(&tawk().widget_id(id), ConfigErrorKind::AppId, &["tawk"]);
    }
    assert_eq!(tawk().widget_id("1abcdef").check(), Ok(()));
}

#[test]
fn no_setting_names_a_person() {
    let keys = ["visitor", "login", "logout", "onLoad", "userId", "hash", "email", "setAttributes", "sub"];
    assert_reserved(|key| tawk().setting(key, "a"), &keys);
}

#[test]
fn looks_are_settings() {
    let style = json!({ "zIndex": 1_000 });
    assert_settings(&tawk().setting("customStyle", style.clone()), json!({ "customStyle": style }));
}
