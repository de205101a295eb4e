//! Why there is nothing to print, and the exit code that says so.

use std::fmt;
use std::process::ExitCode;

use tower_widget_identity::ConfigError;
use tower_widget_identity::TokenError;

use super::options::usage;

/// Its text holds no value from the command line: the secret could stand where it does not belong.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are not what the usage says.
    Usage(String),
    /// The library does not take the configuration.
    Config(ConfigError),
    /// The named vendor gives this person no token.
    NoToken(&'static str, TokenError),
    /// The library did what this program does not expect.
    Unexpected(String),
}

impl Failure {
    pub(crate) fn unexpected(what: impl fmt::Display) -> Self {
        Self::Unexpected(what.to_string())
    }

    /// 2: the command line is to be mended. 1: it was understood, and there is no token.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Config(_) => ExitCode::from(2),
            Self::NoToken(..) | Self::Unexpected(_) => ExitCode::FAILURE,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem}\n\n{}", usage()),
            Self::Config(error) => error.fmt(f),
            Self::NoToken(widget, error) => write!(f, "{widget}: {error}"),
            Self::Unexpected(what) => write!(f, "unexpected: {what}"),
        }
    }
}
