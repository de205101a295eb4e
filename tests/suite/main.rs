//! The crate as an application sees it: its configuration, its vendors, its layers and its token service, over plain
//! services and on a real socket.

mod config;
mod csp;
#[path = "../widgets/mod.rs"]
mod golden;
mod mint;
mod page;
mod support;
mod token_service;
mod widgets;
mod wire;
