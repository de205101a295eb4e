//! Source expressions of a policy: <https://www.w3.org/TR/CSP3/#match-url-to-source-list>. Pure.

/// The source of workers that a script creates itself.
pub(super) const BLOB: &str = "blob:";

/// Returns whether a widget may request this source.
///
/// It may be a scheme and a host, or a path on the page's own host.
pub(super) fn is_legal(source: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_graphic() && !b"'\";,<>\\?#".contains(&byte);
    let remote =
        || split(source).is_some_and(|parts| !parts.scheme.is_empty() && parts.host != "*" && !parts.host.is_empty());
    source.bytes().all(legal) && (is_path(source) || remote())
}

pub(super) fn is_path(source: &str) -> bool {
    source.starts_with('/') && !source.starts_with("//")
}

/// Returns whether a list allows everything that `wanted` stands for.
///
/// In doubt it returns `false`: adding a source that the list already allows in other words allows nothing more.
pub(super) fn covers(list: &[&str], wanted: &str) -> bool {
    list.iter().any(|token| token.eq_ignore_ascii_case(wanted) || matches(token, wanted))
}

fn matches(token: &str, wanted: &str) -> bool {
    let Some(wanted) = split(wanted) else { return false };
    if wanted.scheme.is_empty() {
        return false;
    }
    if token == "*" {
        // Browsers differ on whether `*` includes WebSockets.
        return includes_scheme("http", wanted.scheme);
    }
    if let Some(scheme) = token.strip_suffix(':') {
        return includes_scheme(scheme, wanted.scheme);
    }
    let Some(token) = split(token) else { return false };
    // A host without a scheme takes the page's scheme, which may be plain HTTP, so it does not count.
    !token.scheme.is_empty()
        && includes_scheme(token.scheme, wanted.scheme)
        && includes_host(token.host, wanted.host)
        && token.port == wanted.port
        && (token.path.is_empty() || token.path == "/")
}

struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
    path: &'a str,
}

fn split(source: &str) -> Option<Parts<'_>> {
    if source.starts_with('\'') {
        return None;
    }
    let (scheme, rest) = source.split_once("://").unwrap_or(("", source));
    let at = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    Some(Parts { scheme, host, port, path })
}

/// Returns whether a scheme includes `wanted`, which is itself or its secure form.
///
/// In this check, HTTP and WebSocket never include each other.
fn includes_scheme(scheme: &str, wanted: &str) -> bool {
    let is = |of: &str, name: &str| of.eq_ignore_ascii_case(name);
    scheme.eq_ignore_ascii_case(wanted)
        || (is(scheme, "http") && is(wanted, "https"))
        || (is(scheme, "ws") && is(wanted, "wss"))
}

/// Returns whether a host includes `wanted`.
///
/// `*.example.com` includes the subdomains of `example.com`, but not `example.com` itself.
fn includes_host(host: &str, wanted: &str) -> bool {
    match host.strip_prefix('*') {
        Some(suffix) if suffix.starts_with('.') => {
            wanted.len() > suffix.len() && wanted.to_ascii_lowercase().ends_with(&suffix.to_ascii_lowercase())
        }
        Some(_) => false,
        None => host.eq_ignore_ascii_case(wanted),
    }
}

/// Returns whether this is a `nonce-source` or a `hash-source`.
///
/// The grammar is <https://www.w3.org/TR/CSP3/#grammardef-nonce-source>.
///
/// Browsers ignore what does not fit the grammar, such as the unfilled placeholder of a template. Only Chromium also
/// counts any text between `'nonce-` and a quote, and `'sha-256-…'`. With such a policy, it already blocks the page's
/// own inline scripts; if this function counted these tokens, too, the other browsers would also block them.
pub(super) fn is_nonce_or_hash(token: &str) -> bool {
    let quoted = token.strip_prefix('\'').and_then(|token| token.strip_suffix('\''));
    let parts = quoted.and_then(|quoted| quoted.split_once('-'));
    parts.is_some_and(|(kind, value)| {
        ["nonce", "sha256", "sha384", "sha512"].iter().any(|known| kind.eq_ignore_ascii_case(known))
            && is_base64_value(value)
    })
}

