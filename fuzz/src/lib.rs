//! The fuzz targets, each a function over the fuzzer's bytes.
//!
//! All of them use the crate as an application does: they send a request through a layer and check the output.

pub mod cookies;
pub mod csp;
pub mod numbers;
pub mod prologue;
pub mod response;
pub mod tree;

mod kept;
mod layer;
mod reading;

// The referee of the crate's own tests.
#[allow(dead_code)]
#[path = "../../tests/placement/verdict.rs"]
mod placement;
#[allow(dead_code)]
#[path = "../../tests/placement/referee.rs"]
mod referee;
#[allow(dead_code)]
#[path = "../../tests/placement/serve.rs"]
mod serve;
#[allow(dead_code)]
#[path = "../../tests/support/fixed.rs"]
mod support;
