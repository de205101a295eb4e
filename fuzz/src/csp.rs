//! Checks the patched policy: nothing is lost or changed, and only what is needed is added.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response,
    header::{CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY, CONTENT_TYPE, HOST},
};
use tower::Layer;
use tower_widget_identity::{CspSources, Viewer, Widgets};

use crate::{
    layer::{Item, Script, Served, Watch, answering, send},
    serve::{marked, page_load},
    support,
};

const POLICY: &str = "tower-widget-identity";
const OWN_HOST: &str = "app.test";
const TOKEN_PATH: &str = "/widget-token";

/// The directives that may change, each with its fallbacks.
///
/// <https://www.w3.org/TR/CSP3/#directive-fallback-list>
const MANAGED: [&[&str]; 9] = [
    &["script-src-elem", "script-src", "default-src"],
    &["connect-src", "default-src"],
    &["frame-src", "child-src", "default-src"],
    &["img-src", "default-src"],
    &["font-src", "default-src"],
    &["media-src", "default-src"],
    &["style-src-elem", "style-src", "default-src"],
    &["worker-src", "child-src", "script-src", "default-src"],
    &["form-action"],
];

thread_local! {
    static WIDGETS: Widgets = {
        let sources = CspSources::new().style(["https://style.vendor.example"]).frame(["https://frame.vendor.example:8443"]);
        let sources = sources.worker(["blob:"]).form_action(["https://form.vendor.example"]);
        support::builder().token_path(TOKEN_PATH).csp_sources(sources).build().unwrap()
    };
}

/// Checks an input.
///
/// Each line is a `Content-Security-Policy` header, or a report-only header if it starts with `?`.
pub fn check(input: &[u8]) {
    let mut headers = HeaderMap::new();
    headers.insert("x-app", HeaderValue::from_static("default-src 'none'"));
    for line in input.split(|byte| *byte == b'\n') {
        let (name, line) = match line.strip_prefix(b"?") {
            Some(line) => (CONTENT_SECURITY_POLICY_REPORT_ONLY, line),
            None => (CONTENT_SECURITY_POLICY, line),
        };
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(name, value);
        }
    }
    let served = serve(&headers);
    let expected = verdict(&headers);
    assert_eq!(served.outcome(), Some(expected));
    let lines = policies_of(&served.head.headers);
    if expected != "shutdown" {
        assert_eq!(lines, policies_of(&headers), "{expected}, but the policies changed");
        return;
    }
    judge(&headers, &served.head.headers);
    let again = serve(&served.head.headers);
    assert_eq!(policies_of(&again.head.headers), lines, "patched twice");
}

fn serve(headers: &HeaderMap) -> Served {
    WIDGETS.with(|widgets| {
        let watch = Arc::<Watch>::default();
        let mut response = Response::new(Script::new(vec![Item::Data(Bytes::from_static(b"<head>"))], watch.clone()));
        *response.headers_mut() = headers.clone();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
        let mut request = marked(page_load(Viewer::SignedOut), widgets, b"out");
        request.headers_mut().insert(HOST, HeaderValue::from_static(OWN_HOST));
        send(widgets.layer().layer(answering(response)), request, &watch)
    })
}

fn policies_of(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let ours = |name: &HeaderName| [CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY].contains(name);
    let lines = headers.iter().filter(|(name, _)| ours(name) || name.as_str() == "x-app");
    lines.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A directive in its original form.
struct Directive<'a> {
    raw: &'a str,
    name: String,
    tokens: Vec<&'a str>,
}

impl<'a> Directive<'a> {
    /// The sources that it allows. `'none'` counts only if it is alone.
    fn sources(&self) -> &[&'a str] {
        match self.tokens.as_slice() {
            [none] if none.eq_ignore_ascii_case("'none'") => &[],
            tokens => tokens,
        }
    }

    fn says(&self, wanted: &str) -> bool {
        self.tokens.iter().any(|token| token.eq_ignore_ascii_case(wanted))
    }
}

/// Parses a policy. A header has no other white space than this.
///
/// <https://www.w3.org/TR/CSP3/#parse-serialized-policy>
///
/// A header has no other white space than this.
fn read<'a>(policy: &'a str) -> Vec<Directive<'a>> {
    const SPACE: [char; 2] = [' ', '\t'];
    let raw = policy.split(';').map(|raw| raw.trim_matches(SPACE)).filter(|raw| !raw.is_empty());
    let directive = |raw: &'a str| {
        let mut words = raw.split(SPACE).filter(|word| !word.is_empty());
        let name = words.next().unwrap_or_default().to_ascii_lowercase();
        Directive { raw, name, tokens: words.collect() }
    };
    raw.map(directive).collect()
}

