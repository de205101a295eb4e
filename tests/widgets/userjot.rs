//! UserJot: <https://userjot.com/docs/widget-v3-reference>.

use serde_json::json;
use tower_widget_identity::widget::UserJot;

use crate::widgets::play::{play, secret};

fn userjot() -> UserJot {
    UserJot::new("project-1", secret())
}

/// The third version of the library ends a session by `logout`; the first and second one by `identify(null)`.
#[test]
fn a_library_that_is_there_ends_the_session_by_logout() {
    let calls = play(
        &userjot(),
        "window.uj = recorder('uj');
         await visit(ada);
         await signOut();",
    );
    let expected =
        [json!(["uj.init", "project-1", {}]), json!(["uj.identify", { "token": "ada-in-page" }]), json!(["uj.logout"])];
    assert_eq!(calls[..3], expected);
    assert!(calls[3..].iter().all(|call| call[0] != "uj.identify"), "{calls:?}");
}

#[test]
fn a_logout_waits_for_a_library_that_is_still_to_come() {
    let calls = play(
        &userjot(),
        "await visit(ada);
         await signOut();
         window.$ujq.forEach(call => note(call));",
    );
    assert!(calls.contains(&json!(["logout"])) && !json!(calls).to_string().contains("ada"), "{calls:?}");
}
