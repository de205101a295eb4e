//! The few things about cookies that are needed: which a request carries, and lines that set or expire one.

use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, HOST},
    request::Parts,
};
use memchr::memchr;

/// More domain levels than any vendor uses; a longer host name is hostile.
const MOST_LEVELS: usize = 8;

/// The cookies of a request as pairs of name and value, over all its `Cookie` lines.
pub(crate) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    headers.get_all(COOKIE).into_iter().flat_map(|line| Pairs(Some(line.as_bytes())))
}

/// What is left of a line. Lines of kilobytes are common, so the separators are searched for by memchr.
struct Pairs<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (pair, rest) = cut(self.0?, b';');
        self.0 = rest;
        let (name, value) = cut(pair, b'=');
        Some((name.trim_ascii(), value.unwrap_or_default().trim_ascii()))
    }
}

/// What comes before and behind the first such byte; `None` behind where there is no such byte.
fn cut(bytes: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr(at, bytes).and_then(|at| bytes.split_at_checked(at)) {
        Some((before, behind)) => (before, behind.get(1..)),
        None => (bytes, None),
    }
}

/// Whether a cookie may have this name: an HTTP token, <https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1>.
pub(crate) fn is_legal_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(legal)
}

/// The lines that expire a cookie, host-only and on each of the domains.
///
/// A browser deletes only the cookie with the very same `Domain`, and the request does not tell which that is.
pub(crate) fn expiring(name: &str, domains: &[String]) -> Vec<HeaderValue> {
    let gone = format!("{name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0");
    let on_domains = domains.iter().map(|domain| format!("{gone}; Domain={domain}"));
    std::iter::once(gone.clone()).chain(on_domains).filter_map(|line| HeaderValue::try_from(line).ok()).collect()
}

/// The host of a request and each of its parent domains with two labels or more; none for an address or a malformed
/// name.
pub(crate) fn domain_levels(parts: &Parts) -> Vec<String> {
    let named = parts.uri.host().or_else(|| parts.headers.get(HOST).and_then(|host| host.to_str().ok()));
    let host = without_port(named.unwrap_or_default()).to_ascii_lowercase();
    if !is_domain(&host) {
        return Vec::new();
    }
    let labels: Vec<&str> = host.split('.').collect();
    (0..labels.len() - 1).map(|at| labels[at..].join(".")).take(MOST_LEVELS).collect()
}

/// Whether this is a host name with two labels or more, and not an address.
pub(crate) fn is_domain(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let numeric = labels.last().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    host.len() <= 253 && labels.len() >= 2 && !numeric && labels.iter().all(is_label)
}

fn without_port(authority: &str) -> &str {
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(host: &str) -> Parts {
        let request = Request::builder().header(HOST, HeaderValue::from_bytes(host.as_bytes()).unwrap());
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn every_line_and_pair_is_seen() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1;b = 2 ;; c"));
        headers.append(COOKIE, HeaderValue::from_bytes(b"d=\xff=x").unwrap());
        let found: Vec<_> = pairs(&headers).collect();
        let expected: [(&[u8], &[u8]); 5] = [(b"a", b"1"), (b"b", b"2"), (b"", b""), (b"c", b""), (b"d", b"\xff=x")];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_host_has_its_parents_down_to_two_labels() {
        assert_eq!(domain_levels(&parts("App.Example.test:8443")), ["app.example.test", "example.test"]);
        assert_eq!(domain_levels(&parts("example.test")), ["example.test"]);
    }

    #[test]
    fn addresses_and_nonsense_have_no_domains() {
        for host in [
            "localhost",
            "localhost:3000",
            "127.0.0.1:80",
            "[::1]:3000",
            "",
            ".",
            "a..b",
            "-a.b",
            "a.b;c=d",
            "a b.c",
            "\u{e9}.test",
            "x.1",
        ] {
            assert_eq!(domain_levels(&parts(host)), Vec::<String>::new(), "{host:?}");
        }
        assert!(domain_levels(&parts("a.".repeat(120).trim_end_matches('.'))).len() <= MOST_LEVELS);
    }

    #[test]
    fn a_cookie_is_expired_host_only_and_on_each_domain() {
        let lines = expiring("sid", &["a.b".to_owned()]);
        assert_eq!(lines.len(), 2);
        assert!(!lines[0].to_str().unwrap().contains("Domain"));
        assert!(lines[1].to_str().unwrap().ends_with("; Max-Age=0; Domain=a.b"));
    }
}
