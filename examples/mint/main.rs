//! Mints one person's token and shows what the page would get, for whoever debugs an integration.
//!
//! ```text
//! cargo run --example mint -- intercom --app-id abcd1234 --secret - --user-id user-1
//! ```
//!
//! `--help` tells the rest. A new vendor is one more row of [`vendors::TABLE`].

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tower_widget_identity::widget::{BootData, Settings};

pub(crate) mod failure;
pub(crate) mod options;
mod page;
mod widgets;

use failure::Failure;
use options::Options;

fn main() -> ExitCode {
    let printed = match arguments() {
        Ok(arguments) if options::ask_for_help(&arguments) => Ok(options::usage()),
        Ok(arguments) => run(arguments).map(|answer| format!("{answer:#}")),
        Err(failure) => Err(failure),
    };
    match printed {
        // Not `println!`, which panics where the reader has closed the pipe.
        Ok(text) => writeln!(io::stdout(), "{text}").map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS),
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

fn arguments() -> Result<Vec<String>, Failure> {
    let arguments = env::args_os().skip(1).map(OsString::into_string);
    arguments.collect::<Result<_, _>>().map_err(|_| Failure::Usage("an argument is not UTF-8".to_owned()))
}

/// What is printed for these arguments; the program's own name is not among them.
pub(crate) fn run(arguments: impl IntoIterator<Item = String>) -> Result<Value, Failure> {
    answer(&Options::parse(arguments, |variable| env::var(variable).ok())?)
}

/// What is printed for these options.
pub(crate) fn answer(options: &Options) -> Result<Value, Failure> {
    let name = options.widget.name;
    let identity = options.identity();
    let candidate = options.candidate()?;
    // One time for all, so that the token in the page is the one that is shown.
    let now = now();
    let widgets = candidate.widgets.token_path("/widget-token").clock(move || now).build()?;

    let refused = |refusal| Failure::Refused(name, refusal);
    let token = candidate.widget.mint(name, &identity, now).map_err(refused)?.into_string();
    let person = candidate.widget.boot_data(&identity, now).map_err(refused)?;
    let (kind, claims) = match candidate.hashed {
        Some(hashed) => ("hash", hashed(&identity)),
        None => ("token", payload(&token)?),
    };
    Ok(json!({
        "vendor": name,
        kind: token,
        "claims": claims,
        "settings": settings(&candidate.widget.settings(), &person)?,
        "snippet": page::snippet(&widgets, identity)?,
    }))
}

/// The claims, unverified: they were signed a moment ago.
fn payload(token: &str) -> Result<Value, Failure> {
    let payload = token.split('.').nth(1).unwrap_or_default();
    let json = URL_SAFE_NO_PAD.decode(payload).map_err(Failure::unexpected)?;
    serde_json::from_slice(&json).map_err(Failure::unexpected)
}

/// As the adapter in the page puts them together: what everybody gets, and what this person gets.
fn settings(everybody: &Settings, person: &BootData) -> Result<Value, Failure> {
    let mut settings = serde_json::to_value(everybody).map_err(Failure::unexpected)?;
    let person = serde_json::to_value(person).map_err(Failure::unexpected)?;
    if let (Value::Object(settings), Value::Object(person)) = (&mut settings, person) {
        settings.extend(person);
    }
    Ok(settings)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}
