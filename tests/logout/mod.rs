//! Logouts: what ends a session, and what the response then carries.

mod cookies;
mod layers;
mod two_layers;
