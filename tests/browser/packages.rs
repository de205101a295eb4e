//! Published packages in the pages of the tests. `.ci/browser_libs` installs them; none of them talks to its vendor here.

use std::fs;
use std::path::Path;

use axum::http::header;
use axum::routing::{MethodRouter, get};

/// A file of a package, as it is published.
pub(crate) fn library(path: &str) -> MethodRouter {
    library_with(path, &[])
}

/// A file of a package in which these texts are others, such as the vendor's address.
pub(crate) fn library_with(path: &str, replacements: &[(&str, &str)]) -> MethodRouter {
    javascript(&format!("node_modules/{path}"), replacements)
}

/// The script that is made of a module here, in `tests/browser/packages`.
pub(crate) fn bundle(name: &str, replacements: &[(&str, &str)]) -> MethodRouter {
    javascript(&format!("bundles/{name}.js"), replacements)
}

fn javascript(path: &str, replacements: &[(&str, &str)]) -> MethodRouter {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser-libs").join(path);
    let mut content = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}. Run this first: .ci/browser_libs", file.display()));
    for (from, to) in replacements {
        assert!(content.contains(from), "{path} no longer has {from}");
        content = content.replace(from, to);
    }
    get(move || async move { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content) })
}
