//! Published packages in the pages of the tests. `.ci/browser_libs` installs them; here, none of them contacts its
//! vendor.

use std::fs;

use axum::http::header;
use axum::response::Html;
use axum::routing::{MethodRouter, get};

use crate::harness::app::{self, Session};
use crate::support::repository;

/// A file of a package, as it is published.
pub(crate) fn library(path: &str) -> MethodRouter {
    library_with(path, &[])
}

/// A file of a package with some texts replaced, such as the vendor's URL.
pub(crate) fn library_with(path: &str, replacements: &[(&str, &str)]) -> MethodRouter {
    javascript(&format!("node_modules/{path}"), replacements)
}

/// The bundled script of a module in `tests/browser/packages`.
pub(crate) fn bundle(name: &str, replacements: &[(&str, &str)]) -> MethodRouter {
    javascript(&format!("bundles/{name}.js"), replacements)
}

fn javascript(path: &str, replacements: &[(&str, &str)]) -> MethodRouter {
    let file = repository().join("target/browser-libs").join(path);
    let mut content = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}. Run this first: .ci/browser_libs", file.display()));
    for (from, to) in replacements {
        assert!(content.contains(from), "{path} no longer has {from}");
        content = content.replace(from, to);
    }
    get(move || async move { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content) })
}

/// A page with these elements in its head, and with forms that come back to it.
pub(crate) fn document(session: &Session, path: &str, head: &str, content: &str) -> Html<String> {
    let user = app::shown(session).unwrap_or_default();
    Html(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{path}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n{head}\n</head>\n<body data-user=\"{user}\" data-page=\"{path}\">\n\
         <form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"to\" value=\"{path}\">\n\
         <button name=\"user\" value=\"user-1\">Sign in as user-1</button>\n\
         <button name=\"user\" value=\"user-2\">Sign in as user-2</button></form>\n\
         <form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"to\" value=\"{path}\">\n\
         <button id=\"sign-out\">Sign out</button></form>\n\
         <button id=\"sign-out-fetch\" onclick=\"fetch('/logout?fetch', {{ method: 'POST' }})\">By fetch</button>\n\
         {content}\n</body>\n</html>\n"
    ))
}
