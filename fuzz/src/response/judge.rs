//! Checks a response by rules that share no code with the library's.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use serde_json::Value;

use super::{
    asked::{Asked, KEPT, Load, Said, Stack, VENDORS},
    rules::{Ends, Verdict, has_page_layer, is_addressed},
};
use crate::{
    kept,
    layer::{Item, Served, data},
    reading,
    support::{self, FP_1, MARKER, SECRET},
};

/// Checks a response.
pub(super) fn judge(asked: &Asked, served: &Served) {
    assert_eq!(served.head.status, asked.status);
    let given = given(asked);
    let verdict = Verdict::of(asked);
    let outcome = served.outcome().unwrap_or("none");
    let carried = ["boot", "switch", "shutdown", "visitor"].contains(&outcome);
    let injected = carried && asked.method() != Method::HEAD;
    if injected {
        judge_injected(asked, served, &given, outcome);
    } else {
        judge_same_frames(&given, &served.items);
    }
    let ended = judge_cookies(asked, served, verdict, outcome);
    if carried {
        judge_carried(asked, served, verdict, outcome);
    }
    if outcome == "headers" {
        judge_headers(asked, served, verdict);
    }
    judge_kept_headers(asked, served, carried || outcome == "headers", ended);
    judge_outcome(asked, verdict, outcome, ended);
    judge_hint(asked, served, carried);
}

/// The items that the application's body yields until it ends.
fn given(asked: &Asked) -> Vec<Item> {
    let mut failed = false;
    let until_failure =
        asked.items.iter().take_while(|item| !std::mem::replace(&mut failed, matches!(item, Item::Failure)));
    until_failure.filter(|item| !matches!(item, Item::Wait)).cloned().collect()
}

/// The data before any other item, and the rest.
fn front(items: &[Item]) -> (&[Item], &[Item]) {
    items.split_at(items.iter().position(|item| !matches!(item, Item::Data(_))).unwrap_or(items.len()))
}

fn joined(items: &[Item]) -> Vec<u8> {
    data(items).flatten().copied().collect()
}

