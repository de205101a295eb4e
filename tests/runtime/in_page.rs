//! The script element among other elements of the page, and the libraries that it loads.

use serde_json::json;

use super::row::*;

#[rustfmt::skip]
pub(crate) fn element() -> Vec<Row> {
    vec![
        row("the element is removed, and the token with it",
            vec![page("ADA", ""), forget(), step("noteElements")],
            &["0 elements with data"]),
        row("a second element is removed as well",
            vec![page("ADA", ""), page("ADA", "ADA"), forget(), step("noteElements")],
            &["0 elements with data"]),
        row("a second element that comes while the document is parsed does not act, and is removed",
            vec![("state", json!({ "readyState": "loading" })), page("ADA", ""), pass(1000), forget(), page("BELA", "ADA"), pass(2000),
                step("noteElements")],
            &["0 elements with data"]),
        row("a second element that comes after that is the next page",
            vec![("state", json!({ "readyState": "interactive" })), page("ADA", ""), forget(), page("ADA", "ADA")],
            &["refresh acme: ADA"]),
        row("code that is no element's does not act",
            vec![step("call")],
            &[]),
        row("an element without data does not act",
            vec![step("elementWithoutData")],
            &[]),
        row("an element in the body does not act",
            vec![page_with(json!({ "of": "ADA", "parent": "body" })), pass(2000)],
            &[]),
        row("an element in the body does not act beside one in the head",
            then(ada_is_up(), vec![page_with(json!({ "of": "BELA", "seen": "ADA", "parent": "body" })), pass(2000)]),
            &[]),
        row("an element in about:srcdoc does not act",
            vec![("scheme", json!("about:")), page("ADA", ""), pass(2000)],
            &[]),
        row("an element in about:srcdoc is removed as well",
            vec![("scheme", json!("about:")), page("ADA", ""), step("noteElements")],
            &["0 elements with data"]),
        row("a page over plain HTTP acts",
            vec![("scheme", json!("http:")), marker("ADA"), page("ADA", "ADA")],
            &["boot acme: ADA", "marker = ADA"]),
        row("an element in a frame does not act",
            vec![step("framed"), page("ADA", ""), pass(2000)],
            &[]),
        row("an element in a frame is removed as well",
            vec![step("framed"), page("ADA", ""), step("noteElements")],
            &["0 elements with data"]),
        row("an element in a frame acts where the configuration allows it",
            vec![step("framed"), ("constants", json!({ "iframes": true })), page("ADA", "")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA"]),
    ]
}

#[rustfmt::skip]
pub(crate) fn events() -> Vec<Row> {
    let state = |state: &str| ("state", json!({ "readyState": state }));
    vec![
        row("a page that is parsed is ready once, when its deferred scripts have run",
            vec![state("loading"), step("hear"), marker("ADA"), page("ADA", "ADA"), forget(), event("DOMContentLoaded"), event("load")],
            &["event ready"]),
        row("code that comes after the deferred scripts says so when the page has loaded",
            vec![state("interactive"), step("hear"), marker("ADA"), page("ADA", "ADA"), pass(100), forget(), event("load")],
            &["event ready"]),
        row("code that comes after the page has loaded says so at once, after the boot",
            vec![state("complete"), step("hear"), marker("ADA"), page("ADA", "ADA"), page("ADA", "ADA")],
            &["boot acme: ADA", "event identified", "marker = ADA", "event ready", "refresh acme: ADA"]),
    ]
}

#[rustfmt::skip]
pub(crate) fn names() -> Vec<Row> {
    let all = ["cookie", "currentScript", "hidden", "head", "scripts", "createElement", "addEventListener", "readyState", "prerendering"];
    let clobbered = || ("clobber", json!(all));
    vec![
        row("elements with the names of the document's members do not prevent a boot",
            vec![clobbered(), ("loaders", json!(["acme"])), page("ADA", ""), step("noteScripts"), step("noteElements")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA", "script /acme.js id=acme up-asset=false data-key=k", "0 elements with data"]),
        row("elements with the names of the document's members do not prevent a shutdown",
            then(ada_is_up(), vec![clobbered(), logout(), event("visibilitychange")]),
            &["end"]),
        row("an element named `prerendering` does not make a page act before it is shown",
            vec![clobbered(), ("state", json!({ "prerendering": true })), page("ADA", ""), pass(2000), forget(),
                ("state", json!({ "prerendering": false })), event("prerenderingchange")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA"]),
        row("an element named `hidden` does not keep a token from being renewed",
            then(ada_has_a_token(), vec![clobbered(), pass(470_000)]),
            &["ask /t/acme as ADA", "refresh acme: token"]),
        row("an element named `hidden` does not make a hidden page ask",
            then(ada_has_a_token(), vec![clobbered(), ("state", json!({ "hidden": true })), pass(900_000)]),
            &[]),
        row("an element named `widgetIdentity` is no runtime",
            vec![step("inherit"), page("ADA", ""), forget(), step("refresh")],
            &["ask /t/page", "marker = ADA", "refresh acme: ADA"]),
        row("`window.widgetIdentity` cannot be replaced",
            vec![page("ADA", ""), forget(), step("replaceIdentity"), step("refresh")],
            &["not replaced", "ask /t/page", "marker = ADA", "refresh acme: ADA"]),
        row("a base address does not change whom the page asks",
            vec![("base", json!("https://elsewhere.example")), page("ADA", "")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA"]),
        row("a base address does not change where a library comes from",
            vec![("base", json!("https://elsewhere.example")), ("loaders", json!(["acme"])), page("ADA", ""), forget(), step("noteScripts")],
            &["script /acme.js id=acme up-asset=false data-key=k"]),
    ]
}

#[rustfmt::skip]
pub(crate) fn libraries() -> Vec<Row> {
    let loads = || ("loaders", json!(["acme"]));
    vec![
        row("a library is loaded once, with its attributes",
            vec![loads(), page("ADA", ""), page("ADA", "ADA"), forget(), step("noteScripts")],
            &["script /acme.js id=acme up-asset=false data-key=k"]),
        row("a library waits for the page, and a moment longer",
            vec![("state", json!({ "readyState": "loading" })), loads(), page("ADA", ""), forget(),
                step("noteScripts"), event("load"), pass(99), step("noteScripts"), pass(1), step("noteScripts")],
            &["script /acme.js id=acme up-asset=false data-key=k"]),
        row("a library that failed is loaded again for the next page",
            vec![loads(), marker("ADA"), page("ADA", "ADA"), step("libraryFails"), forget(), page("ADA", "ADA"), step("noteScripts")],
            &["boot acme: ADA", "script /acme.js id=acme up-asset=false data-key=k", "script /acme.js id=acme up-asset=false data-key=k"]),
        row("a logout that no event has shown is seen when a library arrives",
            vec![loads(), artifacts(), page("ADA", ""), pass(1000), forget(), logout(), step("libraryArrives"), pass(2000)],
            &["end", "loaded acme"]),
        row("where the page demands trusted types, a library's address is one",
            vec![step("trustedTypes"), loads(), page_with(json!({ "of": "ADA", "trusted": true })), forget(), step("noteTrustedScripts")],
            &["trusted https://www.app.example/acme.js"]),
        row("an element named `trustedTypes` makes no policy",
            vec![step("inherit"), loads(), page_with(json!({ "of": "ADA", "trusted": true })), forget(), step("noteTrustedScripts")],
            &["https://www.app.example/acme.js"]),
        row("elsewhere no policy is made",
            vec![step("trustedTypes"), loads(), page("ADA", "")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA"]),
        row("a library that arrives after the session's end has written its cookies again: they are purged again",
            vec![loads(), page("ADA", ""), pass(1000), logout(), event("focus"), artifacts(), forget(), step("libraryArrives"), pass(0)],
            &["loaded acme", "purge stores"]),
        row("a library that arrives late leaves the next user's cookies alone",
            vec![loads(), page("ADA", ""), pass(1000), login_elsewhere("BELA"), event("focus"), artifacts(),
                forget(), step("libraryArrives"), pass(2000)],
            &["loaded acme"]),
        row("a library that arrives while the widgets are up purges nothing",
            vec![loads(), page("ADA", ""), artifacts(), forget(), step("libraryArrives"), pass(2000)],
            &["loaded acme"]),
    ]
}

/// The page already has the library's element, made by the vendor's own package.
#[rustfmt::skip]
pub(crate) fn libraries_of_the_page() -> Vec<Row> {
    let loads = || ("loaders", json!(["acme"]));
    let own = |src: &str, id: &str| ("pageScript", json!({ "src": src, "id": id }));
    vec![
        row("a library that the page has by its address is not loaded again",
            vec![loads(), own("/acme.js", ""), page("ADA", ""), step("libraryArrives"), page("ADA", "ADA"), forget(), step("noteScripts")],
            &["script /acme.js"]),
        row("the adapter hears of a library of the page at once, and when it arrives",
            vec![loads(), own("/acme.js", ""), page("ADA", ""), step("libraryArrives")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA", "found acme", "loaded acme", "loaded acme"]),
        row("a library that the page has by its id is not loaded again",
            vec![loads(), own("/other.js", "acme"), page("ADA", ""), step("noteScripts")],
            &["ask /t/page", "marker = ADA", "boot acme: ADA", "found acme", "loaded acme", "script /other.js id=acme"]),
        row("another script of the page is no library",
            vec![loads(), own("/other.js", "other"), page("ADA", ""), forget(), step("libraryArrives"), step("noteScripts")],
            &["loaded acme", "script /other.js id=other", "script /acme.js id=acme up-asset=false data-key=k"]),
        row("a library of the page that arrives after the session's end has written its cookies again: they are purged again",
            vec![loads(), own("/acme.js", ""), page("ADA", ""), pass(1000), logout(), event("focus"), pass(20_000), artifacts(),
                forget(), step("libraryArrives"), pass(0)],
            &["loaded acme", "purge stores"]),
    ]
}

/// The events of libraries that replace the body.
#[rustfmt::skip]
pub(crate) fn swaps() -> Vec<Row> {
    const EVENTS: [&str; 6] =
        ["turbo:render", "htmx:afterSettle", "htmx:after:settle", "astro:after-swap", "up:fragment:inserted", "livewire:navigated"];
    let all = || EVENTS.map(event).to_vec();
    vec![
        row("the adapters hear of each swap of the body",
            then(ada_is_up(), all()),
            ["swapped acme", "swapped bolt"].repeat(EVENTS.len()).leak()),
        row("a visitor's adapters hear of a swap as well",
            then(visitor_is_up(), vec![event("turbo:render")]),
            &["swapped acme", "swapped bolt"]),
        row("without a boot the adapters hear of no swap",
            then(vec![signed_out_page(""), forget()], all()),
            &[]),
        row("after a shutdown the adapters hear of no swap",
            then(ada_is_up(), then(vec![logout(), event("focus"), forget()], all())),
            &[]),
    ]
}
