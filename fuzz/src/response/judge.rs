//! Checks a response by rules that share no code with the library's.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use serde_json::Value;

use super::asked::{Asked, Load, Said, Stack};
use crate::{
    layer::{Item, Served, data},
    reading,
    support::{self, FP_1, SECRET},
};

pub(super) fn judge(asked: &Asked, served: &Served) {
    assert_eq!(served.head.status, asked.status);
    let given = given(asked);
    let outcome = served.outcome().unwrap_or("none");
    let carried = ["boot", "switch", "shutdown", "visitor"].contains(&outcome);
    let injected = carried && asked.method() != Method::HEAD;
    if injected {
        judge_injected(asked, served, &given, outcome);
    } else {
        judge_same_frames(&given, &served.items);
    }
    if carried {
        judge_carried(asked, served, outcome);
    }
    if outcome == "headers" {
        judge_token_headers(asked, served);
    }
    judge_kept_headers(asked, served, carried || outcome == "headers");
    judge_logout(asked, served);
    judge_hint(asked, served, carried);
    if must_carry(asked) {
        assert!(carried, "{outcome}: a plain page for a user has no snippet");
    }
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
fn judge_carried(asked: &Asked, served: &Served, outcome: &str) {
    assert!(matches!(asked.load(), Load::Document | Load::Plain), "{outcome}: not a page load");
    assert!(!asked.says("skip") && !asked.is_header(), "{outcome}");
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
    let person = matches!(outcome, "boot" | "switch");
    assert_eq!(person, effective(asked) == Said::Person, "{outcome}");
    assert_eq!(!person, effective(asked) == Said::Nobody, "{outcome}");
    if outcome != "visitor" {
        judge_private(&served.head.headers);
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

/// Whether the response is a logout, by its method, its status and its viewer.
fn is_logout(asked: &Asked) -> bool {
    let status = asked.status;
    let done = status.is_success() || (status.is_redirection() && status != StatusCode::NOT_MODIFIED);
    let route = matches!(asked.stack(), Stack::Logout | Stack::PageInLogout | Stack::LogoutInPage);
    let meant = match asked.method() {
        Method::POST | Method::DELETE => true,
        Method::GET => status.is_redirection() || asked.late() == Some(Said::Nobody),
        _ => false,
    };
    route && done && meant && asked.late() != Some(Said::Person)
}

fn effective(asked: &Asked) -> Said {
    if is_logout(asked) { Said::Nobody } else { asked.late().unwrap_or(asked.viewer()) }
}

fn judge_token_headers(asked: &Asked, served: &Served) {
    assert!(asked.is_header() && asked.load() == Load::Fetch && asked.status.is_success());
    let name = HeaderName::from_static("x-widget-token-intercom");
    // The application may set a header with this name itself.
    let known = texts(&asked.headers, &name);
    for token in texts(&served.head.headers, &name).iter().filter(|token| !known.contains(token)) {
        assert!(effective(asked) == Said::Person && !asked.says("over"), "a token without a user");
        assert_eq!(support::verify(SECRET, token).expect("a good token").claims["user_id"], "user-1");
    }
    judge_private(&served.head.headers);
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

fn judge_kept_headers(asked: &Asked, served: &Served, changed: bool) {
    let logout = is_logout(asked);
    let free = |name: &HeaderName| {
        (changed && may_change(name)) || (logout && [header::SET_COOKIE, header::CACHE_CONTROL].contains(name))
    };
    let kept = |headers: &HeaderMap| {
        let mut kept: Vec<_> =
            headers.iter().filter(|(name, _)| !free(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
        kept.sort_by(|one, other| (one.0.as_str(), &one.1).cmp(&(other.0.as_str(), &other.1)));
        kept
    };
    assert_eq!(kept(&asked.headers), kept(&served.head.headers));
}

fn judge_logout(asked: &Asked, served: &Served) {
    let cookies = |headers: &HeaderMap| headers.get_all(header::SET_COOKIE).iter().cloned().collect::<Vec<_>>();
    let (before, after) = (cookies(&asked.headers), cookies(&served.head.headers));
    assert_eq!(after[..before.len()], before, "the application's own cookies");
    let marker = |line: &http::HeaderValue| line.as_bytes().starts_with(b"__Host-widget-3a782e13=out; Path=/; Secure");
    assert_eq!(after[before.len()..].first().is_some_and(marker), is_logout(asked));
    if is_logout(asked) {
        let all = texts(&served.head.headers, &header::CACHE_CONTROL).join(",").to_ascii_lowercase();
        assert!(all.split(',').any(|directive| directive.trim() == "no-store"), "{all:?}");
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

/// Whether the page must have a snippet, because nothing prevents it.
fn must_carry(asked: &Asked) -> bool {
    let plain =
        asked.headers.len() == 1 && asked.headers.get(header::CONTENT_TYPE).is_some_and(|html| html == "text/html");
    let person = effective(asked) == Said::Person && !asked.says("nameless") && !asked.says("over");
    let loads = asked.load() == Load::Document && asked.method() == Method::GET && asked.status == StatusCode::OK;
    let wanted = !asked.is_header() && !asked.says("skip") && asked.stack() != Stack::Logout;
    plain && person && loads && wanted && joined(front(&given(asked)).0).starts_with(b"<!doctype html><head>")
}

fn texts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect()
}
