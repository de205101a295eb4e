//! Zendesk's Web Widget (Classic): <https://developer.zendesk.com/api-reference/widget/introduction>.

use serde_json::json;
use tower_widget_identity::widget::ZendeskClassic;

use crate::widgets::play::{play, secret};

fn zendesk() -> ZendeskClassic {
    ZendeskClassic::chat("key-1", secret()).setting("color", json!({ "theme": "#78a300" })).setting("locale", "de")
}

#[test]
fn a_library_that_comes_reads_the_settings() {
    let calls = play(
        &zendesk(),
        "documentState.readyState = 'loading';
         await visit(ada);
         // The page sets its own settings in between.
         window.zESettings = { webWidget: { color: 'own', launcher: 'own' }, cookies: true };
         dispatch('load');
         await pass(100);
         const { webWidget: { color, launcher, authenticate }, cookies } = window.zESettings;
         note([scripts.length, { color, launcher, cookies, authenticate: Object.keys(authenticate) }]);",
    );
    let color = json!({ "theme": "#78a300" });
    let found = json!({ "color": color, "launcher": "own", "cookies": true, "authenticate": ["chat"] });
    assert_eq!(calls, [json!([1, found])]);
    let calls = play(
        &zendesk(),
        "await visit(ada);
         const { color, authenticate } = window.zESettings.webWidget;
         note({ color, authenticate: Object.keys(authenticate) });
         window.zE = recorder('zE');
         await arrive();",
    );
    assert_eq!(
        calls,
        [
            json!({ "color": color, "authenticate": ["chat"] }),
            json!(["zE", "webWidget", "updateSettings", { "webWidget": { "color": color } }]),
            json!(["zE", "webWidget", "setLocale", "de"]),
        ]
    );
}

/// The page's own snippet must be removed for this reason: a widget that is there has read its settings.
#[test]
fn a_library_that_is_there_gets_the_settings_and_authenticates_again() {
    let calls = play(
        &zendesk(),
        "window.zE = recorder('zE');
         await visit(ada);",
    );
    let expected = [
        json!(["zE", "webWidget", "updateSettings", { "webWidget": { "color": { "theme": "#78a300" } } }]),
        json!(["zE", "webWidget", "setLocale", "de"]),
        json!(["zE", "webWidget", "updateSettings", { "webWidget": { "authenticate": { "chat": { "jwtFn": "a function" } } } }]),
        json!(["zE", "webWidget", "chat:reauthenticate"]),
    ];
    assert_eq!(calls, expected);
}

#[test]
fn without_settings_the_page_keeps_its_own() {
    let calls = play(
        &ZendeskClassic::chat("key-1", secret()),
        "window.zESettings = { webWidget: { color: 'own' }, cookies: true };
         await visit(ada);
         window.zE = recorder('zE');
         await arrive();
         note(window.zESettings.webWidget.color + ' ' + window.zESettings.cookies);",
    );
    assert_eq!(calls, ["own true"]);
}
