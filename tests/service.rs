//! Odd services, odd clients, every stack, a cache in front, and what the logs say: by the public interface alone.
//!
//! The tests behind a real nginx are ignored by default, for they need the program:
//!
//! ```text
//! cargo test --test service -- --ignored
//! ```

#[allow(dead_code)]
#[path = "suite/support.rs"]
mod support;

#[path = "service/socket.rs"]
mod socket;

#[path = "service/bodies.rs"]
mod bodies;
#[path = "service/layers.rs"]
mod layers;
#[path = "service/proxy.rs"]
mod proxy;
#[path = "service/rotation.rs"]
mod rotation;
#[path = "service/stack.rs"]
mod stack;
#[path = "service/types.rs"]
mod types;
#[path = "service/wire.rs"]
mod wire;
