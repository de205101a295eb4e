//! The crate from an application's point of view: its configuration, its layers, its tokens and its widgets, over
//! plain services and on real sockets. `tests/README.md` says which folder has which behaviour.
//!
//! Some tests are ignored by default: one needs nginx, and one generates documents for a minute. The feature
//! `conformance` adds tests that run scripts in QuickJS.

mod config;
#[cfg(feature = "conformance")]
mod conformance;
mod csp;
mod diagnosis;
mod http;
mod logout;
mod placement;
#[cfg(feature = "conformance")]
mod runtime;
mod support;
mod tokens;
#[cfg(feature = "conformance")]
mod widgets;
