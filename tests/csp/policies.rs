//! Policies written by hand.

use std::convert::Infallible;

use futures::executor::block_on;
use http::{Request, Response, header::CONTENT_SECURITY_POLICY};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{ConfigErrorKind, CspMode, CspSources, Identity, OutcomeKind, Reason, Viewer};

use super::{enforced, judge, lines, through};
use crate::support::{builder, cut, kind};

/// `@` stands for the hash.
#[test]
fn policies_are_changed_as_little_as_can_be() {
    let hash = builder().build().unwrap().csp().unwrap().hash().to_owned();
    for (before, after) in [
        (
            "script-src 'nonce-YWJj' 'strict-dynamic'",
            "script-src 'nonce-YWJj' 'strict-dynamic'; script-src-elem 'nonce-YWJj' 'strict-dynamic' @",
        ),
        (
            "script-src 'unsafe-inline' 'strict-dynamic';",
            "script-src 'unsafe-inline' 'strict-dynamic'; script-src-elem 'unsafe-inline' 'strict-dynamic' @",
        ),
        ("script-src 'unsafe-inline' https:", "script-src 'unsafe-inline' https:"),
        ("script-src-elem https: 'none'", "script-src-elem https: 'none' @"),
        ("script-src-elem https:; script-src-elem 'none'", "script-src-elem https: @; script-src-elem 'none'"),
        ("SCRIPT-SRC\thttps:", "SCRIPT-SRC\thttps:; script-src-elem https: @"),
        ("img-src https:;frame-ancestors 'none'", "img-src https:;frame-ancestors 'none'"),
        (
            "img-src 'none' ; font-src *",
            "img-src https://js.intercomcdn.com https://static.intercomassets.com https://static.intercomassets.eu https://static.au.intercomassets.com https://downloads.intercomcdn.com https://downloads.intercomcdn.eu https://downloads.au.intercomcdn.com https://uploads.intercomusercontent.com https://gifs.intercomcdn.com https://video-messages.intercomcdn.com https://messenger-apps.intercom.io https://messenger-apps.eu.intercom.io https://messenger-apps.au.intercom.io https://*.intercom-attachments-1.com https://*.intercom-attachments-2.com https://*.intercom-attachments-3.com https://*.intercom-attachments-4.com https://*.intercom-attachments-5.com https://*.intercom-attachments-6.com https://*.intercom-attachments-7.com https://*.intercom-attachments-8.com https://*.intercom-attachments-9.com https://*.intercom-attachments.eu https://*.au.intercom-attachments.com ; font-src *",
        ),
        ("frame-src", "frame-src https://intercom-sheets.com https://www.intercom-reporting.com"),
        (
            "child-src 'self'",
            "child-src 'self'; frame-src 'self' https://intercom-sheets.com https://www.intercom-reporting.com",
        ),
        ("connect-src https: wss:", "connect-src https: wss: app.example.test/widget-token/"),
        ("connect-src https: wss: 'self'", "connect-src https: wss: 'self'"),
        (
            "default-src 'unsafe-inline' http: ws:",
            "default-src 'unsafe-inline' http: ws:; connect-src 'unsafe-inline' http: ws: app.example.test/widget-token/",
        ),
        ("", ""),
        (";,;", ";,;"),
        (
            "script-src-elem https:, script-src-elem https: 'nonce-YWJj'",
            "script-src-elem https: @, script-src-elem https: 'nonce-YWJj' @",
        ),
    ] {
        let page = enforced(&[before]);
        assert_eq!(lines(&page.headers), [after.replace('@', &hash)], "{before}");
    }
}

/// Browsers ignore a source that does not fit the grammar, so `'unsafe-inline'` remains in force, and a hash would
/// disable the page's own scripts.
#[test]
fn invalid_nonce_or_hash_leaves_unsafe_inline_in_force() {
    for ignored in [
        "'nonce-'",
        "'nonce-='",
        "'nonce-{{nonce}}'",
        "'nonce-<%=nonce%>'",
        "'nonce-abc$def'",
        "'nonce-a.b'",
        "'nonce-a=b'",
        "'nonce-abc",
        "'nonce-abc\"",
        "nonce-abc",
        "'nonceabc'",
        "''nonce-abc''",
        "'sha256-'",
        "'sha384-=='",
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=a'",
        "'sha1-47DEQpj8HBSa'",
        "'sha512-a:b'",
        "'sha-256-YWJj'",
        "sha256-YWJj",
        "'",
        "''",
    ] {
        let policy = format!("script-src-elem 'unsafe-inline' https: {ignored}");
        judge(&[&policy]);
        assert_eq!(lines(&enforced(&[&policy]).headers), [policy.as_str()]);
    }
}

