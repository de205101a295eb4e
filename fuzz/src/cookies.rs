//! Compares how the layers and the token service read cookies with an independent reader.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response,
    header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE},
};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::{Layer, ServiceExt};
use tower_widget_identity::{Identity, Viewer, Widgets};

use crate::{
    kept,
    layer::{Item, Script, Served, Watch, answering, now, send},
    reading,
    support::{self, FP_1},
};

const MARKER: &str = "m";
const KEPT: &str = "m-kept";
const SESSION: &str = "intercom-session-abcd1234";
const OWNED: [&str; 3] = [SESSION, "intercom-id-abcd1234", "intercom-device-id-abcd1234"];
const PAGE: &[u8] = b"<!doctype html><title>Home</title>";

thread_local! {
    // A marker whose name has no prefix is for plain HTTP.
    static WIDGETS: Widgets =
        support::builder().marker_name(MARKER).plain_http(true).token_path("/widget-token").build().unwrap();
}

/// Checks an input. Its first line is the host, and each other line is a `Cookie` header.
pub fn check(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let host = lines.next().and_then(|line| HeaderValue::from_bytes(line).ok());
    let cookies: Vec<_> = lines.filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    let request = Asked { host, cookies };
    let held = Held::read(&request.cookies);
    WIDGETS.with(|widgets| {
        judge_person(&request.page(widgets, Viewer::SignedIn(Identity::new("user-1"))), &held);
        judge_signed_out(&request.page(widgets, Viewer::SignedOut), &held);
        judge_token_page(widgets, &request, &held);
        judge_logout(&request.logout(widgets), &request, &held);
    });
}

struct Asked {
    host: Option<HeaderValue>,
    cookies: Vec<HeaderValue>,
}

impl Asked {
    fn request(&self, method: Method, path: &str, viewer: Viewer) -> Request<()> {
        let mut request = Request::builder().method(method).uri(path).body(()).unwrap();
        request.headers_mut().insert("sec-fetch-dest", HeaderValue::from_static("document"));
        request.headers_mut().extend(self.host.clone().map(|host| (HOST, host)));
        request.headers_mut().extend(self.cookies.iter().map(|line| (COOKIE, line.clone())));
        request.extensions_mut().insert(viewer);
        request
    }

    fn page(&self, widgets: &Widgets, viewer: Viewer) -> Served {
        let (response, watch) = home(200);
        send(widgets.layer().layer(answering(response)), self.request(Method::GET, "/", viewer), &watch)
    }

    fn logout(&self, widgets: &Widgets) -> Served {
        let (response, watch) = home(303);
        let request = self.request(Method::POST, "/logout", Viewer::Unknown);
        send(widgets.logout_layer().layer(answering(response)), request, &watch)
    }
}

fn home(status: u16) -> (Response<Script>, Arc<Watch>) {
    let watch = Arc::<Watch>::default();
    let body = Script::new(vec![Item::Data(Bytes::from_static(PAGE))], watch.clone());
    (Response::builder().status(status).header(CONTENT_TYPE, "text/html").body(body).unwrap(), watch)
}

/// The browser's state, according to the independent reader.
#[derive(Debug)]
struct Held {
    /// The marker: empty, `out`, or a fingerprint.
    marker: String,
    /// Whether the second cookie or a vendor's, without a marker, indicates a session that must end.
    reset: bool,
    /// Whether any cookie of a widget session is present.
    any: bool,
    owned: BTreeSet<Vec<u8>>,
}

impl Held {
    fn read(lines: &[HeaderValue]) -> Self {
        let pairs: Vec<_> = lines.iter().flat_map(|line| read(line.as_bytes())).collect();
        let markers: Vec<_> = pairs.iter().filter(|(name, _)| name == MARKER.as_bytes()).collect();
        let marker = match markers.as_slice() {
            [] => String::new(),
            [(_, value)] if is_fingerprint(value) => String::from_utf8(value.clone()).expect("ASCII"),
            _ => "out".to_owned(),
        };
        let names: BTreeSet<_> = pairs.into_iter().map(|(name, _)| name).collect();
        let has_kept = names.contains(KEPT.as_bytes());
        let reset = marker.is_empty() && (has_kept || names.contains(SESSION.as_bytes()));
        let owned: BTreeSet<_> =
            names.into_iter().filter(|name| OWNED.iter().any(|owned| owned.as_bytes() == name)).collect();
        let any = !marker.is_empty() || has_kept || !owned.is_empty();
        Self { marker, reset, any, owned }
    }
}

fn is_fingerprint(value: &[u8]) -> bool {
    value.len() == 22 && kept::is_base64url(value)
}

/// Reverses <https://www.rfc-editor.org/rfc/rfc6265#section-5.4>, byte by byte.
fn read(line: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = Vec::new();
    let (mut name, mut value, mut in_value) = (Vec::new(), Vec::new(), false);
    for byte in line.iter().chain(b";") {
        match byte {
            b';' => {
                pairs.push((bare(&name), bare(&value)));
                (name, value, in_value) = (Vec::new(), Vec::new(), false);
            }
            b'=' if !in_value => in_value = true,
            _ if in_value => value.push(*byte),
            _ => name.push(*byte),
        }
    }
    pairs
}

