//! What an application can see of the decisions: outcomes and log lines.

#[cfg(feature = "tracing")]
mod hints;
mod outcomes;