/// Returns whether a value fits `1*( ALPHA / DIGIT / "+" / "/" / "-" / "_" )*2( "=" )`.
///
/// The value may use either alphabet of base64, or both.
fn is_base64_value(value: &str) -> bool {
    let digits = value.trim_end_matches('=');
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    !digits.is_empty() && value.len() - digits.len() <= 2 && digits.bytes().all(legal)
}

/// Returns a path as policies write it.
///
/// The separators of policies are escaped, and browsers decode them.
pub(crate) fn path_source(path: &str) -> String {
    path.replace(';', "%3B").replace(',', "%2C").replace('\'', "%27")
}

/// Returns the source of a library: its path, if it is on the page's own host, otherwise its origin.
pub(crate) fn library_source(url: &str) -> String {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    match bare.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", rest.split('/').next().unwrap_or_default()),
        None => path_source(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_covers_only_what_it_certainly_allows() {
        for (token, wanted, expected) in [
            ("*", "https://a.example", true),
            ("*", "wss://a.example", false),
            ("https:", "https://a.example", true),
            ("http:", "https://a.example", true),
            ("wss:", "https://a.example", false),
            ("https:", "wss://a.example", false),
            ("https://a.example", "https://a.example", true),
            ("HTTPS://A.example", "https://a.example", true),
            ("http://a.example", "https://a.example", true),
            ("https://*.example", "https://a.example", true),
            ("https://*.example", "https://*.b.example", true),
            ("https://*.a.example", "https://a.example", false),
            ("https://a.example/", "https://a.example", true),
            ("https://a.example/x", "https://a.example", false),
            ("https://a.example:444", "https://a.example", false),
            ("a.example", "https://a.example", false),
            ("'self'", "https://a.example", false),
            ("'none'", "https://a.example", false),
            ("'unsafe-inline'", "/widget.js", false),
        ] {
            assert_eq!(covers(&[token], wanted), expected, "{token} {wanted}");
        }
    }

    #[test]
    fn nonces_and_hashes_must_fit_the_grammar() {
        for token in [
            "'nonce-a'",
            "'nonce-YWJj'",
            "'NONCE-a=='",
            "'nonce--'",
            "'nonce-a-_+/9='",
            "'sha256-YQ=='",
            "'Sha384-a'",
            "'sha512-YWJj'",
        ] {
            assert!(is_nonce_or_hash(token), "{token}");
        }
        for token in [
            "",
            "'",
            "''",
            "'nonce'",
            "'nonce-'",
            "'nonce-=='",
            "'nonce-a==='",
            "'nonce-a=b'",
            "'nonce-a b'",
            "'nonce-\u{e9}'",
            "'nonce-{{nonce}}'",
            "'nonce-abc$def'",
            "'nonce-abc",
            "nonce-abc'",
            "nonce-abc",
            "''nonce-abc'",
            "'sha256-'",
            "'sha1-YWJj'",
            "'sha-256-YWJj'",
            "'sha2567-YWJj'",
            "'strict-dynamic'",
        ] {
            assert!(!is_nonce_or_hash(token), "{token}");
        }
    }

    #[test]
    fn sources_that_allow_too_much_are_illegal() {
        for source in ["https://a.example", "wss://*.a.example:8443/x", "/widget.js"] {
            assert!(is_legal(source), "{source}");
        }
        for source in [
            "",
            "*",
            "https:",
            "'self'",
            "//a.example",
            "https://*",
            "a b",
            "a;b",
            "https://a,b",
            "https://a/é",
            "a.example",
        ] {
            assert!(!is_legal(source), "{source}");
        }
    }
}
