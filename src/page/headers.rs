//! Response headers: what a page may be, and what becomes of them when it is personal.

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{
        ACCEPT_RANGES, AGE, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
        CONTENT_TYPE, ETAG, EXPIRES, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE, VARY,
    },
};

use crate::outcome::Reason;

/// What describes the body byte by byte.
const OF_THE_BYTES: [HeaderName; 5] = [
    ACCEPT_RANGES,
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
];

/// Validators and ages, and orders to caches that would keep a personal page.
const OF_THE_CACHE: [HeaderName; 8] = [
    ETAG,
    LAST_MODIFIED,
    EXPIRES,
    AGE,
    HeaderName::from_static("surrogate-control"),
    HeaderName::from_static("surrogate-key"),
    HeaderName::from_static("edge-control"),
    HeaderName::from_static("x-accel-expires"),
];

/// `CDN-Cache-Control` (RFC 9213) and the vendors' own forms of it.
const TARGETED: &str = "cdn-cache-control";

/// Whether this response may carry a snippet, by its status and headers alone.
pub(crate) fn check_page(status: StatusCode, headers: &HeaderMap) -> Result<(), Reason> {
    if !may_have_a_page(status) {
        return Err(Reason::Status);
    }
    check_type(headers)?;
    if lists(headers, &CONTENT_ENCODING).any(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(Reason::Encoded);
    }
    if headers.contains_key(CONTENT_RANGE) {
        return Err(Reason::Partial);
    }
    if is_attachment(headers) {
        return Err(Reason::Attachment);
    }
    if lists(headers, &CACHE_CONTROL).any(|directive| directive.eq_ignore_ascii_case("no-transform")) {
        return Err(Reason::NoTransform);
    }
    Ok(())
}

fn may_have_a_page(status: StatusCode) -> bool {
    let without_page = [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT, StatusCode::PARTIAL_CONTENT];
    !status.is_informational() && !status.is_redirection() && !without_page.contains(&status)
}

fn check_type(headers: &HeaderMap) -> Result<(), Reason> {
    let mut types = headers.get_all(CONTENT_TYPE).into_iter();
    let (Some(Ok(content_type)), None) = (types.next().map(HeaderValue::to_str), types.next()) else {
        return Err(Reason::NotHtml);
    };
    let mut parameters = content_type.split(';').map(str::trim);
    if !parameters.next().is_some_and(|essence| essence.eq_ignore_ascii_case("text/html")) {
        return Err(Reason::NotHtml);
    }
    let charsets = parameters.filter_map(|parameter| parameter.split_once('='));
    let mut charsets = charsets.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    if charsets.any(|(_, label)| !is_ascii_compatible(label.trim().trim_matches('"'))) {
        return Err(Reason::Encoding);
    }
    Ok(())
}

/// By the labels of <https://encoding.spec.whatwg.org/#names-and-labels>: in all encodings but these, ASCII bytes are
/// ASCII characters wherever the page stands.
fn is_ascii_compatible(label: &str) -> bool {
    const WIDE: [&str; 3] = ["unicode", "unicodefeff", "unicodefffe"];
    const PREFIXES: [&str; 9] =
        ["utf-16", "utf-32", "utf-7", "ucs-2", "csunicode", "iso-10646-ucs", "iso-2022", "csiso2022", "hz-gb"];
    let label = label.trim().to_ascii_lowercase();
    !WIDE.contains(&label.as_str()) && !PREFIXES.iter().any(|prefix| label.starts_with(prefix))
}

fn is_attachment(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_DISPOSITION).into_iter().any(|value| {
        let disposition = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        disposition.trim_ascii().eq_ignore_ascii_case(b"attachment")
    })
}

/// The members of a comma-separated header, over all its lines; a line that is not ASCII counts as one member.
fn lists<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter();
    lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(str::trim).filter(|member| !member.is_empty())
}

/// The headers of a response that is for one person only.
pub(crate) fn personalise(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    vary_by_cookie(headers);
    for name in OF_THE_CACHE.iter().chain(&OF_THE_BYTES) {
        headers.remove(name);
    }
    let targeted: Vec<_> = headers.keys().filter(|name| name.as_str().ends_with(TARGETED)).cloned().collect();
    for name in targeted {
        headers.remove(name);
    }
}

/// The headers of a page that is the same for all visitors: as cacheable as it was, but not the same bytes.
pub(crate) fn impersonal_but_changed(headers: &mut HeaderMap) {
    for name in &OF_THE_BYTES {
        headers.remove(name);
    }
    let weak =
        headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\"")).map(|tag| [b"W/", tag.as_bytes()].concat());
    if let Some(weak) = weak.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(ETAG, weak);
    }
}

fn vary_by_cookie(headers: &mut HeaderMap) {
    let known = lists(headers, &VARY).any(|member| member == "*" || member.eq_ignore_ascii_case("cookie"));
    if !known {
        headers.append(VARY, HeaderValue::from_static("Cookie"));
    }
}

