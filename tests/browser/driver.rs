//! Starting a browser and its WebDriver server, and getting rid of both again.

use std::env;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command as Blocking, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};

/// How long a driver and a browser may take to start, on a busy machine.
const START: Duration = Duration::from_secs(60);

const CHROMIUM_ARGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // `acceptInsecureCerts` alone does not cover service workers.
    "--ignore-certificate-errors",
    // As Chrome does for its users: it keeps `no-store` pages for the Back button.
    "--enable-features=CacheControlNoStoreEnterBackForwardCache:level/restore-unless-http-only-cookie-change",
];

const WEBKIT_BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/// Which browser to drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    /// The driver's command. `port` is for one that does not choose a free port by itself.
    fn driver(self, port: u16) -> Command {
        let (program, args) = match self {
            Self::Chromium => (program("CHROMEDRIVER", "/usr/bin/chromedriver"), vec!["--port=0".to_owned()]),
            // The second port is for a protocol that nobody uses here; the usual one may be taken.
            Self::Firefox => (program("GECKODRIVER", "geckodriver"), words("--port=0 --websocket-port=0")),
            Self::WebKit => (program("WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver"), vec![format!("--port={port}")]),
        };
        let mut command = Command::new(program);
        command.args(args);
        command
    }

    /// What stands before the port in the driver's output; nothing where the driver keeps it for itself.
    fn announcement(self) -> Option<&'static str> {
        match self {
            Self::Chromium => Some("started successfully on port "),
            Self::Firefox => Some("Listening on 127.0.0.1:"),
            Self::WebKit => None,
        }
    }

    fn needs_display(self) -> bool {
        self == Self::WebKit && env::var_os("DISPLAY").is_none()
    }

    fn capabilities(self, profile: &Profile) -> Capabilities {
        let (key, options) = match self {
            Self::Chromium => ("goog:chromeOptions", chromium(profile)),
            Self::Firefox => ("moz:firefoxOptions", firefox(&profile.files)),
            Self::WebKit => ("webkitgtk:browserOptions", webkit()),
        };
        [(key.to_owned(), options), ("acceptInsecureCerts".to_owned(), Value::Bool(true))].into_iter().collect()
    }
}

fn chromium(profile: &Profile) -> Value {
    let files = format!("--user-data-dir={}", profile.files.display());
    let widget = profile.widget.map_or("~NOTFOUND".to_owned(), |port| format!("127.0.0.1:{port}"));
    let widget = format!("--host-resolver-rules=MAP widget.intercom.io {widget}");
    // Trusted by name, or it would keep nothing in its cache.
    let trusted = format!("--ignore-certificate-errors-spki-list={}", crate::tls::public_key_hash());
    let args: Vec<&str> =
        CHROMIUM_ARGS.into_iter().chain([files.as_str(), trusted.as_str(), widget.as_str()]).collect();
    json!({ "binary": program("CHROMIUM", "/usr/bin/chromium"), "args": args })
}

fn firefox(profile: &Path) -> Value {
    json!({
        "binary": program("FIREFOX", "/usr/bin/firefox-esr"),
        "args": ["-headless", "-profile", profile],
        // Straight to the test's own server, and nowhere else.
        "prefs": { "network.proxy.type": 0, "network.captive-portal-service.enabled": false },
    })
}

fn webkit() -> Value {
    json!({ "binary": program("MINIBROWSER", WEBKIT_BROWSER), "args": ["--automation"] })
}