fn first<'d, 'a>(directives: &'d [Directive<'a>], name: &str) -> Option<&'d Directive<'a>> {
    directives.iter().find(|directive| directive.name == name)
}

/// The outcome that the page must have.
fn verdict(headers: &HeaderMap) -> &'static str {
    let enforced: Vec<_> =
        texts(headers, &CONTENT_SECURITY_POLICY).into_iter().flat_map(|line| line.split(',')).collect();
    let enforced: Vec<_> = enforced.into_iter().map(read).collect();
    let boxed = |policy: &Vec<Directive<'_>>| {
        first(policy, "sandbox").is_some_and(|boxed| !(boxed.says("allow-scripts") && boxed.says("allow-same-origin")))
    };
    let demands = |policy: &Vec<Directive<'_>>| {
        first(policy, "require-trusted-types-for").is_some_and(|types| types.says("'script'"))
    };
    let forbids = |policy: &Vec<Directive<'_>>| {
        first(policy, "trusted-types")
            .is_some_and(|types| !types.tokens.contains(&POLICY) && !types.tokens.contains(&"*"))
    };
    if enforced.iter().any(boxed) {
        "sandbox"
    } else if enforced.iter().any(demands) && enforced.iter().any(forbids) {
        "trusted-types"
    } else {
        "shutdown"
    }
}

/// The header lines that are text.
fn texts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect()
}

fn judge(before: &HeaderMap, after: &HeaderMap) {
    let needs = WIDGETS.with(needs);
    assert_eq!(before["x-app"], after["x-app"]);
    for name in [CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY] {
        let lines = |headers: &HeaderMap| headers.get_all(&name).iter().cloned().collect::<Vec<_>>();
        let (before, after) = (lines(before), lines(after));
        assert_eq!(before.len(), after.len(), "the number of lines");
        for (before, after) in before.iter().zip(&after) {
            match before.to_str() {
                Ok(text) => judge_line(text, after.to_str().expect("text"), &needs),
                Err(_) => assert_eq!(before, after, "an unreadable line changed"),
            }
        }
    }
}

/// The sources that the widget needs, by directive.
fn needs(widgets: &Widgets) -> BTreeMap<String, Vec<String>> {
    let text = widgets.csp().expect("an enabled set").to_string();
    let own = format!("{OWN_HOST}{TOKEN_PATH}/");
    let token = |token: &str| if token == "'self'" { own.clone() } else { token.to_owned() };
    let directives = read(&text);
    directives.iter().map(|one| (one.name.clone(), one.tokens.iter().map(|source| token(source)).collect())).collect()
}

fn judge_line(before: &str, after: &str, needs: &BTreeMap<String, Vec<String>>) {
    let (old, new): (Vec<_>, Vec<_>) = (before.split(',').collect(), after.split(',').collect());
    assert_eq!(old.len(), new.len(), "the number of policies");
    for (old, new) in old.into_iter().zip(new) {
        let (before, after) = (read(old), read(new));
        assert!(after.len() >= before.len(), "{new:?}: a directive was lost");
        let (kept, added) = after.split_at(before.len());
        for (at, (old, new)) in before.iter().zip(kept).enumerate() {
            let repeated = before[..at].iter().any(|earlier| earlier.name == old.name);
            judge_kept(old, new, repeated, needs);
        }
        for directive in added {
            judge_added(&before, directive, needs);
        }
        let names: Vec<_> = added.iter().map(|directive| &directive.name).collect();
        assert!(names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)), "{new:?}: added twice");
        if after.len() == before.len() && before.iter().zip(&after).all(|(old, new)| old.raw == new.raw) {
            assert_eq!(old, new, "only white space changed");
        }
        MANAGED.iter().for_each(|chain| judge_effect(&before, &after, chain, needs));
    }
}

fn judge_kept(old: &Directive<'_>, new: &Directive<'_>, repeated: bool, needs: &BTreeMap<String, Vec<String>>) {
    if old.raw == new.raw {
        return;
    }
    let managed = MANAGED.iter().any(|chain| chain[0] == old.name);
    assert!(managed && !repeated, "{:?} became {:?}", old.raw, new.raw);
    let kept = if old.sources().is_empty() { &old.raw[..old.name.len()] } else { old.raw };
    let more = new.raw.strip_prefix(kept).unwrap_or_else(|| panic!("{:?} became {:?}", old.raw, new.raw));
    assert!(more.starts_with(' '), "{:?} became {:?}", old.raw, new.raw);
    judge_new_sources(&new.tokens[old.sources().len()..], &new.name, needs);
}

