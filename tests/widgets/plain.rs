//! Plain.

use serde_json::{Value, json};
use tower_widget_identity::{Identity, widget::Plain};

use crate::widgets::play::{ada, play_as, secret};

fn calls(identity: &Identity) -> Vec<Value> {
    let plain = Plain::new("app-1", secret()).setting("threadDetails", json!({ "labelTypeIds": ["lt_1"] }));
    let script = "window.Plain = recorder('Plain'); await visit(ada); await arrive(); await signOut();";
    play_as(&plain, identity, script)
}

fn options(hidden: bool, more: Value) -> Value {
    let mut all = json!({ "appId": "app-1", "hideLauncher": hidden, "threadDetails": { "labelTypeIds": ["lt_1"] } });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

#[test]
fn the_customers_facts_and_tenant_are_handed_over_and_taken_back() {
    let tenant = json!({ "externalId": "7" });
    let with_tenant = ada().with_unsigned("externalId", "user-123").with_unsigned("tenantIdentifier", tenant.clone());
    let mut details = json!({
        "email": "ada@example.com",
        "emailHash": "ada-in-page",
        "fullName": "Ada",
    });
    let plain = json!(["Plain.init", options(false, json!({ "customerDetails": details }))]);
    assert_eq!(calls(&ada())[0], plain);
    details["externalId"] = "user-123".into();
    let thread = json!({ "labelTypeIds": ["lt_1"], "tenantIdentifier": tenant });
    let expected = [
        json!(["Plain.init", options(false, json!({ "customerDetails": details, "threadDetails": thread }))]),
        json!(["Plain.close"]),
        // Without the user.
        json!(["Plain.update", options(true, json!({}))]),
    ];
    assert_eq!(calls(&with_tenant), expected);
}
