//! Browsers that wait for the next test: starting one costs more than most tests do.
//!
//! A test gets a browser without the cookies, tabs or history of an earlier test. What a browser keeps for an origin
//! (storage, service workers) cannot show either: each test has ports of its own, so no two tests share an origin.

use std::sync::Mutex;
use std::time::Duration;

use fantoccini::Client;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use tokio::time::timeout;
use url::{ParseError, Url};

use crate::harness::driver::{Browser, Engine};

/// How many browsers of an engine wait at most. Each takes some hundred megabytes.
const WAITING: usize = 2;
/// A browser that takes longer to clear is closed instead.
const LIMIT: Duration = Duration::from_secs(10);

static IDLE: Mutex<Vec<Browser>> = Mutex::new(Vec::new());

/// Returns a browser that is new or has been cleared.
pub(crate) async fn take(engine: Engine, widget: Option<u16>) -> Browser {
    let waiting = if widget.is_none() { next(engine) } else { None };
    match waiting {
        Some(browser) => browser,
        None => Browser::start(engine, widget).await,
    }
}

fn next(engine: Engine) -> Option<Browser> {
    let mut idle = IDLE.lock().expect("no test panics in here");
    let index = idle.iter().position(|browser| browser.engine == engine)?;
    Some(idle.swap_remove(index))
}

/// Keeps the browser for another test if it can be cleared, and closes it otherwise.
pub(crate) async fn give_back(browser: Browser) {
    let forgotten = !browser.is_special() && matches!(timeout(LIMIT, forget(&browser)).await, Ok(Ok(true)));
    let left_over = if forgotten { keep(browser) } else { Some(browser) };
    if let Some(browser) = left_over {
        browser.close().await;
    }
}

/// Adds the browser to the pool, or returns it if enough browsers wait already.
fn keep(browser: Browser) -> Option<Browser> {
    let mut idle = IDLE.lock().expect("no test panics in here");
    if idle.iter().filter(|other| other.engine == browser.engine).count() >= WAITING {
        return Some(browser);
    }
    idle.push(browser);
    None
}

/// Clears the browser, and returns whether nothing of the test is left.
async fn forget(browser: &Browser) -> Result<bool, CmdError> {
    let client = &browser.client;
    match browser.engine {
        Engine::Chromium => {
            leave_for_a_new_tab(client).await?;
            for command in ["Network.clearBrowserCookies", "Network.clearBrowserCache"] {
                client.issue_cmd(Extension::Chromium(command)).await?;
            }
        }
        Engine::Firefox => {
            leave_for_a_new_tab(client).await?;
            client.issue_cmd(Extension::FirefoxContext("chrome")).await?;
            let cleared = client.execute_async(FIREFOX, Vec::new()).await;
            client.issue_cmd(Extension::FirefoxContext("content")).await?;
            cleared?;
        }
        // Its driver has no such command, and its start is cheap.
        Engine::WebKit => return Ok(false),
    }
    Ok(true)
}

/// Replaces the tab, because a tab keeps its history and its pages for the Back button. A test may have hidden the
/// window.
async fn leave_for_a_new_tab(client: &Client) -> Result<(), CmdError> {
    let old = client.windows().await?;
    let new = client.new_window(true).await?.handle;
    for window in old {
        client.switch_to_window(window).await?;
        client.close_window().await?;
    }
    client.switch_to_window(new).await?;
    client.set_window_rect(0, 0, 1000, 800).await
}

/// Removes everything that pages have left.
const FIREFOX: &str = "
const done = arguments[arguments.length - 1];
const kinds = Ci.nsIClearDataService;
const all = kinds.CLEAR_COOKIES | kinds.CLEAR_NETWORK_CACHE | kinds.CLEAR_IMAGE_CACHE | kinds.CLEAR_DOM_STORAGES
    | kinds.CLEAR_HISTORY | kinds.CLEAR_PERMISSIONS;
Services.clearData.deleteData(all, { onDataDeleted: done });
";

/// Commands of one engine's driver.
#[derive(Debug)]
enum Extension {
    /// A command of the developer tools.
    Chromium(&'static str),
    /// Selects where scripts run from now on: in the page (`content`), or in the browser itself (`chrome`).
    FirefoxContext(&'static str),
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let path = match self {
            Self::Chromium(_) => "goog/cdp/execute",
            Self::FirefoxContext(_) => "moz/context",
        };
        base.join(&format!("session/{}/{path}", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        let body: Value = match self {
            Self::Chromium(command) => json!({ "cmd": command, "params": {} }),
            Self::FirefoxContext(context) => json!({ "context": context }),
        };
        (Method::POST, Some(body.to_string()))
    }
}
