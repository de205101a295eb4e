//! Starts the example and makes HTTP requests: on every instance, the identity is the session's.

// The tests start `main` as a separate program.
#[allow(dead_code)]
#[path = "../src/main.rs"]
mod program;

// Shared with the library's own tests.
#[allow(dead_code)]
#[path = "../../../tests/support/http.rs"]
mod http;
#[path = "../../../tests/support/jar.rs"]
mod jar;
#[allow(dead_code)]
#[path = "../../../tests/support/process.rs"]
mod process;
#[allow(dead_code)]
#[path = "../../../tests/support/fixed.rs"]
mod support;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::Error as StoreError;
use tower_sessions_rusqlite_store::RusqliteStore;

use http::{Response, get};
use jar::Jar;
use process::{Process, program};
use support::{MARKER, SECRET, cut, snippet, verify};

const DEMO: &str = "username=demo&password=demo";

/// A directory for one database, which is removed after the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("widget-axum-login-{}-{number}", std::process::id()));
        fs::create_dir(&path).expect("a new directory");
        Self(path)
    }

    fn database(&self) -> PathBuf {
        self.0.join("demo.sqlite")
    }

    fn instance(&self) -> Process {
        let mut command = program(env!("CARGO_BIN_EXE_axum_login").as_ref());
        command.env("PORT", "0").env("DATABASE", self.database());
        command.env("INTERCOM_APP_ID", "abcd1234").env("INTERCOM_SECRET", SECRET);
        Process::start(command, "http://localhost:")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn marker() -> &'static str {
    MARKER.trim_start_matches("__Host-")
}

/// The content of the page's snippet; `None` if there is none.
///
/// It is the claims of the token, or only a shutdown.
fn said(page: &Response) -> Option<Value> {
    assert_eq!(page.status, 200, "{page:?}");
    if !page.text().contains("data-widget=") {
        return None;
    }
    let data = snippet(cut(page.text()).1);
    let Some(token) = data["people"]["intercom"]["intercom_user_jwt"].as_str() else {
        return Some(json!("shutdown"));
    };
    Some(verify(SECRET, token).expect("a signed token").claims)
}

#[test]
fn login_protected_page_logout() {
    let scratch = Scratch::new();
    let site = scratch.instance();
    let mut jar = Jar::default();
    let refused = jar.page(site.port, "/account");
    assert_eq!((refused.status, refused.header("location")), (307, Some("/login?next=%2Faccount")));
    assert_eq!(said(&jar.page(site.port, "/")), None);

    for form in [
        "username=demo&password=wrong",
        "username=demo&password=",
        "username=stranger&password=demo",
        "username='--&password=%00",
    ] {
        let answer = jar.post(site.port, "/login", form);
        assert_eq!(answer.status, 401, "{form}");
        assert!(answer.text().contains("There is no such account"), "{form}");
        assert!(!answer.text().contains("data-widget="), "{form}");
    }

    let welcome = jar.post(site.port, "/login", DEMO);
    assert_eq!((welcome.status, welcome.header("location")), (303, Some("/account")), "{welcome:?}");
    for path in ["/account", "/", "/login"] {
        let claims = said(&jar.page(site.port, path)).expect("a snippet");
        assert_eq!(claims["user_id"], "account-demo", "{path}");
        assert_eq!((&claims["email"], &claims["name"]), (&json!("demo@example.com"), &json!("demo")), "{path}");
    }

    let session = jar.header();
    let bye = jar.post(site.port, "/logout", "");
    assert_eq!((bye.status, bye.header("location")), (303, Some("/")));
    assert_eq!(jar.get(marker()), Some("out"));
    assert_eq!(said(&jar.page(site.port, "/")), Some(json!("shutdown")));
    assert_eq!(jar.page(site.port, "/account").status, 307);
    let replayed = get(site.port, "/account", &[("Cookie", &session), ("Sec-Fetch-Dest", "document")]);
    assert_eq!(replayed.status, 307, "the session has ended, and not only the cookie");
}

