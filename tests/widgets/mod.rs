//! What each adapter calls, without a browser: a test plays pages with the crate's runtime and one widget's adapter in
//! QuickJS, on the conformance kit's stage. The stub of the library is next to the test, follows what the vendor
//! publishes, and notes each call.
//!
//! The folders hold what other tests need for each widget: `golden.json` (see `support/golden.rs`) and `stub.js`.

mod ada;
mod canny;
mod chatbase;
mod chatwoot;
mod crisp;
mod drift;
mod featurebase;
mod ferndesk;
mod freshchat;
mod freshdesk_help_widget;
mod gleap;
mod help_scout;
mod intercom;
mod live_chat;
mod orders;
mod plain;
mod play;
mod pylon;
mod sendbird;
mod tawk;
mod userflow;
mod userjot;
mod zendesk_classic;
mod zendesk_messaging;
