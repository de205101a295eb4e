//! Pages of a user, each in a document of its own.

use serde_json::json;

use super::row::*;

#[rustfmt::skip]
pub(crate) fn boots() -> Vec<Row> {
    vec![
        row("a first sign-in asks, and boots",
            vec![page("ADA", "")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA"]),
        row("the user's own marker boots without a question, and keeps what the vendor has",
            vec![artifacts(), marker("ADA"), page("ADA", "ADA")],
            &["boot acme: ADA", "marker = ADA"]),
        row("before the page has loaded, the user's own marker costs one look at the cookies, and is not written",
            vec![("state", json!({ "readyState": "loading" })), marker("ADA"), step("forgetCookieReads"), page("ADA", "ADA"), step("noteCookieReads")],
            &["boot acme: ADA", "cookies read 1 times"]),
        row("the user's own marker is renewed once the page has loaded",
            vec![("state", json!({ "readyState": "loading" })), marker("ADA"), page("ADA", "ADA"), pass(5000), forget(), event("load"), pass(100)],
            &["marker = ADA"]),
        row("the user's own marker boots a page whose request carried another one",
            vec![artifacts(), marker("ADA"), page("ADA", "BELA")],
            &["boot acme: ADA", "marker = ADA"]),
        row("after a logout the former session ends before the boot",
            vec![artifacts(), marker("out"), page("ADA", "out")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("a logout since the request also ends the former session, if the user is signed in again",
            vec![artifacts(), marker("out"), page("ADA", "")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("another user's session ends before the boot, without a logout in between",
            vec![artifacts(), marker("BELA"), page("ADA", "BELA")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("a marker that the request carried ends the former session, though it is deleted by now",
            vec![artifacts(), page("ADA", "BELA")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("a vendor's cookie without a marker ends the former session before the boot",
            vec![artifacts(), page_with(json!({ "of": "ADA", "reset": true }))],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("a lost marker ends the former session before the boot",
            vec![artifacts(), marker("BELA"), step("loseMarker"), page_with(json!({ "of": "ADA", "reset": true }))],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("a doubled marker counts as a logout, also if both have the user's fingerprint",
            vec![artifacts(), marker("ADA"), ("secondMarker", json!("ADA")), page("ADA", "out")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("a malformed marker counts as a logout",
            vec![artifacts(), marker("ADA-and-more"), page("ADA", "out")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("a page from a cache writes both cookies",
            vec![copy("ADA", "")],
            &["ask /t/page", "kept = new", "ask /t/page", "marker = ADA", "boot acme: ADA"]),
        row("a page whose marker is there writes a lost second cookie again",
            vec![marker("ADA"), step("loseKept"), copy("ADA", "ADA")],
            &["boot acme: ADA", "marker = ADA", "kept = new"]),
        row("a browser that keeps no cookies asks, and boots",
            vec![("cookiesAreKept", json!(false)), step("deleteBoth"), copy("ADA", "")],
            &["ask /t/page", "kept = new", "marker = ADA", "kept = new", "warn the browser keeps no cookie __Host-widget", "boot acme: ADA"]),
    ]
}

/// An entry in `localStorage`: another host of the domain may evict all cookies, but not this.
#[rustfmt::skip]
pub(crate) fn witness() -> Vec<Row> {
    vec![
        row("a boot leaves a witness in the storage",
            vec![page("ADA", ""), forget(), step("noteWitness")],
            &["a witness"]),
        row("a visitor's boot leaves no witness",
            then(visitor_is_up(), vec![step("noteWitness")]),
            &["no witness"]),
        row("where only the witness is left, the former session ends before a first sign-in boots",
            vec![artifacts(), step("witness"), page("ADA", "")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("a browser that lost all cookies after a boot ends that session before the next user's boot",
            vec![page("BELA", ""), pass(1000), step("loseMarker"), step("loseKept"), server(0, ""), event("focus"), artifacts(),
                server_is_back(), forget(), page("ADA", "")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("the user's own marker boots at once beside the witness",
            vec![artifacts(), step("witness"), marker("ADA"), page("ADA", "ADA")],
            &["boot acme: ADA", "marker = ADA"]),
        row("the end of a session leaves the witness, for the clean-up is still to come",
            then(ada_is_up(), vec![logout(), event("focus"), forget(), step("noteWitness")]),
            &["a witness"]),
        row("a clean-up removes the witness",
            vec![step("witness"), marker("out"), signed_out_page("out")],
            &["shutdown acme, may load", "both cookies deleted", "witness removed"]),
        row("a clean-up leaves the witness of a user who has signed in meanwhile",
            vec![marker("out"), signed_out_page("out"), login_elsewhere("BELA"), step("witness"), pass(2000), forget(), step("noteWitness")],
            &["a witness"]),
    ]
}

#[rustfmt::skip]
pub(crate) fn stale() -> Vec<Row> {
    vec![
        row("a copy whose user has given way to another one stays down, and leaves everything to that one",
            vec![artifacts(), login_elsewhere("BELA"), copy("ADA", "")],
            &["ask /t/page"]),
        row("another user is signed in whose page has not run yet: the copy stays down",
            vec![artifacts(), marker("out"), signed_in("BELA"), copy("ADA", "out"), pass(100_000)],
            &["ask /t/page"]),
        row("a copy cleans up after a logout that it has not seen",
            vec![artifacts(), logout(), copy("ADA", "")],
            &["ask /t/page", "full shutdown", "both cookies deleted"]),
        row("a copy of the user's second page cleans up after a logout, too",
            vec![artifacts(), logout(), copy("ADA", "ADA")],
            &["ask /t/page", "full shutdown", "both cookies deleted"]),
        row("a copy cleans up if no one is signed in, though another page has cleaned up before",
            vec![artifacts(), signed_in(""), copy("ADA", "ADA")],
            &["ask /t/page", "full shutdown"]),
        row("a copy with no trace of a session does not boot if no one is signed in",
            vec![signed_in(""), copy("ADA", "")],
            &["ask /t/page", "shutdown acme, may load"]),
        row("a copy with a lost marker cleans up if no one is signed in",
            vec![artifacts(), marker("ADA"), step("loseMarker"), signed_in(""), copy("ADA", "ADA")],
            &["ask /t/page", "full shutdown", "kept deleted"]),
    ]
}

#[rustfmt::skip]
pub(crate) fn failures() -> Vec<Row> {
    vec![
        row("a widget that got no data for the user is not booted",
            vec![two_widgets(), page("ADA", "")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA"]),
        row("one adapter's failure does not stop the next one",
            vec![two_widgets(), ("failing", json!(["acme"])), marker("ADA"),
                page_with(json!({ "of": "ADA", "seen": "ADA", "widgets": ["acme", "bolt"] }))],
            &["boot acme: ADA", "warn acme", "boot bolt: ADA", "marker = ADA"]),
        row("nor does a console.warn that throws",
            vec![two_widgets(), ("failing", json!(["acme"])), step("warningsThrow"), marker("ADA"),
                page_with(json!({ "of": "ADA", "seen": "ADA", "widgets": ["acme", "bolt"] }))],
            &["boot acme: ADA", "boot bolt: ADA", "marker = ADA"]),
        row("a global that the page declared with `var` is emptied",
            vec![("undeletable", json!("acmeUser")), logout(), copy("ADA", "ADA"), ("noteGlobal", json!("acmeUser"))],
            &["ask /t/page", "shutdown acme, may load", "keep window.acmeUser", "both cookies deleted",
                "acmeUser is undefined"]),
    ]
}