#[test]
fn sign_in_takes_effect_on_the_page_that_it_returns() {
    let scratch = Scratch::new();
    let site = scratch.instance();
    let mut jar = Jar::default();
    let page = jar.post(site.port, "/guest", "");
    let guest = said(&page).expect("a snippet")["user_id"].as_str().expect("an id").to_owned();
    assert!(guest.starts_with("account-guest-"), "{guest}");
    // A second guest replaces the first one.
    let other = said(&jar.post(site.port, "/guest", "")).expect("a snippet");
    assert_ne!(other["user_id"], guest.as_str());
}

#[test]
fn two_instances_on_one_database_are_one_site() {
    let scratch = Scratch::new();
    let (one, two) = (scratch.instance(), scratch.instance());
    let mut jar = Jar::default();
    jar.post(one.port, "/login", DEMO);
    let pages = [one.port, two.port].map(|port| jar.page(port, "/account"));
    let [first, second] = pages.each_ref().map(|page| snippet(cut(page.text()).1)["fp"].clone());
    assert_eq!(first, second, "the same fingerprint");
    for page in &pages {
        assert_eq!(said(page).expect("a snippet")["user_id"], "account-demo");
    }
    // The page's script would write this.
    jar.set(marker(), first.as_str().expect("a fingerprint"));

    let token = get(two.port, "/widget-token/intercom", &[("Cookie", &jar.header())]);
    assert_eq!(verify(SECRET, token.text()).expect("a token").claims["user_id"], "account-demo");

    jar.post(one.port, "/logout", "");
    assert_eq!(jar.get(marker()), Some("out"));
    assert_eq!(said(&jar.page(two.port, "/")), Some(json!("shutdown")));
    assert_eq!(jar.page(two.port, "/account").status, 307);
    assert_eq!(get(two.port, "/widget-token/intercom", &[("Cookie", &jar.header())]).status, 401);

    // The other direction, with a marker that is still the first user's.
    jar.set(marker(), first.as_str().expect("a fingerprint"));
    jar.post(two.port, "/login", "username=demo-2&password=demo-2");
    let page = jar.page(one.port, "/account");
    assert_eq!(said(&page).expect("a snippet")["user_id"], "account-demo-2");
    let data = snippet(cut(page.text()).1);
    assert_eq!((&data["seen"], data["fp"] == first), (&first, false), "it ends the first user's session");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_instances_can_write_at_the_same_time() {
    let scratch = Scratch::new();
    let mut tasks = Vec::new();
    for _ in 0..2 {
        let database = crate::program::open(scratch.database()).await.expect("a database");
        let store = RusqliteStore::new(database);
        store.migrate().await.expect("a table");
        tasks.extend((0..50).map(|_| tokio::spawn(new_session(store.clone()))));
    }
    for task in tasks {
        task.await.expect("no panic").expect("a session");
    }
}

/// Reads whether the id is in use, and then writes.
async fn new_session(store: RusqliteStore) -> Result<(), StoreError> {
    let expiry_date = OffsetDateTime::now_utc() + Duration::hours(1);
    store.create(&mut Record { id: Id::default(), data: HashMap::new(), expiry_date }).await
}

#[test]
fn database_contains_no_password() {
    let scratch = Scratch::new();
    let mut site = scratch.instance();
    let mut jar = Jar::default();
    jar.post(site.port, "/login", "username=demo-2&password=demo-2");
    let errors = site.errors();
    assert_eq!(errors, "");
    let database = fs::read(scratch.database()).expect("a database");
    let text = String::from_utf8_lossy(&database);
    assert_eq!(text.matches("$argon2id$").count(), 3, "one for each account, and axum-login's copy in the session");
    // A new instance on the same database knows the session.
    let site = scratch.instance();
    assert_eq!(said(&jar.page(site.port, "/account")).expect("a snippet")["user_id"], "account-demo-2");
}
