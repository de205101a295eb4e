//! What each fuzz target promises, as a function over the bytes that the fuzzer makes up. All of them see the crate as an
//! application does: a request goes through a layer, and what comes out is judged.

pub mod cookies;
pub mod csp;
pub mod prologue;
pub mod response;
pub mod tree;

mod layer;
mod reading;
mod told;

// The referee of the crate's own tests.
#[allow(dead_code)]
#[path = "../../tests/hostile/placement.rs"]
mod placement;
#[allow(dead_code)]
#[path = "../../tests/hostile/referee.rs"]
mod referee;
#[allow(dead_code)]
#[path = "../../tests/hostile/serve.rs"]
mod serve;
#[allow(dead_code)]
#[path = "../../tests/suite/support.rs"]
mod support;
