//! The conformance kit: every widget of this crate passes it, and each rule finds what breaks it, alone.

#[path = "conformance/bad.rs"]
mod bad;
#[path = "widgets/mod.rs"]
mod golden;

use std::fmt::Debug;

use tower_widget_identity::{
    Secret,
    conformance::{self, Findings},
    widget::{Intercom, IntercomRegion, Salesforce, Widget, ZendeskClassic, ZendeskMessaging},
};

fn secret() -> Secret {
    Secret::new("a secret of the test").unwrap()
}

fn salesforce() -> Salesforce {
    let key = Secret::rsa_pem(golden::RSA).unwrap().with_key_id("key-1");
    Salesforce::new("00D000000000001", key)
        .deployment("Support")
        .site_url("https://acme.my.site.com/ESWSupport")
        .scrt2_url("https://acme.my.salesforce-scrt.com")
        .issuer("acme")
}

fn assert_none_failed(outcomes: impl IntoIterator<Item = Result<(), Findings>>) {
    let failed: Vec<_> = outcomes.into_iter().filter_map(Result::err).map(|findings| findings.to_string()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// Their `Debug` is judged where their types are known, in the crate's own tests.
#[test]
fn every_widget_of_the_catalog_conforms() {
    assert_none_failed(golden::every().iter().map(|golden| conformance::check(golden.widget().as_ref())));
}

/// Where a widget alone has another form, its own tests judge that.
#[test]
fn the_other_forms_of_a_widget_conform_too() {
    fn judged(widget: impl Widget + Debug) -> Result<(), Findings> {
        conformance::check_debug(&widget)
    }
    assert_none_failed([
        judged(Intercom::new("abcd1234", secret()).region(IntercomRegion::Eu).setting("alignment", "left")),
        judged(Intercom::new("abcd1234", secret()).legacy_user_hash()),
        judged(ZendeskClassic::help_center_only("key-1", secret())),
        judged(ZendeskClassic::chat("key-1", secret()).help_center(secret())),
        judged(ZendeskMessaging::new("abcd1234", secret().with_key_id("app_1"))),
        judged(salesforce()),
    ]);
}