fn bare(text: &[u8]) -> Vec<u8> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = text.iter().position(|byte| !is_space(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    text[start..end].to_vec()
}

fn judge_person(served: &Served, held: &Held) {
    let own = held.marker == FP_1 || (held.marker.is_empty() && !held.reset);
    assert_eq!(served.outcome(), Some(if own { "boot" } else { "switch" }), "{held:?}");
    judge_data(&data(served), held, FP_1);
    let lines = set_cookies(served);
    assert_eq!(lines.len(), 1, "{lines:?}");
    judge_kept(lines[0]);
}

fn judge_signed_out(served: &Served, held: &Held) {
    if held.marker.is_empty() && !held.reset {
        assert_eq!(served.outcome(), Some("signed-out"), "{held:?}");
        judge_untouched(served, PAGE);
        return;
    }
    assert_eq!(served.outcome(), Some("shutdown"), "{held:?}");
    judge_data(&data(served), held, "");
    assert!(set_cookies(served).is_empty(), "only a logout and a user's page set a cookie");
}

fn judge_untouched(served: &Served, page: &[u8]) {
    assert_eq!(served.bytes(), page);
    assert_eq!(served.head.headers.len(), 1, "{:?}", served.head.headers);
}

fn set_cookies(served: &Served) -> Vec<&str> {
    served.head.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().expect("text")).collect()
}

fn judge_kept(line: &str) {
    let epoch = kept::epoch(line, KEPT, "").expect("the second cookie");
    kept::judge_new(epoch);
}

fn data(served: &Served) -> Value {
    let page = served.bytes();
    let place = reading::place(PAGE, &page).expect("the page with one snippet in it");
    reading::said(&page[place])
}

fn judge_data(data: &Value, held: &Held, fingerprint: &str) {
    assert_eq!(data["seen"], held.marker.as_str());
    assert_eq!(data["fp"], fingerprint);
    assert_eq!(data["reset"].as_bool().unwrap_or(false), held.reset);
}

fn judge_token_page(widgets: &Widgets, request: &Asked, held: &Held) {
    let viewer = Viewer::SignedIn(Identity::new("user-1"));
    let request = request.request(Method::GET, "/widget-token/page", viewer);
    let Ok(response) = now(widgets.token_service().oneshot(request));
    assert_eq!(response.status(), 200);
    let body = now(response.into_body().collect()).expect("no error").to_bytes();
    judge_data(&serde_json::from_slice(&body).expect("JSON"), held, FP_1);
}

/// Checks that the marker is `out`, that the second cookie is set, and that each of the vendor's cookies is expired.
///
/// Here, no look-up or response says who is signed in. So without a cookie of a widget session, nothing may change.
///
/// The cookies are expired host-only and on the same domains. The lines may take up to 2,048 bytes of the response
/// head, so some may be missing.
fn judge_logout(served: &Served, request: &Asked, held: &Held) {
    if !held.any {
        assert_eq!(served.outcome(), Some("no-session"), "{held:?}");
        return judge_untouched(served, PAGE);
    }
    assert_eq!(served.outcome(), Some("logout"), "{held:?}");
    let mut lines = set_cookies(served);
    assert_eq!(lines.remove(0), "m=out; Path=/; SameSite=Lax; Max-Age=34560000");
    judge_kept(lines.remove(0));
    let domains: BTreeSet<_> =
        lines.iter().map(|line| line.split_once("; Domain=").map(|(_, domain)| domain)).collect();
    let mut expired = BTreeSet::new();
    for line in &lines {
        let (name, rest) = line.split_once('=').expect("a name");
        let domain = line.split_once("; Domain=").map(|(_, domain)| domain);
        let scope = domain.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
        assert_eq!(rest, format!("; Path=/; Max-Age=0{scope}"));
        assert!(expired.insert((name, domain)), "{line} twice");
    }
    let names: BTreeSet<_> = expired.iter().map(|(name, _)| name.as_bytes().to_vec()).collect();
    let length = |line: &&str| line.len() + "set-cookie: \r\n".len();
    let (bytes, longest) = (lines.iter().map(length).sum::<usize>(), lines.iter().map(length).max().unwrap_or(0));
    assert!(bytes <= 2048, "{bytes} bytes");
    // If another line would not fit, some are missing. No line is longer than one for the host itself.
    if bytes + longest + 255 <= 2048 {
        assert_eq!(names, held.owned);
        assert_eq!(expired.len(), names.len() * domains.len(), "every cookie on every domain");
    }
    assert!(names.is_empty() || domains.contains(&None), "host-only");
    domains.into_iter().flatten().for_each(|domain| judge_domain(domain, request.host.as_ref()));
}

fn judge_domain(domain: &str, host: Option<&HeaderValue>) {
    let host = host.and_then(|host| host.to_str().ok()).expect("a host").to_ascii_lowercase();
    let host = host.rsplit_once(':').map_or(host.as_str(), |(host, _)| host);
    assert!(host == domain || host.ends_with(&format!(".{domain}")), "{domain} of {host:?}");
    let labels: Vec<_> = domain.split('.').collect();
    assert!(labels.len() > 1 && domain.len() < 254, "{domain}");
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    assert!(labels.iter().all(|label| !label.is_empty() && label.len() < 64 && label.bytes().all(legal)), "{domain}");
}