fn judge_added(before: &[Directive<'_>], new: &Directive<'_>, needs: &BTreeMap<String, Vec<String>>) {
    let chain = MANAGED.iter().find(|chain| chain[0] == new.name).unwrap_or_else(|| panic!("added: {:?}", new.raw));
    assert!(first(before, chain[0]).is_none(), "{:?} was there already", new.raw);
    let governing = chain.iter().find_map(|name| first(before, name));
    let copied = governing.unwrap_or_else(|| panic!("{:?} forbids what was allowed", new.raw)).sources();
    assert_eq!(&new.tokens[..copied.len()], copied, "it must start with a copy of the governing list");
    judge_new_sources(&new.tokens[copied.len()..], &new.name, needs);
}

fn judge_new_sources(sources: &[&str], name: &str, needs: &BTreeMap<String, Vec<String>>) {
    assert!(!sources.is_empty(), "{name}: changed without need");
    for (at, source) in sources.iter().enumerate() {
        assert!(needs[name].iter().any(|needed| needed == source), "{name}: {source} is not needed");
        assert!(!sources[..at].contains(source), "{name}: {source} twice");
    }
}

/// Checks that the governing directive allows what the widget needs, and what it allowed before.
fn judge_effect(
    before: &[Directive<'_>],
    after: &[Directive<'_>],
    chain: &[&str],
    needs: &BTreeMap<String, Vec<String>>,
) {
    let governing = |policy| chain.iter().find_map(|name| first(policy, name).map(Directive::sources));
    let (Some(before), Some(after)) = (governing(before), governing(after)) else { return };
    assert!(before.iter().all(|source| after.contains(source)), "{chain:?}: a source was lost");
    assert_eq!(allows_all_inline(before), allows_all_inline(after), "{chain:?}: 'unsafe-inline' changed its meaning");
    let dynamic = before.iter().any(|source| source.eq_ignore_ascii_case("'strict-dynamic'"));
    for needed in &needs[chain[0]] {
        let allowed = match needed.starts_with("'sha256-") {
            true => allows_all_inline(after) || after.contains(&needed.as_str()),
            false => {
                (dynamic && ["script-src-elem", "worker-src"].contains(&chain[0]))
                    || after.iter().any(|source| may_cover(source, needed))
            }
        };
        assert!(allowed, "{}: {needed} is not allowed by {after:?}", chain[0]);
    }
}

/// Whether all inline scripts are allowed: <https://www.w3.org/TR/CSP3/#allow-all-inline>.
fn allows_all_inline(sources: &[&str]) -> bool {
    let lower: Vec<_> = sources.iter().map(|source| source.to_ascii_lowercase()).collect();
    let narrows = |source: &String| {
        let values = ["'nonce-", "'sha256-", "'sha384-", "'sha512-"].iter().filter_map(|it| source.strip_prefix(it));
        source == "'strict-dynamic'" || values.into_iter().any(ends_as_base64_value)
    };
    lower.iter().any(|source| source == "'unsafe-inline'") && !lower.iter().any(narrows)
}

/// Whether the text is a base64 value with the closing quote.
///
/// <https://www.w3.org/TR/CSP3/#grammardef-base64-value>
fn ends_as_base64_value(text: &str) -> bool {
    let (mut digits, mut padding, mut closed) = (0, 0, false);
    for letter in text.chars() {
        match letter {
            _ if closed => return false,
            '\'' => closed = true,
            '=' => padding += 1,
            'a'..='z' | '0'..='9' | '+' | '/' | '-' | '_' if padding == 0 => digits += 1,
            _ => return false,
        }
    }
    closed && digits > 0 && padding < 3
}

/// Whether the source may match, by the broadest reading of the standard.
///
/// <https://www.w3.org/TR/CSP3/#match-url-to-source-expression>
fn may_cover(source: &str, needed: &str) -> bool {
    let (source, needed) = (source.to_ascii_lowercase(), needed.to_ascii_lowercase());
    let host = |url: &str| url.split_once("://").map_or(String::new(), |(_, host)| host.to_owned());
    let wildcard = host(&source)
        .strip_prefix("*.")
        .is_some_and(|parent| host(&needed).ends_with(&format!(".{}", parent.trim_end_matches('/'))));
    let own = source == "'self'" && needed.starts_with(OWN_HOST);
    let scheme = source.ends_with(':') || source == "*";
    own || scheme || wildcard || source == needed || host(&source).trim_end_matches('/') == host(&needed)
}
