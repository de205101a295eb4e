//! What this widget has of its own.

use super::*;
use crate::widget::testing::secret;

fn gist() -> Gist {
    Gist::new("app-1", secret())
}

#[test]
fn a_policy_allows_the_library_where_it_is_and_not_where_it_was() {
    let widgets = crate::Widgets::builder().widget(gist().library_url("/own.js")).build().unwrap();
    let policy = widgets.csp().unwrap().to_string();
    assert!(policy.contains("'self'") && !policy.contains("getgist"), "{policy}");
}
