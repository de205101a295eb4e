//! What the runtime decides, as a table and without a browser: each row has the state of the page and the browser, and
//! the calls to adapters, writes and requests of the runtime that follow from it. It runs in QuickJS on the
//! conformance kit's stage.
//!
//! Two cookies hold the browser's state. The marker holds the fingerprint of a user, or `out` for a session that must
//! end. The `-kept` cookie outlives it, and gets a new value with every page of a user and every logout. The
//! expectations follow from these rules:
//!
//! * A user's page boots at once if the marker is the user's own. With any other marker, it asks the server who is
//!   signed in. It boots only if the response names its user and neither cookie changed in the meantime; otherwise it
//!   decides again. Before that boot, a former session ends with a full shutdown: the widgets' logout, then their
//!   cookies, storage and globals.
//! * If neither cookie is there, a response that names a user is not enough: a logout and its clean-up may have
//!   happened in between and left no cookie either. The page writes the `-kept` cookie and asks again.
//! * If the response names another user, the page stays down. If it names no user, the page cleans up: a full
//!   shutdown, and it deletes both cookies. Without a response it asks again later. If there is no token service, the
//!   page warns once, and boots if the marker is the one that its request carried.
//! * A signed-out visitor's page cleans up if the marker is `out`. If the marker is a fingerprint and the one that the
//!   request carried, or is lost, the page asks first. If it gets no response, it cleans up: a shutdown is the safe
//!   side. Visitors see the widgets only if both cookies are absent. After a clean-up they see them a second later,
//!   because until then another tab's library may have written something, which is removed again.
//! * The widgets of one user end before those of another one show. They leave the vendor's cookies alone if the marker
//!   says that these are the other user's, or if the server has not said so yet.
//! * `refresh()` asks the server and adopts the response, whichever user it names. Only the response to the newest
//!   question counts.
//! * An entry in `localStorage` is a witness beside the cookies: written with the marker, and removed with it at the
//!   clean-up. If it is there, a sign-in ends the former session before the boot, even if both cookies are lost.
//! * A page watches the marker's text as it was after the boot. If that changes, the session ends, unless the marker
//!   is the user's own again. If the marker is lost and the `-kept` cookie is there, the page asks first: without a
//!   response the session ends, and the page asks again later. If both are lost and the witness is there, the session
//!   ends, and the page asks; if the witness is gone as well, another tab has cleaned up.

mod in_page;
mod loader;
mod person;
mod questions;
mod row;
mod same_document;
mod signed_out;
mod tokens;
mod watching;

use row::{Row, expand, forget, marker, row, signed_out_page};
use rquickjs::{Context, Runtime};
use serde_json::json;
use tower_widget_identity::widget::SessionArtifacts;

const STAGE: &str = include_str!("../../src/conformance/stage.js");
const TABLE: &str = include_str!("table.js");
/// The element's own code and the runtime: as written, and as pages get them.
const RUNTIMES: [(&str, [&str; 2]); 2] = [
    ("runtime.js", [include_str!("../../src/snippet/element.js"), include_str!("../../src/snippet/runtime.js")]),
    (
        "runtime.min.js",
        [include_str!("../../src/snippet/element.min.js"), include_str!("../../src/snippet/runtime.min.js")],
    ),
];

/// The function of constants, adapters and gate. `start` is what it does first.
fn code(runtime: &str, start: &str) -> String {
    let parts = [("$RUNTIME", runtime), ("$START", start)];
    parts
        .into_iter()
        .fold(include_str!("../../src/snippet/code.in").to_owned(), |code, (name, part)| code.replacen(name, part, 1))
}

/// The function that runs in an element.
fn inline([element, runtime]: [&str; 2]) -> String {
    // A row allows frames by a constant, which is the function's `c`.
    let start = include_str!("../../src/snippet/start.in").replacen("$FRAME", "c.iframes||top===window", 1);
    code(runtime, &start.replacen("$ELEMENT", element, 1))
}

/// The function as pages get it.
pub(crate) fn minified() -> String {
    inline(RUNTIMES[1].1)
}

