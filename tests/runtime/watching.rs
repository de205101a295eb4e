//! What a page does after the boot, when it watches the marker, and what it does before it is shown.

use serde_json::json;

use super::row::*;

#[rustfmt::skip]
pub(crate) fn changes() -> Vec<Row> {
    let doubled = || vec![artifacts(), marker("ADA"), ("secondMarker", json!("ADA")), page("ADA", "out"), pass(1000), artifacts(), forget()];
    vec![
        row("a page that the Back button shows again after a logout ends its session",
            then(ada_is_up(), vec![logout(), event("pageshow")]),
            &["end"]),
        row("a page that the Back button shows again after another login leaves the vendor's cookies alone",
            then(ada_is_up(), vec![login_elsewhere("BELA"), event("pageshow")]),
            &["hide"]),
        row("a page that the Back button shows again after a clean-up ends its session",
            then(ada_is_up(), vec![signed_in(""), step("deleteBoth"), event("pageshow")]),
            &["end"]),
        row("a page that is shown again to its user goes on",
            then(ada_is_up(), vec![event("pageshow"), event("focus"), event("visibilitychange")]),
            &[]),
        row("the focus shows a logout elsewhere",
            then(ada_is_up(), vec![logout(), event("focus")]),
            &["end"]),
        row("a page that becomes visible sees a logout elsewhere",
            then(ada_is_up(), vec![logout(), event("visibilitychange")]),
            &["end"]),
        row("the cookie store reports a logout elsewhere",
            then(ada_is_up(), vec![logout(), event("change")]),
            &["end"]),
        row("the cookie store may report a change before the cookie shows it",
            then(ada_is_up(), vec![event("change"), logout(), pass(500)]),
            &["end"]),
        row("without a cookie store, a logout by fetch is noticed within two seconds",
            then(vec![step("noCookieStore")], then(ada_is_up(), vec![logout(), pass(2000)])),
            &["end"]),
        row("without a cookie store, a hidden page does not look by itself",
            then(vec![step("noCookieStore")],
                then(ada_is_up(), vec![("state", json!({ "hidden": true })), logout(), pass(10_000)])),
            &[]),
        row("with a cookie store the page does not look by itself",
            then(ada_is_up(), vec![logout(), pass(10_000)]),
            &[]),
        row("a session ends only once",
            then(ada_is_up(), vec![logout(), event("pageshow"), event("focus"), pass(2000)]),
            &["end"]),
        row("a malformed marker ends the session",
            then(ada_is_up(), vec![marker("ADA-and-more"), event("focus")]),
            &["end"]),
        row("just after the page wrote it, the marker may look older: the page looks again",
            vec![page("ADA", ""), forget(), step("deleteBoth"), event("focus"), marker("ADA"), pass(600)],
            &[]),
        row("if the marker still looks older then, the session ends",
            vec![artifacts(), page("ADA", ""), forget(), step("deleteBoth"), event("focus"), pass(600)],
            &["end"]),
        row("just after the page wrote the marker, a logout ends the session at once",
            vec![artifacts(), page("ADA", ""), forget(), logout(), event("focus")],
            &["end"]),
        row("a browser that keeps no cookies is not watched",
            vec![("cookiesAreKept", json!(false)), copy("ADA", ""), pass(1000), forget(), event("focus"), pass(2000)],
            &[]),
        row("a user who signs in elsewhere ends a visitor's widgets, and keeps the vendor's cookies",
            then(visitor_is_up(), vec![login_elsewhere("ADA"), event("focus")]),
            &["hide"]),
        row("a visitor's widgets go on where no marker appears",
            then(visitor_is_up(), vec![event("focus"), event("pageshow"), pass(2000)]),
            &[]),
        row("a page without widgets does not watch",
            vec![marker("out"), signed_out_page("out"), pass(2000), forget(), marker("ADA"), event("focus"), pass(2000)],
            &[]),
        row("the marker is written again once a day",
            then(ada_is_up(), vec![pass(86_000_000), event("focus"), pass(1_000_000), event("focus"), event("focus"), event("pageshow")]),
            &["marker = ADA"]),
        row("the marker is not written again once the session has ended",
            then(ada_is_up(), vec![pass(90_000_000), logout(), event("focus"), event("focus")]),
            &["end"]),
        row("a marker that was doubled at the boot does not end the session",
            then(doubled(), vec![event("focus"), event("pageshow"), event("change"), pass(2000)]),
            &[]),
        row("a logout ends a session whose marker was doubled at the boot",
            then(doubled(), vec![logout(), event("focus")]),
            &["end"]),
        row("a doubled marker that becomes single does not end the session",
            then(doubled(), vec![("secondMarker", json!("")), event("focus")]),
            &[]),
    ]
}

