//! The conformance kit: every vendor of this crate passes it, and each rule finds what breaks it, alone.

#[path = "conformance/bad.rs"]
mod bad;

use std::fmt::Debug;

use tower_widget_identity::{
    Secret,
    conformance::{self, Findings},
    vendor::{Ferndesk, Intercom, IntercomRegion, Vendor, ZendeskClassic},
};

fn secret() -> Secret {
    Secret::new("a secret of the test").unwrap()
}

fn judged(vendor: impl Vendor + Debug) -> Result<(), Findings> {
    conformance::check_debug(&vendor)
}

/// One line for each vendor, in each of its forms.
#[test]
fn every_vendor_conforms() {
    let outcomes = [
        judged(Intercom::new("abcd1234", secret())),
        judged(Intercom::new("abcd1234", secret()).region(IntercomRegion::Eu).setting("alignment", "left")),
        judged(Intercom::new("abcd1234", secret()).legacy_user_hash()),
        judged(Ferndesk::new("widget-1", secret())),
        judged(ZendeskClassic::chat("key-1", secret())),
        judged(ZendeskClassic::help_center_only("key-1", secret())),
        judged(ZendeskClassic::chat("key-1", secret()).help_center(secret())),
    ];
    let failed: Vec<_> = outcomes.into_iter().filter_map(Result::err).map(|findings| findings.to_string()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
