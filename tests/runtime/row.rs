//! A row of the table, and its steps, which `table.js` plays.

use serde_json::{Value, json};

pub(crate) type Step = (&'static str, Value);

/// What happens, step by step, and what the runtime does after the last `forget`, in this order.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
    pub(crate) expected: &'static [&'static str],
}

pub(crate) fn row(name: &'static str, steps: Vec<Step>, expected: &'static [&'static str]) -> Row {
    Row { name, steps, expected }
}

/// Returns the lines that a word of the table stands for. Each is about the widget Acme, whose artifacts are there.
pub(crate) fn expand(line: &str) -> Vec<String> {
    const GLOBAL: &[&str] = &["delete window.acmeUser"];
    const STORES: &[&str] = &[
        "delete acme_session",
        "delete acme_session; Domain=www.app.example",
        "delete acme_session; Domain=app.example",
        "remove acme.visitor",
    ];
    let parts: &[&[&str]] = match line {
        // Without the vendor's cookies, because they may be another user's.
        "hide" => &[&["shutdown acme, no cookies"], GLOBAL],
        "end" => &[&["shutdown acme"], GLOBAL, STORES],
        "full shutdown" => &[&["shutdown acme, may load"], GLOBAL, STORES],
        // For a page whose globals are removed already.
        "full shutdown after hiding" => &[&["shutdown acme, may load"], STORES],
        "purge stores" => &[STORES],
        "both cookies deleted" => &[&["marker deleted", "kept deleted"]],
        line => return vec![line.to_owned()],
    };
    parts.iter().copied().flatten().map(|line| (*line).to_owned()).collect()
}

// ---- pages ----------------------------------------------------------------------------------------------------------

/// A page of this user, whose request carried this marker. Its response renews the `-kept` cookie.
pub(crate) fn page(of: &str, seen: &str) -> Step {
    page_with(json!({ "of": of, "seen": seen }))
}

pub(crate) fn page_with(data: Value) -> Step {
    ("page", data)
}

/// The same page from a cache: its cookies were set long ago.
pub(crate) fn copy(of: &str, seen: &str) -> Step {
    page_with(json!({ "of": of, "seen": seen, "copy": true }))
}

/// A page that was made for a signed-out visitor.
pub(crate) fn signed_out_page(seen: &str) -> Step {
    page("", seen)
}

pub(crate) fn visitors() -> Step {
    ("constants", json!({ "visitors": true }))
}

pub(crate) fn two_widgets() -> Step {
    ("constants", json!({ "widgets": ["acme", "bolt"] }))
}

// ---- the browser ----------------------------------------------------------------------------------------------------

/// Sets the marker to this value, and the `-kept` cookie as well.
pub(crate) fn marker(value: &str) -> Step {
    ("marker", json!(value))
}

/// Creates a vendor's cookie, storage entry and global.
pub(crate) fn artifacts() -> Step {
    step("artifacts")
}

/// A step without a value: `loseMarker`, `loseKept`, `changeKept`, `deleteBoth`, `refresh`, ...
pub(crate) fn step(verb: &'static str) -> Step {
    (verb, Value::Null)
}

pub(crate) fn event(name: &str) -> Step {
    ("event", json!(name))
}

pub(crate) fn pass(milliseconds: u64) -> Step {
    ("pass", json!(milliseconds))
}

/// Clears the journal: the row does not compare what came before.
pub(crate) fn forget() -> Step {
    step("forget")
}

// ---- the server, and other tabs -------------------------------------------------------------------------------------

/// Sets the user of the server's session; empty for none. Without this step, it is the user of the page.
pub(crate) fn signed_in(of: &str) -> Step {
    ("signedIn", json!(of))
}

/// A login in another tab, whose page has booted.
pub(crate) fn login_elsewhere(of: &str) -> Step {
    ("logIn", json!(of))
}

/// The response of a logout in another tab, or of a fetch in this one.
pub(crate) fn logout() -> Step {
    step("logOut")
}

/// Sets the server's response. Status 0 means no network. Errors are JSON, as the token service writes them; tokens
/// are plain text.
pub(crate) fn server(status: u16, text: &str) -> Step {
    let media_type = if status == 200 { "text/plain" } else { "application/json" };
    answers(status, media_type, text)
}

pub(crate) fn answers(status: u16, media_type: &str, text: &str) -> Step {
    ("server", json!({ "status": status, "type": media_type, "text": text }))
}

/// Another service responds at the token path.
pub(crate) fn html(status: u16) -> Step {
    answers(status, "text/html; charset=utf-8", "<!DOCTYPE html>")
}

/// Something in front of the token service redirects, as a guard does once the session is over.
pub(crate) fn redirects() -> Step {
    ("server", json!({ "redirects": true }))
}

/// The server responds correctly again.
pub(crate) fn server_is_back() -> Step {
    step("server")
}

/// From here on, each response waits for its `release`.
pub(crate) fn hold() -> Step {
    step("hold")
}

/// The response to this question arrives; questions are counted from 0.
pub(crate) fn release(at: usize) -> Step {
    ("release", json!(at))
}

// ---- beginnings -----------------------------------------------------------------------------------------------------

/// Ada's widgets were booted some time ago.
pub(crate) fn ada_is_up() -> Vec<Step> {
    vec![artifacts(), page("ADA", ""), pass(1000), forget()]
}

/// A signed-out visitor's widgets were booted some time ago.
pub(crate) fn visitor_is_up() -> Vec<Step> {
    vec![visitors(), artifacts(), signed_out_page(""), pass(1000), forget()]
}

/// Ada's widgets were booted with a token that lasts ten minutes.
pub(crate) fn ada_has_a_token() -> Vec<Step> {
    vec![("lifetime", json!(600)), artifacts(), page("ADA", ""), pass(1000), forget()]
}

pub(crate) fn then(mut steps: Vec<Step>, more: Vec<Step>) -> Vec<Step> {
    steps.extend(more);
    steps
}
