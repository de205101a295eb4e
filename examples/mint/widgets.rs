//! The tokens that can be minted, one row each.
//!
//! Most come from the crate's catalog; some widgets have their own options.

use serde_json::Value;
use tower_widget_identity::widget::{
    self, AmazonConnect, CatalogEntry, Dynamics365, HelpCrunch, Intercom, Pylon, Salesforce, Widget, ZendeskClassic,
    ZohoDeskAsap,
};
use tower_widget_identity::{Identity, Secret};

use super::failure::Failure;
use super::options::{
    AUDIENCE, DEPLOYMENT, INSTANCE, ISSUER, KEY_ID, LIBRARY_URL, ORG_ID, ORG_URL, ORGANIZATION, Options,
    SALESFORCE_KEY, SCRT2_URL, SITE_URL, SNIPPET_ID, TTL, USER_HASH,
};

/// A token, by its name in the token path.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The options that only some widgets have.
    pub(crate) takes: &'static [&'static str],
    /// An additional note in the usage.
    pub(crate) note: Option<&'static str>,
    configure: Configure,
}

#[derive(Clone, Copy)]
enum Configure {
    Catalog(CatalogEntry),
    Special(fn(&Options) -> Result<Box<dyn Widget>, Failure>),
}

const PEM: &str = "(the secret is the private key as PEM text)";

/// The rows of widgets that need more than the catalog's entry.
const SPECIAL: &[Row] = &[
    Row { name: "helpcrunch", takes: &[ORGANIZATION], note: None, configure: Configure::Special(helpcrunch) },
    Row {
        name: "amazon-connect",
        takes: &[TTL, INSTANCE, SNIPPET_ID],
        note: Some("(the secret unchanged: all 44 characters)"),
        configure: Configure::Special(amazon_connect),
    },
    Row {
        name: "dynamics-365",
        takes: &[TTL, KEY_ID, ISSUER, ORG_ID, ORG_URL, LIBRARY_URL],
        note: Some(PEM),
        configure: Configure::Special(dynamics_365),
    },
    Row { name: "intercom", takes: &[TTL, USER_HASH], note: None, configure: Configure::Special(intercom) },
    Row {
        name: "intercom-salesforce",
        takes: &[SALESFORCE_KEY, KEY_ID, ISSUER, ORGANIZATION],
        note: None,
        configure: Configure::Special(intercom_salesforce),
    },
    Row {
        name: "pylon",
        takes: &[],
        note: Some("(the secret is hexadecimal digits, which are decoded)"),
        configure: Configure::Special(pylon),
    },
    Row {
        name: "salesforce",
        takes: &[TTL, KEY_ID, ISSUER, AUDIENCE, DEPLOYMENT, SITE_URL, SCRT2_URL],
        note: Some(PEM),
        configure: Configure::Special(salesforce),
    },
    Row { name: "zendesk-chat", takes: &[TTL], note: None, configure: Configure::Special(zendesk_chat) },
    Row { name: "zendesk-help-center", takes: &[], note: None, configure: Configure::Special(zendesk_help_center) },
    Row { name: "zoho-desk-asap", takes: &[TTL, ORG_ID], note: None, configure: Configure::Special(zoho_desk_asap) },
];

/// Every row, sorted by name. Zendesk Classic and Intercom have two rows each, one for each token.
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
        (true, "sunshine-conversations" | "zendesk-messaging") => &[TTL, KEY_ID],
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

/// The user's data that a hash covers, under the vendor's names.
///
/// A hash covers a value if it changes with the value.
pub(crate) fn hashed(hash: &str, of: impl Fn(&Identity) -> Option<String>, identity: &Identity, page: &Value) -> Value {
    let (id, email) = (identity.id(), identity.email());
    let with_name = |other: Identity| identity.name().into_iter().fold(other, Identity::with_name);
    let other_id = with_name(email.into_iter().fold(Identity::new(format!("{id}-other")), Identity::with_email));
    let other_email = with_name(Identity::new(id).with_email(format!("other-{}", email.unwrap_or_default())));
    let facts = [("id", id, other_id), ("email", email.unwrap_or_default(), other_email)];
    let changing = facts.into_iter().filter(|(.., other)| of(other).as_deref() != Some(hash));
    let named = changing.map(|(usual, fact, _)| {
        let known = page.as_object().into_iter().flatten().find(|(_, value)| value.as_str() == Some(fact));
        (known.map_or_else(|| usual.to_owned(), |(name, _)| name.clone()), Value::from(fact))
    });
    Value::Object(named.collect())
}

