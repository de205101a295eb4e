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

/// The options without a value.
const SWITCHES: [&str; 2] = [IDENTITY_HEADERS, PLAIN_HTTP];
const WITH_VALUE: [&str; 4] = [LISTEN, UPSTREAM, LOGOUT_PATH, DRAIN];

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
const DEFAULT_DRAIN: Duration = Duration::from_secs(10);
const MAX_DRAIN: Duration = Duration::from_secs(3600);

pub(crate) const USAGE: &str = "\
Usage: reverse_proxy --upstream http://HOST:PORT [options]

Stands in front of a web application in any language, and passes the signed-in user to its support widgets.

  --upstream URL       the application: http://HOST:PORT, without a path
  --listen HOST:PORT   where to listen (default 127.0.0.1:8080; port 0 chooses a free one)
  --identity-headers   trust the headers of an authenticating proxy in front, such as oauth2-proxy:
                       X-Auth-Request-User (the id; without it, the user is signed out),
                       X-Auth-Request-Email and X-Auth-Request-Preferred-Username.
                       Anyone who reaches this port can set these headers: listen on loopback, or make
                       sure that the proxy in front removes them from the requests of its clients.
  --logout-path PATH   a path at which the application signs out, such as /logout; can be given several times
  --plain-http         set the marker cookie without `Secure`, for sites that are not served over HTTPS
  --drain SECONDS      after Ctrl-C or SIGTERM, how long requests in flight may take to finish (default 10);
                       WebSockets do not delay the end

Write a value that starts with `--` as --option=VALUE.

The environment variables of the widgets. Blank variables are ignored, and at least one widget is needed:

  INTERCOM_APP_ID      INTERCOM_SECRET
  FERNDESK_WIDGET_ID   FERNDESK_SECRET
  ZENDESK_KEY          ZENDESK_CHAT_SECRET

The proxy handles the path /widget-token. With --identity-headers, there is a proxy in front, so
X-Forwarded-* and Forwarded are extended; without it, they are replaced.

Exit codes: 0 ended by a signal; 1 could not listen; 2 the command line or the environment is wrong.";

/// The parsed options.
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

/// The options in their order, with repetitions. Options without a value have an empty text.
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

/// Parses `--option VALUE`, `--option=VALUE`, or an option without a value.
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
        // If the next argument is an option, this option's value is missing.
        None => rest.next().filter(|value| !value.starts_with("--")),
    };
    value.map(|value| (known, value)).ok_or_else(|| wrong(format!("{known} needs a value")))
}

/// Returns the host and port of a URL that has no other parts.
fn authority(url: &str) -> Result<Authority, Failure> {
    let refuse = |why| wrong(format!("{UPSTREAM} {why}: write http://HOST:PORT"));
    let uri: Uri = url.parse().map_err(|_| refuse("is not a URL"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(refuse("has no scheme or no host"));
    };
    if scheme != "http" {
        return Err(refuse("must be plain HTTP, on this machine or in a network that you trust"));
    }
    if uri.path() != "/" || uri.query().is_some() {
        return Err(refuse("has a path"));
    }
    if authority.as_str().contains('@') {
        return Err(refuse("contains a user name"));
    }
    if authority.host().is_empty() {
        return Err(refuse("has no host"));
    }
    Ok(authority.clone())
}

fn path(text: &str) -> Result<String, Failure> {
    let plain = text.starts_with('/') && !text.contains(['?', '#']) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let needs = || format!("{LOGOUT_PATH} needs a path as in requests, like /logout");
    plain.then(|| text.to_owned()).ok_or_else(|| wrong(needs()))
}

fn seconds(text: &str) -> Result<Duration, Failure> {
    let seconds = text.parse().map(Duration::from_secs).ok().filter(|drain| *drain <= MAX_DRAIN);
    seconds.ok_or_else(|| wrong(format!("{DRAIN} needs a whole number of seconds, at most {}", MAX_DRAIN.as_secs())))
}

fn wrong(problem: impl Into<String>) -> Failure {
    Failure::Usage(problem.into())
}
