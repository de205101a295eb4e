//! What the runtime decides, as a table and without a browser: the page and the browser's state at the left, the calls
//! to adapters and the writes at the right. It runs in QuickJS on the conformance kit's stage.
//!
//! The design behind the expectations, with `now` as the marker at the moment of the decision:
//!
//! * A person's page boots where `now` is its own fingerprint, and writes the marker again. Where `now` is still what the
//!   request carried (`seen`), whoever was there is shut down first. Any other page is stale: it shuts down and never boots.
//! * A page of nobody shuts down where `now` is still `seen`, and deletes the marker. A visitor's page may come from a
//!   cache, so it does that also where `now` is `out`; then it boots for the visitor.
//! * A page watches the marker afterwards. Cookies and storage are purged only where no other person's marker is there.

use rquickjs::{Context, Runtime};
use serde_json::{Value, json};

const STAGE: &str = include_str!("../src/conformance/stage.js");
const TABLE: &str = include_str!("runtime/table.js");
/// As it is written, and as pages get it.
const RUNTIMES: [(&str, &str); 2] = [
    ("runtime.js", include_str!("../src/snippet/runtime.js")),
    ("runtime.min.js", include_str!("../src/snippet/runtime.min.js")),
];

/// What happens, step by step; and what the runtime does from the last `forget` on, in this order.
struct Row {
    name: &'static str,
    steps: Vec<(&'static str, Value)>,
    expected: &'static [&'static str],
}

fn row(name: &'static str, steps: Vec<(&'static str, Value)>, expected: &'static [&'static str]) -> Row {
    Row { name, steps, expected }
}

/// `purge`: what a shutdown removes where the artifacts are nobody else's.
fn expand(line: &str) -> Vec<String> {
    let lines: &[&str] = match line {
        "purge" => &[
            "delete window.acmeUser",
            "delete acme_session",
            "delete acme_session; Domain=www.app.example",
            "delete acme_session; Domain=app.example",
            "remove acme.visitor",
        ],
        line => return vec![line.to_owned()],
    };
    lines.iter().map(|line| (*line).to_owned()).collect()
}

// ---- steps ----------------------------------------------------------------------------------------------------------

fn marker(value: &str) -> (&'static str, Value) {
    ("marker", json!(value))
}

/// A vendor's cookie, storage and global are there.
fn artifacts() -> (&'static str, Value) {
    ("artifacts", Value::Null)
}

/// A page of this person, whose request carried this marker.
fn page(of: &str, seen: &str) -> (&'static str, Value) {
    ("page", json!({ "of": of, "seen": seen }))
}

fn page_with(data: Value) -> (&'static str, Value) {
    ("page", data)
}

fn nobody(seen: &str) -> (&'static str, Value) {
    page("", seen)
}

fn visitor(seen: &str) -> (&'static str, Value) {
    ("page", json!({ "seen": seen, "visitor": true }))
}

fn event(name: &str) -> (&'static str, Value) {
    ("event", json!(name))
}

fn pass(milliseconds: u64) -> (&'static str, Value) {
    ("pass", json!(milliseconds))
}

/// What came before is not this row's business.
fn forget() -> (&'static str, Value) {
    ("forget", Value::Null)
}

fn server(status: u16, text: &str) -> (&'static str, Value) {
    ("server", json!({ "status": status, "text": text, "lifetime": 600 }))
}

/// Ada's widgets are booted, and some time ago.
fn ada_is_up() -> Vec<(&'static str, Value)> {
    vec![artifacts(), page("ADA", ""), pass(1000), forget()]
}

fn visitor_is_up() -> Vec<(&'static str, Value)> {
    vec![artifacts(), visitor(""), pass(1000), forget()]
}

/// Ada's widgets are booted with a token that lasts ten minutes.
fn ada_has_a_token() -> Vec<(&'static str, Value)> {
    vec![artifacts(), page_with(json!({ "of": "ADA", "lifetime": 600 })), pass(1000), forget()]
}

