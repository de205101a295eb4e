//! Pages that load the code from the token path: what happens before it is there.

use serde_json::json;

use super::row::*;

#[rustfmt::skip]
pub(crate) fn rows() -> Vec<Row> {
    // The loader waits for the first paint.
    let painted = || pass(120);
    vec![
        row("the code is requested when the next frame is on the screen",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), pass(110), step("countCode"), painted(), step("noteCode")],
            &["0 requests for code", "1 requests for /code.js, 0 elements"]),
        row("until the code arrives, nothing is decided, and the page has no element of ours",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), pass(60_000), step("noteCode"), step("noteElements"), step("noteIdentified")],
            &["1 requests for /code.js, 0 elements", "0 elements with data", "identified: false"]),
        row("the code boots the page when it arrives",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), pass(5000), step("codeArrives"), step("noteIdentified")],
            &["boot acme: ADA", "marker = ADA", "identified: true"]),
        row("a logout before the code arrives leaves the page without widgets",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), logout(), forget(), step("codeArrives"), step("noteShown")],
            &["ask /t/page", "shutdown acme, may load", "both cookies deleted", "acme shows no one"]),
        row("another user's login before the code arrives asks, and boots no one from the older page",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), login_elsewhere("BELA"), forget(), step("codeArrives"), step("noteShown")],
            &["ask /t/page", "acme shows no one"]),
        row("a visit before the code arrives takes the place of the page",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), login_elsewhere("BELA"), page("BELA", "BELA"), painted(), forget(), step("codeArrives"), step("noteShown"), step("noteCode")],
            &["boot acme: BELA", "marker = BELA", "acme shows BELA", "1 requests for /code.js, 0 elements"]),
        row("a page that ends the session while the code is awaited brings it along",
            vec![step("holdCode"), artifacts(), marker("ADA"), page("ADA", "ADA"), logout(), forget(), step("carryCode"), signed_out_page("out"),
                pass(50), step("codeArrives"), step("noteShown")],
            &["shutdown acme, may load", "delete window.acmeUser", "delete acme_session", "delete acme_session; Domain=www.app.example",
                "delete acme_session; Domain=app.example", "remove acme.visitor", "marker deleted", "kept deleted", "acme shows no one"]),
        row("a page of the user that carries the code boots while the code is awaited, and answers who waits",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), step("refresh"), step("carryCode"), page("ADA", "ADA"), step("codeArrives"), pass(1000)],
            &["boot acme: ADA", "marker = ADA", "ask /t/page", "marker = ADA", "refresh acme: ADA"]),
        row("the code runs once, also if the file is there twice",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), page("ADA", "ADA"), step("codeArrives"), pass(1000)],
            &["boot acme: ADA", "marker = ADA"]),
        row("a refresh before the code arrives waits for it",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), step("refresh"), pass(1000), step("codeArrives"), pass(1000)],
            &["boot acme: ADA", "marker = ADA", "ask /t/page", "marker = ADA", "refresh acme: ADA"]),
        row("a file that fails is requested again, three times and ever later",
            vec![step("holdCode"), marker("ADA"), page("ADA", "ADA"), painted(),
                step("codeFails"), pass(1999), step("noteCode"), pass(1), step("noteCode"),
                step("codeFails"), pass(8000), step("noteCode"), step("codeFails"), pass(32_000), step("noteCode"),
                step("codeFails"), pass(600_000), step("noteCode")],
            &["1 requests for /code.js, 0 elements", "2 requests for /code.js, 0 elements", "3 requests for /code.js, 0 elements",
                "4 requests for /code.js, 0 elements", "4 requests for /code.js, 0 elements"]),
        row("a base address and names that markup shadows do not change where the code comes from",
            vec![("base", json!("https://elsewhere.example")), ("clobber", json!(["createElement", "head", "cookie"])),
                step("holdCode"), marker("ADA"), page("ADA", "ADA"), painted(), step("noteCode")],
            &["1 requests for /code.js, 0 elements"]),
    ]
}