/// A response that was under way at the logout, or a library of another tab, writes again.
#[rustfmt::skip]
pub(crate) fn late_answers() -> Vec<Row> {
    let is_there = || ("noteStored", json!("acme_session"));
    let after_the_end = |more| then(ada_is_up(), then(vec![logout(), event("focus"), forget()], more));
    vec![
        row("what a late answer writes is purged after the session's end, and one, five and fifteen seconds later",
            after_the_end(vec![artifacts(), pass(0), artifacts(), pass(999), is_there(), pass(1), artifacts(), pass(3999), is_there(),
                pass(1), artifacts(), pass(9999), is_there(), pass(1)]),
            &["purge stores", "cookie", "purge stores", "cookie", "purge stores", "cookie", "purge stores"]),
        row("what is written later than that is not purged",
            after_the_end(vec![pass(15_000), artifacts(), pass(600_000)]),
            &[]),
        row("a late purge leaves alone what is the next user's",
            after_the_end(vec![artifacts(), login_elsewhere("BELA"), pass(60_000)]),
            &[]),
        row("a late purge leaves alone what is the next user's in the same document",
            after_the_end(vec![signed_in("BELA"), page("BELA", "out"), artifacts(), forget(), pass(60_000)]),
            &[]),
    ]
}

#[rustfmt::skip]
pub(crate) fn lost_marker() -> Vec<Row> {
    vec![
        row("a lost marker is written again after the server has named the user",
            then(ada_is_up(), vec![step("loseMarker"), event("focus")]),
            &["ask /t/page", "marker = ADA", "refresh acme: ADA"]),
        row("after that a logout ends the session as ever",
            then(ada_is_up(), vec![step("loseMarker"), event("focus"), pass(1000), forget(), logout(), event("focus")]),
            &["end"]),
        row("a lost marker ends the session if the server names another user",
            then(ada_is_up(), vec![step("loseMarker"), signed_in("BELA"), event("focus"), pass(60_000)]),
            &["ask /t/page", "end"]),
        row("a lost marker is cleaned up if the server names no one",
            then(ada_is_up(), vec![step("loseMarker"), signed_in(""), event("focus")]),
            &["ask /t/page", "full shutdown", "kept deleted", "witness removed"]),
        row("a lost marker ends the session without a network",
            then(ada_is_up(), vec![step("loseMarker"), server(0, ""), event("focus"), pass(3000)]),
            &["ask /t/page", "end"]),
        row("a lost marker ends the session if the server does not know who is signed in",
            then(ada_is_up(), vec![step("loseMarker"), server(503, "{}"), event("focus"), pass(3000)]),
            &["ask /t/page", "end"]),
        row("a session that ended without an answer begins again once the server names its user",
            then(ada_is_up(), vec![step("loseMarker"), server(0, ""), event("focus"), forget(), server_is_back(), pass(6000)]),
            &["ask /t/page", "shutdown acme, may load", "marker = ADA", "boot acme: ADA"]),
        row("a session that ended without an answer is cleaned up once the server names no one",
            then(ada_is_up(), vec![step("loseMarker"), server(0, ""), event("focus"), forget(), server_is_back(), signed_in(""), pass(4000)]),
            &["ask /t/page", "shutdown acme, may load", "kept deleted", "witness removed"]),
        row("a lost marker ends the session if no token service is there",
            then(ada_is_up(), vec![step("loseMarker"), html(404), event("focus"), pass(60_000)]),
            &["ask /t/page", "warn no token service at /t (status 404)", "end"]),
        row("a lost marker ends the session if the answer names no user at all",
            then(ada_is_up(), vec![step("loseMarker"), answers(200, "application/json", "{}"), event("focus"), pass(60_000)]),
            &["ask /t/page", "end"]),
        row("a logout while a lost marker is verified ends the session",
            then(ada_is_up(), vec![step("loseMarker"), hold(), event("focus"), logout(), release(0), forget(), step("noteShown")]),
            &["acme shows no one"]),
        row("where both cookies are lost and not the witness, the session ends, and begins again once the server names its user",
            then(ada_is_up(), vec![step("loseMarker"), step("loseKept"), event("focus")]),
            &["end", "ask /t/page", "kept = new", "ask /t/page", "shutdown acme, may load", "marker = ADA", "boot acme: ADA"]),
        row("where both cookies are lost and not the witness, the page cleans up once the server names no one",
            then(ada_is_up(), vec![step("loseMarker"), step("loseKept"), signed_in(""), event("focus")]),
            &["end", "ask /t/page", "shutdown acme, may load", "witness removed"]),
        row("where both cookies are lost and no token service is there, the session ends",
            then(ada_is_up(), vec![step("loseMarker"), step("loseKept"), html(404), event("focus"), pass(60_000)]),
            &["end", "ask /t/page", "warn no token service at /t (status 404)"]),
        row("after another tab's clean-up the session ends without a question",
            then(ada_is_up(), vec![signed_in(""), step("deleteBoth"), event("focus"), pass(60_000)]),
            &["end"]),
        row("a lost second cookie alone does not matter",
            then(ada_is_up(), vec![step("loseKept"), event("focus"), pass(2000)]),
            &[]),
        row("a changed second cookie alone does not matter",
            then(ada_is_up(), vec![step("changeKept"), event("focus"), pass(2000)]),
            &[]),
    ]
}

