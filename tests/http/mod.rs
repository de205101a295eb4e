//! HTTP: which pages carry the snippet, what stays unchanged, and how bodies, lengths and other layers work with it.

mod bodies;
mod cache;
mod delivery;
mod external_script;
mod frames;
mod layers;
mod lengths;
mod origins;
mod page;
mod stack;
mod tenants;
mod types;
mod untouched;
mod viewer;
mod wire;
