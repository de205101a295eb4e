//! The marker cookie: name, prefix, scope.

use std::time::SystemTime;

use tower_widget_identity::{
    ConfigErrorKind, Secret, Widgets, WidgetsBuilder,
    widget::{Ferndesk, Intercom},
};

use super::{assert_refused, assert_taken, builder, intercom, page_through, secret};
use crate::support::secs;

#[test]
fn marker_name_is_a_valid_cookie_name() {
    for name in ["", " ", "a b", "a=b", "a;b", "a,b", "a\"b", "a\nb", "a\0", "é", "a/b", "a@b", "<a>", "(a)"] {
        let words = ["marker cookie's name", "empty or contains a character that is illegal in a cookie name"];
        assert_refused(builder().marker_name(name).build(), ConfigErrorKind::CookieName, &words, name);
    }
    for name in ["__Host-widget", "__Host-w", "__Host-a.b_c-d~e!"] {
        let widgets = builder().marker_name(name).build().unwrap();
        assert_eq!(widgets.marker_name(), Some(name));
    }
}

#[test]
fn marker_prefix_agrees_with_its_scope() {
    let kind = ConfigErrorKind::CookieName;
    for name in ["__Host-widget", "__host-widget", "__HOST-widget"] {
        let built = builder().marker_name(name).cookie_domain("example.com").build();
        assert_refused(built, kind, &["__Host-", "domain", "use `__Secure-` instead"], name);
    }
    for name in ["__Host-widget", "__secure-widget", "__Secure-"] {
        let built = builder().marker_name(name).plain_http(true).build();
        assert_refused(built, kind, &["prefix", "HTTPS", "omit the prefix"], name);
    }
    for name in ["widget", "w", "__Secure-widget", "__HOST-widget", "__host-widget", "__Host", "__Host-", "a__Host-b"] {
        let built = builder().marker_name(name).build();
        assert_refused(built, kind, &["must start with `__Host-`", "other hosts", "`plain_http`"], name);
    }
    for name in ["widget", "__secure-widget", "__Secure-"] {
        let built = builder().marker_name(name).cookie_domain("example.com").build();
        assert_refused(built, kind, &["must start with `__Secure-`", "cookie domain"], name);
    }
    let taken = [
        builder().marker_name("__Secure-widget").cookie_domain("example.com"),
        builder().marker_name("w").plain_http(true),
        builder().marker_name("widget").plain_http(true),
        builder().marker_name("widget__Host-").plain_http(true),
        builder().marker_name("__Host-widget").plain_http(true).plain_http(false),
    ];
    for (at, builder) in taken.into_iter().enumerate() {
        assert_taken(builder.build(), &at.to_string());
    }
}

#[test]
fn default_marker_name_depends_on_the_scope_alone() {
    let name = |builder: WidgetsBuilder| builder.build().unwrap().marker_name().unwrap().to_owned();
    for builder in [
        builder(),
        Widgets::builder().widget(Intercom::new("abcd1235", secret())),
        Widgets::builder().widget(Ferndesk::new("widget-1", secret())).widget(intercom()),
    ] {
        assert_eq!(name(builder), "__Host-widget");
    }
    assert_eq!(name(builder().cookie_domain("example.com")), "__Secure-widget");
    assert_eq!(name(builder().plain_http(true)), "widget");
}

#[test]
fn order_of_widgets_changes_nothing() {
    let both = |swapped: bool| {
        let (intercom, ferndesk) = (intercom(), Ferndesk::new("w", Secret::new("another").unwrap()));
        let builder = Widgets::builder().clock(|| SystemTime::UNIX_EPOCH + secs(1_700_000_000));
        let builder =
            if swapped { builder.widget(ferndesk).widget(intercom) } else { builder.widget(intercom).widget(ferndesk) };
        builder.build().unwrap()
    };
    let (one, other) = (both(false), both(true));
    assert_eq!(one.csp().unwrap().hash(), other.csp().unwrap().hash(), "the code");
    // The pages contain the fingerprint and the tokens.
    assert_eq!(page_through(one.layer()), page_through(other.layer()));
}

#[test]
fn marker_domain_has_at_least_two_labels() {
    for domain in [
        "",
        " ",
        ".",
        "..",
        "localhost",
        "com",
        "127.0.0.1",
        "1.2.3.4.",
        "[::1]",
        "::1",
        "a b.c",
        "a..b",
        "example.com.",
        "example.com:3000",
        "https://example.com",
        "example.com/",
        "a.b;c=d",
        "*.example.com",
        "-a.example.com",
        "exämple.com",
        "a.b\r\nset-cookie: x=y",
        "example.com, evil.test",
    ] {
        let words = ["cookie domain", "two labels or more, like `example.com`"];
        assert_refused(builder().cookie_domain(domain).build(), ConfigErrorKind::CookieDomain, &words, domain);
        let plain = builder().cookie_domain(domain).plain_http(true);
        assert_refused(plain.build(), ConfigErrorKind::CookieDomain, &words, domain);
    }
    for domain in
        ["example.com", ".example.com", "app.example.com", "Example.COM", "xn--exmple-cua.com", "1.example.com"]
    {
        assert_taken(builder().cookie_domain(domain).build(), domain);
    }
}
