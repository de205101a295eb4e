//! What this widget has of its own.

use super::*;
use crate::{
    error::ConfigErrorKind,
    widget::testing::{assert_refused, secret},
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
