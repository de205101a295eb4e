//! Help Scout.

use serde_json::json;
use tower_widget_identity::widget::HelpScout;

use crate::widgets::play::{ada, play_as, secret};

#[test]
fn facts_stand_beside_the_address() {
    let ada = ada().with_unsigned("jobTitle", "Engineer").with_attribute("plan", "pro");
    let calls = play_as(
        &HelpScout::new("app-1", secret()),
        &ada,
        "noteScripts();
         window.Beacon = recorder('Beacon');
         await visit(ada);",
    );
    let facts = json!({
        "email": "ada@example.com",
        "signature": "ada-in-page",
        "name": "Ada",
        "jobTitle": "Engineer",
        "plan": "pro",
    });
    let expected = [
        json!(["Beacon", "init", "app-1"]),
        json!(["Beacon", "identify", facts]),
        json!(["load", "https://beacon-v2.helpscout.net", {}]),
    ];
    assert_eq!(calls, expected);
}
