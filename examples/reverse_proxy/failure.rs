//! Why the proxy does not run, and the exit code that says so.

use std::fmt;
use std::process::ExitCode;

use tower_widget_identity::ConfigError;

use super::options::USAGE;

/// Its text holds no value from the command line or the environment: a secret could stand where it does not belong.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are not what the usage says.
    Usage(String),
    /// The variables are not.
    Environment(String),
    /// The library does not take the configuration.
    Config(ConfigError),
    /// The address to listen on is not to be had, or the signals are not.
    System(String),
}

impl Failure {
    /// 2: the command line or the environment is to be mended. 1: the system refused.
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
