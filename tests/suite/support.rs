//! Forwards to `support/fixed.rs`, for the crates beside this one that name this path.

#[path = "../support/fixed.rs"]
mod moved;

#[allow(unused_imports)]
pub(crate) use moved::*;
