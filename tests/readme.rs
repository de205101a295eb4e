//! The documents' programs as a newcomer starts them: a new project, the `cargo add` lines, `src/main.rs`, and a
//! browser's requests.
//!
//! ```text
//! cargo test --test readme -- --ignored
//! ```

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const NAME: &str = "tower-widget-identity";

const README: &str = "README.md";
const GETTING_STARTED: &str = "docs/getting-started.md";

/// How long a program may take until it listens, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn document(path: &str) -> String {
    fs::read_to_string(Path::new(REPOSITORY).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

// ---- what a document says -------------------------------------------------------------------------------------------

/// The code blocks of a section.
struct Section {
    commands: Vec<String>,
    program: String,
}

/// The section with this heading, up to the next one. It has one program.
fn section(path: &str, heading: &str) -> Section {
    let document = document(path);
    let (_, rest) = document.split_once(&format!("\n## {heading}\n")).expect("the section");
    let text = rest.split("\n## ").next().expect("its text");
    let blocks = |start: &str| -> Vec<String> {
        let start = format!("```{start}\n");
        text.split(&start).skip(1).map(|block| block.split("```").next().expect("its end").to_owned()).collect()
    };
    let commands = blocks("text").iter().flat_map(|block| block.lines()).map(str::to_owned).collect();
    let [program] = &blocks("rust,no_run")[..] else { panic!("{path}, {heading}: one program") };
    Section { commands, program: program.clone() }
}

#[test]
fn the_readme_is_short() {
    let lines = document(README).lines().count();
    assert!(lines <= 150, "{lines} lines");
}

#[test]
fn a_newcomer_types_three_commands_and_twenty_lines() {
    let Section { commands, program } = section(README, "Install");
    assert!(commands.len() <= 3, "{commands:?}");
    let own: Vec<_> = program.lines().filter(|line| !line.starts_with("use ") && !line.trim().is_empty()).collect();
    assert!(own.len() <= 20, "{} lines", own.len());
}

#[test]
fn every_example_that_the_documents_name_exists() {
    let folder = Path::new(REPOSITORY).join("docs");
    let pages = fs::read_dir(folder).expect("the guide").map(|entry| entry.expect("a page").path());
    let pages = pages.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut found = 0;
    for path in pages.chain([Path::new(REPOSITORY).join(README)]) {
        let text = fs::read_to_string(&path).expect("a page");
        for name in text.split("--example ").skip(1) {
            let name = name.split(|char: char| !char.is_alphanumeric() && char != '_').next().expect("a name");
            let examples = Path::new(REPOSITORY).join("examples");
            let is_there = examples.join(name).join("main.rs").exists() || examples.join(format!("{name}.rs")).exists();
            assert!(is_there, "{}: there is no example {name:?}", path.display());
            found += 1;
        }
    }
    assert!(found >= 10, "{found} commands");
}

// ---- a project ------------------------------------------------------------------------------------------------------

/// An empty project. It is a workspace of its own, because it lies in the repository's directory.
fn project(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).expect("a new folder");
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n");
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(folder.join("src/main.rs"), "fn main() {}\n").expect("a program");
    folder
}

/// Both projects share most of their dependencies.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme/target")
}

fn cargo(folder: &Path, arguments: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    // A warning is an error.
    cargo.env("CARGO_TARGET_DIR", target()).env("RUSTFLAGS", "-D warnings").current_dir(folder).args(arguments);
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a `cargo add` line unchanged, except that this crate comes from the repository.
fn add(folder: &Path, line: &str) {
    let words: Vec<_> = line.split_whitespace().skip(1).collect();
    let others: Vec<_> = words.iter().copied().filter(|word| *word != NAME).collect();
    if others.len() < words.len() {
        cargo(folder, &["add", NAME, "--path", REPOSITORY]);
    }
    if others.len() > 1 {
        cargo(folder, &others);
    }
}

/// Builds the section's program from its commands alone, without a warning, and starts it.
fn start(path: &str, heading: &str, name: &str) -> Program {
    let Section { commands, program } = section(path, heading);
    let folder = project(name);
    let added: Vec<_> = commands.iter().filter(|line| line.starts_with("cargo add ")).collect();
    assert!(added.iter().any(|line| line.contains(NAME)), "{commands:?}");
    for line in added {
        add(&folder, line);
    }
    // Another program on this machine may use the document's port.
    let port = free_port();
    assert!(program.contains("127.0.0.1:3000"), "the program's address");
    fs::write(folder.join("src/main.rs"), program.replace("127.0.0.1:3000", &format!("127.0.0.1:{port}")))
        .expect("the program");
    cargo(&folder, &["build", "--quiet"]);
    let mut command = Command::new(target().join("debug").join(name));
    let child =
        command.env("INTERCOM_SECRET", "a secret of the test").stdout(Stdio::null()).spawn().expect("a program");
    let program = Program { child, port };
    program.wait();
    program
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

// ---- a running program ----------------------------------------------------------------------------------------------

/// A program that ends with the test.
struct Program {
    child: Child,
    port: u16,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn wait(&self) {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "the program does not listen");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The response to a browser's request, head and body.
    fn send(&self, method: &str, path: &str, cookies: &str) -> String {
        let origin = format!("localhost:{}", self.port);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {origin}\r\nOrigin: http://{origin}\r\nAccept: text/html\r\n\
             Cookie: {cookies}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("a connection");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        response
    }
}

/// The cookies that a response sets, as a browser sends them back.
fn cookies(response: &str) -> String {
    let lines = response.lines().filter_map(|line| line.split_once(": "));
    let lines = lines.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    lines.filter_map(|(_, value)| value.split(';').next()).collect::<Vec<_>>().join("; ")
}

#[test]
#[ignore = "it takes crates from the registry"]
fn the_axum_program_signs_in_and_out_in_a_new_project() {
    let program = start(README, "Install", "shop");
    let visitor = program.send("GET", "/", "");
    assert!(visitor.contains("Sign in") && !visitor.contains("data-widget"), "{visitor}");

    let login = program.send("POST", "/login", "");
    let session = cookies(&login);
    assert!(login.starts_with("HTTP/1.1 303") && !session.is_empty(), "{login}");

    let page = program.send("GET", "/", &session);
    assert!(page.contains("data-widget='") && page.contains("Sign out"), "{page}");

    let logout = program.send("POST", "/logout", &session);
    assert!(cookies(&logout).contains("widget=out"), "{logout}");
    let visitor = program.send("GET", "/", &session);
    assert!(!visitor.contains("data-widget"), "{visitor}");
}

#[test]
#[ignore = "it takes crates from the registry"]
fn the_hyper_program_shows_a_widget_in_a_new_project() {
    let program = start(GETTING_STARTED, "hyper, without a framework", "plain");
    let page = program.send("GET", "/", "");
    assert!(page.contains("data-widget='"), "{page}");
}
