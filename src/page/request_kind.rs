//! The kind of a request: a page load, a fetch, or one that does not concern the widgets.
//!
//! This module reads the request's method and headers.

use http::{HeaderMap, HeaderName, Method, header::ACCEPT, request::Parts};

use crate::{
    fetch_metadata::{self, Sender},
    host::Site,
};

const TURBO_REQUEST: HeaderName = HeaderName::from_static("x-turbo-request-id");
const TURBO_FRAME: HeaderName = HeaderName::from_static("turbo-frame");

/// The headers with which libraries request a part of a page.
const PARTIAL: [HeaderName; 7] = [
    HeaderName::from_static("hx-request"),
    TURBO_FRAME,
    HeaderName::from_static("x-requested-with"),
    HeaderName::from_static("x-pjax"),
    HeaderName::from_static("x-livewire"),
    HeaderName::from_static("x-inertia"),
    HeaderName::from_static("x-up-version"),
];

/// The kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestKind {
    /// A page that the browser will show as a document.
    Page,
    /// Possibly such a page: the response itself must start like a document.
    ///
    /// The request comes without Fetch Metadata, or it is a prefetch.
    PerhapsPage,
    /// A same-origin fetch by the page's own script.
    Fetch,
    /// Without Fetch Metadata: a fetch, unless the response is an image or the like.
    PerhapsFetch,
    /// An image, an iframe, another site's request.
    Other,
}

impl RequestKind {
    /// Determines the kind of a request.
    ///
    /// `iframes` says that pages in iframes count, too; `site` is as in [`Sender::of`].
    pub(super) fn of(parts: &Parts, iframes: bool, site: Site) -> Self {
        let unsuitable = [Method::OPTIONS, Method::CONNECT, Method::TRACE];
        if unsuitable.contains(&parts.method) {
            return Self::Other;
        }
        let sender = || Sender::of(parts, site);
        match fetch_metadata::destination(&parts.headers) {
            Some(destination) => by_metadata(destination, &parts.headers, iframes, sender),
            None => by_accept(&parts.headers, sender()),
        }
    }

    pub(super) fn is_page(self) -> bool {
        matches!(self, Self::Page | Self::PerhapsPage)
    }

    pub(super) fn is_fetch(self) -> bool {
        matches!(self, Self::Fetch | Self::PerhapsFetch)
    }
}

/// Determines the kind by Fetch Metadata, with which the browser states it.
///
/// A page load needs no `sender`.
fn by_metadata(
    destination: &str,
    headers: &HeaderMap,
    iframes: bool,
    sender: impl FnOnce() -> Sender + Copy,
) -> RequestKind {
    match destination {
        // This includes a link on another site, because only the browser's own window gets the response.
        "document" => RequestKind::Page,
        "iframe" | "frame" if iframes => RequestKind::Page,
        "empty" if is_passed_on(headers) => RequestKind::Page,
        "empty" if is_turbo_visit(headers) && sender() == Sender::Own => RequestKind::Page,
        "empty" if is_prefetched_page(headers) => RequestKind::PerhapsPage,
        "empty" if sender() == Sender::Own => RequestKind::Fetch,
        _ => RequestKind::Other,
    }
}

/// Returns whether a service worker passes a navigation on.
///
/// Its `fetch(request)` keeps `navigate` or becomes `same-origin`, depending on the engine.
///
/// Chromium's `<a download>` also sends `navigate` and `empty`, but does not ask for HTML: the saved file must not
/// contain a token. Firefox and WebKit send the headers of a page load or none at all, so no server can distinguish a
/// download there.
fn is_passed_on(headers: &HeaderMap) -> bool {
    let accept = accept(headers);
    match fetch_metadata::mode(headers) {
        Some("navigate") => accept.contains("text/html"),
        Some("same-origin") => accept.starts_with("text/html") && !is_partial(headers),
        _ => false,
    }
}

/// Returns whether this is a visit by Turbo Drive.
///
/// Scripts of other origins can set its header if the application's CORS headers allow it.
fn is_turbo_visit(headers: &HeaderMap) -> bool {
    let is_whole = headers.contains_key(TURBO_REQUEST) && !headers.contains_key(TURBO_FRAME);
    is_whole && accept(headers).contains("text/html")
}