/// The length of a page that grew: exact where the application said one, gone where it cannot be read.
pub(crate) fn lengthen(headers: &mut HeaderMap, by: usize) {
    let mut lengths = headers.get_all(CONTENT_LENGTH).into_iter();
    let length = match (lengths.next(), lengths.next()) {
        (None, _) => return,
        (Some(length), None) => digits(length).and_then(|text| text.parse::<u64>().ok()),
        _ => None,
    };
    match length.and_then(|length| length.checked_add(by as u64)) {
        Some(length) => headers.insert(CONTENT_LENGTH, length.into()),
        None => headers.remove(CONTENT_LENGTH),
    };
}

/// Rust would read `+10`; HTTP does not.
fn digits(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A response that ends a session is in no cache. What the application said stays beside it.
pub(crate) fn forbid_storing(headers: &mut HeaderMap) {
    let known = lists(headers, &CACHE_CONTROL).any(|directive| directive.eq_ignore_ascii_case("no-store"));
    if !known {
        headers.append(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// So that no 304 revives somebody else's page or swallows a shutdown, and no range cuts the snippet in two.
pub(crate) fn make_unconditional(request: &mut HeaderMap) {
    for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_RANGE, RANGE] {
        request.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::Response;

    use super::*;

    fn check(status: u16, headers: &[(&str, &str)]) -> Result<(), Reason> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(()).unwrap();
        check_page(response.status(), response.headers())
    }

    #[test]
    fn only_whole_plain_html_pages_qualify() {
        let html = ("content-type", "text/html");
        for (status, headers, expected) in [
            (200, vec![html], Ok(())),
            (404, vec![("content-type", "Text/HTML;Charset=\"UTF-8\"")], Ok(())),
            (500, vec![("content-type", "text/html ; charset=shift_jis")], Ok(())),
            (200, vec![("content-type", "text/html; charset=unicode-1-1-utf-8")], Ok(())),
            (200, vec![html, ("content-encoding", "Identity")], Ok(())),
            (200, vec![html, ("content-disposition", "inline")], Ok(())),
            (200, vec![], Err(Reason::NotHtml)),
            (200, vec![("content-type", "text/htmlx")], Err(Reason::NotHtml)),
            (200, vec![("content-type", "application/xhtml+xml")], Err(Reason::NotHtml)),
            (200, vec![html, html], Err(Reason::NotHtml)),
            (200, vec![("content-type", "text/html; charset=\"UTF-16LE\"")], Err(Reason::Encoding)),
            (200, vec![("content-type", "text/html; charset=unicode")], Err(Reason::Encoding)),
            (200, vec![("content-type", "text/html;charset=utf-8;charset=iso-2022-jp")], Err(Reason::Encoding)),
            (200, vec![html, ("content-encoding", "identity, gzip")], Err(Reason::Encoded)),
            (200, vec![html, ("content-range", "bytes 0-1/2")], Err(Reason::Partial)),
            (200, vec![html, ("content-disposition", "ATTACHMENT ; filename=a")], Err(Reason::Attachment)),
            (
                200,
                vec![html, ("cache-control", "public"), ("cache-control", "a,No-Transform")],
                Err(Reason::NoTransform),
            ),
        ] {
            assert_eq!(check(status, &headers), expected, "{status} {headers:?}");
        }
        for status in [100, 101, 103, 204, 205, 206, 300, 303, 304, 308] {
            assert_eq!(check(status, &[html]), Err(Reason::Status), "{status}");
        }
    }

    #[test]
    fn a_personal_page_is_in_no_cache_and_has_no_validator() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("cache-control", "public, max-age=60"),
            ("etag", "\"a\""),
            ("last-modified", "now"),
            ("expires", "0"),
            ("age", "1"),
            ("accept-ranges", "bytes"),
            ("digest", "a"),
            ("repr-digest", "a"),
            ("content-digest", "a"),
            ("content-md5", "a"),
            ("cdn-cache-control", "max-age=9"),
            ("cloudflare-cdn-cache-control", "max-age=9"),
            ("surrogate-control", "max-age=9"),
            ("x-accel-expires", "60"),
            ("vary", "Accept-Encoding"),
            ("x-app", "1"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.append(CACHE_CONTROL, HeaderValue::from_static("s-maxage=9"));
        personalise(&mut headers);
        let left: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        assert_eq!(left.len(), 4, "{left:?}");
        assert!(left.contains(&("cache-control", "private, no-store")));
        assert!(left.contains(&("vary", "Accept-Encoding")) && left.contains(&("vary", "Cookie")));
        personalise(&mut headers);
        assert_eq!(headers.get_all(VARY).iter().count(), 2, "said once");
    }

    #[test]
    fn a_length_grows_or_goes() {
        for (before, after) in [
            (vec!["10"], Some("15")),
            (vec![], None),
            (vec!["ten"], None),
            (vec!["-1"], None),
            (vec!["+10"], None),
            (vec![""], None),
            (vec!["1", "1"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in &before {
                headers.append(CONTENT_LENGTH, HeaderValue::from_str(value).unwrap());
            }
            lengthen(&mut headers, 5);
            let found = headers.get(CONTENT_LENGTH).map(|value| value.to_str().unwrap());
            assert_eq!(found, after, "{before:?}");
        }
    }

    #[test]
    fn no_store_is_added_beside_what_the_application_said() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-transform"));
        forbid_storing(&mut headers);
        forbid_storing(&mut headers);
        let found: Vec<_> = headers.get_all(CACHE_CONTROL).iter().collect();
        assert_eq!(found, ["no-transform", "no-store"]);
    }
}
