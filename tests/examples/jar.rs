//! Forwards to `support/jar.rs`, for the crates beside this one that name this path.

use super::http;

#[path = "../support/jar.rs"]
mod moved;

#[allow(unused_imports)]
pub(crate) use moved::*;
