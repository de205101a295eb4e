//! The conformance kit: every widget of this crate passes it, and each violation is found by its rule alone.

mod bad;
pub(crate) mod page;
mod rules;

use std::{convert::Infallible, fmt::Debug, time::Duration};

use tower_widget_identity::{
    Identity, IssuedToken, Issuer, Secret,
    conformance::{self, Findings},
    widget::{
        Ada, Gleap, HubSpot, Intercom, IntercomRegion, LiveChat, Salesforce, Sendbird, Userflow, Widget,
        ZendeskClassic, ZendeskMessaging,
    },
};

pub(crate) const SENDBIRD_APP: &str = "AE8F7EEA-4555-4F86-AD8B-5E0BD86BFE67";

fn secret() -> Secret {
    Secret::new("a secret of the test").unwrap()
}

fn rsa_key() -> Secret {
    Secret::rsa_pem(crate::support::golden::RSA).unwrap().with_key_id("key-1")
}

fn intercom_with_salesforce() -> Intercom {
    Intercom::new("abcd1234", secret()).salesforce_identity_token(rsa_key(), "https://app.example.com", "acme")
}

fn salesforce() -> Salesforce {
    Salesforce::new("00D000000000001", rsa_key())
        .deployment("Support")
        .site_url("https://acme.my.site.com/ESWSupport")
        .scrt2_url("https://acme.my.salesforce-scrt.com")
        .issuer("acme")
}

/// A token that only the vendor can read.
fn opaque(identity: &Identity) -> String {
    identity.id().bytes().map(|byte| format!("{:02x}", byte ^ 0x5a)).collect()
}

/// Issues a token for any user, as the vendor's API does.
pub(crate) fn issuer() -> Issuer {
    Issuer::new(async |identity: Identity| {
        Ok::<_, Infallible>(IssuedToken::new(opaque(&identity), Duration::from_secs(3600)))
    })
}

fn single_use_issuer() -> Issuer {
    Issuer::single_use(async |identity: Identity| {
        Ok::<_, Infallible>(IssuedToken::new(opaque(&identity), Duration::from_secs(900)))
    })
}

fn live_chat_issuer() -> Issuer {
    Issuer::new(async |identity: Identity| {
        let customer = opaque(&identity);
        let parts = serde_json::json!({ "accessToken": customer, "entityId": customer, "organizationId": "390e44e6" });
        IssuedToken::of_parts(&parts, Duration::from_secs(3600))
    })
}

fn assert_none_failed(outcomes: impl IntoIterator<Item = Result<(), Findings>>) {
    let failed: Vec<_> = outcomes.into_iter().filter_map(Result::err).map(|findings| findings.to_string()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// The crate's own tests check `Debug`, because they know the widgets' types.
#[test]
fn every_widget_of_the_catalog_conforms() {
    assert_none_failed(
        crate::support::golden::every().iter().map(|golden| conformance::check(golden.widget().as_ref())),
    );
}

#[test]
fn widgets_whose_tokens_are_issued_conform() {
    assert_none_failed([
        conformance::check_debug(&Ada::new("acme", single_use_issuer())),
        conformance::check_debug(&HubSpot::new("1234567", issuer())),
        conformance::check_debug(&Sendbird::new(SENDBIRD_APP, "support-agent", issuer()).library_url("/sendbird.js")),
    ]);
    // Its library asks by itself, so `boot` hands over nothing; tests/widgets/live_chat.rs covers its requests.
    let findings = conformance::check_debug(&LiveChat::new("12345678", live_chat_issuer())).unwrap_err();
    assert_eq!(findings.rules(), [conformance::Rule::Boot], "{findings}");
}

/// If only one widget has another form, its own tests cover that.
#[test]
fn the_other_forms_of_a_widget_conform_too() {
    fn judged(widget: impl Widget + Debug) -> Result<(), Findings> {
        conformance::check_debug(&widget)
    }
    assert_none_failed([
        judged(Intercom::new("abcd1234", secret()).region(IntercomRegion::Eu).setting("alignment", "left")),
        judged(Intercom::new("abcd1234", secret()).legacy_user_hash()),
        judged(intercom_with_salesforce()),
        judged(ZendeskClassic::help_center_only("key-1", secret())),
        judged(ZendeskClassic::chat("key-1", secret()).help_center(secret())),
        judged(ZendeskMessaging::new("abcd1234", secret().with_key_id("app_1"))),
        judged(salesforce()),
        judged(Gleap::new("key-1", secret()).setting("setLanguage", "de").setting("disableConsoleLogOverwrite", true)),
        judged(Userflow::new("ct_1", secret()).signed_companies("company-")),
        judged(Userflow::new("ct_1", secret()).setting("setBaseZIndex", 2_000).setting("disableEvalJs", true)),
    ]);
}
