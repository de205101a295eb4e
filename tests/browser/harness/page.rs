//! What a test does with a page and what it reads from it, in the terms of the example.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fantoccini::error::CmdError;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, Locator};
use serde_json::Value;
use tokio::time::sleep;

use crate::harness::Gate;

/// How long something may take that has no deadline of its own.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

/// The messenger's state; null where it is not loaded.
pub(crate) const STATE: &str = "window.demoMessenger?.state ?? null";
/// The id of the user whose conversations the messenger shows.
pub(crate) const WHO: &str = "window.demoMessenger?.who ?? null";
/// The names of the calls that the messenger got on this page.
pub(crate) const CALLS: &str = "(window.demoMessenger?.calls ?? []).map((call) => call.name)";
/// What the messenger itself shows.
pub(crate) const BUBBLE: &str = "document.querySelector('#demo-messenger')?.shadowRoot.textContent ?? ''";
/// Everything that a messenger session leaves in the page and in the browser, except the marker.
pub(crate) const ARTIFACTS: &str = "[
    ...document.cookie.split('; ').filter((pair) => pair.startsWith('intercom')),
    ...Object.entries(localStorage).filter(([name]) => !name.endsWith('widget-kept')).map((pair) => pair.join(' = ')),
    ...(window.intercomSettings === undefined ? [] : ['window.intercomSettings'])].sort()";

/// Whether this is the marker's name. Over HTTPS, it has a prefix.
fn is_marker(name: &str) -> bool {
    let bare = name.strip_prefix("__Host-").or_else(|| name.strip_prefix("__Secure-"));
    bare.unwrap_or(name) == "widget"
}

pub(crate) struct Page {
    client: Mutex<Client>,
    /// Scheme, host and port of the application's URLs.
    pub(crate) origin: String,
    /// Holds back parts of the site.
    pub(crate) gate: Gate,
}

impl Page {
    pub(crate) fn new(client: Client, origin: String, gate: Gate) -> Self {
        Self { client: Mutex::new(client), origin, gate }
    }

    /// Uses this browser from now on.
    pub(crate) fn connect(&self, client: Client) {
        *self.client.lock().expect("no test panics in here") = client;
    }

    /// The WebDriver client, for what has no helper here.
    pub(crate) fn client(&self) -> Client {
        self.client.lock().expect("no test panics in here").clone()
    }

    // --- Actions ------------------------------------------------------------------------------

