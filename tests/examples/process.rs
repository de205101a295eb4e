//! Forwards to `support/process.rs`, for the crates beside this one that name this path.

#[path = "../support/process.rs"]
mod moved;

#[allow(unused_imports)]
pub(crate) use moved::*;
