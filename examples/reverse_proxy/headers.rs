//! The headers on the way to the application and back.

use std::net::IpAddr;

use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, FORWARDED, HOST,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::identity;

/// Headers between two neighbours, which a proxy must not forward.
///
/// See <https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1>, and section 11.7 for the headers between a proxy and its
/// own clients.
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("keep-alive"),
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-authentication-info"),
];

const X_FORWARDED: &str = "x-forwarded-";
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Digests of the uncompressed bytes.
const OF_THE_BYTES: [HeaderName; 4] = [
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
];

/// Removes the headers that apply to one connection only.
///
/// These are the known ones, and those that `Connection` names.
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = list(headers, &CONNECTION)
        .filter_map(|name| HeaderName::try_from(name).ok())
        // These headers are for the application, whatever a client writes into `Connection`.
        .filter(|name| *name != HOST && !identity::is_identity(name.as_str()))
        .collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
}

/// Removes headers and trailers that an application could mistake for an identity.
///
/// These are headers with look-alike names, and identity headers among the trailers, which hyper forwards only if
/// `Trailer` announces them.
pub(crate) fn strip_false_identities(headers: &mut HeaderMap) {
    let look_alikes = headers.keys().filter(|name| identity::is_look_alike(name.as_str()));
    for name in look_alikes.cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
    let announced: Vec<&str> = list(headers, &TRAILER).collect();
    let kept: Vec<&str> = announced.iter().copied().filter(|name| !identity::is_identity(name)).collect();
    if kept.len() == announced.len() {
        return;
    }
    match HeaderValue::try_from(kept.join(", ")) {
        Ok(kept) if !kept.is_empty() => drop(headers.insert(TRAILER, kept)),
        _ => drop(headers.remove(TRAILER)),
    }
}

/// Whether the request asks for a WebSocket.
///
/// The proxy allows no other protocol: after an upgrade to `h2c`, it could not check the requests.
pub(crate) fn asks_for_websocket(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::GET && names(headers, &CONNECTION, "upgrade") && is_websocket(headers)
}

/// Whether `Upgrade` names `websocket` and no other protocol.
pub(crate) fn is_websocket(headers: &HeaderMap) -> bool {
    let mut protocols = list(headers, &UPGRADE);
    protocols.next().is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket")) && protocols.next().is_none()
}

pub(crate) fn takes_trailers(headers: &HeaderMap) -> bool {
    names(headers, &TE, "trailers")
}

/// Asks the next server for a WebSocket, after the headers of the last connection were removed.
pub(crate) fn ask_for_websocket(headers: &mut HeaderMap) {
    headers.append(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
}

pub(crate) fn ask_for_trailers(headers: &mut HeaderMap) {
    headers.append(CONNECTION, HeaderValue::from_static("te"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
}

/// Sets the forwarding headers: the client's address, and the host and protocol of the request.
///
/// What a client says about its own way counts only if a proxy in front has checked it.
pub(crate) fn tell_the_way(headers: &mut HeaderMap, peer: IpAddr, proxy_in_front: bool) {
    if !proxy_in_front {
        let claimed = headers.keys().filter(|name| name.as_str().starts_with(X_FORWARDED) || **name == FORWARDED);
        for name in claimed.cloned().collect::<Vec<_>>() {
            headers.remove(name);
        }
    }
    let peer = peer.to_canonical();
    let host = headers.get(HOST).cloned();
    let hop = hop(peer, host.as_ref());
    continue_list(headers, X_FORWARDED_FOR, peer.to_string());
    continue_list(headers, FORWARDED, hop);
    if let Some(host) = host {
        headers.entry(X_FORWARDED_HOST).or_insert(host);
    }
    headers.entry(X_FORWARDED_PROTO).or_insert(HeaderValue::from_static("http"));
}

/// One element of `Forwarded`: <https://www.rfc-editor.org/rfc/rfc7239#section-4>.
fn hop(peer: IpAddr, host: Option<&HeaderValue>) -> String {
    let node = match peer {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("\"[{address}]\""),
    };
    let legal = |host: &&str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte));
    match host.and_then(|host| host.to_str().ok()).filter(legal) {
        Some(host) => format!("for={node};host=\"{host}\";proto=http"),
        None => format!("for={node};proto=http"),
    }
}

fn continue_list(headers: &mut HeaderMap, name: HeaderName, last: String) {
    let values: Vec<String> = list(headers, &name).map(str::to_owned).chain([last]).collect();
    if let Ok(value) = HeaderValue::try_from(values.join(", ")) {
        headers.insert(name, value);
    }
}

/// Whether the response may become a page.
///
/// This includes all requests that the widget layer treats as page loads, and some more.
pub(crate) fn may_be_page(headers: &HeaderMap) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|said| said == value);
    let accepts_html = list(headers, &ACCEPT).any(|media| media.to_ascii_lowercase().starts_with("text/html"));
    says("sec-fetch-dest", "document") || says("sec-fetch-mode", "navigate") || accepts_html
}

/// Asks for an uncompressed page, because the layer cannot put the snippet into a compressed one.
pub(crate) fn ask_for_plain_text(headers: &mut HeaderMap) {
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
}

/// Whether a response that was requested uncompressed may be compressed, and is worth it.
pub(crate) fn is_compressible(headers: &HeaderMap) -> bool {
    const TYPES: [&str; 5] =
        ["application/xhtml+xml", "application/xml", "application/json", "application/javascript", "image/svg+xml"];
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = essence.starts_with("text/") || TYPES.contains(&essence.as_str());
    is_text && !names(headers, &CACHE_CONTROL, "no-transform")
}

pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_ENCODING)
}

/// Adapts the application's validators and digests, which do not describe the compressed bytes.
pub(crate) fn weaken(headers: &mut HeaderMap) {
    for name in OF_THE_BYTES {
        headers.remove(name);
    }
    let strong = headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\""));
    let weak = strong.map(|tag| HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()));
    match weak {
        Some(Ok(tag)) => drop(headers.insert(ETAG, tag)),
        Some(Err(_)) => drop(headers.remove(ETAG)),
        None => {}
    }
}

fn names(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    list(headers, name).any(|item| item.eq_ignore_ascii_case(wanted))
}

/// The items of a list header, from all its lines.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|item| !item.is_empty())
}
