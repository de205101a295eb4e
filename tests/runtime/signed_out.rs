//! Pages of signed-out visitors.

use serde_json::json;

use super::row::*;

#[rustfmt::skip]
pub(crate) fn pages() -> Vec<Row> {
    vec![
        row("an expired session is cleaned up after the server has confirmed it",
            vec![artifacts(), marker("ADA"), signed_out_page("ADA")],
            &["ask /t/page", "full shutdown", "both cookies deleted"]),
        row("a session that the server still knows is left alone",
            vec![artifacts(), marker("ADA"), signed_in("ADA"), signed_out_page("ADA")],
            &["ask /t/page"]),
        row("an expired session is cleaned up if the server cannot be reached",
            vec![artifacts(), marker("ADA"), server(0, ""), signed_out_page("ADA")],
            &["ask /t/page", "full shutdown", "both cookies deleted"]),
        row("an expired session is cleaned up if no token service is there",
            vec![artifacts(), marker("ADA"), html(404), signed_out_page("ADA")],
            &["ask /t/page", "warn no token service at /t (status 404)", "full shutdown", "both cookies deleted"]),
        row("a session that another tab has begun anew meanwhile is left alone, also without an answer",
            vec![artifacts(), marker("ADA"), hold(), server(0, ""), signed_out_page("ADA"), login_elsewhere("BELA"), release(0)],
            &["ask /t/page"]),
        row("a logout is carried out without a question",
            vec![artifacts(), marker("out"), signed_out_page("out")],
            &["full shutdown", "both cookies deleted"]),
        row("a logout is carried out by a page that was made before it",
            vec![artifacts(), logout(), signed_out_page("")],
            &["full shutdown", "both cookies deleted"]),
        row("a vendor's cookie without a marker is cleaned up after the server has confirmed it",
            vec![artifacts(), page_with(json!({ "reset": true }))],
            &["ask /t/page", "full shutdown"]),
        row("a lost marker is cleaned up after the server has confirmed it",
            vec![artifacts(), marker("ADA"), step("loseMarker"), page_with(json!({ "reset": true }))],
            &["ask /t/page", "full shutdown", "kept deleted"]),
        row("a lost marker is left alone if the server still knows the session",
            vec![artifacts(), marker("ADA"), step("loseMarker"), signed_in("ADA"), page_with(json!({ "reset": true }))],
            &["ask /t/page"]),
        row("a signed-out page does nothing if a user has signed in since",
            vec![artifacts(), marker("BELA"), signed_out_page("ADA")],
            &[]),
        row("a signed-out page does nothing if a user has signed in since a logout",
            vec![artifacts(), marker("ADA"), signed_out_page("out")],
            &[]),
        row("a signed-out page does nothing if another page has cleaned up",
            vec![artifacts(), signed_out_page("out")],
            &[]),
    ]
}

#[rustfmt::skip]
pub(crate) fn clean_up() -> Vec<Row> {
    vec![
        row("the pair that the browser shows again is deleted again",
            vec![marker("out"), step("takeSnapshot"), signed_out_page("out"), forget(),
                step("showSnapshot"), pass(100), step("showSnapshot"), pass(900)],
            &["both cookies deleted", "both cookies deleted"]),
        row("a newer pair is not deleted: another user's",
            vec![marker("out"), signed_out_page("out"), forget(), login_elsewhere("BELA"), pass(2000)],
            &[]),
        row("a newer pair is not deleted: the same user's",
            vec![marker("ADA"), signed_out_page("ADA"), forget(), login_elsewhere("ADA"), pass(2000)],
            &[]),
        row("a newer pair is not deleted: another logout's",
            vec![marker("out"), signed_out_page("out"), forget(), logout(), pass(2000)],
            &[]),
        row("nothing is deleted once a user has signed in in this document",
            vec![marker("ADA"), step("takeSnapshot"), signed_in(""), signed_out_page("ADA"), signed_in("ADA"), page("ADA", ""),
                step("showSnapshot"), forget(), pass(2000)],
            &[]),
    ]
}

#[rustfmt::skip]
pub(crate) fn shown_to_visitors() -> Vec<Row> {
    let visitor = |seen: &str, more: Vec<Step>| then(vec![visitors(), artifacts()], then(more, vec![signed_out_page(seen)]));
    vec![
        row("a visitor is shown the widgets, and gets no cookie",
            visitor("", vec![]),
            &["boot acme: visitor"]),
        row("a visitor's page from a cache carries a logout out, and boots a second later",
            then(visitor("", vec![logout()]), vec![pass(2000)]),
            &["full shutdown", "both cookies deleted", "boot acme: visitor"]),
        row("a visitor's page cleans an expired session up, then boots",
            then(visitor("ADA", vec![marker("ADA")]), vec![pass(2000)]),
            &["ask /t/page", "full shutdown", "both cookies deleted", "boot acme: visitor"]),
        row("a visitor's page boots no one while the server still knows the session",
            visitor("ADA", vec![login_elsewhere("ADA")]),
            &["ask /t/page"]),
        row("a visitor's page from a cache boots no one while a user's marker is there",
            visitor("", vec![login_elsewhere("ADA")]),
            &[]),
        row("a visitor's page boots if another page has cleaned up",
            visitor("ADA", vec![]),
            &["boot acme: visitor"]),
        row("a visitor's page from a cache boots no one while a lost marker's second cookie is there",
            visitor("", vec![marker("ADA"), step("loseMarker")]),
            &[]),
        row("what another tab's library writes after a clean-up is purged before the visitor is shown the widgets",
            then(visitor("", vec![logout()]), vec![forget(), artifacts(), pass(900), pass(200)]),
            &["purge stores", "boot acme: visitor"]),
        row("what another tab's library writes after a clean-up is purged also where visitors are not shown the widgets",
            vec![artifacts(), logout(), signed_out_page(""), forget(), artifacts(), pass(2000)],
            &["purge stores"]),
        row("a visitor is not shown the widgets if a user signs in within that second",
            then(visitor("", vec![logout()]), vec![forget(), artifacts(), login_elsewhere("ADA"), pass(2000)]),
            &[]),
        row("a signed-out page ends the session of a user whose clean-up this tab has not noticed, then boots for the visitor",
            vec![visitors(), artifacts(), page("ADA", ""), pass(1000), forget(), signed_in(""), step("deleteBoth"),
                signed_out_page(""), pass(2000)],
            &["end", "shutdown acme, may load", "boot acme: visitor"]),
        row("a visitor's page cleans up after a lost marker, and boots a second later",
            vec![visitors(), artifacts(), marker("ADA"), step("loseMarker"), page_with(json!({ "reset": true })), pass(2000)],
            &["ask /t/page", "full shutdown", "kept deleted", "boot acme: visitor"]),
    ]
}
