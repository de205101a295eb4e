//! tawk.to.

use serde_json::json;
use tower_widget_identity::{Company, widget::Tawk};

use crate::widgets::play::{ada, play_as, secret};

#[test]
fn settings_are_there_before_the_library_and_the_user_logs_in_by_id() {
    let tawk =
        Tawk::new("property1", secret()).setting("customStyle", json!({ "zIndex": 1_000 })).setting("autoStart", false);
    let ada = ada()
        .with_unsigned("phone", "+15550100")
        .with_unsigned("tier", "gold")
        .with_unsigned("userId", "user-2")
        .with_company(Company::new(7));
    let script = "
        window.Tawk_API = { customStyle: { zIndex: 1 }, onLoad() { note('own onLoad'); } };
        await visit(ada);
        const { customStyle, autoStart } = window.Tawk_API;
        note({ customStyle, autoStart });
        window.Tawk_API.login = (user, done) => {
            note(['login', user]);
            done();
        };
        window.Tawk_API.onLoad();
        await arrive();";
    let login = json!({
        "userId": "ada",
        "hash": "ada-in-page",
        "name": "Ada",
        "email": "ada@example.com",
        "phone": "+15550100",
    });
    let expected = [
        json!({ "customStyle": { "zIndex": 1_000 }, "autoStart": false }),
        json!("own onLoad"),
        json!(["login", login]),
    ];
    assert_eq!(play_as(&tawk, &ada, script), expected);
}
