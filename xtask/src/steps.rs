//! The steps that CI runs. Each is a few commands, printed before they run; the first that fails ends the step.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

type Step = fn(&Runner, &[String]) -> Result<(), String>;

/// Name, what follows it, what it does, and how.
const STEPS: &[(&str, &str, &str, Step)] = &[
    ("quick", "", "the loop while you work: format, lints and unit tests of the library", quick),
    ("check", "", "what fails early: format, lock files, links, prose, scripts", check),
    ("format", "", "rustfmt", format),
    ("locks", "", "whether every Cargo.lock fits its Cargo.toml", locks),
    ("package", "", "what crates.io would get: its files, and cargo's warnings about them", package),
    ("links", "", "links and wording of the documents", links),
    ("scripts", "", "types, style and minified copies of the JavaScript (needs npm)", scripts),
    ("test", "", "cargo test, the example axum_login (which needs a C compiler) and this tool", test),
    ("browsers", "[ENGINE]", "browser tests in chromium, firefox, webkit or all of them", browsers),
    ("long", "", "the other ignored tests: nginx, Python, Chromium alone, long runs", long),
    ("ignored", "", "browsers and long in one go", ignored),
    ("lint", "", "clippy over the whole workspace with all features", lint),
    ("docs", "", "the documentation, with warnings as errors, and the links", docs),
    ("docsrs", "", "the documentation as docs.rs builds it", docsrs),
    ("book", "", "the guide as an mdBook (installs mdBook when missing)", book),
    ("simulation", "", "the leak fence in a simulation of browsers, 100,000 histories", simulation),
    ("features", "", "the tests with all features, and each way of signing", features),
    ("neighbours", "", "applications with a crypto provider of their own", neighbours),
    ("others", "", "other projects' examples with the layer around them", others),
    ("hydration", "", "a server-rendered leptos page that hydrates in Chromium", hydration),
    ("readme", "", "the README's programs in new projects (needs the registry)", readme),
    ("msrv", "", "the library with the oldest supported compiler", msrv),
    ("supply", "", "licences, advisories, package, lowest versions, public surface", supply),
    ("ci", "", "everything that must pass before a change lands: .ci/run without the installation", ci),
];

/// The engines of the browser tests: each test's name ends with one of them.
const ENGINES: [&str; 3] = ["chromium", "firefox", "webkit"];

/// The packages with a lock file of their own, beside the workspace.
const FOREIGN_LOCKS: [&str; 5] = [
    "fuzz/Cargo.toml",
    "tests/neighbours/aws_lc_rs/Cargo.toml",
    "tests/neighbours/rust_crypto/Cargo.toml",
    "tests/others/leptos/Cargo.toml",
    "examples/of_others/Cargo.toml",
];

pub(crate) fn help() -> String {
    let mut text = String::from("Usage: cargo xtask STEP\n\nSteps:\n");
    for (name, argument, purpose, _) in STEPS {
        text += &format!("  {:<22}{purpose}\n", format!("{name} {argument}"));
    }
    text += &format!("  {:<22}{}\n", "new-widget NAME", "the folders, the tests and the rows of a new widget");
    text
}

pub(crate) fn run(runner: &Runner, name: &str, arguments: &[String]) -> Result<(), String> {
    let known = STEPS.iter().find(|(step, ..)| *step == name);
    let (_, argument, _, step) = known.ok_or_else(|| format!("no step `{name}`\n\n{}", help()))?;
    if arguments.len() > usize::from(!argument.is_empty()) {
        return Err(format!("too many arguments for `{name}`\n\n{}", help()));
    }
    step(runner, arguments)
}

/// Runs commands in the repository's root.
pub(crate) struct Runner {
    root: PathBuf,
}

impl Runner {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Runs a command line, split at spaces.
    fn sh(&self, line: &str) -> Result<(), String> {
        self.sh_with(line, &[])
    }