fn intercom(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let widget = Intercom::new(options.app_id(), options.secret.clone());
    match (options.has(USER_HASH), options.ttl) {
        (false, None) => Ok(Box::new(widget)),
        (false, Some(ttl)) => Ok(Box::new(widget.lifetime(ttl))),
        (true, None) => Ok(Box::new(widget.legacy_user_hash())),
        (true, Some(_)) => Err(Failure::Usage(format!("a user hash never expires, so it takes no {TTL}"))),
    }
}

/// Intercom's second token, which the page has in addition to Intercom's own.
fn intercom_salesforce(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let key = options.salesforce_key.clone().ok_or_else(|| Failure::Usage(format!("{SALESFORCE_KEY} is missing")))?;
    let issuer = or(options, ISSUER, options.app_id());
    let organization = options.value(ORGANIZATION);
    let organization = organization.ok_or_else(|| Failure::Usage(format!("{ORGANIZATION} is missing")))?;
    let widget = Intercom::new(options.app_id(), options.secret.clone());
    Ok(Box::new(widget.salesforce_identity_token(key, issuer, organization)))
}

fn helpcrunch(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    // The organization does not affect the hash.
    let organization = options.value(ORGANIZATION).unwrap_or("organization");
    Ok(Box::new(HelpCrunch::new(options.app_id(), options.secret.clone()).organization(organization)))
}

/// The option's value, or a default that does not affect the token.
///
/// So you need not name hosts to see a token.
fn or<'a>(options: &'a Options, option: &str, default: &'a str) -> &'a str {
    options.value(option).unwrap_or(default)
}

fn amazon_connect(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let widget = AmazonConnect::new(options.app_id(), options.secret.clone())
        .instance(or(options, INSTANCE, "example"))
        .snippet_id(or(options, SNIPPET_ID, "snippet"));
    Ok(match options.ttl {
        Some(ttl) => Box::new(widget.lifetime(ttl)),
        None => Box::new(widget),
    })
}

fn dynamics_365(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let widget = Dynamics365::new(options.app_id(), options.secret.clone())
        .issuer(or(options, ISSUER, options.app_id()))
        .org_id(or(options, ORG_ID, "organisation"))
        .org_url(or(options, ORG_URL, "https://example.omnichannelengagementhub.com"))
        .library_url(or(options, LIBRARY_URL, "https://example.azureedge.net/scripts/LiveChatBootstrapper.js"));
    Ok(match options.ttl {
        Some(ttl) => Box::new(widget.lifetime(ttl)),
        None => Box::new(widget),
    })
}

fn salesforce(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let mut widget = Salesforce::new(options.app_id(), options.secret.clone())
        .issuer(or(options, ISSUER, options.app_id()))
        .deployment(or(options, DEPLOYMENT, "Deployment"))
        .site_url(or(options, SITE_URL, "https://example.my.site.com/ESWDeployment"))
        .scrt2_url(or(options, SCRT2_URL, "https://example.my.salesforce-scrt.com"));
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

/// Pylon's dashboard shows the key as hexadecimal digits.
fn pylon(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    Ok(Box::new(Pylon::new(options.app_id(), Secret::from_hex(&options.secret_text)?)))
}

fn zoho_desk_asap(options: &Options) -> Result<Box<dyn Widget>, Failure> {
    let widget =
        ZohoDeskAsap::new(options.app_id(), options.secret.clone()).org_id(or(options, ORG_ID, "organisation"));
    Ok(match options.ttl {
        Some(ttl) => Box::new(widget.lifetime(ttl)),
        None => Box::new(widget),
    })
}