#[test]
fn valid_nonce_or_hash_switches_unsafe_inline_off() {
    let hash = builder().build().unwrap().csp().unwrap().hash().to_owned();
    for strict in ["'nonce-YWJj'", "'nonce-a-_+/Z9=='", "'sha256-YQ=='", "'SHA384-YWJj'", "'sha512-a-_'"] {
        let policy = format!("script-src-elem 'unsafe-inline' https: {strict}");
        judge(&[&policy]);
        assert_eq!(lines(&enforced(&[&policy]).headers), [format!("{policy} {hash}")]);
    }
}

#[test]
fn every_header_line_is_patched_report_only_included() {
    let report = "content-security-policy-report-only";
    let page = through(
        builder(),
        &[
            ("content-security-policy", "script-src 'self'".to_owned()),
            ("content-security-policy", "script-src https:".to_owned()),
            (report, "script-src 'none'".to_owned()),
        ],
    );
    assert!(lines(&page.headers).iter().all(|line| line.contains("; script-src-elem ")));
    assert!(page.headers[report].to_str().unwrap().starts_with("script-src 'none'; script-src-elem 'sha256-"));
}

#[test]
fn unreadable_policy_is_left_unchanged() {
    let odd = "script-src 'self' \u{e9}";
    let page = through(builder(), &[("content-security-policy", odd.to_owned())]);
    assert_eq!(page.headers[CONTENT_SECURITY_POLICY].as_bytes(), odd.as_bytes());
    assert_eq!(kind(page.outcome.as_ref()), Some(OutcomeKind::Boot));
}

#[test]
fn application_adds_its_own_sources() {
    let more = CspSources::new().frame(["https://player.example"]);
    let lines_before = [("content-security-policy", "default-src 'none'".to_owned())];
    let page = through(builder().csp_sources(more), &lines_before);
    let policy = lines(&page.headers)[0];
    assert!(policy.contains("; frame-src https://player.example https://intercom-sheets.com"), "{policy}");
    for illegal in ["*", "https:", "'unsafe-inline'", "player.example", "https://a;script-src *"] {
        let error = builder().csp_sources(CspSources::new().frame([illegal])).build().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::CspSource, "{illegal}");
    }
}

#[test]
fn policies_can_be_left_alone() {
    let lines_before = [("content-security-policy", "script-src 'self'".to_owned())];
    let page = through(builder().csp(CspMode::LeaveAlone), &lines_before);
    assert_eq!(lines(&page.headers), ["script-src 'self'"]);
    assert_eq!(kind(page.outcome.as_ref()), Some(OutcomeKind::Boot));
}

#[test]
fn page_is_untouched_where_its_policy_rules_the_widget_out() {
    for (policies, reason) in [
        (vec!["sandbox"], Some(Reason::Sandbox)),
        (vec!["sandbox allow-scripts"], Some(Reason::Sandbox)),
        (vec!["script-src 'self'", "SANDBOX allow-same-origin"], Some(Reason::Sandbox)),
        (vec!["sandbox allow-scripts Allow-Same-Origin"], None),
        (vec!["require-trusted-types-for 'script'; trusted-types app"], Some(Reason::TrustedTypes)),
        (vec!["require-trusted-types-for 'script'; trusted-types 'none'"], Some(Reason::TrustedTypes)),
        (vec!["require-trusted-types-for 'script'", "trusted-types app"], Some(Reason::TrustedTypes)),
        (vec!["require-trusted-types-for 'script'"], None),
        (vec!["require-trusted-types-for 'script'; trusted-types app tower-widget-identity"], None),
        (vec!["require-trusted-types-for 'script'; trusted-types *"], None),
        (vec!["trusted-types app"], None),
    ] {
        let page = enforced(&policies);
        let expected = reason.map_or(OutcomeKind::Boot, OutcomeKind::Untouched);
        let untouched = matches!(expected, OutcomeKind::Untouched(_));
        assert_eq!(kind(page.outcome.as_ref()), Some(expected), "{policies:?}");
        if untouched {
            assert_eq!((page.body.as_str(), lines(&page.headers)), ("<!doctype html><head>", policies));
        } else {
            let required = policies.iter().any(|policy| policy.contains("require-trusted"));
            assert_eq!(page.body.contains("\"trusted\":true"), required, "{policies:?}");
        }
    }
}

/// A `<meta>` policy does not apply to the snippet, but it does apply to what the vendor loads later.
#[test]
fn policy_in_a_meta_element_comes_after_the_snippet() {
    const META: &str = "<meta http-equiv=content-security-policy content=\"script-src 'none'\">";
    let widgets = builder().build().unwrap();
    let service = service_fn(async |_: Request<()>| {
        let page = Response::builder().header("content-type", "text/html");
        Ok::<_, Infallible>(page.body(format!("<!doctype html><head>{META}<title>a</title>")).unwrap())
    });
    let request = Request::get("/").header("sec-fetch-dest", "document");
    let request = request.extension(Viewer::SignedIn(Identity::new("user-1"))).body(()).unwrap();
    let response = block_on(widgets.layer().layer(service).oneshot(request)).unwrap();
    let page = block_on(response.into_body().collect()).unwrap().to_bytes();
    let (before, _, after) = cut(std::str::from_utf8(&page).unwrap());
    assert!(before.ends_with("<head>") && after.starts_with(META));
}

