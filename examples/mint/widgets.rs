//! One row for each token that can be minted.

use serde_json::{Value, json};
use tower_widget_identity::widget::{
    Canny, Chatbase, Chatwoot, Crisp, Drift, Featurebase, Ferndesk, Freshchat, FreshdeskHelpWidget, Front, Gist, Gleap,
    HelpScout, Intercom, Kustomer, Plain, Pylon, Salesforce, Tawk, UserJot, Userflow, Widget, ZendeskClassic,
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
    pub(crate) widget: Box<dyn Widget>,
    pub(crate) widgets: WidgetsBuilder,
    /// For an HMAC: what it is over, under the name by which the vendor knows it. Nothing for a JWT.
    pub(crate) hashed: Option<fn(&Identity) -> Value>,
}

impl Candidate {
    fn jwt(widget: impl Widget + Clone) -> Self {
        let widgets = Widgets::builder().widget(widget.clone());
        Self { widget: Box::new(widget), widgets, hashed: None }
    }

    fn hash(widget: impl Widget + Clone, hashed: fn(&Identity) -> Value) -> Self {
        Self { hashed: Some(hashed), ..Self::jwt(widget) }
    }
}

/// The setter is called where there is a value.
fn with<V, T>(widget: V, value: Option<T>, set: fn(V, T) -> V) -> V {
    match value {
        Some(value) => set(widget, value),
        None => widget,
    }
}

fn chatbase(options: &Options) -> Result<Candidate, Failure> {
    let widget = Chatbase::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, Chatbase::lifetime)))
}

fn drift(options: &Options) -> Result<Candidate, Failure> {
    let widget = Drift::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, Drift::lifetime)))
}

fn featurebase(options: &Options) -> Result<Candidate, Failure> {
    let widget = Featurebase::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, Featurebase::lifetime)))
}

fn ferndesk(options: &Options) -> Result<Candidate, Failure> {
    let widget = Ferndesk::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, Ferndesk::lifetime)))
}

fn freshchat(options: &Options) -> Result<Candidate, Failure> {
    let widget = Freshchat::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, Freshchat::lifetime)))
}

fn freshdesk_help_widget(options: &Options) -> Result<Candidate, Failure> {
    let widget = FreshdeskHelpWidget::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, FreshdeskHelpWidget::lifetime)))
}

fn intercom(options: &Options) -> Result<Candidate, Failure> {
    let widget = Intercom::new(options.app_id(), options.secret.clone());
    match (options.has(USER_HASH), options.ttl) {
        (false, ttl) => Ok(Candidate::jwt(with(widget, ttl, Intercom::lifetime))),
        (true, None) => Ok(Candidate::hash(widget.legacy_user_hash(), |person| json!({ "user_id": person.id() }))),
        (true, Some(_)) => Err(Failure::Usage(format!("a user hash never expires: {TTL} says nothing about it"))),
    }
}

fn kustomer(options: &Options) -> Result<Candidate, Failure> {
    let widget = Kustomer::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, Kustomer::lifetime)))
}

fn salesforce(options: &Options) -> Result<Candidate, Failure> {
    let or = |option, default: &str| options.value(option).unwrap_or(default).to_owned();
    // The hosts say nothing about the token: whoever looks at that alone need not name them.
    let widget = Salesforce::new(options.app_id(), options.secret.clone())
        .issuer(or(ISSUER, options.app_id()))
        .deployment(or(DEPLOYMENT, "Deployment"))
        .site_url(or(SITE_URL, "https://example.my.site.com/ESWDeployment"))
        .scrt2_url(or(SCRT2_URL, "https://example.my.salesforce-scrt.com"));
    let widget = with(widget, options.value(AUDIENCE), Salesforce::audience);
    Ok(Candidate::jwt(with(widget, options.ttl, Salesforce::lifetime)))
}

fn userjot(options: &Options) -> Result<Candidate, Failure> {
    let widget = UserJot::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, UserJot::lifetime)))
}

fn zendesk_chat(options: &Options) -> Result<Candidate, Failure> {
    let widget = ZendeskClassic::chat(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, ZendeskClassic::chat_lifetime)))
}

fn zendesk_help_center(options: &Options) -> Result<Candidate, Failure> {
    Ok(Candidate::jwt(ZendeskClassic::help_center_only(options.app_id(), options.secret.clone())))
}

fn email(person: &Identity) -> Value {
    json!({ "email": person.email_address() })
}

fn canny(options: &Options) -> Result<Candidate, Failure> {
    let widget = Canny::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(widget, |person| json!({ "id": person.id() })))
}

fn chatwoot(options: &Options) -> Result<Candidate, Failure> {
    let widget = Chatwoot::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(widget, |person| json!({ "identifier": person.id() })))
}

fn crisp(options: &Options) -> Result<Candidate, Failure> {
    Ok(Candidate::hash(Crisp::new(options.app_id(), options.secret.clone()), email))
}

fn front(options: &Options) -> Result<Candidate, Failure> {
    Ok(Candidate::hash(Front::new(options.app_id(), options.secret.clone()), email))
}

fn gist(options: &Options) -> Result<Candidate, Failure> {
    let widget = Gist::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(widget, |person| json!({ "user_id": person.id() })))
}

fn gleap(options: &Options) -> Result<Candidate, Failure> {
    let widget = Gleap::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(widget, |person| json!({ "userId": person.id() })))
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
    let widget = Tawk::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(widget, |person| json!({ "userId": person.id() })))
}

fn userflow(options: &Options) -> Result<Candidate, Failure> {
    let widget = Userflow::new(options.app_id(), options.secret.clone());
    Ok(Candidate::hash(widget, |person| json!({ "userId": person.id() })))
}

fn zendesk_messaging(options: &Options) -> Result<Candidate, Failure> {
    let widget = ZendeskMessaging::new(options.app_id(), options.secret.clone());
    Ok(Candidate::jwt(with(widget, options.ttl, ZendeskMessaging::lifetime)))
}
