//! The page's own scripts that run before the injected one: what a consent tool, an old browser or a strict setting
//! does.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::{Next, from_fn};
use axum::response::Response;

/// The scripts by their names in the query, as in `/?before=failures,no-cookies`.
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

/// Notes the arguments of each call to the vendors' functions, whether they are stubs or the library's.
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

/// Notes the delays of the page's timers.
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

/// As if the browser's settings blocked cookies: the browser keeps none, and the page does not notice.
const NO_COOKIES: &str = r"
Object.defineProperty(Document.prototype, 'cookie', { configurable: true, get: () => '', set: () => {} });
delete window.cookieStore;
delete Window.prototype.cookieStore;
";

/// As if the browser blocked cookies so that each access throws.
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

/// After `sleep()` and until `wake()`, the page sees no change, like a tab that the browser has suspended.
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

/// A consent tool's own `document.cookie`, which blocks cookies whose names begin with `blocked`.
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

/// The same, but the property cannot be replaced.
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

/// A property that shows no cookie and sets none.
const CONSENT_HIDES: &str = r"
Object.defineProperty(document, 'cookie', { configurable: true, enumerable: true, get: () => '', set: () => {} });
window.tool = Object.getOwnPropertyDescriptor(document, 'cookie');
";

const CONSENT_THROWS: &str = r"
const refuse = () => { throw new Error('no consent'); };
Object.defineProperty(document, 'cookie', { configurable: true, enumerable: true, get: refuse, set: refuse });
window.tool = Object.getOwnPropertyDescriptor(document, 'cookie');
";

/// Adds these scripts to the application, outside of the widget layer: nothing else gets in front of the injected
/// script.
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

/// Puts each script into a block of its own, so that their names do not collide.
fn scripts(wanted: &str) -> String {
    let code = |name| BEFORE.iter().find(|(other, _)| *other == name).expect("one of the scripts").1;
    wanted.split(',').map(|name| format!("{{{}}}", code(name))).collect()
}
