//! What a browser says about its own request: <https://www.w3.org/TR/fetch-metadata/>. Reads headers; decides no more
//! than whose site asks.

use http::{HeaderMap, HeaderName};

const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");

/// What the answer is to become: `document`, `iframe`, `empty` for a fetch, ...
pub(crate) fn destination(headers: &HeaderMap) -> Option<&str> {
    text(headers, DEST)
}

/// How the browser asks: `navigate`, `same-origin`, `cors`, ...
pub(crate) fn mode(headers: &HeaderMap) -> Option<&str> {
    text(headers, MODE)
}

/// Whether the page's own script or a page of the same origin asks.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    text(headers, SITE) == Some("same-origin")
}

/// Whether the browser fetches what may be shown later.
pub(crate) fn is_prefetch(headers: &HeaderMap) -> bool {
    text(headers, PURPOSE).is_some_and(|purpose| purpose.starts_with("prefetch"))
}

/// As [`is_same_origin`], or a browser that does not say; no line may say otherwise.
pub(crate) fn is_own_site(headers: &HeaderMap) -> bool {
    headers.get_all(SITE).iter().all(|site| site == "same-origin")
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sites(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (SITE, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_site_is_the_pages_own_unless_a_line_says_otherwise() {
        for (values, same_origin, own_site) in [
            (vec![], false, true),
            (vec!["same-origin"], true, true),
            (vec!["same-origin", "same-origin"], true, true),
            (vec!["same-origin", "cross-site"], true, false),
            (vec!["same-site"], false, false),
            (vec!["none"], false, false),
            (vec![""], false, false),
        ] {
            let headers = sites(&values);
            assert_eq!((is_same_origin(&headers), is_own_site(&headers)), (same_origin, own_site), "{values:?}");
        }
    }

    #[test]
    fn a_header_that_is_no_text_counts_as_absent() {
        let mut headers = HeaderMap::new();
        headers.insert(DEST, HeaderValue::from_bytes(b"\xe9").unwrap());
        headers.insert(PURPOSE, HeaderValue::from_static("prefetch;prerender"));
        assert_eq!((destination(&headers), mode(&headers)), (None, None));
        assert!(is_prefetch(&headers));
    }
}
