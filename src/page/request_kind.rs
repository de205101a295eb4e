//! What sort of request this is: a page load, a fetch, or one that does not concern the widgets. Reads the request's
//! method and headers.

use http::{
    HeaderMap, HeaderName, Method,
    header::{ACCEPT, HOST, ORIGIN},
    request::Parts,
};

use crate::fetch_metadata;

const TURBO_REQUEST: HeaderName = HeaderName::from_static("x-turbo-request-id");
const TURBO_FRAME: HeaderName = HeaderName::from_static("turbo-frame");

/// By which libraries say that they want a part of a page.
const PARTIAL: [HeaderName; 7] = [
    HeaderName::from_static("hx-request"),
    TURBO_FRAME,
    HeaderName::from_static("x-requested-with"),
    HeaderName::from_static("x-pjax"),
    HeaderName::from_static("x-livewire"),
    HeaderName::from_static("x-inertia"),
    HeaderName::from_static("x-up-version"),
];

/// What the request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestKind {
    /// A page that the browser will show as a document.
    Page,
    /// Perhaps such a page: without Fetch Metadata the answer has to say that it is a document.
    PerhapsPage,
    /// A same-origin fetch by the page's own script.
    Fetch,
    /// Without Fetch Metadata: a fetch, unless the answer is an image or the like.
    PerhapsFetch,
    /// An image, an iframe, another site's request.
    Other,
}

impl RequestKind {
    pub(super) fn of(parts: &Parts, iframes: bool) -> Self {
        let unsuitable = [Method::OPTIONS, Method::CONNECT, Method::TRACE];
        if unsuitable.contains(&parts.method) {
            return Self::Other;
        }
        match fetch_metadata::destination(&parts.headers) {
            Some(destination) => by_metadata(destination, &parts.headers, iframes),
            None => by_accept(&parts.headers),
        }
    }

    pub(super) fn is_page(self) -> bool {
        matches!(self, Self::Page | Self::PerhapsPage)
    }

    pub(super) fn is_fetch(self) -> bool {
        matches!(self, Self::Fetch | Self::PerhapsFetch)
    }
}

/// With Fetch Metadata: the browser says it.
fn by_metadata(destination: &str, headers: &HeaderMap, iframes: bool) -> RequestKind {
    match destination {
        "document" => RequestKind::Page,
        "iframe" | "frame" if iframes => RequestKind::Page,
        "empty" if is_page_by_script(headers) => RequestKind::Page,
        "empty" if is_prefetched_page(headers) => RequestKind::PerhapsPage,
        "empty" if fetch_metadata::is_same_origin(headers) => RequestKind::Fetch,
        _ => RequestKind::Other,
    }
}

/// Pages that arrive through a script: a service worker that passes navigations on (its `fetch(request)` keeps
/// `navigate`, or becomes `same-origin`, by engine), or a Turbo Drive visit.
fn is_page_by_script(headers: &HeaderMap) -> bool {
    let accept = accept(headers);
    let turbo_visit =
        headers.contains_key(TURBO_REQUEST) && !headers.contains_key(TURBO_FRAME) && accept.contains("text/html");
    turbo_visit
        || match fetch_metadata::mode(headers) {
            Some("navigate") => true,
            Some("same-origin") => accept.starts_with("text/html") && !is_partial(headers),
            _ => false,
        }
}

/// `<link rel=prefetch>`: some engines show this very answer when the page is navigated to. That it is for a page, its
/// own words have to say.
fn is_prefetched_page(headers: &HeaderMap) -> bool {
    fetch_metadata::is_prefetch(headers) && accept(headers).starts_with("text/html") && !is_partial(headers)
}

/// Without Fetch Metadata: plain HTTP, or an old browser.
fn by_accept(headers: &HeaderMap) -> RequestKind {
    let accept = accept(headers);
    let turbo_visit = headers.contains_key(TURBO_REQUEST) && !headers.contains_key(TURBO_FRAME);
    if accept.contains("text/html") && (turbo_visit || !is_partial(headers)) {
        return RequestKind::PerhapsPage;
    }
    let is_media = ["image/", "text/css", "video/", "audio/"].iter().any(|media| accept.starts_with(media));
    if is_media || !has_own_origin(headers) { RequestKind::Other } else { RequestKind::PerhapsFetch }
}

fn is_partial(headers: &HeaderMap) -> bool {
    PARTIAL.iter().any(|name| headers.contains_key(name))
}

