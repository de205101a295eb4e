//! What the crate logs: hints about mistakes, and no secret.
//!
//! This is a program of its own, because it decides who listens to the log of the whole process.

#[cfg(feature = "tracing")]
mod hints;
mod secrecy;
#[path = "../support/mod.rs"]
mod support;

use std::sync::LazyLock;

use support::log::Log;
use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

/// Everything that this process logs from the first call on, except for what a test's own subscriber takes.
///
/// Every test calls this before anything else. tracing remembers for each line of code whether it has a listener: a
/// line that one thread reaches before there is one may be silent for a subscriber that another thread sets just then.
fn everything() -> &'static Log {
    static EVERYTHING: LazyLock<Log> = LazyLock::new(|| {
        let log = Log::default();
        tracing::subscriber::set_global_default(log.subscriber(Level::TRACE, FmtSpan::FULL)).unwrap();
        log
    });
    &EVERYTHING
}
