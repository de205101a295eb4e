//! Gleap.

use serde_json::{Value, json};
use tower_widget_identity::{Company, widget::Gleap};

use crate::widgets::play::{ada, play_as, secret};

/// From gleap 16.4.0: it reads its queue when it runs, and the response to `identify` comes later. Calls with
/// arguments are noted.
const LIBRARY: &str = "
    let userId = '';
    const updated = next => {
        userId = next;
        if (next) localStorage.setItem('gleap-widget-session-key-1', next);
        if (next) localStorage.setItem('gleap-tour-data', next);
        dispatch('session-updated');
    };
    const library = (missing = []) => {
        const queued = window.GleapActions || [];
        window.GleapActions = [];
        window.Gleap = function Gleap() {};
        const methods = {
            initialize() {},
            identify(id) { setTimeout(() => updated(id), 800); },
            getIdentity: () => ({ userId }),
            clearIdentity() {
                userId = '';
                delete localStorage['gleap-widget-session-key-1'];
            },
            destroy() {},
            setUseCookies() {},
            setLanguage() {},
            disableConsoleLogOverwrite() {},
            setTags() {}
        };
        Object.entries(methods).filter(([name]) => !missing.includes(name)).forEach(([name, method]) => {
            window.Gleap[name] = (...args) => {
                if (args.length) note([name, ...args]);
                return method(...args);
            };
        });
        queued.forEach(({ e, a }) => { if (window.Gleap[e]) window.Gleap[e](...a); });
    };
";

fn gleap() -> Gleap {
    Gleap::new("key-1", secret())
        .setting("setLanguage", "de")
        .setting("setTags", json!(["app"]))
        .setting("disableConsoleLogOverwrite", true)
}

fn play(gleap: &Gleap, script: &str) -> Vec<Value> {
    let ada = ada()
        .with_unsigned("phone", "+15550100")
        .with_unsigned("tier", "gold")
        .with_unsigned("name", "Another Name")
        .with_unsigned("userId", "user-2")
        .with_company(Company::new(7).with_name("Acme").with_plan("pro"));
    play_as(gleap, &ada, &format!("{LIBRARY}{script}"))
}

fn identify() -> Value {
    let facts = json!({
        "name": "Ada",
        "email": "ada@example.com",
        "phone": "+15550100",
        "companyId": "7",
        "companyName": "Acme",
        "plan": "pro",
        "customData": { "tier": "gold" },
    });
    json!(["identify", "ada", facts, "ada-in-page"])
}

#[test]
fn settings_are_called_before_the_start_and_facts_go_along_with_the_user() {
    let [language, tags] = [json!(["setLanguage", "de"]), json!(["setTags", ["app"]])];
    let console = json!(["disableConsoleLogOverwrite", true]);
    let start = json!(["initialize", "key-1"]);
    let late = play(&gleap(), "await visit(ada); library(); await arrive();");
    assert_eq!(late, [console.clone(), language.clone(), tags, start.clone(), identify()]);
    // An older library that lacks one of the methods starts nevertheless.
    let there = play(&gleap(), "library(['setTags']); await visit(ada);");
    assert_eq!(there, [console, language, start, identify()]);
}

#[test]
fn settings_that_are_false_are_left_alone() {
    let gleap = Gleap::new("key-1", secret()).setting("disableConsoleLogOverwrite", false);
    let calls = play(&gleap, "await visit(ada); library(); await arrive();");
    assert_eq!(calls, [json!(["initialize", "key-1"]), identify()]);
}

/// What the response stores is removed at once. The runtime's own clean-up comes later: 1000 ms after the library, and
/// after the logout.
#[test]
fn an_answer_that_comes_after_the_logout_revives_no_session() {
    let script = "
        await visit(ada);
        library();
        await arrive();
        await pass(500);
        await signedOutElsewhere();
        journal.length = 0;
        await pass(301);
        note([window.Gleap.getIdentity().userId, Object.keys(localStorage).filter(key => key.startsWith('gleap'))]);";
    let calls = play(&gleap(), script);
    assert_eq!(calls.last(), Some(&json!(["", []])), "{calls:?}");
}