#[test]
fn hash_covers_the_bytes_in_the_page_and_depends_on_no_secret_and_no_user() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::Digest;
    let page = enforced(&["script-src 'self'"]);
    let code = cut(&page.body).1.split_once("'>").unwrap().1.strip_suffix("</script>").unwrap();
    let hash = format!("'sha256-{}'", STANDARD.encode(sha2::Sha256::digest(code)));
    assert!(lines(&page.headers)[0].contains(&hash));
    let intercom = |app| tower_widget_identity::widget::Intercom::new(app, crate::support::secret("other secret"));
    let builder = |app| tower_widget_identity::Widgets::builder().widget(intercom(app));
    let hash_of =
        |builder: tower_widget_identity::WidgetsBuilder| builder.build().unwrap().csp().unwrap().hash().to_owned();
    assert_eq!(hash_of(builder("abcd1234")), hash);
    // The whole configuration is in the code and so in the hash: no attribute can override it.
    for other in [
        builder("other-app"),
        builder("abcd1234").visitors(true),
        builder("abcd1234").iframes(true),
        builder("abcd1234").token_path("/other"),
        builder("abcd1234").marker_name("__Host-other"),
    ] {
        assert_ne!(hash_of(other), hash);
    }
}

#[test]
fn hostile_host_does_not_reach_the_policy() {
    let widgets = builder().token_path("/widget-token").build().unwrap();
    let service = service_fn(async |_: Request<()>| {
        let response = Response::builder().header("content-type", "text/html");
        Ok::<_, Infallible>(
            response.header("content-security-policy", "connect-src 'none'").body(String::new()).unwrap(),
        )
    });
    let request = Request::get("/").header("host", "evil.test; script-src *").header("sec-fetch-dest", "document");
    let request = request.extension(Viewer::SignedIn(Identity::new("user-1"))).body(()).unwrap();
    let response = block_on(widgets.layer().layer(service).oneshot(request)).unwrap();
    let policy = lines(response.headers())[0];
    assert!(!policy.contains("evil") && !policy.contains("script-src"), "{policy}");
}

/// The named directive of the policy in the response.
fn patched(policy: &'static str, name: &str) -> Option<String> {
    let sources = CspSources::new().worker(["blob:"]).form_action(["https://form.vendor.example"]);
    let page = through(builder().csp_sources(sources), &[("content-security-policy", policy.to_owned())]);
    assert_eq!(kind(page.outcome.as_ref()), Some(OutcomeKind::Boot), "{policy}");
    let line = lines(&page.headers)[0].to_owned();
    line.split("; ").find(|text| text.starts_with(name)).map(str::to_owned)
}

#[test]
fn workers_of_the_widget_are_allowed_and_those_of_the_application_stay_allowed() {
    for (policy, expected) in [
        ("worker-src 'self'", Some("worker-src 'self' blob:")),
        ("worker-src 'none'", Some("worker-src blob:")),
        ("script-src 'self'", Some("worker-src 'self' blob:")),
        ("child-src 'self'; default-src 'none'", Some("worker-src 'self' blob:")),
        ("default-src https:", Some("worker-src https: blob:")),
        ("worker-src BLOB:", Some("worker-src BLOB:")),
        ("img-src 'self'", None),
        // Every worker that the application's own scripts start is allowed; a new list would end that.
        ("script-src 'nonce-YWJj' 'strict-dynamic'", None),
        // Only in `script-src` does this keyword allow workers.
        ("worker-src 'strict-dynamic'", Some("worker-src 'strict-dynamic' blob:")),
        ("child-src 'strict-dynamic'", Some("worker-src 'strict-dynamic' blob:")),
        ("default-src 'strict-dynamic'", Some("worker-src 'strict-dynamic' blob:")),
    ] {
        assert_eq!(patched(policy, "worker-src").as_deref(), expected, "{policy}");
    }
}

#[test]
fn forms_of_a_widget_are_allowed_where_the_policy_names_any() {
    let ours = "https://form.vendor.example https://intercom.help https://api-iam.intercom.io \
                https://api-iam.eu.intercom.io https://api-iam.au.intercom.io";
    for (policy, expected) in [
        ("form-action 'self'", Some(format!("form-action 'self' {ours}"))),
        ("form-action 'none'", Some(format!("form-action {ours}"))),
        ("form-action https:", Some("form-action https:".to_owned())),
        ("default-src 'none'", None),
    ] {
        assert_eq!(patched(policy, "form-action"), expected, "{policy}");
    }
}
