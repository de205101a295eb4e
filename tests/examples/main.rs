//! The examples as programs: started, asked over HTTP, and ended.
//!
//! Those of the reverse proxy need Python 3, in which the application behind the proxy is written:
//!
//! ```text
//! cargo test --test examples -- --include-ignored
//! ```

// The tests start its `main` as a program of its own.
#[allow(dead_code)]
#[path = "../../examples/reverse_proxy/main.rs"]
mod reverse_proxy;

#[path = "../support/mod.rs"]
mod support;

mod per_route;
mod proxy;
mod proxy_parts;
mod proxy_streams;
mod tenants;
