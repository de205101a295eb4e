//! Tokens: what each vendor signs, and who gets one from the token service.

mod asking;
mod issued;
pub(crate) mod mint;
mod page_value;
mod public_key;
mod rotation;
mod service;
mod service_page;
mod service_refusals;
mod signing;
pub(crate) mod vendors;
