//! Scripts of the page that run before the injected one: what a consent tool, an old browser or a strict setting does.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::{Next, from_fn};
use axum::response::Response;

/// By its name in the query, as in `/?before=failures,no-cookies`.
const BEFORE: [(&str, &str); 12] = [
    ("witness", WITNESS),
    ("timers", TIMERS),
    ("failures", FAILURES),
    ("no-cookies", NO_COOKIES),
    ("throwing-cookies", THROWING_COOKIES),
    ("no-storage", NO_STORAGE),
    ("no-cookie-store", NO_COOKIE_STORE),
    ("sleeping", SLEEPING),
    ("consent", CONSENT),
    ("consent-fixed", CONSENT_FIXED),
    ("consent-hides", CONSENT_HIDES),
    ("consent-throws", CONSENT_THROWS),
];

/// Notes what the vendors' functions are called with, whether they are stubs or the library's.
const WITNESS: &str = r"
window.handed = [];
const claims = (token) => {
  try {
    return JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')));
  } catch {
    return { user_id: 'no token of ours: ' + token };
  }
};
const note = ([call, settings = {}]) => {
  const token = settings.intercom_user_jwt ?? settings.jwt ?? null;
  const expires = token && claims(token).exp * 1000;
  const user = token && claims(token).user_id;
  handed.push({ call, at: Date.now(), token, other: settings.token ?? null, expires, user });
};
for (const name of ['Intercom', 'Ferndesk']) {
  let real;
  const apply = (target, self, args) => { note(args); return target(...args); };
  Object.defineProperty(window, name, { get: () => real, set: (next) => { real = new Proxy(next, { apply }); } });
}
";

/// Notes for how long the page's timers wait.
const TIMERS: &str = r"
window.waits = [];
const start = window.setTimeout;
window.setTimeout = (action, wait, ...rest) => { waits.push(wait); return start(action, wait, ...rest); };
";

/// Notes uncaught exceptions. A script that does not load is not one.
const FAILURES: &str = r"
window.failures = [];
addEventListener('error', (event) => failures.push(event.message));
addEventListener('unhandledrejection', (event) => failures.push(String(event.reason)));
window.violations = [];
addEventListener('securitypolicyviolation', (event) => violations.push(event.blockedURI));
";

/// As where a browser's settings forbid them: nothing is kept, and no page learns of it.
const NO_COOKIES: &str = r"
Object.defineProperty(Document.prototype, 'cookie', { configurable: true, get: () => '', set: () => {} });
delete window.cookieStore;
delete Window.prototype.cookieStore;
";

/// As where the browser forbids each access to them.
const THROWING_COOKIES: &str = r"
const forbid = () => { throw new DOMException('forbidden', 'SecurityError'); };
Object.defineProperty(Document.prototype, 'cookie', { configurable: true, get: forbid, set: forbid });
";

const NO_STORAGE: &str = r"
Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('forbidden', 'SecurityError'); } });
";

const NO_COOKIE_STORE: &str = r"
delete window.cookieStore;
delete Window.prototype.cookieStore;
";

/// After `sleep()` the page sees no change any more, as a tab that the browser has put to sleep; until `wake()`.
const SLEEPING: &str = r"
const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
let seen = null;
Object.defineProperty(Document.prototype, 'cookie', {
  configurable: true,
  get() { return seen ?? get.call(this); },
  set(line) { if (seen === null) set.call(this, line); }
});
window.sleep = () => { seen = document.cookie; };
window.wake = () => { seen = null; };
";

/// A consent tool's own `document.cookie`, which lets no cookie be set whose name begins with `blocked`.
const CONSENT: &str = r"
const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
Object.defineProperty(document, 'cookie', {
  configurable: true,
  enumerable: true,
  get: () => get.call(document),
  set: (line) => { if (!line.startsWith('blocked')) set.call(document, line); }
});
window.tool = Object.getOwnPropertyDescriptor(document, 'cookie');
";

/// One that cannot be replaced.
const CONSENT_FIXED: &str = r"
const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
Object.defineProperty(document, 'cookie', {
  configurable: false,
  enumerable: true,
  get: () => get.call(document),
  set: (line) => { if (!line.startsWith('blocked')) set.call(document, line); }
});
window.tool = Object.getOwnPropertyDescriptor(document, 'cookie');
";

/// One that shows no cookie and sets none.
const CONSENT_HIDES: &str = r"
Object.defineProperty(document, 'cookie', { configurable: true, enumerable: true, get: () => '', set: () => {} });
window.tool = Object.getOwnPropertyDescriptor(document, 'cookie');
";

const CONSENT_THROWS: &str = r"
const refuse = () => { throw new Error('no consent'); };
Object.defineProperty(document, 'cookie', { configurable: true, enumerable: true, get: refuse, set: refuse });
window.tool = Object.getOwnPropertyDescriptor(document, 'cookie');
";

/// The application with these scripts. Outside of the widget layer: nothing else gets in front of the injected script.
pub(crate) fn with_scripts_before(router: Router) -> Router {
    router.layer(from_fn(prepare))
}

async fn prepare(request: Request, next: Next) -> Response {
    let scripts = request.uri().query().and_then(|query| query.strip_prefix("before=")).map(scripts);
    let response = next.run(request).await;
    match scripts {
        Some(scripts) => put_before(response, &scripts).await,
        None => response,
    }
}

/// The beginning of the injected element.
pub(crate) const OPENING: &str = "<script data-cfasync=\"false\" data-widget=";

async fn put_before(response: Response, scripts: &str) -> Response {
    change(response, |page| {
        assert!(page.contains(OPENING), "else the scripts run before nothing");
        page.replacen(OPENING, &format!("<script>{scripts}</script>{OPENING}"), 1)
    })
    .await
}

/// The response with another body.
pub(crate) async fn change(response: Response, change: impl FnOnce(String) -> String) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a page");
    let page = String::from_utf8(bytes.to_vec()).expect("a page in UTF-8");
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(page)))
}

/// Each in a block of its own, so that their names do not meet.
fn scripts(wanted: &str) -> String {
    let code = |name| BEFORE.iter().find(|(other, _)| *other == name).expect("one of the scripts").1;
    wanted.split(',').map(|name| format!("{{{}}}", code(name))).collect()
}
