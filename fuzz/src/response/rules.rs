//! Who is signed in after the handler, and whether the response ends the widgets' session.
//!
//! These are the rules of the README ("Signing out") and of the documentation of `LogoutLayer`.

use http::{HeaderMap, Method, StatusCode, header};

use super::asked::{Asked, Load, Said, Stack};

/// What the application said, all in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The viewer of this response.
    pub(super) viewer: Said,
    /// Whether this is a logout that took place on a logout route.
    pub(super) is_logout: bool,
    /// Whether the headers of the response end the session.
    pub(super) ends: Ends,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    Yes,
    No,
    /// Either the response does, or what it carries (a snippet, or the headers for a fetch).
    Either,
}

impl Verdict {
    pub(super) fn of(asked: &Asked) -> Self {
        let route = has_logout_layer(asked) || (has_page_layer(asked) && asked.says("path"));
        let before = if asked.says("later") { looked_up(asked) } else { asked.viewer() };
        let otherwise = Self { viewer: asked.late().unwrap_or(before), is_logout: false, ends: by_word(asked) };
        if !route || !may_be_logout(asked) {
            return otherwise;
        }
        let carried = asked.session_cookies().next().is_some();
        // Whether the application says that there was a session: before the handler, or by its end.
        let says = match asked.late() {
            Some(Said::Nobody) => true,
            _ if !asked.says("later") => asked.viewer() == Said::Person,
            _ => match looked_up(asked) {
                Said::Unknown => false,
                Said::Nobody if is_page(asked) && !carried => return no_logout(asked),
                Said::Nobody => true,
                Said::Person if is_of_a_copy(asked, carried) => true,
                Said::Person => return no_logout(asked),
            },
        };
        let ends = if carried || (asked.is_own() && says) { Ends::Yes } else { Ends::No };
        Self { viewer: Said::Nobody, is_logout: true, ends }
    }
}

/// The verdict of a route where the look-up says that this was no logout.
fn no_logout(asked: &Asked) -> Verdict {
    Verdict { viewer: looked_up(asked), is_logout: false, ends: Ends::No }
}

/// The viewer that the asynchronous look-up names: if it does not know, the one in the request.
fn looked_up(asked: &Asked) -> Said {
    if asked.then() == Said::Unknown { asked.viewer() } else { asked.then() }
}

fn has_logout_layer(asked: &Asked) -> bool {
    matches!(asked.stack(), Stack::Logout | Stack::PageInLogout | Stack::LogoutInPage)
}

pub(super) fn has_page_layer(asked: &Asked) -> bool {
    asked.stack() != Stack::Logout
}

/// Whether a response on a logout route is a logout, by its method, its status and the viewer in it.
fn may_be_logout(asked: &Asked) -> bool {
    let status = asked.status;
    let done = status.is_success() || (status.is_redirection() && status != StatusCode::NOT_MODIFIED);
    let meant = match asked.method() {
        Method::POST | Method::DELETE => true,
        Method::GET => status.is_redirection() || asked.late() == Some(Said::Nobody),
        _ => false,
    };
    done && meant && asked.late() != Some(Said::Person)
}

/// Whether a look-up that still finds a user has read a copy from before the logout.
fn is_of_a_copy(asked: &Asked, carried: bool) -> bool {
    let is_theirs = match asked.marker() {
        Some(marker) => marker == "own" && !asked.says("nameless"),
        None => carried,
    };
    removes_the_session(asked) || (is_theirs && !is_page(asked))
}

/// Whether the response removes a cookie that the request carried.
fn removes_the_session(asked: &Asked) -> bool {
    let lines = asked.headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    let removed: Vec<_> = lines.filter_map(removed).collect();
    asked.cookies().any(|(name, _)| removed.contains(&name))
}

/// Returns the name of the cookie that a `Set-Cookie` line removes.
///
/// A removal has a `Max-Age` of zero or less, or else the date that libraries write: <https://httpwg.org/specs/rfc6265.html#storage-model>.
fn removed(line: &str) -> Option<&str> {
    let mut parts = line.split(';');
    let (name, _) = parts.next()?.split_once('=')?;
    let attributes: Vec<_> = parts.filter_map(|part| part.split_once('=')).map(|(k, v)| (k.trim(), v.trim())).collect();
    let last = |wanted: &str| attributes.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, v)| *v);
    let gone = match last("max-age") {
        Some(seconds) => seconds.starts_with('-') || seconds.bytes().all(|digit| digit == b'0'),
        None => last("expires").is_some_and(|date| date.contains("1970")),
    };
    gone.then_some(name.trim())
}

fn is_page(asked: &Asked) -> bool {
    asked.status.is_success() && is_html(&asked.headers)
}

fn is_html(headers: &HeaderMap) -> bool {
    let types: Vec<_> = headers.get_all(header::CONTENT_TYPE).iter().collect();
    let [only] = types.as_slice() else { return false };
    let essence = only.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("text/html")
}

/// Whether `Viewer::SignedOut` in the response ends the session on a route that is not the logout's, or whose logout
/// failed.
fn by_word(asked: &Asked) -> Ends {
    let has_marker = asked.marker().is_some() || asked.says("kept");
    let status = asked.status;
    let counts = !status.is_informational() && status != StatusCode::NOT_MODIFIED;
    let meant = asked.late() == Some(Said::Nobody) && ![Method::HEAD, Method::OPTIONS].contains(&asked.method());
    // A logout layer around the page layer decides alone, except at a `logout_path`, where the page layer watches, too.
    let heard = has_page_layer(asked) && (asked.stack() != Stack::PageInLogout || asked.says("path"));
    if !(has_marker && counts && meant && heard && asked.is_own()) {
        return Ends::No;
    }
    if is_addressed(asked) { Ends::Either } else { Ends::Yes }
}

/// Whether this is a page load, or with header delivery a fetch by the own page.
pub(super) fn is_addressed(asked: &Asked) -> bool {
    match asked.load() {
        _ if asked.method() == Method::OPTIONS => false,
        Load::Document => !asked.is_header(),
        Load::Plain => !asked.is_header() && asked.is_own(),
        Load::Fetch => asked.is_header() && asked.is_own(),
        Load::Image => false,
    }
}
