//! The crate as an application sees it: its configuration, its vendors, its layers and its token service, over plain
//! services and on a real socket.

mod config;
mod csp;
mod diagnosis;
#[path = "../widgets/mod.rs"]
mod golden;
mod issued;
mod logout;
mod logout_found;
mod mint;
mod origins;
mod page;
mod page_value;
mod public_key;
mod support;
mod tenants;
mod token_service;
mod widgets;
mod wire;
