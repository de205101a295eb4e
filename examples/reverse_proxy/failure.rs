//! The errors that prevent the proxy from running, and their exit codes.

use std::fmt;
use std::process::ExitCode;

use tower_widget_identity::ConfigError;

use super::options::USAGE;

/// An error. Its text contains no value from the command line or the environment, because a secret could be in the
/// wrong place.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments do not match the usage.
    Usage(String),
    /// The environment variables are wrong.
    Environment(String),
    /// The library refuses the configuration.
    Config(ConfigError),
    /// The system refused to let the proxy listen or wait for signals.
    System(String),
}

impl Failure {
    /// Returns 2 if the command line or the environment is wrong, and 1 if the system refused.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Environment(_) | Self::Config(_) => ExitCode::from(2),
            Self::System(_) => ExitCode::FAILURE,
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
            Self::Usage(problem) => write!(f, "{problem}\n\n{USAGE}"),
            Self::Environment(problem) | Self::System(problem) => f.write_str(problem),
            Self::Config(error) => error.fmt(f),
        }
    }
}
