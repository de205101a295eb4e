//! The reverse proxy's command line and environment.

use std::collections::BTreeMap;
use std::process::Output;
use std::time::Duration;

use crate::reverse_proxy::failure::Failure;
use crate::reverse_proxy::options::Options;
use crate::reverse_proxy::{identity, widgets};
use crate::support::process::{example, run};

const UPSTREAM: &str = "--upstream=http://127.0.0.1:9000";

fn parse(arguments: &[&str]) -> Result<Options, Failure> {
    Options::parse(arguments.iter().map(|argument| (*argument).to_owned()))
}

fn problem(arguments: &[&str]) -> String {
    let failure = parse(arguments).expect_err("a failure").to_string();
    failure.lines().next().expect("a line").to_owned()
}

#[test]
fn usual_command_line_is_parsed() {
    let usual = ["--listen", "127.0.0.1:8080", "--upstream", "http://127.0.0.1:9000", "--identity-headers"];
    let options = parse(&usual).expect("options");
    assert_eq!(options.listen, "127.0.0.1:8080");
    assert_eq!(options.upstream, "127.0.0.1:9000");
    assert!(options.identity_headers && !options.plain_http && options.logout_paths.is_empty());
    assert_eq!(options.drain, Duration::from_secs(10));

    let paths = ["--logout-path", "/logout", "--logout-path=/users/sign_out", "--logout-path", "/logout"];
    let options = parse(&[&[UPSTREAM, "--plain-http", "--drain=0"], &paths[..]].concat()).expect("options");
    assert_eq!(options.logout_paths.iter().collect::<Vec<_>>(), ["/logout", "/users/sign_out"]);
    assert_eq!((options.listen.as_str(), options.drain), ("127.0.0.1:8080", Duration::ZERO));
    assert!(options.plain_http && !options.identity_headers);
}

#[test]
fn wrong_command_lines_are_reported() {
    for (arguments, expected) in [
        (vec![], "--upstream is missing"),
        (vec!["--upstream"], "--upstream needs a value"),
        (vec!["--upstream", "--identity-headers"], "--upstream needs a value"),
        (vec![UPSTREAM, UPSTREAM], "--upstream is given twice"),
        (vec![UPSTREAM, "--listen=a:1", "--listen=a:2"], "--listen is given twice"),
        (vec![UPSTREAM, "--identity-headers=yes"], "--identity-headers takes no value"),
        (vec![UPSTREAM, "--identity-header"], "an argument is none of the options"),
        (vec![UPSTREAM, "stray"], "an argument is none of the options"),
        (vec!["--upstream="], "--upstream is not a URL: write http://HOST:PORT"),
        (vec!["--upstream=127.0.0.1:9000"], "--upstream has no scheme or no host: write http://HOST:PORT"),
        (vec!["--upstream=http://a:b:c"], "--upstream is not a URL: write http://HOST:PORT"),
        (vec!["--upstream=http://h:1/app"], "--upstream has a path: write http://HOST:PORT"),
        (vec!["--upstream=http://h:1/?q"], "--upstream has a path: write http://HOST:PORT"),
        (vec!["--upstream=http://me:s3cret@h:1"], "--upstream contains a user name: write http://HOST:PORT"),
        (vec![UPSTREAM, "--drain=-1"], "--drain needs a whole number of seconds, at most 3600"),
        (vec![UPSTREAM, "--drain=3601"], "--drain needs a whole number of seconds, at most 3600"),
        (vec![UPSTREAM, "--drain=1.5"], "--drain needs a whole number of seconds, at most 3600"),
    ] {
        assert_eq!(problem(&arguments), expected, "{arguments:?}");
    }
    assert!(problem(&["--upstream=https://h:1"]).starts_with("--upstream must be plain HTTP"));
    for path in ["", "logout", "/logout?now", "/log out", "/logout#a", "/abmelden/\u{fc}", "http://h/logout"] {
        let argument = format!("--logout-path={path}");
        assert!(problem(&[UPSTREAM, &argument]).starts_with("--logout-path needs a path"), "{path:?}");
    }
}

fn configured(variables: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let variables: BTreeMap<_, _> = variables.iter().copied().collect();
    let widgets = widgets::configured(|name| variables.get(name).map(|value| (*value).to_owned()));
    let widgets = widgets.and_then(|builder| Ok(builder.token_path("/widget-token").build()?));
    // The `Debug` output shows what is configured.
    let shown = widgets.map(|widgets| format!("{widgets:?}")).map_err(|failure| failure.to_string())?;
    let known = ["intercom", "ferndesk", "zendesk"].into_iter();
    Ok(known.filter(|widget| shown.contains(&format!("\"{widget}"))).map(str::to_owned).collect())
}

