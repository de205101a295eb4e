//! One row for each token that can be minted.

use serde_json::{Value, json};
use tower_widget_identity::vendor::{
    Canny, Chatbase, Chatwoot, Crisp, Drift, Featurebase, Ferndesk, Freshchat, FreshdeskHelpWidget, Front, Gist, Gleap,
    HelpScout, Intercom, Kustomer, Plain, Pylon, Salesforce, Tawk, UserJot, Userflow, Vendor, ZendeskClassic,
    ZendeskMessaging,
};
use tower_widget_identity::{Identity, Secret, Widgets, WidgetsBuilder};

use super::failure::Failure;
use super::options::{AUDIENCE, DEPLOYMENT, ISSUER, KEY_ID, Options, SCRT2_URL, SITE_URL, TTL, USER_HASH};

/// A token by its name in the token path.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Of the options that only some vendors know.
    pub(crate) takes: &'static [&'static str],
    pub(crate) configure: fn(&Options) -> Result<Candidate, Failure>,
}

pub(crate) const TABLE: &[Row] = &[
    Row { name: "canny", takes: &[], configure: canny },
    Row { name: "chatbase", takes: &[TTL], configure: chatbase },
    Row { name: "chatwoot", takes: &[], configure: chatwoot },
    Row { name: "crisp", takes: &[], configure: crisp },
    Row { name: "drift", takes: &[TTL], configure: drift },
    Row { name: "featurebase", takes: &[TTL], configure: featurebase },
    Row { name: "ferndesk", takes: &[TTL], configure: ferndesk },
    Row { name: "freshchat", takes: &[TTL], configure: freshchat },
    Row { name: "freshdesk-help-widget", takes: &[TTL], configure: freshdesk_help_widget },
    Row { name: "front", takes: &[], configure: front },
    Row { name: "gist", takes: &[], configure: gist },
    Row { name: "gleap", takes: &[], configure: gleap },
    Row { name: "help-scout", takes: &[], configure: help_scout },
    Row { name: "intercom", takes: &[TTL, USER_HASH], configure: intercom },
    Row { name: "kustomer", takes: &[TTL], configure: kustomer },
    Row { name: "plain", takes: &[], configure: plain },
    Row { name: "pylon", takes: &[], configure: pylon },
    Row {
        name: "salesforce",
        takes: &[TTL, KEY_ID, ISSUER, AUDIENCE, DEPLOYMENT, SITE_URL, SCRT2_URL],
        configure: salesforce,
    },
    Row { name: "tawk", takes: &[], configure: tawk },
    Row { name: "userflow", takes: &[], configure: userflow },
    Row { name: "userjot", takes: &[TTL], configure: userjot },
    Row { name: "zendesk-chat", takes: &[TTL], configure: zendesk_chat },
    Row { name: "zendesk-help-center", takes: &[], configure: zendesk_help_center },
    Row { name: "zendesk-messaging", takes: &[TTL, KEY_ID], configure: zendesk_messaging },
];

/// A vendor by itself, and configured as in an application.
pub(crate) struct Candidate {
    pub(crate) vendor: Box<dyn Vendor>,
    pub(crate) widgets: WidgetsBuilder,
    /// For an HMAC: what it is over, under the name by which the vendor knows it. Nothing for a JWT.
    pub(crate) hashed: Option<fn(&Identity) -> Value>,
}

impl Candidate {
    fn jwt(vendor: impl Vendor + Clone) -> Self {
        let widgets = Widgets::builder().vendor(vendor.clone());
        Self { vendor: Box::new(vendor), widgets, hashed: None }
    }

    fn hash(vendor: impl Vendor + Clone, hashed: fn(&Identity) -> Value) -> Self {
        Self { hashed: Some(hashed), ..Self::jwt(vendor) }
    }
}

/// The setter is called where there is a value.
fn with<V, T>(vendor: V, value: Option<T>, set: fn(V, T) -> V) -> V {
    match value {
        Some(value) => set(vendor, value),
        None => vendor,
    }
}

fn chatbase(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Chatbase::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, Chatbase::lifetime)))
}

fn drift(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Drift::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, Drift::lifetime)))
}

fn featurebase(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Featurebase::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, Featurebase::lifetime)))
}

