//! The layers as an application sees them: over a plain service, and on a real socket.

#[path = "../support/snippet.rs"]
mod support;

mod page;
mod wire;
