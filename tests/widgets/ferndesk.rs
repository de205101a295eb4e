//! Ferndesk.

use serde_json::{Value, json};
use tower_widget_identity::widget::Ferndesk;

use crate::widgets::play::{play, secret};

/// The end of a session must not open the widget, even if the application opens it for its users.
#[test]
fn a_logout_does_not_open_the_widget() {
    let ferndesk = Ferndesk::new("widget-1", secret()).setting("open", true).setting("hideLauncher", true);
    let script = "
        await visit(ada);
        const { q } = window.Ferndesk;
        window.Ferndesk = recorder('Ferndesk');
        q.forEach(args => window.Ferndesk(...args));
        await arrive();
        await signedOutElsewhere();";
    let calls = play(&ferndesk, script);
    let inits: Vec<Value> = calls.into_iter().filter(|call| call[1] == "init").collect();
    let init = |settings: Value| json!(["Ferndesk", "init", settings]);
    let looks = json!({ "widgetId": "widget-1", "hideLauncher": true });
    let open = json!({ "widgetId": "widget-1", "hideLauncher": true, "open": true });
    assert_eq!(inits, [init(open), init(looks)]);
}