fn ferndesk(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Ferndesk::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, Ferndesk::lifetime)))
}

fn freshchat(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Freshchat::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, Freshchat::lifetime)))
}

fn freshdesk_help_widget(options: &Options) -> Result<Candidate, Failure> {
    let vendor = FreshdeskHelpWidget::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, FreshdeskHelpWidget::lifetime)))
}

fn intercom(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Intercom::new(options.app_id(), options.secret.clone());
    match (options.has(USER_HASH), options.ttl) {
        (false, ttl) => Ok(Candidate::jwt(with(vendor, ttl, Intercom::lifetime))),
        (true, None) => Ok(Candidate::hash(vendor.legacy_user_hash(), |person| json!({ "user_id": person.id() }))),
        (true, Some(_)) => Err(Failure::Usage(format!("a user hash never expires: {TTL} says nothing about it"))),
    }
}

fn kustomer(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Kustomer::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, Kustomer::lifetime)))
}

fn salesforce(options: &Options) -> Result<Candidate, Failure> {
    let or = |option, default: &str| options.value(option).unwrap_or(default).to_owned();
    // The hosts say nothing about the token: whoever looks at that alone need not name them.
    let vendor = Salesforce::new(options.app_id(), options.secret.clone())
        .issuer(or(ISSUER, options.app_id()))
        .deployment(or(DEPLOYMENT, "Deployment"))
        .site_url(or(SITE_URL, "https://example.my.site.com/ESWDeployment"))
        .scrt2_url(or(SCRT2_URL, "https://example.my.salesforce-scrt.com"));
    let vendor = with(vendor, options.value(AUDIENCE), Salesforce::audience);
    Ok(Candidate::jwt(with(vendor, options.ttl, Salesforce::lifetime)))
}

fn userjot(options: &Options) -> Result<Candidate, Failure> {
    let vendor = UserJot::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, UserJot::lifetime)))
}

fn zendesk_chat(options: &Options) -> Result<Candidate, Failure> {
    let vendor = ZendeskClassic::chat(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, ZendeskClassic::chat_lifetime)))
}

fn zendesk_help_center(options: &Options) -> Result<Candidate, Failure> {
    Ok(Candidate::jwt(ZendeskClassic::help_center_only(options.app_id(), options.secret.clone())))
}

fn email(person: &Identity) -> Value {
    json!({ "email": person.email_address() })
}

fn canny(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Canny::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(vendor, |person| json!({ "id": person.id() })))
}

fn chatwoot(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Chatwoot::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(vendor, |person| json!({ "identifier": person.id() })))
}

fn crisp(options: &Options) -> Result<Candidate, Failure> {
    Ok(Candidate::hash(Crisp::new(options.app_id(), options.secret.clone()), email))
}

fn front(options: &Options) -> Result<Candidate, Failure> {
    Ok(Candidate::hash(Front::new(options.app_id(), options.secret.clone()), email))
}

fn gist(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Gist::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(vendor, |person| json!({ "user_id": person.id() })))
}

fn gleap(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Gleap::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(vendor, |person| json!({ "userId": person.id() })))
}

fn help_scout(options: &Options) -> Result<Candidate, Failure> {
    Ok(Candidate::hash(HelpScout::new(options.app_id(), options.secret.clone()), email))
}

fn plain(options: &Options) -> Result<Candidate, Failure> {
    Ok(Candidate::hash(Plain::new(options.app_id(), options.secret.clone()), email))
}

/// Its dashboard shows the key as hexadecimal digits.
fn pylon(options: &Options) -> Result<Candidate, Failure> {
    let secret = Secret::from_hex(&options.secret_text)?;
    Ok(Candidate::hash(Pylon::new(options.app_id(), secret), email))
}

fn tawk(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Tawk::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(vendor, |person| json!({ "userId": person.id() })))
}

fn userflow(options: &Options) -> Result<Candidate, Failure> {
    let vendor = Userflow::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(vendor, |person| json!({ "userId": person.id() })))
}

fn zendesk_messaging(options: &Options) -> Result<Candidate, Failure> {
    let vendor = ZendeskMessaging::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(vendor, options.ttl, ZendeskMessaging::lifetime)))
}