/// The same for a page whose code is a file that the loader requests.
fn loaded([element, loader, runtime]: [&str; 3]) -> String {
    let (whole, file) = (inline([element, runtime]), code(runtime, ""));
    format!(
        "(constants, adapters, gate) => {{
            if (carriesCode) return ({whole})(constants, adapters, gate);
            ({element})(constants.iframes || top === window, (read, page) =>
                ({loader})('/code.js', gate && new Promise(open => gate(open, read)))(read, page));
            arrive(() => ({file})(constants, adapters));
        }}"
    )
}

const LOADED: [(&str, [&str; 3]); 2] = [
    ("loader.js", [RUNTIMES[0].1[0], include_str!("../../src/snippet/loader.js"), RUNTIMES[0].1[1]]),
    ("loader.min.js", [RUNTIMES[1].1[0], include_str!("../../src/snippet/loader.min.js"), RUNTIMES[1].1[1]]),
];

fn table() -> Vec<Row> {
    let parts = [
        person::boots(),
        person::witness(),
        person::stale(),
        person::failures(),
        same_document::rows(),
        signed_out::pages(),
        signed_out::clean_up(),
        signed_out::shown_to_visitors(),
        questions::without_an_answer(),
        questions::changes_meanwhile(),
        questions::refresh(),
        watching::changes(),
        watching::late_answers(),
        watching::lost_marker(),
        watching::prerendering(),
        watching::consent_tools(),
        tokens::rows(),
        in_page::element(),
        in_page::events(),
        in_page::names(),
        in_page::libraries(),
        in_page::libraries_of_the_page(),
        in_page::swaps(),
    ];
    parts.into_iter().flatten().collect()
}

fn play(runtime: &str, row: &Row) -> Vec<String> {
    let input = json!({ "runtime": runtime, "steps": row.steps, "tokenPath": "/t", "widget": { "name": "acme" } });
    let code = format!("(input => {{ {STAGE}\n{TABLE}\n}})({input})");
    let engine = Runtime::new().unwrap();
    let context = Context::full(&engine).unwrap();
    context.with(|ctx| ctx.eval::<(), _>(code)).unwrap();
    while engine.is_job_pending() {
        // A rejected promise is noted in the journal, or no code waits for it.
        let _ = engine.execute_pending_job();
    }
    let result: String = context.with(|ctx| ctx.globals().get("result")).expect("the row comes to its end");
    serde_json::from_str(&result).unwrap()
}

/// Plays the rows with each of these codes, and panics with the differences.
fn judge(rows: &[Row], codes: &[(&str, String)]) {
    let mut wrong = Vec::new();
    for row in rows {
        let expected: Vec<_> = row.expected.iter().flat_map(|line| expand(line)).collect();
        for (name, code) in codes {
            let found = play(code, row);
            if found != expected {
                wrong.push(format!("{}, by {name}\n  expected {expected:#?}\n  found {found:#?}", row.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_runtime_decides_by_the_table() {
    judge(&table(), &RUNTIMES.map(|(name, parts)| (name, inline(parts))));
}

#[test]
fn a_page_that_loads_the_code_decides_by_the_same_table() {
    let codes = LOADED.map(|(name, parts)| (name, loaded(parts)));
    judge(&table(), &codes);
    judge(&loader::rows(), &codes);
}

/// A pattern, a name, and whether the pattern matches it: the same for the logout layer and for the page.
#[test]
fn a_pattern_stands_for_the_same_names_on_the_server_and_in_the_page() {
    let patterns: Vec<(String, String, bool)> = serde_json::from_str(include_str!("patterns.json")).unwrap();
    for (pattern, name, stands) in patterns {
        assert_eq!(SessionArtifacts::new().cookie(&pattern).owns_cookie(&name), stands, "{pattern} for {name}");
        let artifacts = json!({ "cookies": [pattern], "storage": [pattern], "session": [pattern], "globals": [] });
        let steps = vec![
            ("artifactsOf", artifacts),
            ("stored", json!(name)),
            marker("out"),
            signed_out_page("out"),
            forget(),
            ("noteStored", json!(name)),
        ];
        let left = row("", steps, if stands { &[] } else { &["cookie", "localStorage", "sessionStorage"] });
        for (file, runtime) in RUNTIMES {
            assert_eq!(play(&inline(runtime), &left), left.expected, "{pattern} for {name}, by {file}");
        }
    }
}

#[test]
fn row_names_are_unique() {
    let mut names: Vec<_> = table().iter().map(|row| row.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(all > 200, "{all}");
}
