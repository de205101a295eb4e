//! Response headers: which pages can carry a snippet, and what becomes of a personal page's headers.
//!
//! This module changes only headers, a few of the request among them.

use std::io::Write;

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, Entry, VARY},
};

use crate::outcome::Reason;

/// Returns whether this header describes the exact bytes of the body.
fn is_of_the_bytes(name: &HeaderName) -> bool {
    matches!(name.as_str(), "accept-ranges" | "content-md5" | "digest" | "content-digest" | "repr-digest")
}

/// Returns whether this header lets a cache keep or revalidate a personal page.
///
/// These are validators, ages and cache directives; `CDN-Cache-Control` (RFC 9213) and the vendors' own forms of it are
/// among them.
fn is_of_the_cache(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(
        name,
        "etag"
            | "last-modified"
            | "expires"
            | "age"
            | "surrogate-control"
            | "surrogate-key"
            | "x-litespeed-cache-control"
            | "edge-control"
            | "x-accel-expires"
    ) || name.ends_with("cdn-cache-control")
}

/// Checks whether this response may carry a snippet, by its status and headers alone.
pub(super) fn check_page(status: StatusCode, headers: &HeaderMap) -> Result<(), Reason> {
    if !may_have_a_page(status) {
        return Err(Reason::Status);
    }
    // The type comes first: an encoded image is not a page whose layers are in the wrong order.
    check_type(headers)?;
    headers.iter().try_for_each(|(name, value)| match name.as_str() {
        "content-encoding" if members(value).any(|coding| !coding.eq_ignore_ascii_case(b"identity")) => {
            Err(Reason::Encoded)
        }
        "content-range" => Err(Reason::Partial),
        "content-disposition" if is_attachment(value) => Err(Reason::Attachment),
        "cache-control" if members(value).any(|directive| directive.eq_ignore_ascii_case(b"no-transform")) => {
            Err(Reason::NoTransform)
        }
        _ => Ok(()),
    })
}

fn may_have_a_page(status: StatusCode) -> bool {
    let without_page = [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT, StatusCode::PARTIAL_CONTENT];
    !status.is_informational() && !status.is_redirection() && !without_page.contains(&status)
}

/// Returns whether the response declares an HTML page, whatever its encoding.
pub(super) fn is_html(headers: &HeaderMap) -> bool {
    !matches!(check_type(headers), Err(Reason::NotHtml))
}

fn check_type(headers: &HeaderMap) -> Result<(), Reason> {
    // Nearly every page has one of these types, so most need no parsing.
    const USUAL: [&str; 2] = ["text/html; charset=utf-8", "text/html"];
    let mut types = headers.get_all(CONTENT_TYPE).into_iter();
    let (Some(content_type), None) = (types.next(), types.next()) else {
        return Err(Reason::NotHtml);
    };
    if USUAL.iter().any(|usual| content_type == usual) {
        return Ok(());
    }
    let content_type = content_type.to_str().map_err(|_| Reason::NotHtml)?;
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

/// Returns whether ASCII bytes are ASCII characters everywhere in this encoding.
///
/// Among the labels of <https://encoding.spec.whatwg.org/#names-and-labels>, this is true of all but those listed here.
fn is_ascii_compatible(label: &str) -> bool {
    const WIDE: [&str; 4] = ["unicode", "unicodefeff", "unicodefffe", "replacement"];
    const PREFIXES: [&str; 9] =
        ["utf-16", "utf-32", "utf-7", "ucs-2", "csunicode", "iso-10646-ucs", "iso-2022", "csiso2022", "hz-gb"];
    let label = label.trim();
    if label.eq_ignore_ascii_case("utf-8") {
        return true;
    }
    let begins = |prefix: &&str| label.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
    !WIDE.iter().any(|wide| label.eq_ignore_ascii_case(wide)) && !PREFIXES.iter().any(begins)
}

/// Returns whether the browser saves the response instead of showing it.
///
/// An unknown type counts as `attachment`: <https://www.rfc-editor.org/rfc/rfc6266#section-4.2>. Browsers show a response
/// whose value lacks the type.
fn is_attachment(value: &HeaderValue) -> bool {
    let disposition = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let is_parameter = disposition.contains(&b'=');
    !disposition.is_empty() && !is_parameter && !disposition.eq_ignore_ascii_case(b"inline")
}

/// Returns the members of a comma-separated line, as bytes: one that is not ASCII must not hide the others.
fn members(line: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    line.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|member| !member.is_empty())
}

/// Returns the members of a header, over all its lines.
fn lists<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    headers.get_all(name).into_iter().flat_map(members)
}

/// Adapts the headers of a response that is for one user only.
pub(super) fn personalise(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    vary_by_cookie(headers);
    remove(headers, |name| is_of_the_cache(name) || is_of_the_bytes(name));
}

/// Removes every header for which `goes` returns `true`.
///
/// A response has a handful of headers, so one pass is better than a lookup for each name.
fn remove(headers: &mut HeaderMap, goes: impl Fn(&HeaderName) -> bool) {
    let going: Vec<_> = headers.keys().filter(|name| goes(name)).cloned().collect();
    for name in going {
        headers.remove(name);
    }
}

/// Adapts the headers of a page that has changed and is the same for all visitors.
///
/// The page stays as cacheable as it was, but its bytes differ: a strong `ETag` becomes weak.
pub(super) fn impersonal_but_changed(headers: &mut HeaderMap) {
    remove(headers, is_of_the_bytes);
    let weak =
        headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\"")).map(|tag| [b"W/", tag.as_bytes()].concat());
    if let Some(weak) = weak.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(ETAG, weak);
    }
}

