//! Content-Security-Policy: an independent evaluator checks what a policy allows, before and after the layer.

mod generated;
mod policies;

use std::{convert::Infallible, sync::LazyLock};

use content_security_policy::{
    CheckResult, CspList, Destination, Element, Initiator, InlineCheckType, NavigationCheckType, Origin,
    ParserMetadata, PolicyDisposition, PolicySource, Request as Load, Url,
};
use futures::executor::block_on;
use http::{HeaderMap, Request, Response, header::CONTENT_SECURITY_POLICY};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{CspSources, Identity, Outcome, OutcomeKind, Viewer, Widgets, WidgetsBuilder};

use crate::support::{builder, cut, kind};

pub(crate) const OWN: &str = "https://app.example.test";
pub(crate) const NONCE: &str = "YWJj";
pub(crate) const OTHER_CODE: &str = "alert(1)";

/// A page with these policies, through the layer.
pub(crate) struct Page {
    pub(crate) headers: HeaderMap,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) body: String,
}

pub(crate) fn through(builder: WidgetsBuilder, lines: &[(&'static str, String)]) -> Page {
    through_widgets(&builder.token_path("/widget-token").build().unwrap(), lines)
}

pub(crate) fn through_widgets(widgets: &Widgets, lines: &[(&'static str, String)]) -> Page {
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

pub(crate) fn enforced(policies: &[&str]) -> Page {
    static WIDGETS: LazyLock<Widgets> = LazyLock::new(|| builder().token_path("/widget-token").build().unwrap());
    through_widgets(&WIDGETS, &header_lines(policies))
}

pub(crate) fn header_lines(policies: &[&str]) -> Vec<(&'static str, String)> {
    policies.iter().map(|policy| ("content-security-policy", (*policy).to_owned())).collect()
}

pub(crate) fn lines(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(CONTENT_SECURITY_POLICY).iter().map(|line| line.to_str().unwrap()).collect()
}

pub(crate) fn list(lines: &[&str]) -> CspList {
    let mut all = CspList(Vec::new());
    for line in lines {
        all.append(CspList::parse(line, PolicySource::Header, PolicyDisposition::Enforce));
    }
    all
}

pub(crate) fn load(url: &str, destination: Destination, nonce: &str, parser_metadata: ParserMetadata) -> Load {
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

pub(crate) fn allows_load(policies: &CspList, load: &Load) -> bool {
    policies.should_request_be_blocked(load).0 == CheckResult::Allowed
}

/// Whether the page may submit a form to this URL.
pub(crate) fn allows_form(policies: &CspList, url: &str) -> bool {
    let mut form = load(url, Destination::Document, "", ParserMetadata::None);
    let check = policies.should_navigation_request_be_blocked(&mut form, NavigationCheckType::FormSubmission, |_| None);
    check.0 == CheckResult::Allowed
}

pub(crate) fn allows_inline(policies: &CspList, kind: InlineCheckType, nonce: Option<&str>, code: &str) -> bool {
    let element = Element { nonce: nonce.map(Into::into) };
    policies.should_elements_inline_type_behavior_be_blocked(&element, kind, code).0 == CheckResult::Allowed
}

/// What the widget loads: a library by script, connections, frames, images, fonts, sounds, fresh tokens, and a worker
/// that a script has made.
pub(crate) static WIDGET_LOADS: LazyLock<Vec<Load>> = LazyLock::new(|| {
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

/// The URLs to which the widget submits its forms.
pub(crate) const WIDGET_FORMS: [&str; 2] =
    ["https://intercom.help/search", "https://api-iam.eu.intercom.io/messenger/web/upload"];

/// URLs to which the page's own forms may go, and the widget's do not.
pub(crate) const OTHER_FORMS: [&str; 4] =
    ["https://app.example.test/own", "https://cdn.example/a", "https://evil.test/a", "https://x.intercom.help/a"];

/// Loads that the widget does not need: other hosts and paths, for every kind; for scripts also with a nonce, and by a
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

pub(crate) const INLINE: [InlineCheckType; 5] = [
    InlineCheckType::Script,
    InlineCheckType::ScriptAttribute,
    InlineCheckType::Style,
    InlineCheckType::StyleAttribute,
    InlineCheckType::Navigation,
];

/// The verdict on every load and form that the widget does not need.
pub(crate) fn other_verdicts(policies: &CspList) -> Vec<(String, bool)> {
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

/// A widget that needs everything that a policy can restrict: Intercom, and workers that its script has made.
static DEMANDING: LazyLock<Widgets> = LazyLock::new(|| {
    let workers = CspSources::new().worker(["blob:"]);
    builder().token_path("/widget-token").csp_sources(workers).build().unwrap()
});

/// The tokens of a policy's line, each with whether it stands in `worker-src`.
pub(crate) fn tokens(line: &str) -> Vec<(String, bool)> {
    let line = line.to_ascii_lowercase();
    let of = |directive: &str| {
        let is_worker = directive.trim_start().starts_with("worker-src");
        directive.split([' ', '\t']).map(|token| (token.to_owned(), is_worker)).collect::<Vec<_>>()
    };
    line.split([';', ',']).flat_map(of).collect()
}

/// Compares the verdicts on one set of enforced lines before and after the layer.
pub(crate) fn judge(before: &[&str]) {
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