fn program(variable: &str, usual: &str) -> String {
    env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// A browser. Dropped, it leaves no process behind; its files are the profile's.
pub(crate) struct Browser {
    pub(crate) client: Client,
    _driver: Driver,
}

impl Browser {
    pub(crate) async fn start(engine: Engine, profile: &Profile) -> Self {
        let driver = Driver::start(engine, &profile.files).await;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connecting = builder.capabilities(engine.capabilities(profile)).connect(&driver.url);
        let connected = timeout(START, connecting).await.expect("the browser starts in time");
        Self { client: connected.expect("the browser starts"), _driver: driver }
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
    url: String,
    // In this order: a browser whose screen is gone complains.
    _processes: Group,
    _display: Option<Display>,
}

impl Driver {
    async fn start(engine: Engine, files: &Path) -> Self {
        let display = if engine.needs_display() { Some(Display::start().await) } else { None };
        let chosen = if engine.announcement().is_none() { free_port() } else { 0 };
        let mut command = engine.driver(chosen);
        keep_files_in(&mut command, files);
        if let Some(display) = &display {
            command.env("DISPLAY", &display.name);
        }
        let mut processes = Group::spawn(command);
        let port = match engine.announcement() {
            Some(words) => processes.announced(words).await,
            None => processes.listening(chosen).await,
        };
        processes.drain();
        Self { url: format!("http://127.0.0.1:{port}"), _processes: processes, _display: display }
    }
}

/// Whatever a browser writes outside of its profile, because it has no profile of its own.
fn keep_files_in(command: &mut Command, files: &Path) {
    for variable in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
        command.env(variable, files.join(variable));
    }
    // WebKit's own sandbox wants more from the system than a container has. What it shows comes from here.
    command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1").env("NO_AT_BRIDGE", "1");
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound address").port()
}

/// A screen that nobody looks at.
struct Display {
    name: String,
    _server: Group,
}

impl Display {
    async fn start() -> Self {
        let mut command = Command::new("Xvfb");
        command.args(words("-displayfd 1 -screen 0 1280x900x24 -nolisten tcp"));
        let mut server = Group::spawn(command);
        let number = server.announced("").await;
        server.drain();
        Self { name: format!(":{number}"), _server: server }
    }
}

/// A program in a process group of its own, which its children join: all can be ended together.
struct Group {
    child: Child,
    output: Option<BufReader<ChildStdout>>,
}

impl Group {
    fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let spawned = command.process_group(0).kill_on_drop(true).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = child.stdout.take().map(BufReader::new);
        Self { child, output }
    }

    /// The number that the program writes behind these words when it is ready.
    async fn announced(&mut self, words: &str) -> u16 {
        let output = self.output.as_mut().expect("its output is piped");
        let number = timeout(START, announced_number(words, output)).await;
        number.expect("the program says that it is ready")
    }

    /// Waits until somebody answers at this port.
    async fn listening(&mut self, port: u16) -> u16 {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            let ended = self.child.try_wait().expect("its state");
            assert!(ended.is_none() && start.elapsed() < START, "the driver is not ready: {ended:?}");
            sleep(Duration::from_millis(20)).await;
        }
        port
    }

    /// Reads what else the program writes, which would come to a stop when nobody did.
    fn drain(&mut self) {
        let output = self.output.take();
        tokio::spawn(async move {
            if let Some(mut output) = output {
                let _ = tokio::io::copy_buf(&mut output, &mut tokio::io::sink()).await;
            }
        });
    }
}

async fn announced_number(words: &str, output: &mut BufReader<ChildStdout>) -> u16 {
    let mut line = String::new();
    loop {
        line.clear();
        let read = output.read_line(&mut line).await.expect("readable output");
        assert!(read > 0, "the program ended before it was ready");
        let number = line.split_once(words).and_then(|(_, number)| number.trim().trim_end_matches('.').parse().ok());
        if let Some(number) = number {
            return number;
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Not yet waited for, so the number cannot belong to anybody else.
        let Some(group) = self.child.id() else { return };
        let _ = Blocking::new("kill").args(["-KILL", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
    }
}

/// The browser's files, in a directory that is new for each test.
pub(crate) struct Profile {
    files: PathBuf,
    /// Where the vendor's host leads; without it, nowhere. For Chromium.
    widget: Option<u16>,
}

impl Profile {
    pub(crate) fn new(widget: Option<u16>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("widget-browser-{}-{number}", std::process::id());
        let files = env::temp_dir().join(name);
        fs::create_dir(&files).expect("a new directory for the browser");
        Self { files, widget }
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // A process that is just being killed may still write a file in between.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.files).is_ok() || !self.files.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        eprintln!("could not remove {}", self.files.display());
    }
}
