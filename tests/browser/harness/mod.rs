//! Runs a test with a browser and an application in this process: the example, or the test application.

pub(crate) mod app;
pub(crate) mod before;
pub(crate) mod calls;
pub(crate) mod dressed;
pub(crate) mod driver;
pub(crate) mod packages;
pub(crate) mod page;
pub(crate) mod pending;
pub(crate) mod pool;
pub(crate) mod prepared;
pub(crate) mod steps;
pub(crate) mod tls;
pub(crate) mod turbo;
pub(crate) mod vendors;
pub(crate) mod workers;

use std::collections::BTreeSet;
use std::io::Write;
use std::net::Ipv4Addr;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures::FutureExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::example;
use crate::harness::app::{App, Settings};
use crate::harness::driver::{Browser, Engine};
use crate::harness::page::Page;
use crate::harness::tls::{Cut, HOSTS, TlsListener};

/// No test takes this long unless it hangs.
const LIMIT: Duration = Duration::from_secs(240);

const AS_A_PAGE: &str = "it asks for `<a download>` as for a page, so that no server can know; `attachment` says so";

const NO_RULES: &str = "it knows no speculation rules: a page is neither prefetched nor prerendered on a script's word";

/// What an engine cannot do, independent of this crate: the only tests that are skipped, each with the reason.
const CANNOT: &[(Engine, &str, &str)] = &[
    (
        Engine::WebKit,
        "session_from_before_a_browser_restart_ends_before_the_next_boot",
        "MiniBrowser keeps everything in memory when a driver controls it: nothing outlives its end",
    ),
    (Engine::Firefox, "download_link_saves_no_token", AS_A_PAGE),
    (Engine::WebKit, "download_link_saves_no_token", AS_A_PAGE),
    (Engine::Firefox, "prefetch_rule_leaves_the_logout_pending", NO_RULES),
    (Engine::WebKit, "prefetch_rule_leaves_the_logout_pending", NO_RULES),
    (Engine::Firefox, "prerendered_page_leaves_the_logout_pending", NO_RULES),
    (Engine::WebKit, "prerendered_page_leaves_the_logout_pending", NO_RULES),
    (Engine::Firefox, "page_prefetched_before_the_logout_never_boots", NO_RULES),
    (Engine::WebKit, "page_prefetched_before_the_logout_never_boots", NO_RULES),
    (Engine::Firefox, "page_prerendered_before_the_logout_never_boots", NO_RULES),
    (Engine::WebKit, "page_prerendered_before_the_logout_never_boots", NO_RULES),
    (Engine::WebKit, "prefetch_link_leaves_the_logout_pending", "it fetches nothing for `<link rel=prefetch>`"),
];

/// `in_every_engine!(name, settings, async |page| { .. })`: the same test in each engine, as `name::chromium`, ...
macro_rules! in_every_engine {
    ($name:ident, $settings:expr, $test:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            use crate::harness::driver::Engine;

            async fn run_in(engine: Engine) {
                crate::harness::run_in(engine, stringify!($name), $settings, $test).await;
            }

            #[tokio::test]
            #[ignore = "needs chromium, firefox and webkit with their drivers"]
            async fn chromium() {
                run_in(Engine::Chromium).await;
            }

            #[tokio::test]
            #[ignore = "needs chromium, firefox and webkit with their drivers"]
            async fn firefox() {
                run_in(Engine::Firefox).await;
            }

            #[tokio::test]
            #[ignore = "needs chromium, firefox and webkit with their drivers"]
            async fn webkit() {
                run_in(Engine::WebKit).await;
            }
        }
    };
}
pub(crate) use in_every_engine;

/// Runs a failed test once more with another browser and application, and reports that: three engines on a busy
/// machine fail at random now and then. A test that fails twice has failed.
async fn at_most_twice(name: &str, attempt: impl AsyncFn()) {
    if AssertUnwindSafe(attempt()).catch_unwind().await.is_err() {
        // Directly to stderr, because the test runner hides the output of a test that passes.
        let _ = writeln!(std::io::stderr(), "--- FAILED ONCE, tried again: {name}");
        attempt().await;
    }
}

