//! The example `axum_login`, a package of its own, started as a program.

use std::path::PathBuf;

use serde_json::json;

use crate::harness::page::{ARTIFACTS, CALLS, Page, STATE};
use crate::harness::steps::{nothing_left, verified};
use crate::harness::{Started, run_programs};
use crate::support::process::{Process, axum_login};

/// The program and its database.
struct Site {
    _program: Process,
    _database: Database,
}

struct Database(PathBuf);

impl Drop for Database {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn started() -> Started<Site> {
    let name = format!("widget-browser-{}-{:?}.sqlite", std::process::id(), std::thread::current().id());
    let database = Database(std::env::temp_dir().join(name));
    let mut command = axum_login();
    command.env("PORT", "0").env("DATABASE", &database.0);
    let program = Process::start(command, "http://localhost:");
    let port = program.port;
    Started { programs: Site { _program: program, _database: database }, port, widget: None }
}

async fn log_in(page: &Page, name: &str) {
    page.open("/login").await;
    for field in ["username", "password"] {
        let script = format!("void (document.querySelector('[name={field}]').value = '{name}')");
        page.eval(&script).await;
    }
    page.leave_by("#submit").await;
    page.wait_for("location.pathname", "/account").await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn login_protected_page_logout() {
    run_programs(started, async |page| {
        page.open("/account").await;
        page.wait_for("location.pathname", "/login").await;
        assert_eq!(page.eval(STATE).await, json!(null), "nothing runs for a signed-out visitor");

        log_in(page, "demo").await;
        verified(page, "account-demo").await;
        assert_eq!(page.calls().await, ["boot"]);
        assert_ne!(page.eval(ARTIFACTS).await, json!([]), "else the next lines prove nothing");
        page.open("/").await;
        verified(page, "account-demo").await;

        page.leave_by("#sign-out").await;
        page.wait_for("document.body.dataset.user", "").await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;

        log_in(page, "demo-2").await;
        verified(page, "account-demo-2").await;
        let traces = page.traces().await.replace("account-demo-2", "").replace("demo-2@", "");
        assert!(!traces.contains("account-demo"), "{traces}");
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn wrong_password_boots_no_user() {
    run_programs(started, async |page| {
        page.open("/login").await;
        page.eval("void (document.querySelector('[name=username]').value = 'demo')").await;
        page.eval("void (document.querySelector('[name=password]').value = 'wrong')").await;
        page.leave_by("#submit").await;
        page.wait_for("document.querySelector('#problem')?.textContent.includes('is wrong')", true).await;
        assert_eq!(page.eval(STATE).await, json!(null));
        assert_eq!(page.marker().await, None);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn page_that_is_the_response_to_the_sign_in_boots() {
    run_programs(started, async |page| {
        page.leave_by("#guest").await;
        page.wait_for("document.body.dataset.user.startsWith('account-guest-')", true).await;
        let guest = page.eval("document.body.dataset.user").await;
        verified(page, guest.as_str().expect("an id")).await;
        page.leave_by("#sign-out").await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        nothing_left(page).await;
    })
    .await;
}
