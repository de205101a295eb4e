//! The example `per_route`: which routes have the layer, and which have not.

use std::process::Command;

use crate::support::http::{NAVIGATION, Response, get, send};
use crate::support::jar::Jar;
use crate::support::process::{Process, example};
use crate::support::{SECRET, verify};

fn started() -> Process {
    let mut command: Command = example("per_route");
    command.env("PORT", "0").env("INTERCOM_APP_ID", "abcd1234").env("INTERCOM_SECRET", SECRET);
    Process::start(command, "http://localhost:")
}

fn carries(page: &Response) -> bool {
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")), "{page:?}");
    page.text().contains("data-widget=")
}

#[test]
fn each_route_has_its_own_widgets() {
    let site = started();
    let mut jar = Jar::default();
    jar.keep(&send(site.port, "POST", "/login", &[], ""));
    for (path, expected) in [
        ("/", false),
        ("/account", true),
        ("/receipt", false),
        ("/help", true),
        ("/help/print", false),
        ("/app", false),
    ] {
        assert_eq!(carries(&jar.page(site.port, path)), expected, "{path}");
        assert!(!carries(&get(site.port, path, &NAVIGATION)), "no user is signed in: {path}");
    }
}

#[test]
fn api_responses_carry_tokens_in_headers() {
    let site = started();
    let mut jar = Jar::default();
    jar.keep(&send(site.port, "POST", "/login", &[], ""));
    let fetch = [("Sec-Fetch-Dest", "empty"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Site", "same-origin")];
    let ask = |jar: &Jar, more: &[(&str, &str)]| {
        get(site.port, "/api/me", &[&fetch[..], more, &[("Cookie", &jar.header())]].concat())
    };

    let answer = ask(&jar, &[]);
    let token = answer.header("x-widget-token-intercom").expect("a token");
    assert_eq!(verify(SECRET, token).expect("signed").claims["user_id"], "user-1");
    let fingerprint = answer.header("x-widget-page").expect("whose it is").to_owned();
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert_eq!(answer.text(), "{\"user\":\"user-1\"}");
    assert_eq!(answer.header("x-widget-shutdown"), None);

    // As a script does that has booted the widget.
    let name = crate::support::MARKER.trim_start_matches("__Host-");
    jar.set(name, &fingerprint);
    let cross_site = get(site.port, "/api/me", &[("Sec-Fetch-Dest", "empty"), ("Cookie", &jar.header())]);
    assert_eq!(cross_site.header("x-widget-token-intercom"), None, "no other site's script gets a token");

    jar.keep(&send(site.port, "POST", "/logout", &[("Cookie", &jar.header())], ""));
    assert_eq!(jar.get(name), Some("out"), "one marker for all three sets");
    let answer = ask(&jar, &[]);
    assert_eq!(answer.header("x-widget-shutdown"), Some("intercom"));
    assert_eq!(answer.header("x-widget-token-intercom"), None);
    assert!(carries(&jar.page(site.port, "/account")), "the shutdown");
    assert!(!jar.page(site.port, "/account").text().contains("intercom_user_jwt\":"), "and no token");
}
