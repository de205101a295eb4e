//! Canny.

use serde_json::json;
use tower_widget_identity::widget::Canny;

use crate::widgets::play::{play, secret};

#[test]
fn settings_come_with_the_user() {
    let canny = Canny::new("app-1", secret()).setting("omitNonEssentialCookies", true);
    let calls = play(&canny, "window.Canny = recorder('Canny'); await visit(ada);");
    let user = json!({ "id": "ada", "email": "ada@example.com", "name": "Ada", "hash": "ada-in-page" });
    let settings = json!({ "appID": "app-1", "omitNonEssentialCookies": true, "user": user, "hash": "ada-in-page" });
    assert_eq!(calls, [json!(["Canny", "identify", settings])]);
}
