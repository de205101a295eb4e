//! Fresh tokens for a page that stays open.

use serde_json::json;

use super::row::*;

#[rustfmt::skip]
pub(crate) fn rows() -> Vec<Row> {
    let hidden = |is: bool| ("state", json!({ "hidden": is }));
    // Long after the page would have asked again.
    let answered = |name, answer, expected| row(name, then(ada_has_a_token(), vec![answer, pass(900_000), pass(900_000)]), expected);
    vec![
        row("a token is renewed at about three quarters of its life, again and again",
            then(ada_has_a_token(), vec![pass(460_000), pass(10_000), pass(460_000)]),
            &["ask /t/acme as ADA", "refresh acme: token", "ask /t/acme as ADA", "refresh acme: token"]),
        row("the same user's next page does not double the renewals",
            then(ada_has_a_token(), vec![page("ADA", "ADA"), forget(), pass(470_000)]),
            &["ask /t/acme as ADA", "refresh acme: token"]),
        row("a hidden page asks for a token when it is visible again",
            then(ada_has_a_token(), vec![hidden(true), pass(500_000), hidden(false), event("visibilitychange")]),
            &["ask /t/acme as ADA", "refresh acme: token"]),
        row("a token with a name of its own is asked for under that name",
            vec![("constants", json!({ "widgets": ["bolt"] })), marker("ADA"),
                page_with(json!({ "of": "ADA", "seen": "ADA", "widgets": ["bolt"], "lifetimes": { "bolt": 600 } })), forget(), pass(470_000)],
            &["ask /t/bolt-1 as ADA", "refresh bolt: token"]),
        answered("401: the session has ended, and its widgets end", server(401, r#"{"error":"signed-out"}"#),
            &["ask /t/acme as ADA", "end"]),
        answered("a redirect: a guard says that the session has ended, and its widgets end", redirects(),
            &["ask /t/acme as ADA", "warn /t redirects: no one counts as signed in", "end"]),
        answered("409: another user is signed in whose page has not run yet", server(409, "{}"),
            &["ask /t/acme as ADA", "end"]),
        row("409: another user is signed in, whose marker is there",
            then(ada_has_a_token(), vec![server(409, "{}"), marker("BELA"), pass(470_000)]),
            &["ask /t/acme as ADA", "hide"]),
        row("401 from before the same user's next login: the widgets hide until the server has named the user",
            then(ada_has_a_token(), vec![server(401, r#"{"error":"signed-out"}"#), hold(), pass(470_000),
                login_elsewhere("ADA"), server_is_back(), release(0), release(1)]),
            &["ask /t/acme as ADA", "hide", "ask /t/page", "marker = ADA", "boot acme: ADA"]),
        answered("403 is not asked again", server(403, "{}"), &["ask /t/acme as ADA"]),
        answered("404 is not asked again", server(404, "{}"),
            &["ask /t/acme as ADA", "warn no token service at /t (status 404)"]),
        answered("405 is not asked again", server(405, "{}"),
            &["ask /t/acme as ADA", "warn no token service at /t (status 405)"]),
        answered("422 is not asked again", server(422, "{}"), &["ask /t/acme as ADA"]),
        answered("HTML in place of a token is refused", html(200),
            &["ask /t/acme as ADA", "warn no token service at /t (status 200)"]),
        answered("a token with other characters is refused", server(200, "two words"), &["ask /t/acme as ADA"]),
        answered("an empty token is refused", server(200, ""), &["ask /t/acme as ADA"]),
        row("503: the page asks again, more and more slowly",
            then(ada_has_a_token(), vec![server(503, "{}"), pass(464_000), pass(3750), pass(7500), server_is_back(), pass(15_000)]),
            &["ask /t/acme as ADA", "ask /t/acme as ADA", "ask /t/acme as ADA", "ask /t/acme as ADA", "refresh acme: token"]),
        row("without a network the page asks for the token again",
            then(ada_has_a_token(), vec![server(0, ""), pass(465_000), server_is_back(), pass(4000)]),
            &["ask /t/acme as ADA", "ask /t/acme as ADA", "refresh acme: token"]),
        row("a token that breaks off is asked for again",
            then(ada_has_a_token(), vec![
                ("server", json!({ "status": 200, "type": "text/plain", "text": "tok", "breaksOff": true })), pass(465_000),
                server_is_back(), pass(4000)]),
            &["ask /t/acme as ADA", "ask /t/acme as ADA", "refresh acme: token"]),
        row("after the session's end no token is asked for",
            then(ada_has_a_token(), vec![logout(), event("focus"), forget(), pass(900_000)]),
            &[]),
        row("a logout that no event has shown is seen before the token is used",
            then(ada_has_a_token(), vec![hold(), pass(470_000), logout(), release(0)]),
            &["ask /t/acme as ADA", "end"]),
        row("another login that no event has shown is seen before the token is used",
            then(ada_has_a_token(), vec![hold(), pass(470_000), login_elsewhere("BELA"), release(0)]),
            &["ask /t/acme as ADA", "hide"]),
        row("a token that arrives after the session's end is not used",
            then(ada_has_a_token(), vec![hold(), pass(470_000), logout(), event("focus"), forget(), release(0), pass(900_000)]),
            &[]),
    ]
}