/// A cross-origin fetch that could read the answer carries an `Origin` of its own.
fn has_own_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    authority.is_some() && authority == host
}

fn accept(headers: &HeaderMap) -> &str {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn kind(headers: &[(&'static str, &str)]) -> RequestKind {
        let mut request = Request::builder().header("host", "app.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        RequestKind::of(&request.body(()).unwrap().into_parts().0, false)
    }

    const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    const DEST: &str = "sec-fetch-dest";
    const MODE: &str = "sec-fetch-mode";
    const SITE: &str = "sec-fetch-site";
    const EMPTY: (&str, &str) = (DEST, "empty");

    #[test]
    fn with_fetch_metadata() {
        for (headers, expected) in [
            (vec![(DEST, "document")], RequestKind::Page),
            (vec![(DEST, "document"), ("accept", "*/*")], RequestKind::Page),
            (vec![EMPTY, (MODE, "navigate")], RequestKind::Page),
            (vec![EMPTY, (MODE, "same-origin"), HTML], RequestKind::Page),
            (vec![EMPTY, (MODE, "same-origin"), HTML, ("hx-request", "true")], RequestKind::Other),
            (vec![EMPTY, (MODE, "same-origin"), ("accept", "*/*")], RequestKind::Other),
            (vec![EMPTY, (MODE, "cors"), HTML, ("x-turbo-request-id", "1")], RequestKind::Page),
            (vec![EMPTY, (MODE, "cors"), HTML, ("x-turbo-request-id", "1"), ("turbo-frame", "a")], RequestKind::Other),
            (vec![EMPTY, (MODE, "cors"), (SITE, "same-origin"), HTML, ("hx-boosted", "true")], RequestKind::Fetch),
            (vec![EMPTY, (MODE, "cors"), (SITE, "same-origin")], RequestKind::Fetch),
            (vec![EMPTY, (MODE, "cors"), (SITE, "same-site")], RequestKind::Other),
            (vec![EMPTY, (MODE, "no-cors"), HTML, ("sec-purpose", "prefetch")], RequestKind::PerhapsPage),
            (vec![EMPTY, (MODE, "no-cors"), ("accept", "*/*"), ("sec-purpose", "prefetch")], RequestKind::Other),
            (vec![EMPTY, (MODE, "cors"), HTML, ("sec-purpose", "prefetch"), ("turbo-frame", "a")], RequestKind::Other),
            (vec![EMPTY, (MODE, "cors"), (SITE, "cross-site")], RequestKind::Other),
            (vec![(DEST, "image"), HTML], RequestKind::Other),
            (vec![(DEST, "iframe"), HTML], RequestKind::Other),
            (vec![(DEST, "\u{e9}"), HTML], RequestKind::PerhapsPage),
        ] {
            assert_eq!(kind(&headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn without_fetch_metadata() {
        for (headers, expected) in [
            (vec![HTML], RequestKind::PerhapsPage),
            (vec![HTML, ("hx-request", "true")], RequestKind::PerhapsFetch),
            (vec![HTML, ("x-requested-with", "XMLHttpRequest")], RequestKind::PerhapsFetch),
            (vec![HTML, ("turbo-frame", "a")], RequestKind::PerhapsFetch),
            (vec![HTML, ("x-turbo-request-id", "1")], RequestKind::PerhapsPage),
            (vec![("accept", "*/*")], RequestKind::PerhapsFetch),
            (vec![("accept", "*/*"), ("origin", "http://app.test")], RequestKind::PerhapsFetch),
            (vec![("accept", "*/*"), ("origin", "http://evil.test")], RequestKind::Other),
            (vec![("accept", "*/*"), ("origin", "null")], RequestKind::Other),
            (vec![("accept", "image/avif,*/*")], RequestKind::Other),
            (vec![], RequestKind::PerhapsFetch),
        ] {
            assert_eq!(kind(&headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn iframes_only_where_asked_for_and_preflights_never() {
        let request = |method: &str, dest: &str| {
            Request::builder().method(method).header(DEST, dest).body(()).unwrap().into_parts().0
        };
        assert_eq!(RequestKind::of(&request("GET", "iframe"), true), RequestKind::Page);
        assert_eq!(RequestKind::of(&request("HEAD", "document"), false), RequestKind::Page);
        assert_eq!(RequestKind::of(&request("POST", "document"), false), RequestKind::Page);
        assert_eq!(RequestKind::of(&request("OPTIONS", "document"), false), RequestKind::Other);
    }
}