#[rustfmt::skip]
pub(crate) fn prerendering() -> Vec<Row> {
    let prerendered = |is: bool| ("state", json!({ "prerendering": is }));
    let shown = || vec![prerendered(false), event("prerenderingchange")];
    vec![
        row("a prerendered page does not act",
            vec![artifacts(), marker("BELA"), prerendered(true), page("ADA", "BELA"), pass(5000)],
            &[]),
        row("a prerendered page asks and boots when it is shown",
            then(vec![prerendered(true), page("ADA", ""), forget()], shown()),
            &["ask /t/page", "marker = ADA", "boot acme: ADA"]),
        row("a prerendered page cleans up if there was a logout before it is shown",
            then(vec![artifacts(), marker("ADA"), prerendered(true), page("ADA", "ADA"), forget(), logout()], shown()),
            &["ask /t/page", "full shutdown", "both cookies deleted"]),
        row("a prerendered page stays down if there was another login before it is shown",
            then(vec![artifacts(), prerendered(true), page("ADA", ""), forget(), login_elsewhere("BELA")], shown()),
            &["ask /t/page"]),
    ]
}

/// Such tools put a property of their own on the document, in place of the browser's `cookie`.
#[rustfmt::skip]
pub(crate) fn consent_tools() -> Vec<Row> {
    vec![
        row("a vendor's call without cookies gives a consent tool its `document.cookie` back",
            then(ada_is_up(), vec![("consentTool", json!(true)), login_elsewhere("BELA"), event("focus"), step("noteCookieProperty")]),
            &["hide", "document.cookie is consent"]),
        row("a vendor's call is made although a consent tool's `document.cookie` cannot be replaced",
            then(ada_is_up(), vec![("consentTool", json!(false)), login_elsewhere("BELA"), event("focus"), step("noteCookieProperty")]),
            &["shutdown acme", "delete window.acmeUser", "document.cookie is consent"]),
        row("a consent tool's `document.cookie` decides nothing",
            vec![artifacts(), ("consentTool", json!(true)), marker("out"), page("ADA", "out")],
            &["ask /t/page", "full shutdown", "marker = ADA", "boot acme: ADA"]),
        row("after a vendor's call without cookies the document has the browser's `cookie` again",
            vec![artifacts(), marker("ADA"), page("ADA", "ADA"), pass(1000), ("marker", json!("BELA")), event("focus"),
                step("deleteBoth"), forget(), step("noteCookieProperty")],
            &["document.cookie is acme_session=1; other=1"]),
    ]
}
