//! The conformance kit: every vendor of this crate passes it, and each rule finds what breaks it, alone.

#[path = "conformance/bad.rs"]
mod bad;

use std::fmt::Debug;

use tower_widget_identity::{
    Secret,
    conformance::{self, Findings},
    widget::{
        Canny, Chatbase, Chatwoot, Crisp, Drift, Featurebase, Ferndesk, Freshchat, FreshdeskHelpWidget, Front, Gist,
        Gleap, HelpScout, Intercom, IntercomRegion, Kustomer, Plain, Pylon, Salesforce, Tawk, UserJot, Userflow,
        Widget, ZendeskClassic, ZendeskMessaging,
    },
};

fn secret() -> Secret {
    Secret::new("a secret of the test").unwrap()
}

fn salesforce() -> Salesforce {
    let key = Secret::rsa_pem(include_str!("suite/widgets/keys/rsa.pem")).unwrap().with_key_id("key-1");
    Salesforce::new("00D000000000001", key)
        .deployment("Support")
        .site_url("https://acme.my.site.com/ESWSupport")
        .scrt2_url("https://acme.my.salesforce-scrt.com")
        .issuer("acme")
}

fn judged(widget: impl Widget + Debug) -> Result<(), Findings> {
    conformance::check_debug(&widget)
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
        judged(Canny::new("abcd1234", secret())),
        judged(Chatbase::new("abcd1234", secret())),
        judged(Chatwoot::new("abcd1234", secret())),
        judged(Drift::new("abcd1234", secret())),
        judged(Featurebase::new("abcd1234", secret())),
        judged(FreshdeskHelpWidget::new("abcd1234", secret())),
        judged(Front::new("abcd1234", secret())),
        judged(Gist::new("abcd1234", secret())),
        judged(Gleap::new("abcd1234", secret())),
        judged(HelpScout::new("abcd1234", secret())),
        judged(Kustomer::new("abcd1234", secret())),
        judged(Plain::new("abcd1234", secret())),
        judged(Tawk::new("abcd1234", secret())),
        judged(UserJot::new("abcd1234", secret())),
        judged(Userflow::new("abcd1234", secret())),
        judged(Crisp::new("abcd1234", secret())),
        judged(Crisp::new("abcd1234", secret()).session_tokens(secret())),
        judged(Freshchat::new("abcd1234", Secret::new("k".repeat(32)).unwrap()).host("https://wchat.freshchat.com")),
        judged(Pylon::new("abcd1234", Secret::from_hex("0123456789abcdef0123456789abcdef").unwrap())),
        judged(ZendeskMessaging::new("abcd1234", secret().with_key_id("app_1"))),
        judged(salesforce()),
    ];
    let failed: Vec<_> = outcomes.into_iter().filter_map(Result::err).map(|findings| findings.to_string()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
