//! The rules for data that all users share: names, settings, artifacts, sources, adapter text.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{
    paper::{leaves, said},
    people,
    rule::{Finding, Rule},
};
use crate::{
    config::check_unique,
    protocol::KEPT_SUFFIX,
    sign::{self, Secret},
    snippet::{check_adapter, compact},
    widget::{Manifest, Widget},
};

/// The shortest secret to search for: shorter ones occur in other texts by chance.
const SHORTEST_SECRET: usize = 8;
/// The shortest text around the `*` of a pattern. It must identify the vendor's names.
const SHORTEST_STEM: usize = 3;
/// The marker cookie's default name.
const MARKER: &str = "__Host-widget";
/// The globals that a purge must never remove from the page.
const PAGES_OWN: [&str; 12] = [
    "document",
    "location",
    "localStorage",
    "sessionStorage",
    "navigator",
    "history",
    "window",
    "self",
    "globalThis",
    "widgetIdentity",
    "console",
    "fetch",
];

pub(super) const RULES: [fn(&dyn Widget, &mut Vec<Finding>); 7] =
    [passes_check, legal_names, constants, secrets, artifacts, sources, adapter_text];

fn passes_check(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    findings.extend(widget.check().err().map(|error| Finding::new(Rule::Check, error.to_string())));
}

fn legal_names(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let mut known = BTreeSet::new();
    let mut tell = |detail: String| findings.push(Finding::new(Rule::Names, detail));
    let manifest = widget.manifest();
    if manifest.token_names().is_empty() {
        tell("the manifest has no token name: name one".to_owned());
    }
    for name in manifest.unique_names() {
        if let Err(error) = check_unique(&mut known, name) {
            tell(error.to_string());
        }
    }
    if manifest.app_id().trim().is_empty() {
        tell("the application id is blank: the vendor's library needs it to find the account".to_owned());
    }
}

#[derive(Serialize, PartialEq)]
struct Constants {
    names: Vec<String>,
    settings: Value,
    library: Option<String>,
    adapter: String,
    artifacts: Value,
    cookie: Option<String>,
    sources: String,
    token_path: bool,
}

impl Constants {
    fn of(manifest: &Manifest) -> Self {
        let names = [manifest.name(), manifest.app_id()].into_iter().chain(manifest.all_tokens());
        Self {
            names: names.map(str::to_owned).collect(),
            settings: serde_json::to_value(manifest.settings()).unwrap_or_default(),
            library: manifest.library().map(str::to_owned),
            adapter: manifest.adapter().to_owned(),
            artifacts: serde_json::to_value(manifest.artifacts()).unwrap_or_default(),
            cookie: manifest.identified_cookie().map(str::to_owned),
            sources: format!("{:?}", manifest.csp_sources()),
            token_path: manifest.requires_token_path(),
        }
    }

    /// Every text and key, with its path.
    fn texts(&self) -> Vec<(String, String)> {
        let value = serde_json::to_value(self).unwrap_or_default();
        let texts = leaves(&value).into_iter().map(|(path, leaf)| match leaf.as_str() {
            Some(text) => (path.clone(), format!("{path} {text}")),
            None => (path.clone(), path),
        });
        texts.collect()
    }
}

fn constants(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let before = Constants::of(&widget.manifest());
    let persons = [people::ada(), people::bela()];
    for person in &persons {
        said(widget, person);
    }
    let after = Constants::of(&widget.manifest());
    if before != after {
        findings.push(Finding::new(
            Rule::Constant,
            "names, settings, artifacts, sources or the adapter change between users",
        ));
    }
    for (path, text) in after.texts() {
        let of = persons.iter().flat_map(people::facts).find(|(_, fact)| text.contains(fact));
        findings.extend(of.map(|(what, _)| Finding::new(Rule::Constant, format!("`{path}` contains a user's {what}"))));
    }
}

fn secrets(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let Some(secret) = widget.secret() else { return };
    if secret.to_bytes().len() < SHORTEST_SECRET {
        let detail =
            format!("it is too short to search for: use a secret of at least {SHORTEST_SECRET} bytes in the test");
        return findings.push(Finding::new(Rule::Secret, detail));
    }
    let mut texts = Constants::of(&widget.manifest()).texts();
    for (place, value) in said(widget, &people::ada()) {
        let all = leaves(&value).into_iter().map(|(path, leaf)| (format!("{path} in {place}"), leaf.to_string()));
        texts.extend(all.collect::<Vec<_>>());
        texts.extend(leaves(&value).into_iter().filter_map(|(path, leaf)| Some((path, leaf.as_str()?.to_owned()))));
    }
    texts.retain(|(_, text)| shows(text, secret));
    findings.extend(texts.into_iter().map(|(path, _)| Finding::new(Rule::Secret, format!("`{path}` contains it"))));
}

/// Whether a text contains the secret.
///
/// It may be unchanged, in hexadecimal or base64 digits, or as `Debug` writes strings and bytes.
pub(super) fn shows(text: &str, secret: &Secret) -> bool {
    let key = &secret.to_bytes();
    let flat: String = text.split_whitespace().collect();
    let bytes = key.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
    let base64 = sign::base64(key).trim_end_matches('=').to_owned();
    let encoded = [bytes, sign::hex(key), sign::hex(key).to_uppercase(), sign::base64url(key), base64];
    let plain = std::str::from_utf8(key).ok();
    let written = plain.map(|plain| plain.escape_debug().to_string());
    plain.is_some_and(|plain| text.contains(plain))
        || written.is_some_and(|written| text.contains(&written))
        || encoded.iter().any(|form| flat.contains(form))
}

