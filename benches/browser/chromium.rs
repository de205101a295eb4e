//! Headless Chromium, driven over the DevTools protocol through a pipe: no port, no driver and no WebSocket.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    // A kept page would get a new renderer process beside it, and the process would warm up during the measurement.
    "--disable-features=BackForwardCache",
    "--remote-debugging-pipe",
    "about:blank",
];

/// Moves the pipe to the descriptors 3 and 4, where `--remote-debugging-pipe` expects it. The process id stays the same.
const MOVE_PIPE: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"#;

/// How long Chromium may take for one step, on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// The program, from `CHROMIUM` or `PATH`.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(program) = env::var_os("CHROMIUM") {
        return Some(program.into());
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

/// What the browser reports without being asked.
struct Event {
    method: String,
    params: Value,
}

/// A browser with one page. It ends when the pipe is closed, also if this program is killed.
pub(crate) struct Chromium {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    calls: u64,
    /// The events that were not waited for.
    events: Vec<Event>,
    /// The page's session.
    session: String,
    _profile: Profile,
}

impl Chromium {
    pub(crate) async fn start(program: &Path) -> Self {
        let profile = Profile::new();
        let mut command = Command::new("sh");
        command.args(["-c", MOVE_PIPE, "sh"]).arg(program).args(ARGUMENTS);
        command.arg(format!("--user-data-dir={}", profile.0.display()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().expect("a shell");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (events, session) = (Vec::new(), String::new());
        let mut chromium = Self { child, input, output, calls: 0, events, session, _profile: profile };
        chromium.attach().await;
        chromium
    }

    /// Attaches to the page that the browser opened at its start.
    async fn attach(&mut self) {
        let targets = self.browser("Target.getTargets", json!({})).await;
        let targets = targets["targetInfos"].as_array().expect("targets");
        let page = targets.iter().find(|target| target["type"] == "page").expect("a page")["targetId"].clone();
        let attached = self.browser("Target.attachToTarget", json!({ "targetId": page, "flatten": true })).await;
        self.session = attached["sessionId"].as_str().expect("a session").to_owned();
        self.page("Page.enable", json!({})).await;
        self.page("Page.setLifecycleEventsEnabled", json!({ "enabled": true })).await;
    }

    /// The browser's name and version.
    pub(crate) async fn version(&mut self) -> String {
        self.browser("Browser.getVersion", json!({})).await["product"].as_str().expect("a name").to_owned()
    }

    /// Calls a method of the browser.
    pub(crate) async fn browser(&mut self, method: &str, params: Value) -> Value {
        self.call(json!({ "method": method, "params": params })).await
    }

    /// Calls a method of the page.
    pub(crate) async fn page(&mut self, method: &str, params: Value) -> Value {
        self.call(json!({ "method": method, "params": params, "sessionId": self.session })).await
    }

    /// Evaluates an expression in the page, and waits for its promise.
    pub(crate) async fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.page("Runtime.evaluate", params).await;
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Navigates, waits until the new document has reached these milestones, and returns the navigation's id.
    pub(crate) async fn navigate(&mut self, url: &str, milestones: &[&str]) -> String {
        self.events.clear();
        let answer = self.page("Page.navigate", json!({ "url": url })).await;
        assert!(answer["errorText"].is_null(), "{url}: {answer}");
        let navigation = answer["loaderId"].as_str().expect("a navigation").to_owned();
        for milestone in milestones {
            self.event("Page.lifecycleEvent", |event| event["loaderId"] == *navigation && event["name"] == **milestone)
                .await;
        }
        navigation
    }

    /// Returns all trace events since `Tracing.start`.
    pub(crate) async fn end_tracing(&mut self) -> Vec<Value> {
        self.browser("Tracing.end", json!({})).await;
        let completed = self.event("Tracing.tracingComplete", |_| true).await;
        assert_ne!(completed["dataLossOccurred"], true, "the trace is incomplete");
        let mut trace = Vec::new();
        for event in self.events.extract_if(.., |event| event.method == "Tracing.dataCollected") {
            let Value::Object(mut params) = event.params else { continue };
            if let Some(Value::Array(part)) = params.remove("value") {
                trace.extend(part);
            }
        }
        trace
    }

    /// Ends the browser.
    pub(crate) async fn close(mut self) {
        self.send(json!({ "id": 0, "method": "Browser.close" })).await;
        if timeout(LIMIT, self.child.wait()).await.is_err() {
            self.child.kill().await.expect("the browser ends");
        }
    }

    async fn call(&mut self, mut message: Value) -> Value {
        self.calls += 1;
        message["id"] = self.calls.into();
        let method = message["method"].to_string();
        self.send(message).await;
        loop {
            let mut answer = self.receive(&method).await;
            if answer["id"] == self.calls {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
            self.keep(answer);
        }
    }

    /// Waits for an event and returns its parameters.
    async fn event(&mut self, method: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let found = self.events.iter().position(|event| event.method == method && is_it(&event.params));
            if let Some(found) = found {
                return self.events.remove(found).params;
            }
            let message = self.receive(method).await;
            self.keep(message);
        }
    }

    fn keep(&mut self, mut message: Value) {
        if let Some(method) = message["method"].as_str().map(str::to_owned) {
            self.events.push(Event { method, params: message["params"].take() });
        }
    }

    async fn send(&mut self, message: Value) {
        let line = format!("{message}\0");
        self.input.write_all(line.as_bytes()).await.expect("the browser reads");
    }

    /// Receives one message; `awaited` names in an error what did not come.
    async fn receive(&mut self, awaited: &str) -> Value {
        let mut message = Vec::new();
        let reading = timeout(LIMIT, self.output.read_until(0, &mut message));
        reading.await.unwrap_or_else(|_| panic!("no answer to {awaited}")).expect("a readable pipe");
        assert_eq!(message.pop(), Some(0), "the browser ended before {awaited}");
        serde_json::from_slice(&message).expect("JSON")
    }
}

/// The browser's files, removed when it has ended.
struct Profile(PathBuf);

impl Profile {
    fn new() -> Self {
        let folder = env::temp_dir().join(format!("widget-bench-{}", std::process::id()));
        fs::create_dir(&folder).expect("a new folder for the browser");
        Self(folder)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // The browser's other processes may still write for a moment.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        eprintln!("{} could not be removed", self.0.display());
    }
}
