//! The DOM that a framework hydrates.

use axum::response::Html;
use axum::routing::get;
use axum::{Router, extract};
use serde_json::{Value, json};

use crate::harness::app::{Settings, script};
use crate::harness::packages::library;
use crate::harness::steps::{signed_in, verified};
use crate::harness::{Stage, in_every_engine};

/// Documents that an application may send, with and without the optional tags.
const DOCUMENTS: [&str; 8] = [
    "\n<!-- before -->\n<!doctype html>\n<!-- between -->\n<html lang=\"en\" data-a='>'>\n<!-- in html -->\n<head>\n\
     <!-- in head -->\n  <meta charset=\"utf-8\">\n<title>one</title><script src=\"/record.js\"></script>\n</head>\n\n\
     <body class=\"a\">\n  <p>text<!-- in body --> more </p>\n<template><i>t</i></template>\n</body>\n</html>\n<!-- end -->\n",
    "<!doctype html>\n\n<title>two</title>\n<script src=\"/record.js\"></script>\n<p>no tags at all",
    "<!doctype html>\n<html>\n<!-- c -->\n<body>\n<script src=\"/record.js\"></script> <p>no head</p>\n</body></html>\n",
    "<!doctype html>\n\n  Words first. <script src=\"/record.js\"></script>\n<b>bold</b>\n",
    "<p>No doctype.</p>\n<table><tr><td>1</table>\n<script src=\"/record.js\"></script>",
    "\u{feff}<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n\
     <HTML>\n<HEAD PROFILE=\"a>b\">\n<TITLE>six</TITLE><SCRIPT SRC=\"/record.js\"></SCRIPT>\n<BODY>\n<P>six",
    "<!doctype html><html><head></head>\n \n<body>\n<script src=\"/record.js\"></script></body></html>",
    "<!doctype html><script src=\"/record.js\"></script><header>Not a head.</header>",
];

fn hydration() -> Settings {
    Settings {
        routes: |_| Router::new().route("/document/{number}", get(served)).route("/hydrated", get(hydrated)),
        assets: |_| {
            Router::new()
                .route("/bare/{number}", get(served))
                .route("/record.js", script(include_str!("stubs/record.js")))
                .route("/hydrate.js", script(include_str!("stubs/hydrate.js")))
                .route("/libs/preact.js", library("preact/dist/preact.umd.js"))
        },
        ..Settings::default()
    }
}

async fn served(extract::Path(number): extract::Path<usize>) -> Html<&'static str> {
    Html(DOCUMENTS[number])
}

/// What a client framework would find, node for node.
async fn found(page: &Stage, path: &str) -> Value {
    page.open(path).await;
    page.wait_for("typeof window.atContentLoaded", "string").await;
    page.eval("window.atContentLoaded").await
}

async fn finds_what_the_application_wrote(page: &Stage) {
    signed_in(page, "user-1").await;
    for (number, document) in DOCUMENTS.iter().enumerate() {
        let bare = found(page, &format!("/bare/{number}")).await;
        assert_eq!(page.eval("typeof window.widgetIdentity").await, "undefined");
        let ours = found(page, &format!("/document/{number}")).await;
        assert_eq!(ours, bare, "{document}");
        // Our script did run.
        verified(page, "user-1").await;
    }
}

in_every_engine!(dom_is_what_the_application_wrote, hydration(), async |page| {
    finds_what_the_application_wrote(page).await;
});

in_every_engine!(
    dom_is_what_the_application_wrote_if_the_code_is_loaded,
    Settings { widgets: |builder| builder.external_script(true), ..hydration() },
    async |page| {
        finds_what_the_application_wrote(page).await;
    }
);

/// The page as the framework's own server renderer would write it: `hydrate.js` has the same tree.
async fn hydrated() -> Html<&'static str> {
    Html(concat!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Hydrated</title>",
        "<script src=\"/libs/preact.js\"></script><script src=\"/hydrate.js\"></script></head>",
        "<body><main><h1>Counter</h1><button id=\"count\">0</button></main></body></html>"
    ))
}

in_every_engine!(framework_hydrates_the_page_without_a_change, hydration(), async |page| {
    page.sign_in("user-1").await;
    page.open("/hydrated").await;
    verified(page, "user-1").await;
    assert_eq!(page.eval("window.hydration.before").await, "loading", "before the load event");
    assert_eq!(page.eval("window.hydration.changes").await, json!([]));
    assert_eq!(page.eval("window.hydration.replaced").await, 0);
    page.eval("void document.querySelector('#count').click()").await;
    page.wait_for("document.querySelector('#count').textContent", "1").await;
});