/// Opens the example's page in a fresh browser, runs `test` and cleans up in every case.
pub(crate) async fn run(test: impl AsyncFn(&Page)) {
    let name = std::thread::current().name().unwrap_or("test").to_owned();
    at_most_twice(&name, async || run_once(&test).await).await;
}

async fn run_once(test: &impl AsyncFn(&Page)) {
    // Independent of the environment variables.
    let messenger = example::Messenger::demo().expect("random numbers");
    let gate = Gate::default();
    let app = gate.before(example::app(messenger).expect("the example can be built"));
    let site = Site::plain(app).await;
    let origin = format!("http://localhost:{}", site.port);
    let stage = Stage::new(Engine::Chromium, App::new(Settings::default()), origin, gate, None).await;
    stage.play(async |stage| test(stage).await).await;
}

/// Programs that a test has started.
pub(crate) struct Started<P> {
    /// They end with the test.
    pub(crate) programs: P,
    /// The port that the browser opens.
    pub(crate) port: u16,
    /// The port to which the vendor's own host leads.
    pub(crate) widget: Option<u16>,
}

/// Starts programs, opens their page in a fresh browser and runs `test`.
pub(crate) async fn run_programs<P>(start: impl AsyncFn() -> Started<P>, test: impl AsyncFn(&Page)) {
    let name = std::thread::current().name().unwrap_or("test").to_owned();
    let attempt = async || {
        let Started { programs: _programs, port, widget } = start().await;
        let (app, origin) = (App::new(Settings::default()), format!("http://localhost:{port}"));
        let stage = Stage::new(Engine::Chromium, app, origin, Gate::default(), widget).await;
        stage.play(async |stage| test(stage).await).await;
    };
    at_most_twice(&name, attempt).await;
}

/// Opens the test application's page in a browser of this engine and runs `test`.
pub(crate) async fn run_in(engine: Engine, name: &str, settings: Settings, test: impl AsyncFn(&Stage)) {
    if let Some(reason) = impossible(engine, name) {
        eprintln!("{name} is impossible in {engine:?}: {reason}");
        return;
    }
    resolve(settings.host).await;
    let attempt = async || run_in_once(engine, settings.clone(), &test).await;
    at_most_twice(&format!("{name} in {engine:?}"), attempt).await;
}

async fn run_in_once(engine: Engine, settings: Settings, test: &impl AsyncFn(&Stage)) {
    let (host, plain) = (settings.host, settings.plain_http);
    let app = App::new(settings);
    let gate = Gate::default();
    let router = app.logged(gate.before(app.router()));
    let (scheme, site) = if plain { ("http", Site::plain(router).await) } else { ("https", Site::tls(router).await) };
    let stage = Stage::new(engine, app, format!("{scheme}://{host}:{}", site.port), gate, None).await;
    stage.play(async |stage| test(stage).await).await;
}

fn impossible(engine: Engine, name: &str) -> Option<&'static str> {
    CANNOT.iter().find(|(other, test, _)| (*other, *test) == (engine, name)).map(|(_, _, reason)| *reason)
}

/// Makes sure that this name resolves to this machine.
pub(crate) async fn resolve(host: &str) {
    let known = tokio::net::lookup_host((host, 0)).await;
    if known.is_ok_and(|mut addresses| addresses.any(|address| address.ip() == Ipv4Addr::LOCALHOST)) {
        return;
    }
    let line = format!("\n127.0.0.1 {}\n", &HOSTS[1..].join(" "));
    let file = std::fs::OpenOptions::new().append(true).open("/etc/hosts");
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    written.unwrap_or_else(|error| panic!("{host} must lead to 127.0.0.1; /etc/hosts cannot be changed: {error}"));
}

/// A page in a browser that can be closed and started again, and the application that serves it.
pub(crate) struct Stage {
    /// The test application. The tests of the examples do not use it.
    pub(crate) app: App,
    page: Page,
    browser: Mutex<Option<Browser>>,
}

impl Deref for Stage {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}

