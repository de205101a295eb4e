//! Forwards to `placement/serve.rs`, for the crates beside this one that name this path.

#[path = "../placement/serve.rs"]
mod moved;

#[allow(unused_imports)]
pub(crate) use moved::*;
