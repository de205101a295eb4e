//! The examples as programs: started, tested over HTTP, and ended.
//!
//! The tests of the reverse proxy need Python 3, because the application that they put it in front of is written in
//! Python:
//!
//! ```text
//! cargo test --test examples -- --include-ignored
//! ```

// The tests start its `main` as a separate program.
#[allow(dead_code)]
#[path = "../../examples/reverse_proxy/main.rs"]
mod reverse_proxy;

// The token verifier of the demo. The rest of the demo is tested in browsers.
#[allow(dead_code)]
#[path = "../../examples/axum/verifier.rs"]
mod verifier;

#[path = "../support/mod.rs"]
mod support;

mod per_route;
mod proxy;
mod proxy_parts;
mod proxy_streams;
mod tenants;
