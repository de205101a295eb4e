//! Programs that a test starts, and that end with it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a program may take to start, or to end, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const EXAMPLES: [&str; 4] = ["hubspot", "per_route", "reverse_proxy", "tenants"];

/// The environment variables that the examples read.
const VARIABLES: [&str; 10] = [
    "HUBSPOT_ACCESS_TOKEN",
    "HUBSPOT_PORTAL_ID",
    "INTERCOM_APP_ID",
    "INTERCOM_SECRET",
    "FERNDESK_WIDGET_ID",
    "FERNDESK_SECRET",
    "ZENDESK_KEY",
    "ZENDESK_CHAT_SECRET",
    "DATABASE",
    "PORT",
];

/// An example by its name.
pub(crate) fn example(name: &str) -> Command {
    static BINARIES: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let arguments: Vec<&str> = EXAMPLES.iter().flat_map(|name| ["--example", name]).collect();
    program(&BINARIES.get_or_init(|| built(&arguments))[name])
}

/// The example `axum_login`, which is a package of its own.
pub(crate) fn axum_login() -> Command {
    static BINARIES: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    program(&BINARIES.get_or_init(|| built(&["--package=example-axum-login", "--bins"]))["axum_login"])
}

/// A program without the environment variables of this process that would configure it.
pub(crate) fn program(path: &Path) -> Command {
    let mut command = Command::new(path);
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command
}

/// The repository's root. The package of a test program is the root itself, or a folder in it.
pub(crate) fn repository() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).expect("a lock file in the root")
}

/// Builds the programs, because `cargo test --test ...` does not, and those of an earlier run may be old.
fn built(arguments: &[&str]) -> BTreeMap<String, PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--offline", "--quiet", "--message-format=json"]).args(arguments);
    let built = cargo.current_dir(repository()).output().expect("cargo runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let messages = built.stdout.split(|byte| *byte == b'\n');
    messages.filter_map(|line| serde_json::from_slice(line).ok()).filter_map(|message| artifact(&message)).collect()
}

fn artifact(message: &Value) -> Option<(String, PathBuf)> {
    let executable = message["executable"].as_str()?;
    Some((message["target"]["name"].as_str()?.to_owned(), executable.into()))
}

/// Runs a program until it ends.
pub(crate) fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// A program that listens on a port. When it is dropped, it is killed.
pub(crate) struct Process {
    pub(crate) port: u16,
    child: Child,
    stderr: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts the program, and waits until it prints `words` and a port.
    pub(crate) fn start(mut command: Command, words: &str) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stderr = collect(child.stderr.take().expect("it is piped"));
        let lines = lines(child.stdout.take().expect("it is piped"));
        let port = announced(&lines, words);
        // From here on, the process is killed in every case.
        let mut process = Self { port: 0, child, stderr: Some(stderr) };
        process.port = port.unwrap_or_else(|| panic!("{command:?} says no port: {}", process.errors()));
        process
    }

    /// Everything that the program has written to stderr. The program is killed if it still runs.
    pub(crate) fn errors(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let reader = self.stderr.take().expect("asked once");
        reader.join().expect("the reader does not panic")
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        // The test has not waited for the process yet, so the number cannot belong to another one.
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_none()
    }

    /// Waits until the program ends by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn announced(lines: &Receiver<String>, words: &str) -> Option<u16> {
    let start = Instant::now();
    while let Some(left) = PATIENCE.checked_sub(start.elapsed()) {
        let line = lines.recv_timeout(left).ok()?;
        let digits = line.split_once(words).map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit));
        if let Some(Ok(port)) = digits.map(|digits| digits.collect::<String>().parse()) {
            return Some(port);
        }
    }
    None
}

/// Reads the output to its end, because a program blocks once its output is no longer read.
fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

fn collect(mut output: ChildStderr) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        let _ = output.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}
