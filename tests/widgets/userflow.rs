//! Userflow.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_widget_identity::{
    Company, Identity,
    widget::{Userflow, Widget},
};

use crate::widgets::play::{ada, now, play, play_as, secret};

/// From userflow.js 2.14.0: the library reads the queue of the stub's calls, and takes over all later calls.
const LIBRARY: &str = "
    const library = async () => {
        const queued = window.USERFLOWJS_QUEUE || [];
        window.USERFLOWJS_QUEUE = [];
        window.userflow = new Proxy({}, { get: (_, method) => async (...args) => { note([method, ...args]); } });
        queued.forEach(([method, deferred, args]) => {
            note([method, ...args]);
            if (deferred) deferred.resolve();
        });
        await arrive();
    };
";

/// The methods of the vendor's own stub, by their return types. The names are from the published package.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    package: String,
    return_nothing: Vec<String>,
    return_a_promise: Vec<String>,
    return_a_value: BTreeMap<String, Value>,
}

fn published() -> Published {
    serde_json::from_str(include_str!("userflow.json")).unwrap()
}

fn userflow() -> Userflow {
    Userflow::new("ct_1", secret())
}

fn hash(id: &str) -> String {
    userflow().mint("userflow", &Identity::new(id), now()).unwrap().into_string()
}

fn identify(id: &str, name: &str) -> Value {
    let facts = json!({ "name": name, "email": format!("{id}@example.com") });
    json!(["identify", id, facts, { "signature": format!("{id}-in-page") }])
}

fn init() -> Value {
    json!(["init", "ct_1"])
}

#[test]
fn the_stub_has_every_method_of_the_vendors_stub() {
    let Published { package, return_nothing, return_a_promise, return_a_value } = published();
    let script = "
        await visit(undefined);
        const kind = answer => answer instanceof Promise ? 'a promise' : answer === undefined ? 'nothing' : { value: answer };
        const methods = Object.entries(window.userflow).filter(([, method]) => typeof method === 'function');
        note(Object.fromEntries(methods.map(([name, method]) => [name, kind(method(name))])));";
    let nothing = return_nothing.iter().map(|name| (name.clone(), json!("nothing")));
    let promises = return_a_promise.iter().map(|name| (name.clone(), json!("a promise")));
    let promises = promises.chain([("load".to_owned(), json!("a promise"))]);
    let values = return_a_value.into_iter().map(|(name, value)| (name, json!({ "value": value })));
    let expected: BTreeMap<_, _> = nothing.chain(promises).chain(values).collect();
    assert_eq!(expected.len(), 42);
    assert_eq!(play(&userflow(), script), [json!(expected)], "by {package}");
}

#[test]
fn an_early_call_reaches_the_library() {
    let Published { return_nothing, return_a_promise, .. } = published();
    let script = "
        await visit(undefined);
        const settled = [];
        Object.entries(window.userflow).filter(([, method]) => typeof method === 'function').forEach(([name, method]) => {
            const answer = method(name);
            if (answer instanceof Promise) answer.then(() => settled.push(name));
        });
        await library();
        const called = journal.splice(0).filter(([name, value]) => name === value).map(([name]) => name);
        note(called.sort());
        note(settled.sort());";
    let sorted = |mut names: Vec<String>| {
        names.sort_unstable();
        json!(names)
    };
    let called = sorted([return_nothing, return_a_promise.clone()].concat());
    // `load` has settled, too.
    let settled = sorted([return_a_promise, vec!["load".to_owned()]].concat());
    assert_eq!(play(&userflow(), &format!("{LIBRARY}{script}")), [called, settled]);
}

#[test]
fn a_company_is_a_group_and_signed_only_on_demand() {
    let company = Company::new("company-1").with_name("Acme").with_plan("pro").with_attribute("seats", 12);
    let company = company.with_attribute("name", "Another Name");
    let ada = ada()
        .with_unsigned("signed_up_at", "2026-01-01T00:00:00Z")
        .with_unsigned("name", "Another Name")
        .with_unsigned("signature", "forged")
        .with_company(company);
    let mut identify = identify("ada", "Ada");
    identify[2]["signed_up_at"] = "2026-01-01T00:00:00Z".into();
    let mut group = json!(["group", "company-1", { "name": "Acme", "plan": "pro", "seats": 12 }, null]);
    let script = format!("{LIBRARY} await visit(ada); await library();");
    assert_eq!(play_as(&userflow(), &ada, &script), [init(), identify.clone(), group.clone()]);
    group[3] = json!({ "signature": hash("company-1") });
    assert_eq!(play_as(&userflow().signed_companies("company-"), &ada, &script), [init(), identify, group]);
}

#[test]
fn settings_are_called_before_the_start() {
    let userflow = userflow().setting("setBaseZIndex", 2_000).setting("disableEvalJs", true);
    let [eval, z_index] = [json!(["disableEvalJs", true]), json!(["setBaseZIndex", 2_000])];
    let late = format!("{LIBRARY} await visit(ada); await library();");
    let there = format!("{LIBRARY} await library(); await visit(ada);");
    for script in [&late, &there] {
        assert_eq!(play(&userflow, script), [&eval, &z_index, &init(), &identify("ada", "Ada")].map(Value::clone));
    }
    let allowed = userflow.setting("disableEvalJs", false);
    assert_eq!(play(&allowed, &late), [z_index, init(), identify("ada", "Ada")]);
}

/// The session ends before the library has loaded.
#[test]
fn setup_of_the_application_alone_outlives_the_session() {
    let script = "
        await visit(ada);
        window.userflow.on('flowEnded', 'the listener');
        window.userflow.setUrlFilter('the filter');
        window.userflow.track('an event of the former user');
        await signOut();
        await visit(bela);
        await library();";
    let expected = [
        json!(["on", "flowEnded", "the listener"]),
        json!(["setUrlFilter", "the filter"]),
        json!(["reset"]),
        init(),
        identify("bela", "Bela"),
    ];
    assert_eq!(play(&userflow(), &format!("{LIBRARY}{script}")), expected);
}

#[test]
fn the_library_is_loaded_once_and_the_modern_build_as_a_module() {
    let legacy = json!(["load", "https://js.userflow.com/legacy/userflow.js", {}]);
    let loads = "noteScripts(); await visit(ada); window.userflow.load();";
    assert_eq!(json!(play(&userflow(), loads)), json!([legacy]));
    let modern = "https://js.userflow.com/es2020/userflow.js";
    assert_eq!(play(&userflow().library_url(modern), loads), [json!(["load", modern, { "type": "module" }])]);
    let after_a_logout = "noteScripts(); await comeSignedOut(); window.userflow.load();";
    assert_eq!(play(&userflow(), after_a_logout), [legacy]);
    // The package was there first, and has a loader of its own.
    let beside_the_package = "
        noteScripts();
        const noop = () => {};
        window.userflow = { load: noop, init: noop, identify: noop, group: noop, reset: noop };
        await visit(ada);
        await signOut();";
    assert_eq!(play(&userflow(), beside_the_package), Vec::<Value>::new());
}

#[test]
fn a_load_ends_when_the_library_has_come() {
    let script = "
        await visit(ada);
        let there = false;
        window.userflow.load().then(() => { there = true; });
        await pass(0);
        const early = there;
        await library();
        journal.length = 0;
        note([early, there]);";
    assert_eq!(play(&userflow(), &format!("{LIBRARY}{script}")), [json!([false, true])]);
}
