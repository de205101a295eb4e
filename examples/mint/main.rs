//! Mints a user's token and prints the page's data, for debugging an integration.
//!
//! ```text
//! cargo run --example mint -- intercom --app-id abcd1234 --secret - --user-id user-1
//! ```
//!
//! `--help` shows all options. A new widget of the crate's catalog is available here automatically.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tower_widget_identity::{Identity, Token, Widgets, widget::Settings};

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
        // `println!` would panic if the reader has closed the pipe.
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

/// Returns the output for these arguments, without the program's own name.
pub(crate) fn run(arguments: impl IntoIterator<Item = String>) -> Result<Value, Failure> {
    answer(&Options::parse(arguments, |variable| env::var(variable).ok())?)
}

/// Returns the output for these options.
pub(crate) fn answer(options: &Options) -> Result<Value, Failure> {
    let name = options.widget.name;
    let identity = options.identity();
    let widget = options.configured()?;
    // The same time for all, so that the token in the page is the one that is printed.
    let now = SystemTime::now();
    let widgets = Widgets::builder().widget(options.configured()?).token_path("/widget-token");
    let widgets = widgets.clock(move || now).build()?;
    let no_token = |error| Failure::NoToken(name, error);
    let token = widget.mint(name, &identity, now).map_err(no_token)?.into_string();
    let boot_data = widget.boot_data(&identity, now).map_err(no_token)?;
    let boot_data = serde_json::to_value(boot_data).map_err(Failure::unexpected)?;
    let (kind, claims) = match payload(&token) {
        Some(claims) => ("token", claims),
        None => {
            let mint = |other: &Identity| widget.mint(name, other, now).ok().map(Token::into_string);
            ("hash", widgets::hashed(&token, mint, &identity, &boot_data))
        }
    };
    let settings = settings(widget.manifest().settings(), boot_data)?;
    Ok(json!({
        "vendor": name,
        kind: token,
        "claims": claims,
        "settings": settings,
        "snippet": page::snippet(&widgets, identity)?,
    }))
}

/// Decodes a JWT's claims or a record, without verifying them, because they were just signed.
///
/// A hash has none.
fn payload(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1).unwrap_or(token);
    let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&json).ok().filter(Value::is_object)
}

/// Merges the settings as the adapter in the page does: those of all users, and those of this user.
fn settings(everybody: &Settings, boot_data: Value) -> Result<Value, Failure> {
    let mut settings = serde_json::to_value(everybody).map_err(Failure::unexpected)?;
    if let (Value::Object(settings), Value::Object(boot_data)) = (&mut settings, boot_data) {
        settings.extend(boot_data);
    }
    Ok(settings)
}
