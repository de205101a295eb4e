//! Pages under a Content-Security-Policy: the widget boots, and the browser reports no violation that it did not
//! report before.

use std::time::Duration;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use tower_widget_identity::{CspSources, SkipWidget};

use crate::harness::app::{App, Settings};
use crate::harness::page::CALLS;
use crate::harness::steps::verified;
use crate::harness::{Stage, in_every_engine};

const ENFORCED: &str = "content-security-policy";
const REPORTED: &str = "content-security-policy-report-only";

/// Header lines that an application may send. `@` stands for the URL to which the browser reports.
const POLICIES: [&[(&str, &str)]; 14] = [
    &[(ENFORCED, "script-src 'nonce-YWJj' 'strict-dynamic'; object-src 'none'; base-uri 'none'; @")],
    &[(ENFORCED, "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; @")],
    &[(ENFORCED, "default-src 'none'; @")],
    &[(ENFORCED, "default-src 'self'; @")],
    &[(ENFORCED, "script-src 'none'; script-src-elem 'self'; @")],
    &[(ENFORCED, "script-src 'self'; @"), (ENFORCED, "default-src https:; @")],
    &[(ENFORCED, "script-src 'self'; @, connect-src 'none'; @")],
    &[(ENFORCED, "script-src https:; @"), (REPORTED, "default-src 'none'; @")],
    &[(ENFORCED, "script-src 'self' 'unsafe-inline'; @")],
    &[(ENFORCED, "script-src 'nonce-_-8' 'self'; @")],
    &[(ENFORCED, "SCRIPT-SRC 'self'; DEFAULT-SRC 'none'; @")],
    &[(ENFORCED, "script-src 'self'; script-src *; connect-src 'none'; connect-src *; @")],
    &[(ENFORCED, "script-src 'unsafe-inline' 'strict-dynamic'; @")],
    &[(ENFORCED, "require-trusted-types-for 'script'; trusted-types tower-widget-identity; script-src 'self'; @")],
];

const SANDBOXED: &[(&str, &str)] = &[(ENFORCED, "sandbox allow-scripts; @")];

fn headers(lines: &[(&'static str, &str)], number: usize) -> HeaderMap {
    let reporting = format!("report-uri /report/{number}");
    let line = |text: &str| HeaderValue::try_from(text.replace('@', &reporting)).expect("a header value");
    lines.iter().map(|(name, text)| (HeaderName::from_static(name), line(text))).collect()
}

const PAGE: Html<&str> =
    Html("<!doctype html><html><head><title>Under a policy</title></head><body>Hello</body></html>");

async fn with_policy(Path(number): Path<usize>) -> Response {
    let lines = POLICIES.get(number).copied().unwrap_or(SANDBOXED);
    let mut answer = PAGE.into_response();
    answer.headers_mut().extend(headers(lines, number));
    answer
}

async fn bare(number: Path<usize>) -> (Extension<SkipWidget>, Response) {
    (Extension(SkipWidget), with_policy(number).await)
}

fn policies() -> Settings {
    Settings {
        routes: |_: &App| Router::new().route("/policy/{number}", get(with_policy)).route("/bare/{number}", get(bare)),
        assets: |_: &App| Router::new().route("/report/{number}", post(async || StatusCode::NO_CONTENT)),
        // The URL at which the demo messenger has its tokens checked.
        widgets: |builder| builder.csp_sources(CspSources::new().connect(["/demo/verify"])),
        ..Settings::default()
    }
}

/// The number of violations of this policy that the browser reported, after it had time to do so.
async fn reports(page: &Stage, number: usize) -> usize {
    let title = "document.title";
    page.stays(title, "Under a policy", Duration::from_millis(300)).await;
    page.app.requests(&format!("/report/{number}"))
}

in_every_engine!(policies_let_the_widget_boot_and_report_nothing_new, policies(), async |page| {
    page.sign_in("user-1").await;
    for (number, policy) in POLICIES.iter().enumerate() {
        // Some engines ask for an icon, and report where that is forbidden.
        page.open(&format!("/bare/{number}")).await;
        let before = reports(page, number).await;
        page.app.clear_log();
        page.open(&format!("/policy/{number}")).await;
        verified(page, "user-1").await;
        assert!(reports(page, number).await <= before, "{policy:?}");
    }
});

in_every_engine!(policies_end_a_session_too, policies(), async |page| {
    page.sign_in("user-1").await;
    page.open("/policy/3").await;
    verified(page, "user-1").await;
    page.app.expire("user-1");
    page.open("/policy/3").await;
    page.wait_for(CALLS, serde_json::json!(["shutdown"])).await;
    page.wait_for_marker(None).await;
    assert_eq!(reports(page, 3).await, 0);
});

in_every_engine!(policies_without_our_hash_do_report, policies(), async |page| {
    page.sign_in("user-1").await;
    // The same policy on a page that loads a script against it, to prove that reports arrive.
    page.open("/bare/2").await;
    page.eval("(() => { const script = document.createElement('script'); script.src = '/demo/messenger.js'; document.head.append(script); })()").await;
    let start = std::time::Instant::now();
    while page.app.requests("/report/2") == 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "no report");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
});

in_every_engine!(policies_that_forbid_scripts_an_origin_leave_the_page_alone, policies(), async |page| {
    page.sign_in("user-1").await;
    page.open(&format!("/policy/{}", POLICIES.len())).await;
    assert_eq!(page.eval("document.body.textContent").await, "Hello");
    assert_eq!(page.eval("typeof window.widgetIdentity").await, "undefined");
    assert_eq!(page.eval("document.documentElement.outerHTML.includes('data-widget')").await, false);
});