    pub(crate) async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        self.client().goto(&url).await.expect("the page opens");
    }

    pub(crate) async fn reload(&self) {
        self.client().refresh().await.expect("the page reloads");
    }

    pub(crate) async fn back(&self) {
        self.client().back().await.expect("there is a page to go back to");
    }

    /// Clicks the page's button for this account and waits for the next page.
    pub(crate) async fn sign_in(&self, user: &str) {
        self.leave_by(&format!("button[name=user][value={user}]")).await;
        self.wait_for("document.body.dataset.user", user).await;
    }

    pub(crate) async fn sign_out(&self) {
        self.leave_by("#sign-out").await;
        self.wait_for("document.body.dataset.user", "").await;
    }

    pub(crate) async fn click(&self, selector: &str) {
        let found = self.client().find(Locator::Css(selector)).await;
        let button = found.unwrap_or_else(|error| panic!("no {selector}: {error}"));
        button.click().await.expect("it can be clicked");
    }

    /// Clicks a link or button that leads to another document, and waits until that one is parsed.
    pub(crate) async fn leave_by(&self, selector: &str) {
        self.eval("window.beforeTheClick = true").await;
        self.click(selector).await;
        let arrived = "!window.beforeTheClick && document.readyState === 'complete'";
        self.wait_for(arrived, true).await;
    }

    /// Opens another tab, switches to it, and returns the handle of the former tab.
    pub(crate) async fn new_tab(&self) -> WindowHandle {
        let here = self.tab().await;
        let opened = self.client().new_window(true).await.expect("another tab");
        self.switch_to(opened.handle).await;
        here
    }

    pub(crate) async fn tab(&self) -> WindowHandle {
        self.client().window().await.expect("a tab")
    }

    pub(crate) async fn switch_to(&self, tab: WindowHandle) {
        let switched = self.client().switch_to_window(tab).await;
        switched.expect("the tab is still there");
    }

    // --- Queries ------------------------------------------------------------------------------

    pub(crate) async fn eval(&self, js: &str) -> Value {
        let answer = self.try_eval(js).await;
        answer.unwrap_or_else(|error| panic!("{js}: {error}"))
    }

    async fn try_eval(&self, js: &str) -> Result<Value, CmdError> {
        self.client().execute(&format!("return ({js});"), Vec::new()).await
    }

    /// Waits until `js` has this value.
    pub(crate) async fn wait_for(&self, js: &str, expected: impl Into<Value>) {
        self.wait_at_most(PATIENCE, js, expected).await;
    }

    pub(crate) async fn wait_at_most(&self, limit: Duration, js: &str, expected: impl Into<Value>) {
        let expected = expected.into();
        let start = Instant::now();
        loop {
            // An error may mean that the page is just changing.
            let now = self.try_eval(js).await;
            if now.as_ref().is_ok_and(|now| *now == expected) {
                return;
            }
            assert!(start.elapsed() < limit, "after {limit:?}: {js} is {now:?}, not {expected}");
            sleep(PAUSE).await;
        }
    }

    /// Asserts for a while that `js` keeps this value.
    pub(crate) async fn stays(&self, js: &str, expected: impl Into<Value>, period: Duration) {
        let expected = expected.into();
        let start = Instant::now();
        while start.elapsed() < period {
            let now = self.eval(js).await;
            assert_eq!(now, expected, "{js} after {:?}", start.elapsed());
            sleep(PAUSE).await;
        }
    }

    /// Waits until `js` has kept this value for a while: a late library may write once more before the runtime removes
    /// it.
    pub(crate) async fn settles(&self, js: &str, expected: impl Into<Value>, period: Duration) {
        let expected = expected.into();
        let (start, mut since) = (Instant::now(), Instant::now());
        while since.elapsed() < period {
            let now = self.eval(js).await;
            if now != expected {
                since = Instant::now();
            }
            assert!(start.elapsed() < PATIENCE, "{js} is {now}, and does not stay {expected}");
            sleep(PAUSE).await;
        }
    }

    pub(crate) async fn calls(&self) -> Vec<String> {
        let calls = self.eval(CALLS).await;
        serde_json::from_value(calls).expect("a list of names")
    }

    /// All cookies that go to this page, including those that no script can read.
    pub(crate) async fn cookies(&self) -> BTreeMap<String, String> {
        let cookies = self.client().get_all_cookies().await.expect("the cookies");
        cookies.iter().map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())).collect()
    }

    pub(crate) async fn delete_cookie(&self, name: &str) {
        let deleted = self.client().delete_cookie(name).await;
        deleted.expect("the cookie is deleted");
    }

    /// The value of the marker cookie.
    pub(crate) async fn marker(&self) -> Option<String> {
        self.marker_cookie().await.map(|(_, value)| value)
    }

    /// The marker cookie with its name, which depends on the configuration.
    pub(crate) async fn marker_cookie(&self) -> Option<(String, String)> {
        self.cookies().await.into_iter().find(|(name, _)| is_marker(name))
    }

    /// Waits until the marker cookie has this value, or is gone.
    pub(crate) async fn wait_for_marker(&self, expected: Option<&str>) {
        let start = Instant::now();
        loop {
            let marker = self.marker().await;
            if marker.as_deref() == expected {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the marker is {marker:?}, not {expected:?}");
            sleep(PAUSE).await;
        }
    }

    /// Everything in which one user's session could show to the next user: calls, the messenger's own text, cookies
    /// and local storage.
    pub(crate) async fn traces(&self) -> String {
        let js = format!(
            "JSON.stringify([window.demoMessenger?.calls, {WHO}, {BUBBLE}, document.cookie, \
             Object.entries(localStorage)])"
        );
        let traces = self.eval(&js).await;
        traces.as_str().expect("a text").to_owned()
    }

    // --- After a failure ----------------------------------------------------------------------

    pub(crate) async fn describe(&self) -> String {
        let js = format!("[location.href, {STATE}, {WHO}, {CALLS}, document.cookie]");
        match self.try_eval(&js).await {
            Ok(description) => description.to_string(),
            Err(error) => error.to_string(),
        }
    }

    pub(crate) async fn screenshot(&self) -> Option<Vec<u8>> {
        self.client().screenshot().await.ok()
    }
}