#[test]
fn environment_configures_the_widgets() {
    let intercom = [("INTERCOM_APP_ID", "abcd1234"), ("INTERCOM_SECRET", "one")];
    let ferndesk = [("FERNDESK_WIDGET_ID", "w-1"), ("FERNDESK_SECRET", "two")];
    let zendesk = [("ZENDESK_KEY", "k-1"), ("ZENDESK_CHAT_SECRET", "three")];
    let blank = [("INTERCOM_APP_ID", ""), ("INTERCOM_SECRET", " \t")];
    assert_eq!(configured(&intercom).unwrap(), ["intercom"]);
    assert_eq!(configured(&ferndesk).unwrap(), ["ferndesk"]);
    assert_eq!(configured(&zendesk).unwrap(), ["zendesk"]);
    assert_eq!(configured(&[intercom, ferndesk, zendesk].concat()).unwrap(), ["intercom", "ferndesk", "zendesk"]);
    assert_eq!(configured(&[blank, zendesk].concat()).unwrap(), ["zendesk"]);

    for nothing in [&[][..], &blank, &[("INTERCOM", "a"), ("FERNDESK_ID", "b")]] {
        let error = configured(nothing).unwrap_err();
        assert!(error.starts_with("no widget is configured: set INTERCOM_APP_ID and INTERCOM_SECRET, or "), "{error}");
    }
    for (half, missing) in intercom.iter().zip(["INTERCOM_SECRET", "INTERCOM_APP_ID"]) {
        let error = configured(&[&[*half], &zendesk[..]].concat()).unwrap_err();
        assert_eq!(error, format!("{} is set, and {missing} is not: a widget needs both", half.0));
    }
}

fn proxy(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    run(example("reverse_proxy").args(arguments).envs(variables.iter().copied()))
}

#[test]
fn help_and_errors_have_their_exit_codes_and_streams() {
    let secret = "hunter2-the-secret";
    let configured = [("INTERCOM_APP_ID", "abcd1234"), ("INTERCOM_SECRET", secret)];
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = format!("--listen={}", taken.local_addr().expect("bound"));
    for (arguments, variables, code, text) in [
        (vec!["--help"], vec![], 0, "Usage: reverse_proxy"),
        (vec![UPSTREAM, "-h"], vec![], 0, "INTERCOM_APP_ID      INTERCOM_SECRET"),
        (vec![], configured.to_vec(), 2, "--upstream is missing"),
        (vec![UPSTREAM], vec![], 2, "no widget is configured"),
        (vec![UPSTREAM], vec![("INTERCOM_APP_ID", " "), ("INTERCOM_SECRET", " ")], 2, "no widget is configured"),
        (vec![UPSTREAM], vec![("INTERCOM_SECRET", secret)], 2, "INTERCOM_APP_ID is not"),
        (vec![UPSTREAM], vec![("INTERCOM_APP_ID", "\n"), ("INTERCOM_SECRET", secret)], 2, "INTERCOM_APP_ID is not"),
        (vec![UPSTREAM, "--drain", secret], configured.to_vec(), 2, "--drain needs"),
        (vec![UPSTREAM, secret], configured.to_vec(), 2, "an argument is none of the options"),
        (vec![UPSTREAM, &taken], configured.to_vec(), 1, "cannot listen"),
    ] {
        let output = proxy(&arguments, &variables);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {err}");
        let (with, without) = if code == 0 { (&out, &err) } else { (&err, &out) };
        assert!(with.contains(text) && without.is_empty(), "{arguments:?}: {out}{err}");
        assert!(!err.contains(secret), "{arguments:?}: {err}");
    }
}

#[test]
fn flag_for_identity_headers_logs_a_warning() {
    for (loopback, words) in [(true, "every program of this machine"), (false, "beyond loopback")] {
        let warning = identity::warning(loopback);
        assert!(warning.starts_with("warning: --identity-headers"), "{warning}");
        assert!(warning.contains("can be anyone") && warning.contains(words), "{warning}");
    }
    let errors = crate::proxy::proxy(9, &[crate::proxy::FLAG]).errors();
    assert!(errors.contains(&identity::warning(true)), "{errors}");
}