fn vary_by_cookie(headers: &mut HeaderMap) {
    let known = lists(headers, &VARY).any(|member| member == b"*" || member.eq_ignore_ascii_case(b"cookie"));
    if !known {
        headers.append(VARY, HeaderValue::from_static("Cookie"));
    }
}

/// Increases the `Content-Length` of a page that grew, or removes one that cannot be read.
pub(super) fn lengthen(headers: &mut HeaderMap, by: usize) {
    let Entry::Occupied(mut lengths) = headers.entry(CONTENT_LENGTH) else { return };
    let mut lines = lengths.iter();
    let length = match (lines.next(), lines.next()) {
        (Some(length), None) => digits(length).and_then(|text| text.parse::<u64>().ok()),
        _ => None,
    };
    match length.and_then(|length| length.checked_add(by as u64)) {
        Some(length) => drop(lengths.insert(decimal(length))),
        None => drop(lengths.remove()),
    }
}

/// Writes a number with one allocation, where the conversion in `http` needs two.
fn decimal(number: u64) -> HeaderValue {
    const MOST_DIGITS: usize = u64::MAX.ilog10() as usize + 1;
    let mut text = [0; MOST_DIGITS];
    let mut rest = &mut text[..];
    let written = write!(rest, "{number}").map(|()| MOST_DIGITS - rest.len());
    let value = written.ok().and_then(|length| HeaderValue::from_bytes(&text[..length]).ok());
    value.unwrap_or_else(|| number.into())
}

/// Returns the text if it is all digits: Rust would parse `+10`, which HTTP does not allow.
fn digits(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Adds `no-store` to a response that ends a session, beside the application's own directives.
///
/// It removes the cache headers that take precedence over `Cache-Control`, such as `CDN-Cache-Control` (RFC 9213).
pub(super) fn forbid_storing(headers: &mut HeaderMap) {
    remove(headers, is_of_the_cache);
    let known = lists(headers, &CACHE_CONTROL).any(|directive| directive.eq_ignore_ascii_case(b"no-store"));
    if !known {
        headers.append(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Removes conditional and range headers from a request.
///
/// Then no 304 can revive another user's page or swallow a shutdown, and no range can cut the snippet in two.
pub(super) fn make_unconditional(request: &mut HeaderMap) {
    remove(request, |name| is_condition(name) || matches!(name.as_str(), "if-range" | "range"));
}

/// Removes the headers that make the inner service respond with 304 to a GET or HEAD request.
pub(super) fn remove_conditions(request: &mut HeaderMap) {
    remove(request, is_condition);
}

fn is_condition(name: &HeaderName) -> bool {
    matches!(name.as_str(), "if-none-match" | "if-modified-since")
}

/// Makes the inner service send the page unencoded, because an encoded page cannot carry the snippet.
///
/// Compression around the layer has already read the browser's own header.
pub(super) fn ask_uncompressed(request: &mut HeaderMap) {
    request.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
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
    fn only_complete_unencoded_html_pages_qualify() {
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
            (200, vec![("content-type", "text/html; charset=Replacement")], Err(Reason::Encoding)),
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
    fn disposition_of_an_unknown_type_is_a_download() {
        for (value, expected) in [
            ("inline", false),
            (" INLINE ; filename=a.html", false),
            ("", false),
            ("; filename=a.html", false),
            ("filename=a.html", false),
            ("filename=\"a;b.html\"", false),
            ("attachment", true),
            ("Attachment; filename=a.html", true),
            ("save", true),
            ("form-data; name=a", true),
            ("inlined", true),
            ("inline, attachment", true),
            ("\u{e9}", true),
        ] {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            assert_eq!(is_attachment(&value), expected, "{value:?}");
        }
    }

    #[test]
    fn member_that_is_not_ascii_hides_no_other() {
        let line = HeaderValue::from_bytes("no-transform, x=\"\u{e9}\"".as_bytes()).unwrap();
        let mut response = Response::builder().header("content-type", "text/html").body(()).unwrap();
        response.headers_mut().insert(CACHE_CONTROL, line);
        assert_eq!(check_page(response.status(), response.headers()), Err(Reason::NoTransform));
    }

    #[test]
    fn personal_page_has_no_validators_and_is_not_cached() {
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
            ("x-litespeed-cache-control", "public, max-age=9"),
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
        assert_eq!(headers.get_all(VARY).iter().count(), 2, "Cookie is added once");
    }

    #[test]
    fn content_length_grows_or_is_removed() {
        for (before, after) in [
            (vec!["10"], Some("15")),
            (vec!["18446744073709551610"], Some("18446744073709551615")),
            (vec!["18446744073709551611"], None),
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
    fn no_store_is_added_beside_the_applications_directives() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-transform"));
        forbid_storing(&mut headers);
        forbid_storing(&mut headers);
        let found: Vec<_> = headers.get_all(CACHE_CONTROL).iter().collect();
        assert_eq!(found, ["no-transform", "no-store"]);
    }

    #[test]
    fn no_cache_header_overrules_no_store() {
        let mut headers = HeaderMap::new();
        for name in
            ["cdn-cache-control", "surrogate-control", "x-accel-expires", "x-litespeed-cache-control", "expires"]
        {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static("9"));
        }
        headers.insert(VARY, HeaderValue::from_static("Cookie"));
        forbid_storing(&mut headers);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["cache-control", "vary"]);
    }
}
