//! Tests for what is specific to this widget.

use super::*;
use crate::widget::testing::secret;

fn gist() -> Gist {
    Gist::new("app-1", secret())
}

#[test]
fn policy_allows_only_the_configured_library_address() {
    let widgets = crate::Widgets::builder().widget(gist().library_url("/own.js")).build().unwrap();
    let policy = widgets.csp().unwrap().to_string();
    assert!(policy.contains("'self'") && !policy.contains("getgist"), "{policy}");
}
