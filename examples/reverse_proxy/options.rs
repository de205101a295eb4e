//! The command line.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Uri;
use http::uri::Authority;

use super::failure::Failure;

const LISTEN: &str = "--listen";
const UPSTREAM: &str = "--upstream";
const IDENTITY_HEADERS: &str = "--identity-headers";
const LOGOUT_PATH: &str = "--logout-path";
const PLAIN_HTTP: &str = "--plain-http";
const DRAIN: &str = "--drain";

/// Those that stand alone.
const SWITCHES: [&str; 2] = [IDENTITY_HEADERS, PLAIN_HTTP];
const WITH_VALUE: [&str; 4] = [LISTEN, UPSTREAM, LOGOUT_PATH, DRAIN];

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
const DEFAULT_DRAIN: Duration = Duration::from_secs(10);
const MAX_DRAIN: Duration = Duration::from_secs(3600);

pub(crate) const USAGE: &str = "\
Usage: reverse_proxy --upstream http://HOST:PORT [options]

Stands in front of a web application in any language, and tells its support widgets who is signed in.

  --upstream URL       the application: http://HOST:PORT, without a path
  --listen HOST:PORT   where to listen (default 127.0.0.1:8080; port 0 takes a free one)
  --identity-headers   who is signed in stands in the headers that an authenticating proxy in front, such as
                       oauth2-proxy, sets: X-Auth-Request-User (the id; without it nobody is signed in),
                       X-Auth-Request-Email and X-Auth-Request-Preferred-Username.
                       Whoever reaches this port can then be anyone: listen on loopback, or see to it that
                       the proxy in front removes these headers from what clients send.
  --logout-path PATH   a path of the application that signs out, like /logout; may be given several times
  --plain-http         the marker cookie without `Secure`, for sites that are not served over HTTPS
  --drain SECONDS      after Ctrl-C or SIGTERM, how long requests in flight may take to finish (default 10);
                       WebSockets do not hold it up

A value that begins with `--` is written --option=VALUE.

The widgets, from the environment; what is blank is not configured, and one must be:

  INTERCOM_APP_ID      INTERCOM_SECRET
  FERNDESK_WIDGET_ID   FERNDESK_SECRET
  ZENDESK_KEY          ZENDESK_CHAT_SECRET

The path /widget-token belongs to the widgets. X-Forwarded-* and Forwarded are continued with
--identity-headers, where a proxy stands in front, and begun anew without.

Exit codes: 0 ended by a signal; 1 could not listen; 2 the command line or the environment is to be mended.";

/// What was asked for.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) listen: String,
    pub(crate) upstream: Authority,
    pub(crate) identity_headers: bool,
    pub(crate) logout_paths: BTreeSet<String>,
    pub(crate) plain_http: bool,
    pub(crate) drain: Duration,
}

pub(crate) fn ask_for_help(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == "--help" || argument == "-h")
}

impl Options {
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, Failure> {
        let given = sort(arguments.into_iter())?;
        let upstream = given.single(UPSTREAM)?.ok_or_else(|| wrong(format!("{UPSTREAM} is missing")))?;
        Ok(Self {
            listen: given.single(LISTEN)?.unwrap_or(DEFAULT_LISTEN).to_owned(),
            upstream: authority(upstream)?,
            identity_headers: given.has(IDENTITY_HEADERS),
            logout_paths: given.all(LOGOUT_PATH).map(path).collect::<Result<_, _>>()?,
            plain_http: given.has(PLAIN_HTTP),
            drain: given.single(DRAIN)?.map_or(Ok(DEFAULT_DRAIN), seconds)?,
        })
    }
}

/// Each option as often as it was given; the ones that stand alone have an empty value.
struct Given(Vec<(&'static str, String)>);

impl Given {
    fn all(&self, option: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(name, _)| *name == option).map(|(_, value)| value.as_str())
    }

    fn has(&self, option: &str) -> bool {
        self.all(option).next().is_some()
    }

    fn single(&self, option: &str) -> Result<Option<&str>, Failure> {
        let mut values = self.all(option);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(wrong(format!("{option} is given twice"))),
        }
    }
}

fn sort(mut arguments: impl Iterator<Item = String>) -> Result<Given, Failure> {
    let mut given = Vec::new();
    while let Some(argument) = arguments.next() {
        given.push(option(&argument, &mut arguments)?);
    }
    Ok(Given(given))
}

/// `--option VALUE`, `--option=VALUE`, or one that stands alone.
fn option(argument: &str, rest: &mut impl Iterator<Item = String>) -> Result<(&'static str, String), Failure> {
    let (name, value) = argument.split_once('=').map_or((argument, None), |(name, value)| (name, Some(value)));
    if let Some(switch) = SWITCHES.into_iter().find(|known| *known == name) {
        return match value {
            None => Ok((switch, String::new())),
            Some(_) => Err(wrong(format!("{switch} takes no value"))),
        };
    }
    let known = WITH_VALUE.into_iter().find(|known| *known == name);
    let known = known.ok_or_else(|| wrong("an argument is none of the options"))?;
    let value = match value {
        Some(value) => Some(value.to_owned()),
        // The next option is no value: this one's was forgotten.
        None => rest.next().filter(|value| !value.starts_with("--")),
    };
    value.map(|value| (known, value)).ok_or_else(|| wrong(format!("{known} needs a value")))
}

/// The host and port of a URL that has nothing else.
fn authority(url: &str) -> Result<Authority, Failure> {
    let refuse = |why| wrong(format!("{UPSTREAM} {why}: write http://HOST:PORT"));
    let uri: Uri = url.parse().map_err(|_| refuse("is not a URL"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(refuse("has no scheme or no host"));
    };
    if scheme != "http" {
        return Err(refuse("has to be plain HTTP, on this machine or in a network that you trust"));
    }
    if uri.path() != "/" || uri.query().is_some() {
        return Err(refuse("has a path"));
    }
    if authority.as_str().contains('@') {
        return Err(refuse("has a user name in it"));
    }
    if authority.host().is_empty() {
        return Err(refuse("has no host"));
    }
    Ok(authority.clone())
}

fn path(text: &str) -> Result<String, Failure> {
    let plain = text.starts_with('/') && !text.contains(['?', '#']) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let needs = || format!("{LOGOUT_PATH} needs a path as it stands in requests, like /logout");
    plain.then(|| text.to_owned()).ok_or_else(|| wrong(needs()))
}

fn seconds(text: &str) -> Result<Duration, Failure> {
    let seconds = text.parse().map(Duration::from_secs).ok().filter(|drain| *drain <= MAX_DRAIN);
    seconds.ok_or_else(|| wrong(format!("{DRAIN} needs a whole number of seconds, at most {}", MAX_DRAIN.as_secs())))
}

fn wrong(problem: impl Into<String>) -> Failure {
    Failure::Usage(problem.into())
}
