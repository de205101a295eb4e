//! The command line.

use std::collections::BTreeMap;
use std::time::Duration;

use tower_widget_identity::{Identity, Secret, widget::Widget};

use super::failure::Failure;
use super::widgets::{Row, table};

const APP_ID: &str = "--app-id";
const SECRET: &str = "--secret";
const USER_ID: &str = "--user-id";
const EMAIL: &str = "--email";
const NAME: &str = "--name";
pub(crate) const TTL: &str = "--ttl";
pub(crate) const KEY_ID: &str = "--key-id";
pub(crate) const USER_HASH: &str = "--user-hash";
pub(crate) const ISSUER: &str = "--issuer";
pub(crate) const AUDIENCE: &str = "--audience";
pub(crate) const DEPLOYMENT: &str = "--deployment";
pub(crate) const SITE_URL: &str = "--site-url";
pub(crate) const ORGANIZATION: &str = "--organization";
pub(crate) const SCRT2_URL: &str = "--scrt2-url";
pub(crate) const INSTANCE: &str = "--instance";
pub(crate) const SNIPPET_ID: &str = "--snippet-id";
pub(crate) const ORG_ID: &str = "--org-id";
pub(crate) const ORG_URL: &str = "--org-url";
pub(crate) const LIBRARY_URL: &str = "--library-url";
pub(crate) const SALESFORCE_KEY: &str = "--salesforce-key";

/// Options of every widget.
const COMMON: [&str; 5] = [APP_ID, SECRET, USER_ID, EMAIL, NAME];
/// Options of the widgets whose row lists them.
const SPECIAL: [&str; 15] = [
    TTL,
    KEY_ID,
    USER_HASH,
    ISSUER,
    AUDIENCE,
    DEPLOYMENT,
    SITE_URL,
    SCRT2_URL,
    INSTANCE,
    SNIPPET_ID,
    ORG_ID,
    ORG_URL,
    LIBRARY_URL,
    ORGANIZATION,
    SALESFORCE_KEY,
];

/// The start of a PEM block. No other secret starts like this.
const PEM: &str = "-----BEGIN ";

const SECRET_VARIABLE: &str = "WIDGET_SECRET";
const SALESFORCE_KEY_VARIABLE: &str = "WIDGET_SALESFORCE_KEY";

const USAGE: &str = "\
Usage: mint <widget> --app-id ID --secret SECRET --user-id ID [options]

Mints a user's token and prints it as JSON, with its claims, the widget's settings and the element
for the page. Anyone who reads the output can impersonate that user at the widget: do not publish it.

  --app-id ID         the application's public id at the widget. Each dashboard has its own name for it
                      (Intercom: app id, Zendesk: snippet key, Salesforce: organisation id; others: an
                      API key, a widget id, a website token, a property id)
  --secret SECRET     the secret as the widget's dashboard shows it; `-` reads it from the environment
                      variable WIDGET_SECRET, which keeps it out of the shell's history and the list of
                      processes
  --user-id ID        the user's id in the application
  --email EMAIL       the user's e-mail address (needed if the hash covers it, and by some other widgets,
                      which otherwise report `missing-email`)
  --name NAME         the user's name
  --ttl SECONDS       the token's lifetime
  --key-id ID         the id of the signing key (needed for Zendesk Messaging, Sunshine Conversations,
                      Salesforce and Intercom's token for Salesforce)
  --issuer TEXT       the value of the claim `iss` (default: the application's id)
  --audience TEXT     the value of the claim `aud` (default: none)
  --deployment NAME   the deployment's name; like the two URLs, it is for the page, not for the token
  --site-url URL      the URL of the deployment's site
  --scrt2-url URL     the URL of the messaging service
  --organization NAME the organization's name (HelpCrunch: for the page, not for the hash; Intercom's token
                      for Salesforce: the part before `.my.salesforce-scrt.com`)
  --salesforce-key PEM the private key of Intercom's token for Salesforce, in addition to Intercom's secret;
                      `-` reads it from the environment variable WIDGET_SALESFORCE_KEY
  --instance NAME     the instance's alias; like the snippet's id, it is for the page, not for the token
  --snippet-id ID     the id in the widget's snippet
  --org-id ID         the organisation's id in the widget's snippet; also for the page
  --org-url URL       the organisation's URL
  --library-url URL   the URL of the snippet's script
  --user-hash         Intercom's older identity verification: a hash instead of the token

Write a value that starts with `--` as --option=VALUE.
Exit codes: 0 printed; 1 this user has no token; 2 the command line is wrong.

Widgets, with the options that not all of them have:";

/// The parsed options. There is no `Debug`, because they contain a user's data.
pub(crate) struct Options {
    pub(crate) widget: Row,
    pub(crate) secret: Secret,
    /// The secret's text, for a vendor whose dashboard shows the key in an encoding.
    pub(crate) secret_text: String,
    pub(crate) ttl: Option<Duration>,
    /// A second key. If it is present, the key id belongs to it.
    pub(crate) salesforce_key: Option<Secret>,
    values: BTreeMap<&'static str, String>,
}

pub(crate) fn ask_for_help(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == "--help" || argument == "-h")
}

