//! The examples as programs: started, asked over HTTP, and ended.
//!
//! Those of the reverse proxy need Python 3, in which the application behind it is written:
//!
//! ```text
//! cargo test --test examples -- --include-ignored
//! ```

// Their `main` is started as a program of its own.
#[allow(dead_code)]
#[path = "../examples/reverse_proxy/main.rs"]
mod reverse_proxy;

#[path = "examples/http.rs"]
mod http;
// The tests of the example `axum_login` share both, and use what these do not.
#[allow(dead_code)]
#[path = "examples/jar.rs"]
mod jar;
#[allow(dead_code)]
#[path = "examples/process.rs"]
mod process;
// Of the library's own tests.
#[allow(dead_code)]
#[path = "suite/support.rs"]
mod support;

#[path = "examples/per_route.rs"]
mod per_route;
#[path = "examples/proxy.rs"]
mod proxy;
#[path = "examples/proxy_parts.rs"]
mod proxy_parts;
#[path = "examples/proxy_streams.rs"]
mod proxy_streams;
#[path = "examples/tenants.rs"]
mod tenants;
