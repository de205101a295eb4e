//! The project's own commands: what CI runs, by name, and `new-widget`.
//!
//! CI and a contributor call the same steps: `cargo xtask help` lists them, CONTRIBUTING.md says when to use which.

mod new_widget;
#[cfg(test)]
mod rooms;
mod steps;

use std::{env, path::PathBuf, process::ExitCode};

use steps::Runner;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\ncargo xtask: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", &[][..]),
    };
    match name {
        "help" | "--help" | "-h" => {
            print!("{}", steps::help());
            Ok(())
        }
        "new-widget" => new_widget::command(&root(), rest),
        name => steps::run(&Runner::new(root()), name, rest),
    }
}

/// The repository's root: the parent of this package's folder. `cargo run` and `cargo test` name that folder, also where a
/// copy of the repository shares the folder `target` with another one.
fn root() -> PathBuf {
    let package =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().unwrap_or(&package).to_owned()
}
