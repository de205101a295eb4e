//! The example `tenants`: each host has its own workspace, and one is added while the program runs.

use serde_json::Value;

use crate::support::http::{NAVIGATION, Response, get, send};
use crate::support::jar::Jar;
use crate::support::process::{Process, example};
use crate::support::{SECRET, cut, snippet, verify};

const OTHER_SECRET: &str = "the secret of the other workspace";

fn started() -> Process {
    let mut command = example("tenants");
    command.env("PORT", "0").env("INTERCOM_APP_ID", "abcd1234").env("INTERCOM_SECRET", SECRET);
    Process::start(command, "http://one.localhost:")
}

/// A browser at one host: the session and the marker are that host's.
struct Browser {
    port: u16,
    host: String,
    jar: Jar,
}

impl Browser {
    fn at(host: &str, port: u16) -> Self {
        Self { port, host: format!("{host}:{port}"), jar: Jar::default() }
    }

    fn get(&mut self, path: &str, more: &[(&str, &str)]) -> Response {
        let cookies = self.jar.header();
        let answer = get(self.port, path, &[more, &[("Host", &self.host), ("Cookie", &cookies)]].concat());
        self.jar.keep(&answer);
        answer
    }

    fn page(&mut self) -> Response {
        let page = self.get("/", &NAVIGATION);
        assert_eq!(page.status, 200, "{page:?}");
        page
    }

    fn post(&mut self, path: &str, form: &str) -> Response {
        let cookies = self.jar.header();
        let content_type = ("Content-Type", "application/x-www-form-urlencoded");
        let headers = [&NAVIGATION[..], &[("Host", &self.host), ("Cookie", &cookies), content_type]].concat();
        let answer = send(self.port, "POST", path, &headers, form);
        self.jar.keep(&answer);
        answer
    }

    fn token(&mut self) -> Response {
        self.get("/widget-token/intercom", &[("Sec-Fetch-Site", "same-origin")])
    }
}

/// The token in the page, and whether it names this workspace.
fn carried(page: &Response, app_id: &str) -> Option<String> {
    let text = page.text();
    if !text.contains("data-widget=") {
        return None;
    }
    assert!(text.contains(app_id), "{text}");
    let data: Value = snippet(cut(text).1);
    Some(data["people"]["intercom"]["intercom_user_jwt"].as_str().expect("a token").to_owned())
}

fn add(at: &mut Browser, name: &str, app_id: &str, secret: &str) -> Response {
    at.post("/tenants", &format!("name={name}&app_id={app_id}&secret={}", secret.replace(' ', "+")))
}

#[test]
fn each_tenant_has_its_own_workspace() {
    let site = started();
    let [mut one, mut two] = ["one.localhost", "two.localhost"].map(|host| Browser::at(host, site.port));
    for browser in [&mut one, &mut two] {
        assert_eq!(browser.post("/login", "").status, 303);
    }
    let token = carried(&one.page(), "abcd1234").expect("a snippet");
    assert_eq!(verify(SECRET, &token).expect("signed").claims["user_id"], "user-1");
    assert_eq!(carried(&two.page(), ""), None, "not a tenant yet");
    assert_eq!(two.token().status, 404);

    let added = add(&mut one, "two", "efgh5678", OTHER_SECRET);
    assert_eq!((added.status, added.header("location")), (303, Some("/")), "{added:?}");
    let page = two.page();
    let token = carried(&page, "efgh5678").expect("a snippet");
    assert!(verify(OTHER_SECRET, &token).is_ok() && verify(SECRET, &token).is_err());
    assert!(!page.text().contains("abcd1234"), "{}", page.text());
    for (browser, secret) in [(&mut one, SECRET), (&mut two, OTHER_SECRET)] {
        let token = browser.token();
        assert!(verify(secret, token.text()).is_ok(), "{token:?}");
    }

    assert_eq!(one.post("/logout", "").status, 303);
    assert_eq!(one.jar.get("widget"), Some("out"));
    assert_eq!(one.token().status, 401);
    assert!(carried(&two.page(), "efgh5678").is_some(), "the other tenant's session goes on");
}

#[test]
fn session_of_one_tenant_is_signed_out_at_another() {
    let site = started();
    let mut one = Browser::at("one.localhost", site.port);
    one.post("/login", "");
    assert_eq!(add(&mut one, "two", "efgh5678", OTHER_SECRET).status, 303);
    let mut two = Browser::at("two.localhost", site.port);
    std::mem::swap(&mut two.jar, &mut one.jar);
    assert_eq!(two.token().status, 401);
    assert_eq!(carried(&two.page(), ""), None);
}

#[test]
fn impossible_tenant_is_refused() {
    let site = started();
    let mut browser = Browser::at("one.localhost", site.port);
    let long = "n".repeat(64);
    for (name, secret, status) in [
        ("", OTHER_SECRET, 400),
        ("a.b", OTHER_SECRET, 400),
        ("<i>", OTHER_SECRET, 400),
        (long.as_str(), OTHER_SECRET, 400),
        ("two", " ", 400),
        ("one", OTHER_SECRET, 409),
    ] {
        let answer = add(&mut browser, name, "efgh5678", secret);
        assert_eq!(answer.status, status, "{name:?} {answer:?}");
        assert!(!answer.text().contains(OTHER_SECRET), "{name:?}");
    }
    browser.post("/login", "");
    let token = carried(&browser.page(), "abcd1234").expect("a snippet");
    assert!(verify(SECRET, &token).is_ok(), "the first tenant is what it was");
}