impl Stage {
    async fn new(engine: Engine, app: App, origin: String, gate: Gate, widget: Option<u16>) -> Self {
        let browser = pool::take(engine, widget).await;
        let page = Page::new(browser.client.clone(), origin, gate);
        Self { app, page, browser: Mutex::new(Some(browser)) }
    }

    /// Closes the browser and starts it again with the same files. No page is open then.
    pub(crate) async fn restart_browser(&self) {
        let browser = self.leave();
        let browser = browser.restart().await;
        self.page.connect(browser.client.clone());
        *self.browser() = Some(browser);
    }

    fn leave(&self) -> Browser {
        self.browser().take().expect("a stage has a browser")
    }

    fn browser(&self) -> MutexGuard<'_, Option<Browser>> {
        self.browser.lock().expect("no test panics in here")
    }

    async fn play(self, test: impl AsyncFnOnce(&Self)) {
        let body = async {
            self.open("/").await;
            test(&self).await;
        };
        let outcome = timeout(LIMIT, AssertUnwindSafe(body).catch_unwind()).await;
        if !matches!(outcome, Ok(Ok(()))) {
            report(&self).await;
        }
        let browser = self.leave();
        match outcome {
            Ok(Ok(())) => pool::give_back(browser).await,
            Ok(Err(panic)) => {
                browser.close().await;
                resume_unwind(panic)
            }
            Err(_) => panic!("the test did not end within {LIMIT:?}"),
        }
    }
}

/// Prints the page and saves a picture of it after a failure.
async fn report(page: &Page) {
    let seen = async {
        eprintln!("--- the page at the failure: {}", page.describe().await);
        if let Some(picture) = page.screenshot().await {
            let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
            let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
            if std::fs::write(&file, picture).is_ok() {
                eprintln!("--- a picture of it: {}", file.display());
            }
        }
    };
    if timeout(Duration::from_secs(10), seen).await.is_err() {
        eprintln!("--- the browser no longer answers");
    }
}

/// An application on a port of its own.
pub(crate) struct Site {
    pub(crate) port: u16,
    server: JoinHandle<()>,
}

impl Site {
    pub(crate) async fn plain(app: Router) -> Self {
        let (listener, port) = listener().await;
        let server = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the server runs");
        });
        Self { port, server }
    }

    pub(crate) async fn tls(app: Router) -> Self {
        let (listener, port) = listener().await;
        let app = app.into_make_service_with_connect_info::<Cut>();
        let server = tokio::spawn(async move {
            axum::serve(TlsListener::new(listener), app).await.expect("the server runs");
        });
        Self { port, server }
    }
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("a bound address").port();
    (listener, port)
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Holds requests back, as a slow network does, or a network that blocks a vendor for good.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Mutex<BTreeSet<String>>>);

/// The prefix of a path whose response waits, instead of the request.
const ANSWER: &str = "answer to ";

impl Gate {
    /// From now on, requests for this path wait.
    pub(crate) fn hold(&self, path: &str) {
        self.paths(|paths| paths.insert(path.to_owned()));
    }

    /// From now on, the application handles requests for this path at once, but the responses wait.
    pub(crate) fn hold_answer(&self, path: &str) {
        self.hold(&format!("{ANSWER}{path}"));
    }

    /// Releases the waiting requests and responses.
    pub(crate) fn release(&self, path: &str) {
        self.paths(|paths| paths.retain(|held| held.strip_prefix(ANSWER).unwrap_or(held) != path));
    }

    async fn wait(&self, what: &str) {
        while self.paths(|paths| paths.contains(what)) {
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn paths<T>(&self, action: impl FnOnce(&mut BTreeSet<String>) -> T) -> T {
        action(&mut self.0.lock().expect("no test panics in here"))
    }

    fn before(&self, app: Router) -> Router {
        app.layer(from_fn_with_state(self.clone(), wait_at))
    }
}

async fn wait_at(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    gate.wait(&path).await;
    let response = next.run(request).await;
    gate.wait(&format!("{ANSWER}{path}")).await;
    response
}
