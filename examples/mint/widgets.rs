//! The tokens that can be minted: one row each. Most come from the crate's catalog; a few widgets have options of their own.

use serde_json::{Value, json};
use tower_widget_identity::widget::{self, CatalogEntry, Intercom, Pylon, Salesforce, Widget, ZendeskClassic};
use tower_widget_identity::{Identity, Secret};

use super::failure::Failure;
use super::options::{AUDIENCE, DEPLOYMENT, ISSUER, KEY_ID, Options, SCRT2_URL, SITE_URL, TTL, USER_HASH};

/// A token by its name in the token path.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Of the options that only some widgets know.
    pub(crate) takes: &'static [&'static str],
    /// What the usage has to say besides.
    pub(crate) note: Option<&'static str>,
    configure: Configure,
}

#[derive(Clone, Copy)]
enum Configure {
    Catalog(CatalogEntry),
    Special(fn(&Options) -> Result<Box<dyn Widget>, Failure>),
}

/// The rows of widgets that the catalog's entry alone does not configure.
const SPECIAL: &[Row] = &[
    Row { name: "intercom", takes: &[TTL, USER_HASH], note: None, configure: Configure::Special(intercom) },
    Row {
        name: "pylon",
        takes: &[],
        note: Some("(the secret as hexadecimal digits, which are decoded)"),
        configure: Configure::Special(pylon),
    },
    Row {
        name: "salesforce",
        takes: &[TTL, KEY_ID, ISSUER, AUDIENCE, DEPLOYMENT, SITE_URL, SCRT2_URL],
        note: Some("(the secret as the text of the private key's PEM)"),
        configure: Configure::Special(salesforce),
    },
    Row { name: "zendesk-chat", takes: &[TTL], note: None, configure: Configure::Special(zendesk_chat) },
    Row { name: "zendesk-help-center", takes: &[], note: None, configure: Configure::Special(zendesk_help_center) },
];

/// Every row, by name. Zendesk Classic has two rows, by the names of its two tokens.
pub(crate) fn table() -> Vec<Row> {
    let own =
        |entry: &&CatalogEntry| entry.name() != "zendesk-classic" && SPECIAL.iter().all(|row| row.name != entry.name());
    let mut rows: Vec<_> =
        widget::catalog().iter().filter(own).map(|entry| row(*entry)).chain(SPECIAL.iter().copied()).collect();
    rows.sort_by_key(|row| row.name);
    rows
}

fn row(entry: CatalogEntry) -> Row {
    let takes: &[_] = match (entry.has_lifetime(), entry.name()) {
        (true, "zendesk-messaging") => &[TTL, KEY_ID],
        (true, _) => &[TTL],
        (false, _) => &[],
    };
    Row { name: entry.name(), takes, note: None, configure: Configure::Catalog(entry) }
}

impl Row {
    pub(crate) fn configure(&self, options: &Options) -> Result<Box<dyn Widget>, Failure> {
        match self.configure {
            Configure::Special(configure) => configure(options),
            Configure::Catalog(entry) => {
                let (app_id, secret) = (options.app_id(), options.secret.clone());
                let timed = options.ttl.and_then(|ttl| entry.configure_with_lifetime(app_id, secret.clone(), ttl));
                Ok(timed.unwrap_or_else(|| entry.configure(app_id, secret)))
            }
        }
    }
}

/// What a hash is over, under the name by which the vendor knows it: the fact about the person that changes the hash.
pub(crate) fn hashed(hash: &str, of: impl Fn(&Identity) -> Option<String>, identity: &Identity, page: &Value) -> Value {
    let other = Identity::new(format!("{}-other", identity.id()));
    let other = identity.email().into_iter().fold(other, Identity::with_email);
    let of_email = of(&other).as_deref() == Some(hash);
    let fact = if of_email { identity.email().unwrap_or_default() } else { identity.id() };
    let named = page.as_object().into_iter().flatten().find(|(_, value)| value.as_str() == Some(fact));
    match named {
        Some((name, fact)) => json!({ name.as_str(): fact }),
        None => json!({ if of_email { "email" } else { "id" }: fact }),
    }
}

fn intercom(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let widget = Intercom::new(options.app_id(), options.secret.clone());
    match (options.has(USER_HASH), options.ttl) {
        (false, None) => Ok(Box::new(widget)),
        (false, Some(ttl)) => Ok(Box::new(widget.lifetime(ttl))),
        (true, None) => Ok(Box::new(widget.legacy_user_hash())),
        (true, Some(_)) => Err(Failure::Usage(format!("a user hash never expires: {TTL} says nothing about it"))),
    }
}

fn salesforce(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let or = |option, default: &str| options.value(option).unwrap_or(default).to_owned();
    // The hosts say nothing about the token: whoever looks at that alone need not name them.
    let mut widget = Salesforce::new(options.app_id(), options.secret.clone())
        .issuer(or(ISSUER, options.app_id()))
        .deployment(or(DEPLOYMENT, "Deployment"))
        .site_url(or(SITE_URL, "https://example.my.site.com/ESWDeployment"))
        .scrt2_url(or(SCRT2_URL, "https://example.my.salesforce-scrt.com"));
    if let Some(audience) = options.value(AUDIENCE) {
        widget = widget.audience(audience);
    }
    if let Some(ttl) = options.ttl {
        widget = widget.lifetime(ttl);
    }
    Ok(Box::new(widget))
}

fn zendesk_chat(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let widget = ZendeskClassic::chat(options.app_id(), options.secret.clone());
    Ok(match options.ttl {
        Some(ttl) => Box::new(widget.chat_lifetime(ttl)),
        None => Box::new(widget),
    })
}

fn zendesk_help_center(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    Ok(Box::new(ZendeskClassic::help_center_only(options.app_id(), options.secret.clone())))
}

/// Its dashboard shows the key as hexadecimal digits.
fn pylon(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    Ok(Box::new(Pylon::new(options.app_id(), Secret::from_hex(&options.secret_text)?)))
}