fn judge_same_frames(given: &[Item], served: &[Item]) {
    assert_eq!(given.len(), served.len(), "the number of frames");
    for (given, served) in given.iter().zip(served) {
        match (given, served) {
            (Item::Data(given), Item::Data(served)) => {
                assert_eq!(given, served);
                assert!(given.is_empty() || given.as_ptr() == served.as_ptr(), "copied");
            }
            (Item::Trailers(given), Item::Trailers(served)) => assert_eq!(given, served),
            (Item::Failure, Item::Failure) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn judge_injected(asked: &Asked, served: &Served, given: &[Item], outcome: &str) {
    let ((given, given_rest), (got, got_rest)) = (front(given), front(&served.items));
    let (page, result) = (joined(given), joined(got));
    let place = reading::place(&page, &result).expect("the page with one snippet in it");
    judge_frames(given, got, &place);
    judge_same_frames(given_rest, got_rest);
    judge_length(&asked.headers, &served.head.headers, place.len() as u64);
    judge_data(asked, &reading::said(&result[place]), outcome);
}

/// Checks that the frames are the application's own memory, cut only where the snippet was inserted.
fn judge_frames(given: &[Item], got: &[Item], place: &Range<usize>) {
    let mut ours: Vec<&Bytes> = data(given).filter(|data| !data.is_empty()).collect();
    let mut cuts = 0;
    let mut at = 0;
    for frame in data(got).filter(|frame| !frame.is_empty()) {
        let range = at..at + frame.len();
        at = range.end;
        if place.contains(&range.start) {
            assert!(range.end <= place.end, "a frame of the snippet contains a part of the page");
            continue;
        }
        let whole = ours.iter().position(|ours| ours.as_ptr_range().contains(&frame.as_ptr())).expect("copied");
        if ours[whole].len() == frame.len() {
            ours.remove(whole);
        } else {
            cuts += 1;
        }
    }
    assert!(ours.len() <= 1 && cuts <= 2, "frames were cut or joined without need");
}

fn judge_length(before: &HeaderMap, after: &HeaderMap, growth: u64) {
    let lines: Vec<_> = before.get_all(header::CONTENT_LENGTH).iter().map(|line| line.as_bytes()).collect();
    let expected = match lines.as_slice() {
        [digits] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            let digits = std::str::from_utf8(digits).expect("ASCII");
            let length = digits
                .trim_start_matches('0')
                .parse::<u128>()
                .ok()
                .or(digits.trim_matches('0').is_empty().then_some(0));
            length.filter(|length| *length <= u128::from(u64::MAX)).map(|length| length + u128::from(growth))
        }
        _ => None,
    };
    let expected = expected.filter(|length| *length <= u128::from(u64::MAX)).map(|length| length.to_string());
    let found: Vec<_> =
        after.get_all(header::CONTENT_LENGTH).iter().map(|line| line.to_str().expect("digits")).collect();
    assert_eq!(found, expected.as_deref().into_iter().collect::<Vec<_>>(), "{lines:?}");
}

fn judge_data(asked: &Asked, data: &Value, outcome: &str) {
    let person = matches!(outcome, "boot" | "switch");
    assert_eq!(data["fp"], if person { FP_1 } else { "" });
    let token = &data["people"]["intercom"]["intercom_user_jwt"];
    match token.as_str() {
        Some(token) => {
            assert!(person && !asked.says("over"), "a token without a user");
            assert_eq!(support::verify(SECRET, token).expect("a good token").claims["user_id"], "user-1");
        }
        None => assert!(outcome != "boot", "no token to boot with"),
    }
}

/// Checks that only whole HTML pages have a snippet, on page loads and for the right viewer.
fn judge_carried(asked: &Asked, served: &Served, verdict: Verdict, outcome: &str) {
    assert!(matches!(asked.load(), Load::Document | Load::Plain), "{outcome}: not a page load");
    assert!(!asked.says("skip") && is_addressed(asked), "{outcome}");
    let status = asked.status.as_u16();
    assert!((200..300).contains(&status) || status >= 400, "{outcome}: {status}");
    assert!(![204, 205, 206].contains(&status), "{outcome}: {status}");
    let types: Vec<_> = texts(&asked.headers, &header::CONTENT_TYPE);
    assert_eq!(types.len(), 1, "{outcome}");
    let media_type = types[0].to_ascii_lowercase();
    let parts: Vec<_> = media_type.split(';').map(str::trim).collect();
    assert_eq!(parts[0], "text/html", "{outcome}");
    let wide = ["charset=utf-16", "charset=utf-32", "charset=iso-2022"];
    assert!(!parts.iter().any(|part| wide.iter().any(|wide| part.starts_with(wide))), "{media_type}");
    assert!(!asked.headers.contains_key(header::CONTENT_RANGE), "{outcome}: a partial response");
    for line in texts(&asked.headers, &header::CONTENT_ENCODING) {
        assert!(line.split(',').all(|coding| ["", "identity"].contains(&coding.trim().to_ascii_lowercase().as_str())));
    }
    assert_eq!(Some(outcome), wanted(asked, verdict), "{verdict:?}");
    if outcome != "visitor" {
        judge_private(&served.head.headers);
    }
}

/// What a page must carry, by its viewer and by the browser's cookies: the table of the README.
fn wanted(asked: &Asked, verdict: Verdict) -> Option<&'static str> {
    let vendor = asked.says("residue") && !asked.says("visitors");
    // A logout ends the session that the marker names, so the page of the logout itself finds no session.
    let marker = if verdict.is_logout && verdict.ends == Ends::Yes { Some("gone") } else { asked.marker() };
    let session = marker.is_some() || asked.says("kept") || vendor;
    match verdict.viewer {
        Said::Unknown => None,
        Said::Nobody if session => Some("shutdown"),
        Said::Nobody => asked.says("visitors").then_some("visitor"),
        Said::Person if asked.says("nameless") => None,
        Said::Person if marker == Some("own") || !session => Some("boot"),
        Said::Person => Some("switch"),
    }
}

fn judge_private(headers: &HeaderMap) {
    assert_eq!(texts(headers, &header::CACHE_CONTROL), ["private, no-store"]);
    let vary: Vec<_> = texts(headers, &header::VARY).iter().map(|line| line.to_ascii_lowercase()).collect();
    let varies = |member: &str| matches!(member.trim(), "cookie" | "*");
    assert!(vary.iter().any(|line| line.split(',').any(varies)), "{vary:?}");
    for gone in ["etag", "last-modified", "expires", "age", "accept-ranges", "digest", "cdn-cache-control"] {
        assert!(!headers.contains_key(gone), "{gone}");
    }
}

/// Checks the headers with which a fetch learns of its user, or that the session is over.
fn judge_headers(asked: &Asked, served: &Served, verdict: Verdict) {
    assert!(asked.is_header() && is_addressed(asked) && asked.status.is_success() && !asked.says("skip"));
    let wanted = wanted(asked, verdict).expect("something to say");
    let person = matches!(wanted, "boot" | "switch");
    // The application may send such headers itself.
    if !asked.headers.keys().any(|name| name.as_str().starts_with("x-widget-")) {
        assert_eq!(added(asked, served, "x-widget-page"), if person { vec![FP_1] } else { vec![] });
        assert_eq!(added(asked, served, "x-widget-shutdown"), if wanted == "boot" { vec![] } else { vec!["intercom"] });
    }
    let tokens = added(asked, served, "x-widget-token-intercom");
    for token in &tokens {
        assert!(person && !asked.says("over"), "a token without a user");
        assert_eq!(support::verify(SECRET, token).expect("a good token").claims["user_id"], "user-1");
    }
    assert!(wanted != "boot" || tokens.len() == 1, "no token to boot with");
    judge_private(&served.head.headers);
}

/// The lines of a header that the application did not set.
fn added<'a>(asked: &Asked, served: &'a Served, name: &'static str) -> Vec<&'a str> {
    let name = HeaderName::from_static(name);
    let known = texts(&asked.headers, &name);
    let mut lines = texts(&served.head.headers, &name);
    lines.retain(|line| !known.contains(line));
    lines
}

/// Whether a header may change on a page with a snippet, or on a logout.
fn may_change(name: &HeaderName) -> bool {
    const OURS: [&str; 19] = [
        "cache-control",
        "vary",
        "content-length",
        "etag",
        "last-modified",
        "expires",
        "age",
        "accept-ranges",
        "content-md5",
        "digest",
        "content-digest",
        "repr-digest",
        "surrogate-control",
        "surrogate-key",
        "edge-control",
        "x-accel-expires",
        "content-security-policy",
        "content-security-policy-report-only",
        "x-widget-shutdown",
    ];
    let name = name.as_str();
    OURS.contains(&name) || name.ends_with("cdn-cache-control") || name.starts_with("x-widget-")
}

/// Checks that other headers stay. `judge_cookies` checks the cookies.
fn judge_kept_headers(asked: &Asked, served: &Served, changed: bool, ended: bool) {
    let free = |name: &HeaderName| {
        name == header::SET_COOKIE || (changed && may_change(name)) || (ended && name == header::CACHE_CONTROL)
    };
    let kept = |headers: &HeaderMap| {
        let mut kept: Vec<_> =
            headers.iter().filter(|(name, _)| !free(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
        kept.sort_by(|one, other| (one.0.as_str(), &one.1).cmp(&(other.0.as_str(), &other.1)));
        kept
    };
    assert_eq!(kept(&asked.headers), kept(&served.head.headers));
}

/// Checks that the application's cookies stay, and that ours follow: all of a logout's, the second cookie of a user's
/// page, or none.
///
/// It returns whether the response ends the session.
fn judge_cookies(asked: &Asked, served: &Served, verdict: Verdict, outcome: &str) -> bool {
    let cookies = |headers: &HeaderMap| headers.get_all(header::SET_COOKIE).iter().cloned().collect::<Vec<_>>();
    let (before, after) = (cookies(&asked.headers), cookies(&served.head.headers));
    assert_eq!(after[..before.len()], before, "the application's own cookies");
    let ours: Vec<_> = after[before.len()..].iter().map(|line| line.to_str().expect("text")).collect();
    let out = format!("{MARKER}=out; Path=/; Secure; SameSite=Lax; Max-Age=34560000");
    let ended = ours.contains(&out.as_str());
    match verdict.ends {
        Ends::Yes => assert!(ended, "{outcome}: the session must end: {verdict:?} {ours:?}"),
        Ends::No => assert!(!ended, "{outcome}: no session may end: {verdict:?}"),
        Ends::Either => {
            let carried = matches!(outcome, "shutdown" | "headers");
            assert!(ended != carried, "{outcome}: the session must end once: {ours:?}");
        }
    }
    if ended {
        let identity = added(asked, served, "x-widget-page");
        assert!(!matches!(outcome, "boot" | "switch") && identity.is_empty(), "{outcome}: an identity after a logout");
        judge_logout(asked, &ours, &out);
        let all = texts(&served.head.headers, &header::CACHE_CONTROL).join(",").to_ascii_lowercase();
        assert!(all.split(',').any(|directive| directive.trim() == "no-store"), "{all:?}");
        return true;
    }
    let is_user = matches!(outcome, "boot" | "switch") || (outcome == "headers" && verdict.viewer == Said::Person);
    // There are many fetches, so their responses set the cookie only if it is missing.
    let keeps = is_user && !(outcome == "headers" && asked.says("kept"));
    assert_eq!(ours.len(), usize::from(keeps), "{outcome}: {ours:?}");
    ours.into_iter().for_each(judge_kept);
    false
}

/// Checks that the lines are those of one logout: both cookies, and the end of each vendor's cookie in the request.
///
/// The requests have no host, so a vendor's cookie is expired host-only.
fn judge_logout(asked: &Asked, ours: &[&str], out: &str) {
    let expired = asked.session_cookies().filter(|(name, _)| VENDORS.contains(name));
    let expired: Vec<_> = expired.map(|(name, _)| format!("{name}=; Path=/; Max-Age=0")).collect();
    let [first, kept, rest @ ..] = ours else { panic!("one cookie without the other: {ours:?}") };
    assert_eq!(*first, out);
    judge_kept(kept);
    assert_eq!(rest, expired);
}

fn judge_kept(line: &str) {
    kept::judge_new(kept::epoch(line, KEPT, "; Secure").expect("the second cookie"));
}

/// Checks that the outcome says what was done, and that a plain page or fetch gets what it needs.
fn judge_outcome(asked: &Asked, verdict: Verdict, outcome: &str, ended: bool) {
    if has_page_layer(asked) && is_addressed(asked) && !asked.is_header() {
        assert!(outcome != "none", "a page load without an outcome");
    }
    if ended {
        assert!(matches!(outcome, "logout" | "shutdown" | "headers"), "{outcome}: a logout");
    } else {
        assert!(outcome != "logout", "no logout");
    }
    if verdict.is_logout && asked.stack() == Stack::Logout {
        assert_eq!(outcome == "no-session", !ended, "{outcome}");
    }
    if let Some(wanted) = wanted(asked, verdict).filter(|_| must_carry(asked)) {
        match wanted {
            "visitor" if asked.is_header() => {}
            "boot" if asked.says("over") => assert_eq!(outcome, "no-token"),
            _ if asked.is_header() => assert_eq!(outcome, "headers", "{wanted}"),
            _ => assert_eq!(outcome, wanted),
        }
    }
}

/// Checks that the body's size hint is correct.
fn judge_hint(asked: &Asked, served: &Served, carried: bool) {
    if matches!(served.items.last(), Some(Item::Failure)) {
        return;
    }
    let total = joined(&served.items).len() as u64;
    assert!(
        served.hint.lower() <= total && served.hint.upper().is_none_or(|upper| upper >= total),
        "{:?}",
        served.hint
    );
    let lengthless = carried && asked.method() == Method::HEAD;
    assert_eq!(served.hint.exact().is_some(), asked.says("exact") && !lengthless);
}

/// Whether nothing prevents the response from carrying what the viewer needs.
fn must_carry(asked: &Asked) -> bool {
    let plain =
        asked.headers.len() == 1 && asked.headers.get(header::CONTENT_TYPE).is_some_and(|html| html == "text/html");
    let loads = is_addressed(asked) && asked.method() == Method::GET && asked.status == StatusCode::OK;
    let begins = asked.is_header() || joined(front(&given(asked)).0).starts_with(b"<!doctype html><head>");
    plain && loads && !asked.says("skip") && has_page_layer(asked) && begins
}

fn texts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect()
}