    fn sh_with(&self, line: &str, variables: &[(&str, &str)]) -> Result<(), String> {
        let words: Vec<_> = line.split_whitespace().collect();
        self.command(&words, variables)
    }

    fn command(&self, words: &[&str], variables: &[(&str, &str)]) -> Result<(), String> {
        let shown: Vec<_> = variables.iter().map(|(name, value)| format!("{name}={value:?} ")).collect();
        let line = words.join(" ");
        println!("\n$ {}{line}", shown.concat());
        let (program, arguments) = words.split_first().ok_or("an empty command")?;
        let status = Command::new(self.program(program))
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(&self.root)
            .status()
            .map_err(|error| format!("`{program}` did not start: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("`{line}` failed: {status}")) }
    }

    /// What a command writes to its output and its error stream.
    fn output(&self, program: &str, arguments: &str) -> Result<(String, String), String> {
        let output = Command::new(program)
            .args(arguments.split_whitespace())
            .current_dir(&self.root)
            .output()
            .map_err(|error| format!("`{program}` did not start: {error}"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let (out, error) = (text(&output.stdout), text(&output.stderr));
        if output.status.success() {
            Ok((out, error))
        } else {
            Err(format!("`{program} {arguments}` failed:\n{error}"))
        }
    }

    /// A program of the repository by its path, every other one by its name.
    fn program(&self, name: &str) -> PathBuf {
        if name.contains('/') { self.root.join(name) } else { PathBuf::from(name) }
    }

    fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }
}

fn quick(run: &Runner, _: &[String]) -> Result<(), String> {
    format(run, &[])?;
    run.sh("cargo clippy --lib -- -D warnings")?;
    run.sh("cargo test --lib")
}

fn check(run: &Runner, _: &[String]) -> Result<(), String> {
    format(run, &[])?;
    locks(run, &[])?;
    package(run, &[])?;
    links(run, &[])?;
    scripts(run, &[])
}

fn format(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh("cargo fmt --all -- --check")?;
    run.sh("cargo fmt --manifest-path examples/of_others/Cargo.toml -- --check")
}

/// A stale lock file of a package that is built last would be found after forty minutes.
fn locks(run: &Runner, _: &[String]) -> Result<(), String> {
    // With every platform's crates, it would download what is never built here.
    let version = run.output("rustc", "-vV")?.0;
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc does not name its platform")?;
    for manifest in ["Cargo.toml"].iter().chain(&FOREIGN_LOCKS) {
        let metadata = format!("metadata --format-version 1 --manifest-path {manifest}");
        println!("\n$ cargo {metadata} --locked");
        run.output("cargo", &format!("{metadata} --filter-platform {host} --locked"))
            .map_err(|problem| format!("{problem}\n\nIf the lock file is stale, `cargo {metadata}` renews it."))?;
    }
    Ok(())
}

/// cargo names each test that `exclude` leaves out; no other warning is expected.
fn package(run: &Runner, _: &[String]) -> Result<(), String> {
    let line = "package --no-verify --allow-dirty";
    println!("\n$ cargo {line}");
    let warnings = run.output("cargo", line)?.1;
    let warnings = warnings.lines().filter(|line| line.starts_with("warning: "));
    let unexpected: Vec<_> = warnings.filter(|line| !is_left_out(line)).collect();
    if !unexpected.is_empty() {
        return Err(format!("`cargo {line}` warns:\n{}", unexpected.join("\n")));
    }
    let files = run.output("cargo", "package --list --allow-dirty")?.0;
    match files.lines().find(|file| !is_for_users(file)) {
        Some(file) => Err(format!("{file} is packaged: add it to `exclude` in Cargo.toml, or to `FOR_USERS` in xtask")),
        None => Ok(()),
    }
}

fn is_left_out(warning: &str) -> bool {
    warning.starts_with("warning: ignoring test ") && warning.ends_with("is not included in the published package")
}

/// Folders, and files beside them, that users of the crate need.
const FOR_USERS: [&str; 14] = [
    "src/",
    "docs/",
    "examples/",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
];

fn is_for_users(file: &str) -> bool {
    // cargo adds the commit by itself.
    let is_known = |known: &&str| if known.ends_with('/') { file.starts_with(*known) } else { file == *known };
    file == ".cargo_vcs_info.json" || FOR_USERS.iter().any(is_known)
}

fn links(run: &Runner, _: &[String]) -> Result<(), String> {
    for script in [".ci/links", ".ci/prose"] {
        if run.has(script) {
            run.sh(script)?;
        } else {
            println!("\n{script} is not there: skipped");
        }
    }
    Ok(())
}

fn scripts(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh(".ci/minify --check")?;
    run.sh(".ci/javascript")
}

fn test(run: &Runner, _: &[String]) -> Result<(), String> {
    // The command that the README gives. The packages after it are apart, so that it builds no SQLite.
    run.sh("cargo test")?;
    run.sh("cargo test --package xtask")?;
    run.sh("cargo test --package example-axum-login")
}

fn browsers(run: &Runner, arguments: &[String]) -> Result<(), String> {
    let engines = match arguments.first() {
        Some(engine) => vec![
            *ENGINES
                .iter()
                .find(|known| *known == engine)
                .ok_or_else(|| format!("no engine `{engine}`: it is one of {}", ENGINES.join(", ")))?,
        ],
        None => ENGINES.to_vec(),
    };
    run.sh(".ci/browser_libs")?;
    let filters: Vec<_> = engines.iter().map(|engine| format!("::{engine}")).collect();
    browser_tests(run, &format!("--ignored {}", filters.join(" ")))
}

fn browser_tests(run: &Runner, arguments: &str) -> Result<(), String> {
    run.sh_with(&format!("cargo test --package browser-tests -- {arguments}"), &[MORE_THREADS])
}

/// Tests with other programs mostly wait: more of them than processors.
const MORE_THREADS: (&str, &str) = ("RUST_TEST_THREADS", "5");

fn long(run: &Runner, _: &[String]) -> Result<(), String> {
    let engines: Vec<_> = ENGINES.iter().map(|engine| format!("--skip ::{engine}")).collect();
    browser_tests(run, &format!("--include-ignored {}", engines.join(" ")))?;
    other_ignored(run)
}

fn ignored(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh(".ci/browser_libs")?;
    browser_tests(run, "--include-ignored")?;
    other_ignored(run)
}

/// The README's programs in projects of their own take new crates from the registry, so they are not among these:
/// `cargo test --test readme -- --ignored`.
fn other_ignored(run: &Runner) -> Result<(), String> {
    run.sh_with("cargo test -- --ignored --skip in_a_new_project", &[MORE_THREADS])
}

fn lint(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh("cargo clippy --workspace --all-targets --all-features -- -D warnings")
}

/// The links come after it once more, because `.ci/links` compares those to docs.rs with what has just been built.
fn docs(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh_with("cargo doc --no-deps --all-features", &[("RUSTDOCFLAGS", "-D warnings")])?;
    links(run, &[])
}

/// docs.rs has a nightly compiler; the variable lets a stable one take `feature(doc_cfg)`.
fn docsrs(run: &Runner, _: &[String]) -> Result<(), String> {
    let variables = [("RUSTDOCFLAGS", "--cfg docsrs -D warnings"), ("RUSTC_BOOTSTRAP", "1")];
    run.sh_with("cargo doc --no-deps --all-features --target-dir target/docsrs", &variables)
}

fn book(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh(".ci/book --install")
}

/// The library and the simulation are optimized: their build takes half a minute, and 100,000 histories take about five
/// minutes of two cores instead of seven. The limit is for slow machines; the output says how many were played.
fn simulation(run: &Runner, _: &[String]) -> Result<(), String> {
    let optimized = "--config profile.dev.package.tower-widget-identity.opt-level=2";
    let variables = [("SIMULATION_HISTORIES", "100000"), ("SIMULATION_SECONDS", "600")];
    run.sh_with(
        &format!("cargo {optimized} test --features conformance --test simulation -- --show-output"),
        &variables,
    )
}

/// Policies (`csp::`) and positions in a page (`placement::`) do not depend on features, and ran in `test`.
fn features(run: &Runner, _: &[String]) -> Result<(), String> {
    let targets = "--lib --test logs --test suite --example own_widget";
    run.sh(&format!("cargo test --all-features {targets} -- --skip csp:: --skip placement::"))?;
    run.sh("cargo test --all-features --doc")?;
    // The tests themselves turn `rsa` on: without it, the library is only linted.
    for features in ["", "aws-lc-rs", "rsa", "aws-lc-rs,rsa", "issued"] {
        let alone =
            ["cargo", "clippy", "--no-default-features", "--features", features, "--lib", "--", "-D", "warnings"];
        run.command(&alone, &[])?;
    }
    let targets = "--lib --test suite --test allocations -- --skip csp:: --skip placement::";
    run.sh(&format!("cargo test --no-default-features {targets}"))?;
    run.sh(&format!("cargo test --no-default-features --features aws-lc-rs {targets}"))
}

/// Each by itself: built together, they would have both of jsonwebtoken's providers on.
fn neighbours(run: &Runner, _: &[String]) -> Result<(), String> {
    for neighbour in ["rust_crypto", "aws_lc_rs"] {
        let manifest = format!("--manifest-path tests/neighbours/{neighbour}/Cargo.toml");
        run.sh(&format!("cargo run --locked --target-dir target/neighbours {manifest}"))?;
    }
    Ok(())
}

fn others(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh("cargo test --locked --target-dir target/others --manifest-path examples/of_others/Cargo.toml")
}

fn hydration(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh(".ci/hydration")
}

fn readme(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh("cargo test --test readme -- --ignored")
}

fn msrv(run: &Runner, _: &[String]) -> Result<(), String> {
    let version = oldest_compiler(&run.root)?;
    run.sh(&format!("cargo +{version} check --locked --lib --all-features"))?;
    run.sh(&format!("cargo +{version} check --locked --lib --no-default-features"))
}

/// `rust-version` of the crate.
fn oldest_compiler(root: &Path) -> Result<String, String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).map_err(|error| format!("Cargo.toml: {error}"))?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    line.map(|version| version.trim_matches('"').to_owned()).ok_or_else(|| "Cargo.toml has no rust-version".to_owned())
}

fn supply(run: &Runner, _: &[String]) -> Result<(), String> {
    run.sh(".ci/supply")
}

/// In this order: what is cheap comes first, and what needs the most time runs once the tests have passed.
fn ci(run: &Runner, _: &[String]) -> Result<(), String> {
    for step in [check, test, ignored, lint, docs, book, simulation, features, neighbours] {
        step(run, &[])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runner() -> Runner {
        Runner::new(crate::root())
    }

    #[test]
    fn every_step_is_in_the_help_and_once() {
        let help = help();
        for (name, ..) in STEPS {
            assert_eq!(STEPS.iter().filter(|(other, ..)| other == name).count(), 1, "{name}");
            assert!(help.contains(&format!("  {name} ")), "{name}");
        }
    }

    #[test]
    fn unknown_steps_engines_and_arguments_are_refused() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert!(run(&runner(), "fly", &[]).unwrap_err().contains("no step `fly`"));
        assert!(run(&runner(), "format", &words(&["more"])).unwrap_err().contains("too many arguments"));
        assert!(run(&runner(), "browsers", &words(&["lynx"])).unwrap_err().contains("chromium, firefox, webkit"));
    }

    #[test]
    fn a_command_that_fails_ends_the_step() {
        assert!(runner().sh("rustc --no-such-option").unwrap_err().contains("failed"));
        assert!(runner().sh("no-such-program-anywhere").unwrap_err().contains("did not start"));
    }

    #[test]
    fn every_script_and_package_that_a_step_names_is_there() {
        for path in FOREIGN_LOCKS.iter().chain(&[".ci/browser_libs", ".ci/javascript", ".ci/minify", ".ci/supply"]) {
            assert!(runner().has(path), "{path}");
        }
    }

    #[test]
    fn the_package_holds_no_more_than_users_need() {
        for file in ["src/lib.rs", "docs/demo.png", "README.md", ".cargo_vcs_info.json"] {
            assert!(is_for_users(file), "{file}");
        }
        for file in ["tests/suite.rs", "xtask/src/main.rs", ".github/dependabot.yml", "notes.md", "README.md.orig"] {
            assert!(!is_for_users(file), "{file}");
        }
        let left_out = "warning: ignoring test `logs` as `tests/logs/main.rs` is not included in the published package";
        assert!(is_left_out(left_out));
        assert!(!is_left_out(&left_out.replace("test", "example")));
        assert!(!is_left_out("warning: manifest has no documentation, homepage or repository"));
    }

    /// A step that names a test program which was renamed would fail late.
    #[test]
    fn every_test_program_that_a_step_or_a_document_names_is_there() {
        let mut found = 0;
        for document in ["xtask/src/steps.rs", "xtask/src/new_widget.rs", "CONTRIBUTING.md"] {
            let text = fs::read_to_string(crate::root().join(document)).unwrap();
            let (commands, _) = text.split_once("#[cfg(test)]\nmod tests").unwrap_or((&text, ""));
            for rest in commands.split("--test ").skip(1) {
                let name: String =
                    rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                let is_there =
                    runner().has(&format!("tests/{name}.rs")) || runner().has(&format!("tests/{name}/main.rs"));
                assert!(is_there, "{document} names the test program `{name}`");
                found += 1;
            }
        }
        assert!(found >= 10, "{found} names");
    }

    #[test]
    fn every_package_that_a_step_or_a_document_names_is_in_the_workspace() {
        let members = runner().output("cargo", "metadata --no-deps --offline --format-version 1").unwrap().0;
        let mut found = 0;
        for document in
            ["xtask/src/steps.rs", "CONTRIBUTING.md", "tests/README.md", "benches/README.md", "docs/testing.md"]
        {
            let text = fs::read_to_string(crate::root().join(document)).unwrap();
            let (commands, _) = text.split_once("#[cfg(test)]\nmod tests").unwrap_or((&text, ""));
            for option in [" -p ", " --package "] {
                for rest in commands.split(option).skip(1) {
                    let name: String =
                        rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '-').collect();
                    assert!(members.contains(&format!("\"name\":\"{name}\"")), "{document} names the package `{name}`");
                    found += 1;
                }
            }
        }
        assert!(found >= 10, "{found} names");
    }

    /// Every job of the workflow runs steps, and only those that exist: CI and a contributor call the same thing.
    #[test]
    fn the_workflow_calls_steps_that_exist() {
        let workflow = fs::read_to_string(crate::root().join(".github/workflows/ci.yml")).unwrap();
        let called = workflow.lines().filter_map(|line| line.split_once("cargo xtask ")).map(|(_, rest)| rest);
        let called: Vec<_> = called.filter_map(|rest| rest.split_whitespace().next()).collect();
        assert!(called.len() >= 8, "{called:?}");
        for name in called {
            assert!(STEPS.iter().any(|(step, ..)| *step == name), "{name}");
        }
    }

    #[test]
    fn the_oldest_compiler_is_a_version() {
        let version = oldest_compiler(&crate::root()).unwrap();
        assert!(version.starts_with("1.") && version.len() <= 6, "{version}");
    }
}
