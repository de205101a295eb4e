//! The README's programs as a newcomer starts them: a new project, its `cargo add` lines, and `src/main.rs`.
//!
//! ```text
//! cargo test --test readme -- --ignored
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const NAME: &str = "tower-widget-identity";

/// The code blocks of a section: what its commands and its programs are.
struct Section {
    commands: Vec<String>,
    programs: Vec<String>,
}

/// The section under this heading, up to the next one.
fn section(heading: &str) -> Section {
    let readme = fs::read_to_string(Path::new(REPOSITORY).join("README.md")).expect("a README");
    let (_, rest) = readme.split_once(&format!("\n## {heading}\n")).expect("the section");
    let text = rest.split("\n## ").next().expect("its text");
    let blocks = |start: &str| -> Vec<String> {
        let start = format!("```{start}\n");
        text.split(&start).skip(1).map(|block| block.split("```").next().expect("its end").to_owned()).collect()
    };
    let commands = blocks("text").iter().flat_map(|block| block.lines()).map(str::to_owned).collect();
    Section { commands, programs: blocks("rust,no_run") }
}

/// An empty project. A workspace of its own, for it lies in the repository's directory.
fn project(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).expect("a new folder");
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n");
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(folder.join("src/main.rs"), "fn main() {}\n").expect("a program");
    folder
}

fn cargo(folder: &Path, arguments: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    // Both projects have most of their dependencies in common. A warning is an error.
    cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme/target"));
    cargo.env("RUSTFLAGS", "-D warnings").current_dir(folder).args(arguments);
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a `cargo add` line as it stands, with this crate taken from the repository.
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

/// Whether the section's commands and its program alone make a project that compiles without a warning.
fn builds(heading: &str, name: &str) {
    let Section { commands, programs } = section(heading);
    let folder = project(name);
    let added: Vec<_> = commands.iter().filter(|line| line.starts_with("cargo add ")).collect();
    assert!(added.iter().any(|line| line.contains(NAME)), "{commands:?}");
    for line in added {
        add(&folder, line);
    }
    let [program] = &programs[..] else { panic!("{heading}: one program, not {}", programs.len()) };
    fs::write(folder.join("src/main.rs"), program).expect("the program");
    cargo(&folder, &["check", "--quiet"]);
}

#[test]
#[ignore = "it takes crates from the registry"]
fn the_axum_program_builds_in_a_new_project() {
    builds("axum, from nothing", "shop");
}

#[test]
#[ignore = "it takes crates from the registry"]
fn the_hyper_program_builds_in_a_new_project() {
    builds("hyper, without a framework", "plain");
}
