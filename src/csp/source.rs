//! Source expressions: <https://www.w3.org/TR/CSP3/#match-url-to-source-list>. Pure.

/// What a script has made by itself.
pub(super) const BLOB: &str = "blob:";

/// Whether this can be asked for: a scheme and a host, or a path on the page's own host.
pub(super) fn is_legal(source: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_graphic() && !b"'\";,<>\\?#".contains(&byte);
    let remote =
        || split(source).is_some_and(|parts| !parts.scheme.is_empty() && parts.host != "*" && !parts.host.is_empty());
    source.bytes().all(legal) && (is_path(source) || remote())
}

pub(super) fn is_path(source: &str) -> bool {
    source.starts_with('/') && !source.starts_with("//")
}

/// Whether a list allows all that `wanted` stands for. In doubt it does not: to add a source that is there already in
/// other words allows nothing more.
pub(super) fn covers(list: &[&str], wanted: &str) -> bool {
    list.iter().any(|token| token.eq_ignore_ascii_case(wanted) || matches(token, wanted))
}

fn matches(token: &str, wanted: &str) -> bool {
    let Some(wanted) = split(wanted) else { return false };
    if wanted.scheme.is_empty() {
        return false;
    }
    if token == "*" {
        // Whether it stands for WebSockets too is not the same in every browser.
        return includes_scheme("http", wanted.scheme);
    }
    if let Some(scheme) = token.strip_suffix(':') {
        return includes_scheme(scheme, wanted.scheme);
    }
    let Some(token) = split(token) else { return false };
    // A host without a scheme takes that of the page, which may be plain HTTP: not relied upon.
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

/// A scheme includes its secure form, and WebSocket's includes none of HTTP's here.
fn includes_scheme(scheme: &str, wanted: &str) -> bool {
    let is = |of: &str, name: &str| of.eq_ignore_ascii_case(name);
    scheme.eq_ignore_ascii_case(wanted)
        || (is(scheme, "http") && is(wanted, "https"))
        || (is(scheme, "ws") && is(wanted, "wss"))
}

/// `*.example.com` includes what is below `example.com`, not itself.
fn includes_host(host: &str, wanted: &str) -> bool {
    match host.strip_prefix('*') {
        Some(suffix) if suffix.starts_with('.') => {
            wanted.len() > suffix.len() && wanted.to_ascii_lowercase().ends_with(&suffix.to_ascii_lowercase())
        }
        Some(_) => false,
        None => host.eq_ignore_ascii_case(wanted),
    }
}

/// Whether this is a `nonce-source` or a `hash-source`: <https://www.w3.org/TR/CSP3/#grammardef-nonce-source>.
///
/// Browsers ignore what does not fit the grammar, such as the unfilled placeholder of a template. Chromium
/// alone counts any text between `'nonce-` and a quote, and `'sha-256-…'`. There the page's own inline scripts are off
/// already; to count these, too, would switch them off in the other browsers.
pub(super) fn is_nonce_or_hash(token: &str) -> bool {
    let quoted = token.strip_prefix('\'').and_then(|token| token.strip_suffix('\''));
    let parts = quoted.and_then(|quoted| quoted.split_once('-'));
    parts.is_some_and(|(kind, value)| {
        ["nonce", "sha256", "sha384", "sha512"].iter().any(|known| kind.eq_ignore_ascii_case(known))
            && is_base64_value(value)
    })
}

/// `1*( ALPHA / DIGIT / "+" / "/" / "-" / "_" )*2( "=" )`, in either alphabet of base64, or in both.
fn is_base64_value(value: &str) -> bool {
    let digits = value.trim_end_matches('=');
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    !digits.is_empty() && value.len() - digits.len() <= 2 && digits.bytes().all(legal)
}

/// A path as policies write it: their own separators are escaped, and browsers decode them.
pub(crate) fn path_source(path: &str) -> String {
    path.replace(';', "%3B").replace(',', "%2C").replace('\'', "%27")
}

/// The source of a library: its path, if it is on the page's own host, else its origin.
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
    fn a_list_covers_what_it_surely_allows() {
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
    fn nonce_or_hash_is_one_only_by_the_grammar() {
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
    fn sources_that_would_say_more_are_illegal() {
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
