//! Starting a browser and its WebDriver server, and getting rid of both again.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Blocking, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a driver and a browser may take to start, on a busy machine.
const START: Duration = Duration::from_secs(60);

const CHROMIUM_ARGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // As Chrome does for its users: it keeps `no-store` pages for the Back button.
    "--enable-features=CacheControlNoStoreEnterBackForwardCache:level/restore-unless-http-only-cookie-change",
];

/// Which browser to drive.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    Chromium,
}

impl Engine {
    /// The driver's command; it chooses a free port by itself and says which.
    fn driver(self) -> Command {
        match self {
            Self::Chromium => {
                let mut command = Command::new(program("CHROMEDRIVER", "/usr/bin/chromedriver"));
                command.arg("--port=0");
                command
            }
        }
    }

    /// The port, if this line of the driver's output is the one that names it.
    fn port(self, line: &str) -> Option<u16> {
        let words = match self {
            Self::Chromium => "started successfully on port ",
        };
        let (_, port) = line.split_once(words)?;
        port.trim_end_matches('.').parse().ok()
    }

    fn capabilities(self, profile: &Path) -> Capabilities {
        match self {
            Self::Chromium => [("goog:chromeOptions".to_owned(), chromium(profile))].into_iter().collect(),
        }
    }
}

fn chromium(profile: &Path) -> Value {
    let profile = format!("--user-data-dir={}", profile.display());
    let args: Vec<&str> = CHROMIUM_ARGS.into_iter().chain([profile.as_str()]).collect();
    json!({ "binary": program("CHROMIUM", "/usr/bin/chromium"), "args": args })
}

fn program(variable: &str, usual: &str) -> String {
    env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

/// A browser with an empty profile of its own. Dropped, it leaves no process and no file behind.
pub(crate) struct Browser {
    pub(crate) client: Client,
    // In this order: the processes end before their files go.
    _driver: Driver,
    _profile: Profile,
}

impl Browser {
    pub(crate) async fn start(engine: Engine) -> Self {
        let profile = Profile::new();
        let driver = Driver::start(engine).await;
        let connecting = ClientBuilder::new(HttpConnector::new())
            .capabilities(engine.capabilities(&profile.0))
            .connect(&driver.url)
            .await;
        Self { client: connecting.expect("the browser starts"), _driver: driver, _profile: profile }
    }

    /// The orderly way; dropping the browser kills it.
    pub(crate) async fn close(self) {
        let closing = self.client.clone().close();
        if !matches!(timeout(Duration::from_secs(10), closing).await, Ok(Ok(()))) {
            eprintln!("the browser did not close by itself");
        }
    }
}

struct Driver {
    child: Child,
    url: String,
    _output: BufReader<ChildStdout>,
}

impl Driver {
    async fn start(engine: Engine) -> Self {
        let mut child = engine
            .driver()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, which the browser joins: both can be ended together.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .expect("the driver starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let port = timeout(START, announced_port(engine, &mut output)).await;
        Self { child, url: format!("http://127.0.0.1:{}", port.expect("the driver names its port")), _output: output }
    }
}

async fn announced_port(engine: Engine, output: &mut BufReader<ChildStdout>) -> u16 {
    let mut line = String::new();
    loop {
        line.clear();
        let read = output.read_line(&mut line).await.expect("readable output");
        assert!(read > 0, "the driver ended before it was ready");
        if let Some(port) = engine.port(line.trim()) {
            return port;
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Not yet waited for, so the number cannot belong to anybody else.
        let Some(group) = self.child.id() else { return };
        let _ = Blocking::new("kill").args(["-KILL", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
    }
}

/// The browser's files, in a directory that is new for each browser.
struct Profile(PathBuf);

impl Profile {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("widget-browser-{}-{number}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).expect("a new directory for the browser");
        Self(path)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // A process that is just being killed may still write a file in between.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        eprintln!("could not remove {}", self.0.display());
    }
}