fn then(mut steps: Vec<(&'static str, Value)>, more: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    steps.extend(more);
    steps
}

// ---- the table ------------------------------------------------------------------------------------------------------

#[rustfmt::skip]
fn pages_of_a_person() -> Vec<Row> {
    vec![
        row("no marker, none seen: the first sign-in boots",
            vec![page("ADA", "")],
            &["element removed", "marker = ADA", "boot acme: ADA"]),
        row("their own marker: the next page boots, and keeps what the vendor has",
            vec![artifacts(), marker("ADA"), page("ADA", "ADA")],
            &["element removed", "marker = ADA", "boot acme: ADA"]),
        row("their own marker, though another's was seen: they have signed in since the request",
            vec![artifacts(), marker("ADA"), page("ADA", "BELA")],
            &["element removed", "marker = ADA", "boot acme: ADA"]),
        row("`out`, and seen: the session before ends first",
            vec![artifacts(), marker("out"), page("ADA", "out")],
            &["element removed", "shutdown acme, may load", "purge", "marker = ADA", "boot acme: ADA"]),
        row("another's marker, and seen: that person's session ends first, without an `out` in between",
            vec![artifacts(), marker("BELA"), page("ADA", "BELA")],
            &["element removed", "shutdown acme, may load", "purge", "marker = ADA", "boot acme: ADA"]),
        row("no marker, and a vendor's cookie knows somebody: that session ends first",
            vec![artifacts(), page_with(json!({ "of": "ADA", "reset": true }))],
            &["element removed", "shutdown acme, may load", "purge", "marker = ADA", "boot acme: ADA"]),
        row("a doubled marker counts as `out`",
            vec![artifacts(), ("cookieText", json!("marker=ADA; acme_session=1; marker=ADA")), page("ADA", "out")],
            &["element removed", "shutdown acme, may load", "delete window.acmeUser", "delete acme_session",
                "delete acme_session; Domain=www.app.example", "delete acme_session; Domain=app.example",
                "remove acme.visitor", "marker = ADA", "boot acme: ADA"]),
        row("a malformed marker counts as `out`",
            vec![artifacts(), marker("ADA-and-more"), page("ADA", "out")],
            &["element removed", "shutdown acme, may load", "purge", "marker = ADA", "boot acme: ADA"]),
        row("stale, another has signed in since: shuts down, boots nobody, leaves the cookies to them",
            vec![artifacts(), marker("BELA"), page("ADA", "")],
            &["element removed", "shutdown acme, no cookies", "delete window.acmeUser"]),
        row("stale, a logout since: shuts down and purges, and leaves the marker",
            vec![artifacts(), marker("out"), page("ADA", "")],
            &["element removed", "shutdown acme", "purge"]),
        row("stale, a logout since the person's own page",
            vec![artifacts(), marker("out"), page("ADA", "ADA")],
            &["element removed", "shutdown acme", "purge"]),
        row("stale, the marker has gone since",
            vec![artifacts(), page("ADA", "BELA")],
            &["element removed", "shutdown acme", "purge"]),
        row("a widget that got no data for the person is not booted",
            vec![page_with(json!({ "of": "ADA", "widgets": ["acme"], "all": ["acme", "bolt"] }))],
            &["element removed", "marker = ADA", "boot acme: ADA"]),
        row("one adapter's failure is not the next one's",
            vec![("failing", json!(["acme"])), page_with(json!({ "of": "ADA", "widgets": ["acme", "bolt"] }))],
            &["element removed", "marker = ADA", "boot acme: ADA", "warn acme", "boot bolt: ADA"]),
        row("a `var` of the page cannot be deleted: it is emptied",
            vec![("undeletable", json!("acmeUser")), marker("out"), page("ADA", "ADA"), ("global", json!("acmeUser"))],
            &["element removed", "shutdown acme", "keep window.acmeUser", "acmeUser is undefined"]),
    ]
}

#[rustfmt::skip]
fn pages_in_the_same_document() -> Vec<Row> {
    vec![
        row("the same person's next visit refreshes",
            then(ada_is_up(), vec![page("ADA", "ADA")]),
            &["element removed", "marker = ADA", "refresh acme: ADA"]),
        row("the same person's next visit brings one more widget: that one boots",
            then(ada_is_up(), vec![page_with(json!({ "of": "ADA", "seen": "ADA", "widgets": ["acme", "bolt"] }))]),
            &["element removed", "marker = ADA", "refresh acme: ADA", "boot bolt: ADA"]),
        row("another person's visit, their marker not yet there: the switch is made here",
            then(ada_is_up(), vec![page("BELA", "ADA")]),
            &["element removed", "shutdown acme, may load", "purge", "marker = BELA", "boot acme: BELA"]),
        row("another person's visit, their marker set elsewhere: the cookies are theirs",
            then(ada_is_up(), vec![marker("BELA"), page("BELA", "BELA")]),
            &["element removed", "shutdown acme, no cookies", "delete window.acmeUser", "marker = BELA", "boot acme: BELA"]),
        row("another person's stale visit ends the session that is up",
            then(ada_is_up(), vec![page("BELA", "out")]),
            &["element removed", "shutdown acme", "purge"]),
        row("after a shutdown the same person's visit boots, and does not refresh",
            then(ada_is_up(), vec![marker("out"), event("pageshow"), forget(), page("ADA", "out")]),
            &["element removed", "shutdown acme, may load", "marker = ADA", "boot acme: ADA"]),
        row("a visitor who signs in: the visitor's conversation ends first",
            then(visitor_is_up(), vec![page("ADA", "")]),
            &["element removed", "shutdown acme, may load", "purge", "marker = ADA", "boot acme: ADA"]),
        row("a visitor who has signed in elsewhere: the cookies are the person's",
            then(visitor_is_up(), vec![marker("ADA"), page("ADA", "ADA")]),
            &["element removed", "shutdown acme, no cookies", "delete window.acmeUser", "marker = ADA", "boot acme: ADA"]),
        row("the page of nobody after a person's",
            then(ada_is_up(), vec![nobody("ADA")]),
            &["element removed", "shutdown acme, may load", "purge", "marker deleted"]),
    ]
}

#[rustfmt::skip]
fn pages_of_nobody() -> Vec<Row> {
    vec![
        row("a person's marker, and seen: the session has expired",
            vec![artifacts(), marker("ADA"), nobody("ADA")],
            &["element removed", "shutdown acme, may load", "purge", "marker deleted"]),
        row("`out`, and seen: the logout is carried out",
            vec![artifacts(), marker("out"), nobody("out")],
            &["element removed", "shutdown acme, may load", "purge", "marker deleted"]),
        row("no marker, and a vendor's cookie knows somebody",
            vec![artifacts(), page_with(json!({ "reset": true }))],
            &["element removed", "shutdown acme, may load", "purge", "marker deleted"]),
        row("stale, somebody has signed in since",
            vec![artifacts(), marker("BELA"), nobody("ADA")],
            &["element removed"]),
        row("stale, somebody has signed in since a logout",
            vec![artifacts(), marker("ADA"), nobody("out")],
            &["element removed"]),
        row("stale, another page has carried the logout out",
            vec![artifacts(), nobody("out")],
            &["element removed"]),
        row("the deleted marker is shown again: it is deleted again",
            vec![marker("out"), nobody("out"), forget(), marker("out"), pass(100), marker("out"), pass(900)],
            &["marker deleted", "marker deleted"]),
        row("the next person's marker is not deleted",
            vec![marker("out"), nobody("out"), forget(), marker("BELA"), pass(2000)],
            &[]),
        row("nor is the one of the person who has signed in in this document",
            vec![marker("ADA"), nobody("ADA"), page("ADA", ""), forget(), pass(2000)],
            &[]),
        row("a visitor is shown the widgets, and has no marker",
            vec![artifacts(), visitor("")],
            &["element removed", "boot acme: visitor"]),
        row("a visitor's page from a cache, `out`: the logout is carried out, then they boot",
            vec![artifacts(), marker("out"), visitor("")],
            &["element removed", "shutdown acme, may load", "purge", "marker deleted", "boot acme: visitor"]),
        row("a visitor's page, the session has expired",
            vec![artifacts(), marker("ADA"), visitor("ADA"), pass(2000)],
            &["element removed", "shutdown acme, may load", "purge", "marker deleted", "boot acme: visitor"]),
        row("a visitor's page from a cache, somebody has signed in: it boots nobody",
            vec![artifacts(), marker("ADA"), visitor("")],
            &["element removed"]),
        row("a visitor's page whose marker has gone since boots nobody",
            vec![artifacts(), visitor("ADA")],
            &["element removed"]),
    ]
}

#[rustfmt::skip]
fn watching() -> Vec<Row> {
    vec![
        row("a kept copy, shown again after a logout",
            then(ada_is_up(), vec![marker("out"), event("pageshow")]),
            &["shutdown acme", "purge"]),
        row("a kept copy, shown again after another's login",
            then(ada_is_up(), vec![marker("BELA"), event("pageshow")]),
            &["shutdown acme, no cookies", "delete window.acmeUser"]),
        row("a kept copy, shown again after the logout was carried out elsewhere",
            then(ada_is_up(), vec![marker(""), event("pageshow")]),
            &["shutdown acme", "purge"]),
        row("a kept copy, shown again to its person",
            then(ada_is_up(), vec![event("pageshow"), event("focus"), event("visibilitychange")]),
            &[]),
        row("a logout elsewhere, noticed by the focus",
            then(ada_is_up(), vec![marker("out"), event("focus")]),
            &["shutdown acme", "purge"]),
        row("a logout elsewhere, noticed when the page is visible again",
            then(ada_is_up(), vec![marker("out"), event("visibilitychange")]),
            &["shutdown acme", "purge"]),
        row("a logout elsewhere, told by the cookie store",
            then(ada_is_up(), vec![marker("out"), event("change")]),
            &["shutdown acme", "purge"]),
        row("the cookie store tells of a change before the cookie shows it",
            then(ada_is_up(), vec![event("change"), marker("out"), pass(500)]),
            &["shutdown acme", "purge"]),
        row("only once",
            then(ada_is_up(), vec![marker("out"), event("pageshow"), event("focus"), pass(2000)]),
            &["shutdown acme", "purge"]),
        row("just after the page wrote it, the marker may look older: it is looked at again",
            vec![page("ADA", ""), forget(), marker(""), event("focus"), marker("ADA"), pass(600)],
            &[]),
        row("and if it is still another one, the session ends",
            vec![artifacts(), page("ADA", ""), forget(), marker("out"), event("focus"), pass(600)],
            &["shutdown acme", "purge"]),
        row("a browser that keeps no marker is not watched",
            vec![("cookiesAreKept", json!(false)), page("ADA", ""), pass(1000), forget(), event("focus"), pass(2000)],
            &[]),
        row("somebody signs in elsewhere while a visitor's widgets are up",
            then(visitor_is_up(), vec![marker("ADA"), event("focus")]),
            &["shutdown acme, no cookies", "delete window.acmeUser"]),
        row("a visitor goes on where no marker appears",
            then(visitor_is_up(), vec![event("focus"), event("pageshow"), pass(2000)]),
            &[]),
        row("a page that is shut down watches no more",
            vec![marker("out"), nobody("out"), pass(2000), forget(), marker("ADA"), event("focus"), pass(2000)],
            &[]),
    ]
}

#[rustfmt::skip]
fn prerendering() -> Vec<Row> {
    let prerendered = |is: bool| ("prerendering", json!(is));
    vec![
        row("a prerendered page does not act",
            vec![artifacts(), marker("BELA"), prerendered(true), page("ADA", "BELA"), pass(5000)],
            &["element removed"]),
        row("it boots when it is shown",
            vec![prerendered(true), page("ADA", ""), forget(), prerendered(false), event("prerenderingchange")],
            &["marker = ADA", "boot acme: ADA"]),
        row("by the marker of that moment: a logout in between",
            vec![artifacts(), marker("ADA"), prerendered(true), page("ADA", "ADA"), forget(), marker("out"),
                prerendered(false), event("prerenderingchange")],
            &["shutdown acme", "purge"]),
        row("by the marker of that moment: another's login in between",
            vec![artifacts(), prerendered(true), page("ADA", ""), forget(), marker("BELA"), prerendered(false),
                event("prerenderingchange")],
            &["shutdown acme, no cookies", "delete window.acmeUser"]),
    ]
}

#[rustfmt::skip]
fn tokens() -> Vec<Row> {
    vec![
        row("a token is renewed at about three quarters of its life, again and again",
            then(ada_has_a_token(), vec![server(200, "second"), pass(460_000), pass(10_000), pass(460_000)]),
            &["ask /t/acme as ADA", "refresh acme: second", "ask /t/acme as ADA", "refresh acme: second"]),
        row("a hidden page asks when it is visible again",
            then(ada_has_a_token(), vec![("hidden", json!(true)), pass(500_000), ("hidden", json!(false)), event("visibilitychange")]),
            &["ask /t/acme as ADA", "refresh acme: token"]),
        row("a token under a name of its own is asked for under that name",
            vec![page_with(json!({ "of": "ADA", "widgets": ["bolt"], "lifetime": 600 })), forget(), pass(470_000)],
            &["ask /t/bolt-1 as ADA", "refresh bolt: token"]),
        row("without a token path the page does not ask",
            vec![page_with(json!({ "of": "ADA", "lifetime": 600, "tokens": "" })), forget(), pass(900_000)],
            &[]),
        row("401, the session has ended: shuts down",
            then(ada_has_a_token(), vec![server(401, ""), pass(470_000)]),
            &["ask /t/acme as ADA", "shutdown acme", "purge"]),
        row("409, the session is another's, whose marker is not yet there",
            then(ada_has_a_token(), vec![server(409, ""), pass(470_000)]),
            &["ask /t/acme as ADA", "shutdown acme", "purge"]),
        row("409, the session is another's, whose marker is there",
            then(ada_has_a_token(), vec![server(409, ""), marker("BELA"), pass(470_000)]),
            &["ask /t/acme as ADA", "shutdown acme, no cookies", "delete window.acmeUser"]),
        row("422, there is no such token for them: the page asks no more",
            then(ada_has_a_token(), vec![server(422, ""), pass(900_000), pass(900_000)]),
            &["ask /t/acme as ADA"]),
        row("503, it is not known who is signed in: asked again, more and more slowly",
            then(ada_has_a_token(), vec![server(503, ""), pass(464_000), pass(3750), pass(7500), server(200, "late"), pass(15_000)]),
            &["ask /t/acme as ADA", "ask /t/acme as ADA", "ask /t/acme as ADA", "ask /t/acme as ADA", "refresh acme: late"]),
        row("no network: asked again",
            then(ada_has_a_token(), vec![server(0, ""), pass(465_000), server(200, "late"), pass(4000)]),
            &["ask /t/acme as ADA", "ask /t/acme as ADA", "refresh acme: late"]),
        row("after a shutdown no token is asked for",
            then(ada_has_a_token(), vec![marker("out"), event("focus"), forget(), pass(900_000)]),
            &[]),
        row("`refresh` asks who is signed in, and acts as a page load would",
            then(ada_is_up(), vec![
                server(200, r#"{"seen":"ADA","fp":"BELA","people":{"acme":{"token":"BELA"}},"lifetimes":{}}"#),
                ("refresh", Value::Null)]),
            &["ask /t/page", "shutdown acme, may load", "purge", "marker = BELA", "boot acme: BELA"]),
        row("`refresh` with an answer that is none changes nobody's session",
            then(ada_is_up(), vec![server(503, "{}"), ("refresh", Value::Null)]),
            &["ask /t/page"]),
    ]
}

#[rustfmt::skip]
fn scripts() -> Vec<Row> {
    vec![
        row("a script that is no element's does not act",
            vec![("script", Value::Null)],
            &[]),
        row("an element without data does not act",
            vec![("script", json!({ "dataset": {} }))],
            &[]),
        row("a library is loaded once, with its attributes",
            vec![("loaders", json!(["acme"])), page("ADA", ""), page("ADA", "ADA"), forget(), ("scripts", Value::Null)],
            &["script /acme.js #acme k"]),
        row("a library waits for the page",
            vec![("readyState", json!("loading")), ("loaders", json!(["acme"])), page("ADA", ""), forget(),
                ("scripts", Value::Null), event("load"), ("scripts", Value::Null)],
            &["script /acme.js #acme k"]),
        row("where the page demands trusted types, the address is one",
            vec![("trustedTypes", Value::Null), ("loaders", json!(["acme"])),
                page_with(json!({ "of": "ADA", "trusted": true })), forget(), ("scripts", Value::Null)],
            &["script trusted /acme.js #acme k"]),
        row("elsewhere no policy is made",
            vec![("trustedTypes", Value::Null), ("loaders", json!(["acme"])), page("ADA", "")],
            &["element removed", "marker = ADA", "boot acme: ADA"]),
        row("a library that arrives after the shutdown has written its cookies again: they are purged again",
            vec![("loaders", json!(["acme"])), page("ADA", ""), pass(1000), marker("out"), event("focus"), artifacts(),
                forget(), ("libraryArrives", Value::Null), pass(0)],
            &["delete acme_session", "delete acme_session; Domain=www.app.example",
                "delete acme_session; Domain=app.example", "remove acme.visitor"]),
        row("but not where they are the next person's",
            vec![("loaders", json!(["acme"])), page("ADA", ""), pass(1000), marker("BELA"), event("focus"), artifacts(),
                forget(), ("libraryArrives", Value::Null), pass(2000)],
            &[]),
        row("nor while the widgets are up",
            vec![("loaders", json!(["acme"])), page("ADA", ""), artifacts(), forget(), ("libraryArrives", Value::Null), pass(2000)],
            &[]),
    ]
}

fn table() -> Vec<Row> {
    [
        pages_of_a_person(),
        pages_in_the_same_document(),
        pages_of_nobody(),
        watching(),
        prerendering(),
        tokens(),
        scripts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

// ---- the play -------------------------------------------------------------------------------------------------------

fn play(runtime: &str, row: &Row) -> Vec<String> {
    let input = json!({ "runtime": runtime, "steps": row.steps, "cookieStore": true, "tokenPath": "/t" });
    let code = format!("(input => {{ {STAGE}\n{TABLE}\n}})({input})");
    let engine = Runtime::new().unwrap();
    let context = Context::full(&engine).unwrap();
    context.with(|ctx| ctx.eval::<(), _>(code)).unwrap();
    while engine.is_job_pending() {
        // What a promise rejects with is in the journal, or the promise is nobody's.
        let _ = engine.execute_pending_job();
    }
    let result: String = context.with(|ctx| ctx.globals().get("result")).expect("the row comes to its end");
    serde_json::from_str(&result).unwrap()
}

#[test]
fn the_runtime_decides_by_the_table() {
    let mut wrong = Vec::new();
    for row in table() {
        let expected: Vec<_> = row.expected.iter().flat_map(|line| expand(line)).collect();
        for (name, runtime) in RUNTIMES {
            let found = play(runtime, &row);
            if found != expected {
                wrong.push(format!("{}, by {name}\n  expected {expected:#?}\n  found {found:#?}", row.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rows_have_names_of_their_own() {
    let mut names: Vec<_> = table().iter().map(|row| row.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(all > 50, "{all}");
}
