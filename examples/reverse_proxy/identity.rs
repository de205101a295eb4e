//! The signed-in user, from the headers of an authenticating proxy in front.
//!
//! The names are those of oauth2-proxy's `--set-xauthrequest`, which nginx's `auth_request` copies to the request. Use
//! `proxy_set_header X-Auth-Request-User $user` and the same for the other headers, which also removes the client's
//! values: <https://oauth2-proxy.github.io/oauth2-proxy/configuration/integration>

use http::{HeaderMap, HeaderName};
use tower_widget_identity::{Identity, Viewer};

const USER: HeaderName = HeaderName::from_static("x-auth-request-user");
const EMAIL: HeaderName = HeaderName::from_static("x-auth-request-email");
const NAME: HeaderName = HeaderName::from_static("x-auth-request-preferred-username");

/// The prefix of all identity headers. There are more than those three, for groups and tokens.
const PREFIX: &str = "x-auth-request-";

/// Whether an application may treat a header or trailer of this name as an identity header.
///
/// In the variables of CGI and its successors (WSGI, Rack, PHP), `-` and `_` are the same in a name, and in some
/// servers so is every character that is neither a letter nor a digit:
/// <https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18>.
pub(crate) fn is_identity(name: &str) -> bool {
    let folded = name.bytes().map(|byte| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' });
    folded.take(PREFIX.len()).eq(PREFIX.bytes())
}

/// Whether the name only looks like an identity header.
///
/// No proxy in front sets such a name, and many do not remove it.
pub(crate) fn is_look_alike(name: &str) -> bool {
    is_identity(name)
        && !(name.starts_with(PREFIX) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

pub(crate) fn warning(loopback: bool) -> String {
    let where_it_listens = if loopback {
        "The proxy listens on loopback, which every program of this machine can reach."
    } else {
        "The proxy listens beyond loopback: listen on 127.0.0.1, or allow connections from the proxy in front only."
    };
    format!(
        "warning: --identity-headers trusts the X-Auth-Request-* headers of every request. Anyone who reaches this \
         port can be anyone, unless the proxy in front removes these headers from what clients send. {where_it_listens}"
    )
}

/// Returns who is signed in, according to the headers.
pub(crate) fn viewer(headers: &HeaderMap) -> Viewer {
    match said(headers, &USER) {
        Said::Nothing => Viewer::SignedOut,
        Said::Unclear => Viewer::Unknown,
        Said::Once(id) => Viewer::SignedIn(identity(id, headers)),
    }
}

fn identity(id: &str, headers: &HeaderMap) -> Identity {
    let mut identity = Identity::new(id);
    if let Said::Once(email) = said(headers, &EMAIL) {
        identity = identity.with_email(email);
    }
    if let Said::Once(name) = said(headers, &NAME) {
        identity = identity.with_name(name);
    }
    identity
}

enum Said<'a> {
    Nothing,
    Once(&'a str),
    /// The header occurs twice, and one of them may be the client's own; or it is not UTF-8.
    Unclear,
}

fn said<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Said<'a> {
    let mut values = headers.get_all(name).into_iter();
    let (value, more) = (values.next(), values.next());
    if more.is_some() {
        return Said::Unclear;
    }
    match value.map(|value| std::str::from_utf8(value.as_bytes()).map(str::trim)) {
        None | Some(Ok("")) => Said::Nothing,
        Some(Ok(text)) => Said::Once(text),
        Some(Err(_)) => Said::Unclear,
    }
}
