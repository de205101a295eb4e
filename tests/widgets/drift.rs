//! Drift.

use serde_json::json;
use tower_widget_identity::widget::{Drift, Widget};

use crate::widgets::play::{ada, now, play, secret};

/// The adapter reads the token, so the test cannot use a placeholder for it.
#[test]
fn settings_come_before_the_user() {
    let drift = Drift::new("embed-1", secret());
    let token = drift.mint("drift", &ada(), now()).unwrap().into_string();
    let script = format!("window.drift = recorder('drift'); ada.person.token = '{token}'; await visit(ada);");
    let facts = json!({ "email": "ada@example.com", "name": "Ada" });
    let identify = json!(["drift.identify", "ada", facts, { "userJwt": token }]);
    assert_eq!(json!(play(&drift, &script)), json!([identify]));
    let settings = json!(["drift.config", { "locale": "fr" }]);
    assert_eq!(play(&drift.setting("locale", "fr"), &script), [settings, identify]);
}
