//! Runs a test against the example application, served in this process, with a fresh browser.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures::FutureExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::driver::{Browser, Engine};
use crate::example;
use crate::page::Page;

/// No test takes this long unless it hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Opens the example's page in a fresh browser, lets `test` work with it and cleans up, come what may.
pub(crate) async fn run(test: impl AsyncFnOnce(&Page)) {
    // Whatever the environment says.
    let messenger = example::Messenger::demo().expect("random numbers");
    let site = Site::start(example::app(messenger).expect("the example can be built")).await;
    let browser = Browser::start(Engine::Chromium).await;
    let page = Page::new(browser.client.clone(), site.url.clone(), site.gate.clone());
    let body = async {
        page.open("/").await;
        test(&page).await;
    };
    let outcome = timeout(LIMIT, AssertUnwindSafe(body).catch_unwind()).await;
    if !matches!(outcome, Ok(Ok(()))) {
        report(&page).await;
    }
    browser.close().await;
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => panic!("the test did not end within {LIMIT:?}"),
    }
}

/// What the page looked like when the test failed.
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
struct Site {
    url: String,
    gate: Gate,
    server: JoinHandle<()>,
}

impl Site {
    async fn start(app: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let gate = Gate::default();
        let app = app.layer(from_fn_with_state(gate.clone(), wait_at));
        let server = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the server runs");
        });
        // By name: cookies, secure contexts and the vendors' rules treat addresses differently.
        Self { url: format!("http://localhost:{port}"), gate, server }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Holds requests back, as a slow network does, or one that blocks a vendor for good.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Mutex<BTreeSet<String>>>);

impl Gate {
    /// From now on, requests for this path wait.
    pub(crate) fn hold(&self, path: &str) {
        self.paths(|paths| paths.insert(path.to_owned()));
    }

    /// Those that wait go on.
    pub(crate) fn release(&self, path: &str) {
        self.paths(|paths| paths.remove(path));
    }

    fn holds(&self, path: &str) -> bool {
        self.paths(|paths| paths.contains(path))
    }

    fn paths<T>(&self, action: impl FnOnce(&mut BTreeSet<String>) -> T) -> T {
        action(&mut self.0.lock().expect("no test panics in here"))
    }
}

async fn wait_at(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    while gate.holds(request.uri().path()) {
        sleep(Duration::from_millis(5)).await;
    }
    next.run(request).await
}
