//! Cookie helpers: parsing request cookies, expiring cookies, and checking names, domains and removals.

use http::{HeaderMap, HeaderValue, header::COOKIE};
use memchr::memchr;

/// The most domain levels on which a cookie is expired: the topmost ones of a long host name.
///
/// Vendors set their cookies on the registrable domain or on the host alone.
const MOST_LEVELS: usize = 5;

/// The most bytes of a response head that the expiring lines may take.
///
/// This is half of the smallest default buffer in which nginx holds a response head, one memory page
/// (<https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffer_size>). Intercom's three cookies take 1.3
/// KB on a host with three parent domains.
const MOST_EXPIRING_BYTES: usize = 2048;

/// Returns the cookies of a request as pairs of name and value, over all its `Cookie` lines.
pub(crate) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    headers.get_all(COOKIE).into_iter().flat_map(|line| Pairs(Some(line.as_bytes())))
}

/// The unread rest of a `Cookie` line. Lines of several kilobytes are common, so `memchr` finds the separators.
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

/// Splits the bytes at the first `at`; the second part is `None` if that byte does not occur.
fn cut(bytes: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr(at, bytes).and_then(|at| bytes.split_at_checked(at)) {
        Some((before, rest)) => (before, rest.get(1..)),
        None => (bytes, None),
    }
}

/// Returns whether a cookie may have this name.
///
/// A name is an HTTP token: <https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1>.
pub(crate) fn is_legal_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(legal)
}

