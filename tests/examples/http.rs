//! Forwards to `support/http.rs`, for the crates beside this one that name this path.

#[path = "../support/http.rs"]
mod moved;

#[allow(unused_imports)]
pub(crate) use moved::*;
