//! Starts a browser and its WebDriver server, and ends both again.

use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::runtime::Runtime;
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
    // As Chrome does by default for its users: it keeps `no-store` pages for the Back button.
    "--enable-features=CacheControlNoStoreEnterBackForwardCache:level/restore-unless-http-only-cookie-change",
];

const WEBKIT_BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/// The browser to drive.
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
            // The second port is for a protocol that the tests do not use; its default may be taken. `pool` needs the
            // system access to clear everything between two tests.
            Self::Firefox => {
                (program("GECKODRIVER", "geckodriver"), words("--port=0 --websocket-port=0 --allow-system-access"))
            }
            Self::WebKit => (program("WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver"), vec![format!("--port={port}")]),
        };
        let mut command = Command::new(program);
        command.args(args);
        command
    }

    /// The words before the port in the driver's output; `None` if the driver does not print it.
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
    // Chromium must trust the certificate by its hash. Otherwise it would put nothing into its cache.
    let trusted = format!("--ignore-certificate-errors-spki-list={}", crate::harness::tls::public_key_hash());
    let args: Vec<&str> =
        CHROMIUM_ARGS.into_iter().chain([files.as_str(), trusted.as_str(), widget.as_str()]).collect();
    json!({ "binary": program("CHROMIUM", "/usr/bin/chromium"), "args": args })
}

fn firefox(profile: &Path) -> Value {
    json!({
        "binary": program("FIREFOX", "/usr/bin/firefox-esr"),
        "args": ["-headless", "-profile", profile],
        // Direct connections to the test's own server only.
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

/// Drivers and the connections to them outlive the test that started them, and that test's runtime.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().expect("a runtime")
});

/// A browser with its files. When it is dropped, it leaves no process and no file behind.
pub(crate) struct Browser {
    pub(crate) engine: Engine,
    pub(crate) client: Client,
    _driver: Driver,
    // Dropped last, because the browser still writes when it is killed.
    profile: Profile,
}

impl Browser {
    /// Starts a browser that has loaded no page. `widget` is the port to which the vendor's own host leads.
    pub(crate) async fn start(engine: Engine, widget: Option<u16>) -> Self {
        Self::with_files(engine, Profile::new(widget)).await
    }

    async fn with_files(engine: Engine, profile: Profile) -> Self {
        let starting = RUNTIME.spawn(async move {
            let driver = Driver::start(engine, &profile.files).await;
            let mut builder = ClientBuilder::new(HttpConnector::new());
            let connecting = builder.capabilities(engine.capabilities(&profile)).connect(&driver.url);
            let connected = timeout(START, connecting).await.expect("the browser starts in time");
            Self { engine, client: connected.expect("the browser starts"), _driver: driver, profile }
        });
        starting.await.expect("the browser starts")
    }

    /// Whether the browser is tied to the ports of one test.
    pub(crate) fn is_special(&self) -> bool {
        self.profile.widget.is_some()
    }

    /// Closes the browser and starts it again with the same files. No page is open then.
    pub(crate) async fn restart(self) -> Self {
        let Self { engine, client, _driver: driver, profile } = self;
        end(client).await;
        driver.end().await;
        Self::with_files(engine, profile).await
    }

    /// Closes the browser in the orderly way; dropping it kills it.
    pub(crate) async fn close(self) {
        end(self.client.clone()).await;
    }
}

async fn end(client: Client) {
    if !matches!(timeout(Duration::from_secs(10), client.close()).await, Ok(Ok(()))) {
        eprintln!("the browser did not close by itself");
    }
}

struct Driver {
    url: String,
    // In this order, because a browser whose screen is gone complains.
    processes: Group,
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
        let mut processes = Group::spawn(&command);
        let port = match engine.announcement() {
            Some(words) => processes.announced(words).await,
            None => processes.listening(chosen).await,
        };
        processes.drain();
        Self { url: format!("http://127.0.0.1:{port}"), processes, _display: display }
    }

    async fn end(self) {
        self.processes.end().await;
    }
}

/// Redirects the files that a browser writes outside of its profile, because it has no profile of its own.
fn keep_files_in(command: &mut Command, files: &Path) {
    for variable in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
        command.env(variable, files.join(variable));
    }
    // WebKit's own sandbox needs more from the system than a container has. Its pages come from these tests only.
    command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1").env("NO_AT_BRIDGE", "1");
    // The list of media plug-ins, which WebKit would otherwise build at each start.
    command.env("GST_REGISTRY", env::temp_dir().join("widget-browser-gstreamer.bin"));
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound address").port()
}

/// A virtual screen.
struct Display {
    name: String,
    _server: Group,
}

impl Display {
    async fn start() -> Self {
        let mut command = Command::new("Xvfb");
        command.args(words("-displayfd 1 -screen 0 1280x900x24 -nolisten tcp"));
        let mut server = Group::spawn(&command);
        let number = server.announced("").await;
        server.drain();
        Self { name: format!(":{number}"), _server: server }
    }
}

/// Runs a program in a process group of its own, which its children join, until the standard input is closed: by the
/// end of the group, or by the end of the whole test program, which no test can notice.
const GUARD: &str = r#"
setsid "$@" </dev/null & group=$!
exec >/dev/null
cat
kill -s KILL -- "-$group"
"#;

/// A program and its children, which end with it.
struct Group {
    guard: Child,
    input: Option<ChildStdin>,
    output: Option<BufReader<ChildStdout>>,
}

impl Group {
    fn spawn(command: &Command) -> Self {
        let command = command.as_std();
        let mut guarded = Command::new("sh");
        guarded.args(["-c", GUARD, "sh"]).arg(command.get_program()).args(command.get_args());
        guarded.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        guarded.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let spawned = guarded.process_group(0).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = child.stdout.take().map(BufReader::new);
        Self { input: child.stdin.take(), guard: child, output }
    }

    /// Ends the program and waits until it has exited.
    async fn end(mut self) {
        self.input = None;
        let _ = timeout(START, self.guard.wait()).await;
    }

    /// Returns the number that the program prints after these words when it is ready.
    async fn announced(&mut self, words: &str) -> u16 {
        let output = self.output.as_mut().expect("its output is piped");
        let number = timeout(START, announced_number(words, output)).await;
        number.expect("the program says that it is ready")
    }

    /// Waits until a program accepts connections at this port.
    async fn listening(&mut self, port: u16) -> u16 {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            assert!(start.elapsed() < START, "the driver is not ready");
            sleep(Duration::from_millis(20)).await;
        }
        port
    }

    /// Reads the rest of the program's output. Otherwise the program would block on a full pipe.
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

/// Removes a directory as soon as the standard input is closed, twice: a browser that is just being killed still
/// writes.
const REMOVER: &str = r#"cat; rm -rf -- "$1"; sleep 1; rm -rf -- "$1""#;

/// The browser's files, in a directory that is new for each browser and is removed with it.
struct Profile {
    files: PathBuf,
    _remover: std::process::Child,
    /// The port to which the vendor's host leads; `None` blocks it. For Chromium.
    widget: Option<u16>,
}

impl Profile {
    fn new(widget: Option<u16>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("widget-browser-{}-{number}", std::process::id());
        let files = env::temp_dir().join(name);
        fs::create_dir(&files).expect("a new directory for the browser");
        let mut remover = std::process::Command::new("sh");
        remover.args(["-c", REMOVER, "sh"]).arg(&files).stdin(Stdio::piped()).process_group(0);
        let remover = remover.spawn().expect("the shell starts");
        Self { files, _remover: remover, widget }
    }
}