/// Returns `Set-Cookie` lines that expire these cookies, host-only and on each of the domains.
///
/// It leaves out lines that would exceed [`MOST_EXPIRING_BYTES`].
///
/// Browsers accept a line for a `__Secure-` or `__Host-` name only with `Secure`, and for `__Host-` only without a domain:
/// <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3>.
///
/// A browser deletes only the cookie with the very same `Domain`, and the request does not say which domain that is.
/// Browsers need no `Expires` beside `Max-Age`: <https://www.rfc-editor.org/rfc/rfc6265#section-4.1.2.2>.
pub(crate) fn expiring(names: &[&str], domains: &[String]) -> Vec<HeaderValue> {
    let on_domains = domains.iter().map(|domain| format!("; Domain={domain}"));
    let scopes: Vec<_> = std::iter::once(String::new()).chain(on_domains).collect();
    let lines = names.iter().flat_map(|name| {
        let is_host_only = has_prefix(name, "__Host-");
        let secure = if is_host_only || has_prefix(name, "__Secure-") { "; Secure" } else { "" };
        let scopes = scopes.iter().take(if is_host_only { 1 } else { usize::MAX });
        scopes.map(move |scope| format!("{name}=; Path=/; Max-Age=0{secure}{scope}"))
    });
    let mut left = MOST_EXPIRING_BYTES;
    let fitting = lines.filter(|line| {
        let rest = left.checked_sub("set-cookie: \r\n".len() + line.len());
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    fitting.filter_map(|line| HeaderValue::try_from(line).ok()).collect()
}

/// Returns whether a cookie's name has this prefix, whose case browsers ignore.
pub(crate) fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Returns a host and its parent domains, down to two labels.
///
/// The host may have a port. The list has at most five domains, the topmost ones; it is empty for an address or a
/// malformed name.
pub(crate) fn domain_levels(authority: &str) -> Vec<String> {
    let host = without_port(authority).to_ascii_lowercase();
    if !is_domain(&host) {
        return Vec::new();
    }
    let labels: Vec<&str> = host.split('.').collect();
    let levels = labels.len() - 1;
    (levels.saturating_sub(MOST_LEVELS)..levels).map(|at| labels[at..].join(".")).collect()
}

/// Returns whether a `Set-Cookie` line removes its cookie.
///
/// The last `Max-Age` wins over any `Expires`, as in browsers: <https://httpwg.org/specs/rfc6265.html#storage-model>. An
/// `Expires` in 1970 is a removal, because that is the date which libraries write.
pub(crate) fn is_removal(line: &str) -> bool {
    let attributes = line.split(';').skip(1).filter_map(|attribute| attribute.split_once('='));
    let (mut max_age, mut is_past) = (None, false);
    for (name, value) in attributes.map(|(name, value)| (name.trim(), value.trim())) {
        if name.eq_ignore_ascii_case("max-age") {
            max_age = value.parse::<i64>().ok().or(max_age);
        } else if name.eq_ignore_ascii_case("expires") {
            is_past = value.contains("1970");
        }
    }
    max_age.map_or(is_past, |seconds| seconds <= 0)
}

/// Returns whether this is a host name with two labels or more, and not an address.
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
    use super::*;

    #[test]
    fn pairs_are_read_from_every_line() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1;b = 2 ;; c"));
        headers.append(COOKIE, HeaderValue::from_bytes(b"d=\xff=x").unwrap());
        let found: Vec<_> = pairs(&headers).collect();
        let expected: [(&[u8], &[u8]); 5] = [(b"a", b"1"), (b"b", b"2"), (b"", b""), (b"c", b""), (b"d", b"\xff=x")];
        assert_eq!(found, expected);
    }

    #[test]
    fn removals_are_recognised() {
        for (line, expected) in [
            ("sid=; Path=/; Max-Age=0", true),
            ("sid=; max-age=-1", true),
            ("sid=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/", true),
            ("sid=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=3600", false),
            ("sid=x; Max-Age=0; Expires=Wed, 21 Oct 2099 07:28:00 GMT", true),
            ("sid=x; Max-Age=0; Max-Age=3600", false),
            ("sid=; Path=/", false),
            ("sid=1; Max-Age=3600", false),
            ("sid=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT", false),
            ("max-age=0", false),
        ] {
            assert_eq!(is_removal(line), expected, "{line}");
        }
    }

    #[test]
    fn host_has_its_parents_down_to_two_labels() {
        assert_eq!(domain_levels("App.Example.test:8443"), ["app.example.test", "example.test"]);
        assert_eq!(domain_levels("example.test"), ["example.test"]);
    }

    #[test]
    fn addresses_and_malformed_names_have_no_domains() {
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
            assert_eq!(domain_levels(host), Vec::<String>::new(), "{host:?}");
        }
    }

    #[test]
    fn long_host_keeps_its_topmost_parents() {
        let levels = domain_levels("a.b.c.d.e.f.app.test");
        assert_eq!(levels, ["c.d.e.f.app.test", "d.e.f.app.test", "e.f.app.test", "f.app.test", "app.test"]);
    }

    #[test]
    fn cookies_expire_host_only_and_on_each_domain() {
        let lines = expiring(&["sid", "id"], &["a.b".to_owned()]);
        let expected = ["sid=; Path=/; Max-Age=0", "sid=; Path=/; Max-Age=0; Domain=a.b"];
        assert_eq!((lines.len(), &lines[..2]), (4, &expected.map(HeaderValue::from_static)[..]));
    }

    #[test]
    fn prefixed_cookies_expire_with_the_attributes_that_browsers_demand() {
        let lines = expiring(&["__Secure-a", "__HOST-b", "__Hosted"], &["a.b".to_owned()]);
        assert_eq!(
            lines,
            [
                "__Secure-a=; Path=/; Max-Age=0; Secure",
                "__Secure-a=; Path=/; Max-Age=0; Secure; Domain=a.b",
                "__HOST-b=; Path=/; Max-Age=0; Secure",
                "__Hosted=; Path=/; Max-Age=0",
                "__Hosted=; Path=/; Max-Age=0; Domain=a.b",
            ]
        );
    }

    #[test]
    fn lines_beyond_the_byte_limit_are_left_out() {
        let long = "n".repeat(MOST_EXPIRING_BYTES);
        assert_eq!(expiring(&[&long, "sid"], &[]), ["sid=; Path=/; Max-Age=0"]);
        let names: Vec<_> = (0..100).map(|number| format!("name-{number:02}")).collect();
        let lines = expiring(&names.iter().map(String::as_str).collect::<Vec<_>>(), &["app.test".to_owned()]);
        let bytes: usize = lines.iter().map(|line| line.len() + "set-cookie: \r\n".len()).sum();
        assert!((MOST_EXPIRING_BYTES - 60..=MOST_EXPIRING_BYTES).contains(&bytes), "{bytes}");
    }
}