fn artifacts(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let manifest = widget.manifest();
    let artifacts = manifest.artifacts();
    let all = serde_json::to_value(artifacts).unwrap_or_default();
    let mut tell = |detail: String| findings.push(Finding::new(Rule::SessionArtifacts, detail));
    for (path, leaf) in leaves(&all) {
        let name = leaf.as_str().unwrap_or_default();
        let problem = match path.split('.').next() {
            Some("globals") => wrong_global(name),
            Some("cookies") if !name.bytes().all(is_token) => Some("is not a valid cookie name"),
            _ => wrong_pattern(name),
        };
        if let Some(problem) = problem {
            tell(format!("`{name}` {problem}"));
        }
    }
    if [MARKER.to_owned(), format!("{MARKER}{KEPT_SUFFIX}")].iter().any(|name| artifacts.owns_cookie(name)) {
        tell("a pattern matches the marker cookie, or the one beside it".to_owned());
    }
    if let Some(cookie) = manifest.identified_cookie().filter(|cookie| !artifacts.owns_cookie(cookie)) {
        tell(format!("the identified cookie `{cookie}` is not an artifact: each page would end the session again"));
    }
}

/// Whether the byte may be part of a token: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn wrong_pattern(name: &str) -> Option<&'static str> {
    let (start, end) = name.split_once('*').unwrap_or((name, ""));
    let after_id = name.strip_prefix('#').filter(|_| !name.contains('*'));
    match start.len() + end.len() {
        _ if after_id.is_some_and(|rest| rest.len() < SHORTEST_STEM) => Some("matches names that are not the vendor's"),
        _ if start.trim().is_empty() && end.trim().is_empty() => Some("matches every name, or none"),
        _ if end.contains('*') => Some("has more than one `*`"),
        stem if stem < name.len() && stem < SHORTEST_STEM => Some("matches names that are not the vendor's"),
        _ => None,
    }
}

fn wrong_global(path: &str) -> Option<&'static str> {
    let is_name = |step: &str| {
        let mut bytes = step.bytes();
        let letter = |byte: u8| byte.is_ascii_alphabetic() || b"_$".contains(&byte);
        bytes.next().is_some_and(letter) && bytes.all(|byte| letter(byte) || byte.is_ascii_digit())
    };
    if !path.split('.').all(is_name) {
        return Some("is not a path of names with dots");
    }
    let first = path.split('.').next().unwrap_or_default();
    PAGES_OWN.contains(&first).then_some("belongs to the page, not to the vendor")
}

fn sources(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let sources = widget.manifest().csp_sources();
    let mut tell = |detail: String| findings.push(Finding::new(Rule::Sources, detail));
    if let Some(illegal) = sources.illegal() {
        tell(format!("{illegal:?} is neither a scheme and host nor a path on the page's own host"));
    }
}

fn adapter_text(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let script = compact(widget.manifest().adapter());
    let illegal = check_adapter(widget.manifest().name(), &script).err().map(|error| error.to_string());
    let newer = newer_syntax(&script).map(|sign| format!("`{sign}` is newer than ES2019"));
    let comment = script.lines().last().filter(|line| comments(line));
    let comment = comment.map(|_| {
        "a line comment follows its last line of code: it would comment out what follows the adapter".to_owned()
    });
    let all = illegal.into_iter().chain(newer).chain(comment);
    findings.extend(all.map(|detail| Finding::new(Rule::AdapterText, detail)));
}

/// Whether a line contains `//` outside its strings.
fn comments(line: &str) -> bool {
    without_strings(line).contains("//")
}

/// The first operator that is newer than ES2019.
fn newer_syntax(script: &str) -> Option<&'static str> {
    let code = without_strings(script);
    let chained =
        code.match_indices("?.").any(|(at, _)| !code[at + 2..].starts_with(|next: char| next.is_ascii_digit()));
    let operators = ["??", "||=", "&&=", "import(", "static {"];
    chained.then_some("?.").or_else(|| operators.into_iter().find(|operator| code.contains(operator)))
}

/// The code without its strings. A quote in a regular expression makes it remove more.
fn without_strings(script: &str) -> String {
    let mut code = String::with_capacity(script.len());
    let mut open = None;
    let mut escaped = false;
    for char in script.chars() {
        match open {
            Some(_) if escaped => escaped = false,
            Some(_) if char == '\\' => escaped = true,
            Some(quote) if char == quote => open = None,
            Some(quote) if char == '\n' && quote != '`' => open = None,
            Some(_) => {}
            None if "'\"`".contains(char) => open = Some(char),
            None => code.push(char),
        }
    }
    code
}

/// Checks `Debug` after a user's data was used: a widget that keeps users' data would show it, too.
pub(super) fn debug(widget: &(impl Widget + std::fmt::Debug), findings: &mut Vec<Finding>) {
    let ada = people::ada();
    said(widget, &ada);
    for text in [format!("{widget:?}"), format!("{widget:#?}")] {
        if widget.secret().is_some_and(|secret| shows(&text, secret)) {
            let remedy = "it shows the secret: keep it in a `Secret`, or write `Debug` by hand";
            findings.push(Finding::new(Rule::Debug, remedy));
        }
        let kept = people::facts(&ada).find(|(_, fact)| text.contains(fact));
        findings.extend(kept.map(|(what, _)| Finding::new(Rule::Debug, format!("it shows a user's {what}"))));
    }
}
