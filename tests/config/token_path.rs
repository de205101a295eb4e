//! The token path.

use tower_widget_identity::{ConfigErrorKind, Widgets};

use super::{Acme, acme, assert_refused, assert_taken, builder, page_through, zendesk};

#[test]
fn token_path_has_a_default() {
    assert_taken(Widgets::builder().widget(zendesk()).build(), "zendesk");
    assert_taken(Widgets::builder().widget(Acme { fetches: true, ..acme() }).build(), "acme");
    let page = page_through(builder().build().unwrap().layer());
    assert!(page.contains(r#""tokens":"/widget-token""#), "{page}");
}

#[test]
fn token_path_is_an_absolute_path_of_its_own() {
    for path in [
        "",
        " ",
        "/",
        "//",
        "///",
        "//evil",
        "/.",
        "/..",
        "/../a",
        "/a/./b",
        "/a/..",
        "/a/../",
        "/%2e%2e/a",
        "/%7Ea",
        "//evil.test/x",
        "/a//b",
        "widget-token",
        "./a",
        "https://evil.test/t",
        "/a b",
        "/a\"b",
        "/a\nb",
        "/a\r\nx: y",
        "/a\0",
        "/a?b",
        "/a#b",
        "/a\\b",
        "\\\\evil",
        "/<b>",
        "/{tenant}/t",
        "/é",
        " /a",
    ] {
        let words = ["token path", "an absolute path of its own, like `/widget-token`"];
        assert_refused(builder().token_path(path).build(), ConfigErrorKind::TokenPath, &words, path);
    }
    for path in ["/widget-token", "/widget-token/", "/a", "/a/b/c", "/a-b_c.d~e", "/...", "/a/..b", "/a:b@c;d=e,f"] {
        assert_taken(builder().token_path(path).build(), path);
    }
}

/// RFC 3986 allows an apostrophe in a path.
#[test]
fn apostrophe_in_the_token_path_ends_neither_attribute_nor_string() {
    let widgets = builder().token_path("/it's&a=1").build().unwrap();
    let page = page_through(widgets.layer());
    let (data, code) = page.split_once("'>").unwrap();
    assert_eq!(data.matches('\'').count(), 1, "{data}");
    assert!(code.contains(r#""tokens":"/it\u0027s\u0026a=1""#), "{code}");
}