/// Returns whether this is a `<link rel=prefetch>` of a page.
///
/// Some engines show this very response when the user navigates to the page. The response itself must then show that it
/// is a page.
fn is_prefetched_page(headers: &HeaderMap) -> bool {
    fetch_metadata::is_prefetch(headers) && accept(headers).starts_with("text/html") && !is_partial(headers)
}

/// Determines the kind without Fetch Metadata: plain HTTP, or an old browser.
fn by_accept(headers: &HeaderMap, sender: Sender) -> RequestKind {
    if sender == Sender::Foreign {
        return RequestKind::Other;
    }
    let accept = accept(headers);
    if is_turbo_visit(headers) || (accept.contains("text/html") && !is_partial(headers)) {
        return RequestKind::PerhapsPage;
    }
    let is_media = ["image/", "text/css", "video/", "audio/"].iter().any(|media| accept.starts_with(media));
    if is_media { RequestKind::Other } else { RequestKind::PerhapsFetch }
}

fn is_partial(headers: &HeaderMap) -> bool {
    PARTIAL.iter().any(|name| headers.contains_key(name))
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
        RequestKind::of(&request.body(()).unwrap().into_parts().0, false, Site::default())
    }

    const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    const DEST: &str = "sec-fetch-dest";
    const MODE: &str = "sec-fetch-mode";
    const SITE: &str = "sec-fetch-site";
    const EMPTY: (&str, &str) = (DEST, "empty");

    #[test]
    fn fetch_metadata_decides_the_kind() {
        for (headers, expected) in [
            (vec![(DEST, "document")], RequestKind::Page),
            (vec![(DEST, "document"), ("accept", "*/*")], RequestKind::Page),
            (vec![(DEST, "document"), (SITE, "cross-site"), ("origin", "null")], RequestKind::Page),
            (vec![EMPTY, (MODE, "navigate"), HTML], RequestKind::Page),
            (vec![EMPTY, (MODE, "navigate"), (SITE, "cross-site"), HTML], RequestKind::Page),
            (vec![EMPTY, (MODE, "navigate"), ("accept", "*/*")], RequestKind::Other),
            (vec![EMPTY, (MODE, "navigate")], RequestKind::Other),
            (vec![EMPTY, (MODE, "same-origin"), HTML], RequestKind::Page),
            (vec![EMPTY, (MODE, "same-origin"), HTML, ("hx-request", "true")], RequestKind::Other),
            (vec![EMPTY, (MODE, "same-origin"), ("accept", "*/*")], RequestKind::Other),
            (vec![EMPTY, (SITE, "same-origin"), HTML, ("x-turbo-request-id", "1")], RequestKind::Page),
            (vec![EMPTY, (SITE, "same-site"), HTML, ("x-turbo-request-id", "1")], RequestKind::Other),
            (vec![EMPTY, HTML, ("x-turbo-request-id", "1")], RequestKind::Other),
            (
                vec![EMPTY, (SITE, "same-origin"), HTML, ("x-turbo-request-id", "1"), ("turbo-frame", "a")],
                RequestKind::Fetch,
            ),
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
    fn accept_decides_the_kind_without_fetch_metadata() {
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
            (vec![HTML, ("origin", "https://app.test")], RequestKind::PerhapsPage),
            (vec![HTML, ("origin", "http://evil.test")], RequestKind::Other),
            (vec![HTML, ("origin", "null"), ("x-turbo-request-id", "1")], RequestKind::Other),
            (vec![HTML, (SITE, "cross-site")], RequestKind::Other),
            (vec![("accept", "image/avif,*/*")], RequestKind::Other),
            (vec![], RequestKind::PerhapsFetch),
        ] {
            assert_eq!(kind(&headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn iframes_count_only_if_enabled_and_preflights_never() {
        let request = |method: &str, dest: &str| {
            Request::builder().method(method).header(DEST, dest).body(()).unwrap().into_parts().0
        };
        assert_eq!(RequestKind::of(&request("GET", "iframe"), true, Site::default()), RequestKind::Page);
        assert_eq!(RequestKind::of(&request("HEAD", "document"), false, Site::default()), RequestKind::Page);
        assert_eq!(RequestKind::of(&request("POST", "document"), false, Site::default()), RequestKind::Page);
        assert_eq!(RequestKind::of(&request("OPTIONS", "document"), false, Site::default()), RequestKind::Other);
    }
}
