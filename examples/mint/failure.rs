//! The errors of this program, and their exit codes.

use std::fmt;
use std::process::ExitCode;

use tower_widget_identity::ConfigError;
use tower_widget_identity::TokenError;

use super::options::usage;

/// An error. Its text contains no value from the command line, because a secret could be in the wrong place.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments do not match the usage.
    Usage(String),
    /// The library refuses the configuration.
    Config(ConfigError),
    /// The widget has no token for this user.
    NoToken(&'static str, TokenError),
    /// The library returned something that this program does not expect.
    Unexpected(String),
}

impl Failure {
    pub(crate) fn unexpected(what: impl fmt::Display) -> Self {
        Self::Unexpected(what.to_string())
    }

    /// Returns 2 if the command line is wrong, and 1 if there is no token.
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
