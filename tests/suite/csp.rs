//! Policies before and after, judged by an independent evaluator: what we need is allowed, and nothing else changes.

use std::{convert::Infallible, sync::LazyLock};

use content_security_policy::{
    CheckResult, CspList, Destination, Element, Initiator, InlineCheckType, NavigationCheckType, Origin,
    ParserMetadata, PolicyDisposition, PolicySource, Request as Load, Url,
};
use futures::executor::block_on;
use http::{HeaderMap, Request, Response, header::CONTENT_SECURITY_POLICY};
use http_body_util::BodyExt;
use proptest::prelude::*;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{
    ConfigErrorKind, CspMode, CspSources, Identity, Outcome, OutcomeKind, Reason, Viewer, Widgets, WidgetsBuilder,
};

use crate::support::{builder, cut, kind};

const OWN: &str = "https://app.example.test";
const NONCE: &str = "YWJj";
const OTHER_CODE: &str = "alert(1)";

/// A page with these policies, through the layer.
struct Page {
    headers: HeaderMap,
    outcome: Option<Outcome>,
    body: String,
}

fn through(builder: WidgetsBuilder, lines: &[(&'static str, String)]) -> Page {
    through_widgets(&builder.token_path("/widget-token").build().unwrap(), lines)
}

fn through_widgets(widgets: &Widgets, lines: &[(&'static str, String)]) -> Page {
    let service = service_fn(|_: Request<()>| {
        let mut response = Response::builder().header("content-type", "text/html");
        for (name, line) in lines {
            response = response.header(*name, line);
        }
        std::future::ready(Ok::<_, Infallible>(response.body("<!doctype html><head>".to_owned()).unwrap()))
    });
    let request = Request::get("/").header("host", "app.example.test").header("sec-fetch-dest", "document");
    let request = request.extension(Viewer::SignedIn(Identity::new("user-1"))).body(()).unwrap();
    let (head, body) = block_on(widgets.layer().layer(service).oneshot(request)).unwrap().into_parts();
    let bytes = block_on(body.collect()).unwrap().to_bytes();
    Page {
        headers: head.headers,
        outcome: head.extensions.get().cloned(),
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

fn enforced(policies: &[&str]) -> Page {
    static WIDGETS: LazyLock<Widgets> = LazyLock::new(|| builder().token_path("/widget-token").build().unwrap());
    through_widgets(&WIDGETS, &header_lines(policies))
}

fn header_lines(policies: &[&str]) -> Vec<(&'static str, String)> {
    policies.iter().map(|policy| ("content-security-policy", (*policy).to_owned())).collect()
}

fn lines(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(CONTENT_SECURITY_POLICY).iter().map(|line| line.to_str().unwrap()).collect()
}

fn list(lines: &[&str]) -> CspList {
    let mut all = CspList(Vec::new());
    for line in lines {
        all.append(CspList::parse(line, PolicySource::Header, PolicyDisposition::Enforce));
    }
    all
}

// ---- the evaluator's probes ----------------------------------------------------------------------------------------

fn load(url: &str, destination: Destination, nonce: &str, parser_metadata: ParserMetadata) -> Load {
    let url = Url::parse(url).unwrap();
    let own = Url::parse(OWN).unwrap();
    Load {
        current_url: url.clone(),
        url,
        origin: Origin::Tuple("https".to_owned(), own.host().unwrap().to_owned(), 443),
        redirect_count: 0,
        destination,
        initiator: Initiator::None,
        nonce: nonce.to_owned(),
        integrity_metadata: String::new(),
        parser_metadata,
    }
}

fn allows_load(policies: &CspList, load: &Load) -> bool {
    policies.should_request_be_blocked(load).0 == CheckResult::Allowed
}

/// Whether a form of the page may be sent there.
fn allows_form(policies: &CspList, url: &str) -> bool {
    let mut form = load(url, Destination::Document, "", ParserMetadata::None);
    let check = policies.should_navigation_request_be_blocked(&mut form, NavigationCheckType::FormSubmission, |_| None);
    check.0 == CheckResult::Allowed
}

fn allows_inline(policies: &CspList, kind: InlineCheckType, nonce: Option<&str>, code: &str) -> bool {
    let element = Element { nonce: nonce.map(Into::into) };
    policies.should_elements_inline_type_behavior_be_blocked(&element, kind, code).0 == CheckResult::Allowed
}

/// What the widget loads: a library by script, connections, frames, pictures, fonts, sounds, fresh tokens, and a worker
/// that a script has made by itself.
static WIDGET_LOADS: LazyLock<Vec<Load>> = LazyLock::new(|| {
    use Destination::{Audio, Font, IFrame, Image, None, Script, Worker};
    [
        ("https://widget.intercom.io/widget/abcd1234", Script),
        ("https://js.intercomcdn.com/frame.js", Script),
        ("https://api-iam.intercom.io/messenger/web/ping", None),
        ("wss://nexus-websocket-a.intercom.io/pubsub", None),
        ("https://x.intercom-messenger.com/", None),
        ("https://app.example.test/widget-token/intercom", None),
        ("https://intercom-sheets.com/sheet", IFrame),
        ("https://static.intercomassets.com/avatar.png", Image),
        ("https://static.au.intercomassets.com/avatar.png", Image),
        ("https://uploads.intercomusercontent.com/a.png", Image),
        ("https://downloads.intercom-attachments-7.com/a.png", Image),
        ("https://fonts.intercomcdn.com/a.woff2", Font),
        ("https://js.intercomcdn.com/ding.mp3", Audio),
        ("blob:https://app.example.test/4c1e0a52-9d7c-4f0e-8a51-0f2b5b3f0c11", Worker),
    ]
    .map(|(url, destination)| load(url, destination, "", ParserMetadata::NotParserInserted))
    .into()
});

/// Where the widget sends its forms.
const WIDGET_FORMS: [&str; 2] = ["https://intercom.help/search", "https://api-iam.eu.intercom.io/messenger/web/upload"];

/// Where the page's own forms may go, and ours do not.
const OTHER_FORMS: [&str; 4] =
    ["https://app.example.test/own", "https://cdn.example/a", "https://evil.test/a", "https://x.intercom.help/a"];

/// Loads that are none of our business: other hosts and paths, for every kind; for scripts with a nonce as well, and by
/// script.
static OTHER_LOADS: LazyLock<Vec<Load>> = LazyLock::new(|| {
    use Destination::{Audio, Font, IFrame, Image, None, Object, Script, Style, Worker};
    let urls = [
        "https://app.example.test/own",
        "https://cdn.example/a",
        "https://evil.test/a",
        "http://plain.test/a",
        "https://intercom.io.evil.test/a",
        "https://app.example.test/widget-tokens",
    ];
    let inserted = ParserMetadata::ParserInserted;
    let plain = [None, Script, Worker, Style, Image, Font, IFrame, Audio, Object]
        .into_iter()
        .flat_map(|kind| urls.map(|url| load(url, kind, "", inserted)));
    let by_nonce = urls.map(|url| load(url, Script, NONCE, inserted));
    let by_script = urls.map(|url| load(url, Script, "", ParserMetadata::NotParserInserted));
    plain.chain(by_nonce).chain(by_script).collect()
});

const INLINE: [InlineCheckType; 5] = [
    InlineCheckType::Script,
    InlineCheckType::ScriptAttribute,
    InlineCheckType::Style,
    InlineCheckType::StyleAttribute,
    InlineCheckType::Navigation,
];

/// The verdict on everything that is none of our business.
fn other_verdicts(policies: &CspList) -> Vec<(String, bool)> {
    let nonces = [None, Some(NONCE), Some("d3Jvbmc")];
    let inline = INLINE.into_iter().flat_map(|kind| nonces.map(|nonce| (kind, nonce)));
    let inline = inline
        .map(|(kind, nonce)| (format!("inline {kind:?} {nonce:?}"), allows_inline(policies, kind, nonce, OTHER_CODE)));
    let loads = OTHER_LOADS.iter().map(|load| {
        (format!("{:?} {} {:?}", load.destination, load.url, load.parser_metadata), allows_load(policies, load))
    });
    let eval = policies.is_js_evaluation_allowed("1").0 == CheckResult::Allowed;
    let wasm = policies.is_wasm_evaluation_allowed().0 == CheckResult::Allowed;
    let forms = OTHER_FORMS.iter().map(|url| (format!("form to {url}"), allows_form(policies, url)));
    inline.chain(loads).chain(forms).chain([("eval".to_owned(), eval), ("wasm".to_owned(), wasm)]).collect()
}

/// A widget with all that a policy can be asked for: Intercom, and workers that its script has made by itself.
static DEMANDING: LazyLock<Widgets> = LazyLock::new(|| {
    let workers = CspSources::new().worker(["blob:"]);
    builder().token_path("/widget-token").csp_sources(workers).build().unwrap()
});

/// The tokens of a policy's line, each with whether it stands in `worker-src`.
fn tokens(line: &str) -> Vec<(String, bool)> {
    let line = line.to_ascii_lowercase();
    let of = |directive: &str| {
        let is_worker = directive.trim_start().starts_with("worker-src");
        directive.split([' ', '\t']).map(|token| (token.to_owned(), is_worker)).collect::<Vec<_>>()
    };
    line.split([';', ',']).flat_map(of).collect()
}

/// The verdicts on one set of enforced lines, before and after.
fn judge(before: &[&str]) {
    let page = through_widgets(&DEMANDING, &header_lines(before));
    let after = lines(&page.headers);
    assert_eq!(kind(page.outcome.as_ref()), Some(OutcomeKind::Boot), "{before:?}");
    let (old, new) = (list(before), list(&after));
    let element = cut(&page.body).1;
    let code = element.split_once("'>").unwrap().1.strip_suffix("</script>").unwrap();
    assert!(allows_inline(&new, InlineCheckType::Script, None, code), "the snippet\n{before:?}\n{after:?}");
    for load in WIDGET_LOADS.iter() {
        assert!(allows_load(&new, load), "{} {:?}\n{before:?}\n{after:?}", load.url, load.destination);
    }
    for url in WIDGET_FORMS {
        assert!(allows_form(&new, url), "form to {url}\n{before:?}\n{after:?}");
    }
    for ((probe, was), (_, is)) in other_verdicts(&old).into_iter().zip(other_verdicts(&new)) {
        assert_eq!(is, was, "{probe}\n{before:?}\n{after:?}");
    }
    for (old, new) in before.iter().zip(&after) {
        let old = tokens(old);
        for (token, is_worker) in tokens(new) {
            let broad =
                token == "*" || token.ends_with(':') || token.starts_with("'unsafe") || token.starts_with("'nonce-");
            let asked = is_worker && token == "blob:";
            assert!(!broad || asked || old.iter().any(|(had, _)| *had == token), "{token} is new in {new}");
        }
    }
}

// ---- generated policies --------------------------------------------------------------------------------------------

fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("'self'".to_owned()),
        2 => Just("'none'".to_owned()),
        2 => Just("'unsafe-inline'".to_owned()),
        1 => Just("'UNSAFE-INLINE'".to_owned()),
        1 => Just("'unsafe-eval'".to_owned()),
        2 => Just("'strict-dynamic'".to_owned()),
        2 => Just(format!("'nonce-{NONCE}'")),
        1 => Just("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='".to_owned()),
        1 => Just("'nonce-{{nonce}}'".to_owned()),
        1 => Just("'sha256-'".to_owned()),
        1 => Just("'report-sample'".to_owned()),
        1 => Just("'wasm-unsafe-eval'".to_owned()),
        2 => Just("https:".to_owned()),
        1 => Just("http:".to_owned()),
        1 => Just("data:".to_owned()),
        1 => Just("*".to_owned()),
        2 => Just("https://cdn.example".to_owned()),
        1 => Just("cdn.example".to_owned()),
        1 => Just("https://*.intercom.io".to_owned()),
        1 => Just("https://js.intercomcdn.com/frame.js".to_owned()),
        1 => Just("https://widget.intercom.io:8443".to_owned()),
    ]
}

fn directive() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "default-src",
        "script-src",
        "script-src-elem",
        "script-src-attr",
        "style-src",
        "style-src-elem",
        "img-src",
        "connect-src",
        "frame-src",
        "child-src",
        "worker-src",
        "form-action",
        "font-src",
        "media-src",
        "object-src",
        "base-uri",
        "Script-Src",
        "DEFAULT-SRC",
        "upgrade-insecure-requests",
        "unknown-src",
    ]);
    let space = prop::sample::select(vec![" ", "  ", "\t"]);
    (name, prop::collection::vec(token(), 0..5), space).prop_map(|(name, tokens, space)| {
        let mut parts = vec![name.to_owned()];
        parts.extend(tokens);
        parts.join(space)
    })
}

fn policy() -> impl Strategy<Value = String> {
    let separator = prop::sample::select(vec![";", "; ", " ;\t", ";;"]);
    let tail = prop::sample::select(vec!["", ";", " ; ", "  "]);
    (prop::collection::vec(directive(), 1..6), separator, tail)
        .prop_map(|(directives, separator, tail)| directives.join(separator) + tail)
}

fn line() -> impl Strategy<Value = String> {
    prop::collection::vec(policy(), 1..3).prop_map(|policies| policies.join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn the_widget_is_allowed_and_nothing_else_changes(lines in prop::collection::vec(line(), 1..3)) {
        judge(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

// ---- by hand -------------------------------------------------------------------------------------------------------

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

/// Browsers ignore a source that does not fit the grammar, so `'unsafe-inline'` stays in force, and a hash would switch
/// the page's own scripts off.
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
fn every_header_line_and_report_only_too_are_patched() {
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
fn what_cannot_be_read_is_left_as_it_is() {
    let odd = "script-src 'self' \u{e9}";
    let page = through(builder(), &[("content-security-policy", odd.to_owned())]);
    assert_eq!(page.headers[CONTENT_SECURITY_POLICY].as_bytes(), odd.as_bytes());
    assert_eq!(kind(page.outcome.as_ref()), Some(OutcomeKind::Boot));
}

#[test]
fn the_application_adds_sources_of_its_own() {
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
fn where_a_policy_makes_the_widget_impossible_the_page_is_untouched() {
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

/// A `<meta>` policy does not apply to the snippet, but to what the vendor loads later.
#[test]
fn a_policy_in_a_meta_element_comes_behind_the_snippet() {
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
fn the_hash_is_of_the_bytes_in_the_page_and_depends_on_no_secret_and_no_person() {
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
    // Whatever is in the code is in the hash, so that no attribute can say something else.
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
fn a_hostile_host_does_not_reach_the_policy() {
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

// ---- workers and forms ---------------------------------------------------------------------------------------------

/// The directives of the policy that the page leaves with, by name.
fn patched(policy: &'static str, name: &str) -> Option<String> {
    let sources = CspSources::new().worker(["blob:"]).form_action(["https://form.vendor.example"]);
    let page = through(builder().csp_sources(sources), &[("content-security-policy", policy.to_owned())]);
    assert_eq!(kind(page.outcome.as_ref()), Some(OutcomeKind::Boot), "{policy}");
    let line = lines(&page.headers)[0].to_owned();
    line.split("; ").find(|text| text.starts_with(name)).map(str::to_owned)
}

#[test]
fn a_widgets_workers_are_allowed_and_the_applications_stay_so() {
    for (policy, expected) in [
        ("worker-src 'self'", Some("worker-src 'self' blob:")),
        ("worker-src 'none'", Some("worker-src blob:")),
        ("script-src 'self'", Some("worker-src 'self' blob:")),
        ("child-src 'self'; default-src 'none'", Some("worker-src 'self' blob:")),
        ("default-src https:", Some("worker-src https: blob:")),
        ("worker-src BLOB:", Some("worker-src BLOB:")),
        ("img-src 'self'", None),
        // Whatever workers the application's own scripts start are allowed, and no list may end that.
        ("script-src 'nonce-YWJj' 'strict-dynamic'", None),
        // Of workers, only the list of scripts says so by this word.
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