pub(crate) fn usage() -> String {
    let rows = table().into_iter().map(|row| {
        let takes = row.takes.iter().chain(row.note.iter()).copied().collect::<Vec<_>>().join(" ");
        format!("\n  {:<24}{takes}", row.name).trim_end().to_owned()
    });
    rows.fold(USAGE.to_owned(), |text, row| text + &row)
}

impl Options {
    /// Parses the arguments. `variable` reads an environment variable.
    pub(crate) fn parse(
        arguments: impl IntoIterator<Item = String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let (widget, mut values) = sort(arguments.into_iter())?;
        if let Some(option) =
            SPECIAL.iter().find(|option| values.contains_key(*option) && !widget.takes.contains(option))
        {
            return Err(Failure::Usage(format!("{} takes no {option}", widget.name)));
        }
        if let Some(missing) = [APP_ID, SECRET, USER_ID].iter().find(|option| !values.contains_key(*option)) {
            return Err(Failure::Usage(format!("{missing} is missing")));
        }
        let secret_text = secret(values.remove(SECRET).unwrap_or_default(), SECRET_VARIABLE, &variable)?;
        let salesforce_key = values.remove(SALESFORCE_KEY);
        let salesforce_key = salesforce_key.map(|text| secret(text, SALESFORCE_KEY_VARIABLE, &variable)).transpose()?;
        let named = |secret: Secret| match values.get(KEY_ID) {
            Some(key_id) => secret.with_key_id(key_id),
            None => secret,
        };
        let (secret, salesforce_key) = match salesforce_key {
            Some(pem) => (key(&secret_text)?, Some(named(Secret::rsa_pem(pem)?))),
            None => (named(key(&secret_text)?), None),
        };
        let ttl = values.get(TTL).map(|text| seconds(text)).transpose()?.map(Duration::from_secs);
        Ok(Self { widget, secret, secret_text, ttl, salesforce_key, values })
    }

    pub(crate) fn app_id(&self) -> &str {
        self.value(APP_ID).unwrap_or_default()
    }

    pub(crate) fn has(&self, option: &str) -> bool {
        self.value(option).is_some()
    }

    pub(crate) fn value(&self, option: &str) -> Option<&str> {
        self.values.get(option).map(String::as_str)
    }

    pub(crate) fn configured(&self) -> Result<Box<dyn Widget>, Failure> {
        self.widget.configure(self)
    }

    pub(crate) fn identity(&self) -> Identity {
        let identity = Identity::new(self.value(USER_ID).unwrap_or_default());
        let identity = self.value(EMAIL).into_iter().fold(identity, Identity::with_email);
        self.value(NAME).into_iter().fold(identity, Identity::with_name)
    }
}

/// Returns the widget's row, and the value of each option.
fn sort(mut arguments: impl Iterator<Item = String>) -> Result<(Row, BTreeMap<&'static str, String>), Failure> {
    let mut widget = None;
    let mut values = BTreeMap::new();
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            if widget.replace(row(&argument)?).is_some() {
                return Err(wrong("more than one widget is named"));
            }
            continue;
        }
        let (option, value) = option(&argument, &mut arguments)?;
        if values.insert(option, value).is_some() {
            return Err(wrong(format!("{option} is given twice")));
        }
    }
    Ok((widget.ok_or_else(|| wrong("no widget is named"))?, values))
}

fn row(name: &str) -> Result<Row, Failure> {
    table().into_iter().find(|row| row.name == name).ok_or_else(|| wrong("there is no such widget"))
}

/// Parses `--option VALUE`, `--option=VALUE`, or the option that has no value.
fn option(argument: &str, rest: &mut impl Iterator<Item = String>) -> Result<(&'static str, String), Failure> {
    let (name, value) = argument.split_once('=').map_or((argument, None), |(name, value)| (name, Some(value)));
    let known = COMMON.into_iter().chain(SPECIAL).find(|known| *known == name);
    let known = known.ok_or_else(|| wrong(format!("there is no option {name}")))?;
    let value = match (known, value) {
        (USER_HASH, None) => Some(String::new()),
        (USER_HASH, Some(_)) => return Err(wrong(format!("{USER_HASH} takes no value"))),
        (_, Some(value)) => Some(value.to_owned()),
        // If the next argument is an option, this option's value is missing.
        (_, None) => rest.next().filter(|value| !value.starts_with("--") || value.starts_with(PEM)),
    };
    value.map(|value| (known, value)).ok_or_else(|| wrong(format!("{known} needs a value")))
}

fn secret(text: String, name: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, Failure> {
    match text.as_str() {
        "-" => variable(name).ok_or_else(|| wrong(format!("{name} is not set"))),
        _ => Ok(text),
    }
}

fn key(text: &str) -> Result<Secret, Failure> {
    Ok(if text.trim_start().starts_with(PEM) { Secret::rsa_pem(text)? } else { Secret::new(text)? })
}

fn seconds(text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| wrong(format!("{TTL} needs a whole number of seconds")))
}

fn wrong(problem: impl Into<String>) -> Failure {
    Failure::Usage(problem.into())
}
