//! Runs a widget's adapter in QuickJS, with the crate's own runtime and a small stand-in for a browser.

use std::time::{Duration, Instant};

use rquickjs::{Context, Runtime};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    paper::{self, VALUES, leaves},
    people::{self, NOW, at},
    rule::{Finding, Rule},
};
use crate::{
    identity::Identity,
    snippet::{WidgetData, compact, inline_function, widget_data},
    token_error::TokenError,
    widget::{BootData, Manifest, Widget},
};

/// The ending's name in `scenarios.js`.
const ENDS_BY_A_SWITCH: &str = "another login of which the next page tells first";

/// The time limit of a scenario, which is longer than any takes on a slow machine in a debug build.
const LONGEST: Duration = Duration::from_secs(10);
const MEMORY: usize = 256 * 1024 * 1024;
const STACK: usize = 1024 * 1024;
const TOKEN_PATH: &str = "/widget-token";

/// The input of a scenario.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    scenario: &'a str,
    options: Value,
    runtime: &'a str,
    adapter: &'a str,
    token_path: &'a str,
    widget: &'a WidgetData<'a>,
    /// The names of the tokens that sign a value from the page.
    value_tokens: &'a [&'a str],
    a: &'a Actor,
    b: &'a Actor,
    touched: &'a [String],
}

/// A user, as the page and the token service know them.
#[derive(Serialize)]
struct Actor {
    /// The fingerprint, in the format of the marker.
    fp: String,
    person: BootData,
    lifetime: Option<u64>,
    /// Fresh tokens by name, made later than the page's tokens.
    tokens: Map<String, Value>,
    terms: Vec<Term>,
}

/// A text that identifies the user.
#[derive(Serialize, Clone, PartialEq)]
struct Term {
    label: String,
    text: String,
}

#[derive(Deserialize)]
struct Verdict {
    findings: Vec<Broken>,
    touched: Vec<String>,
}

#[derive(Deserialize)]
struct Broken {
    rule: String,
    detail: String,
}

impl Actor {
    fn new(widget: &dyn Widget, identity: &Identity, other: &Identity, fp: char) -> Result<Self, TokenError> {
        let person = widget.boot_data(identity, at(NOW))?;
        let mut tokens = Map::new();
        for name in widget.manifest().token_names() {
            tokens.insert(name.to_owned(), paper::token(widget, name, identity, at(NOW + 300))?.into_string().into());
        }
        for name in widget.manifest().value_token_names() {
            let token = paper::mint_with_value(widget, name, VALUES[0], identity, at(NOW + 300))?;
            tokens.insert(name.to_owned(), token.into_string().into());
        }
        let mut terms: Vec<_> = people::facts(identity).map(|(label, text)| Term::new(label, text)).collect();
        let own = texts(&paper::of_person(&person));
        let others = texts(&paper::of_person(&widget.boot_data(other, at(NOW))?));
        terms.extend(own.into_iter().filter(|term| others.iter().all(|other| other.text != term.text)));
        terms.extend(tokens.iter().map(|(name, token)| Term::new(name, token.as_str().unwrap_or_default())));
        let lifetime = person.lifetime().map(|lifetime| lifetime.as_secs());
        Ok(Self { fp: fp.to_string().repeat(22), person, lifetime, tokens, terms })
    }

    /// Whether a new token replaces the page's token. A hash does not change, so it is not replaced.
    fn renews(&self, token: &str) -> bool {
        let page = json!(self.person).to_string();
        self.lifetime.is_some()
            && self.tokens.get(token).and_then(Value::as_str).is_some_and(|text| !page.contains(text))
    }
}

impl Term {
    fn new(label: &str, text: &str) -> Self {
        Self { label: format!("the user's {label}"), text: text.to_owned() }
    }
}

/// The texts in a user's boot data, without those of up to three characters, which identify no user.
fn texts(page: &Value) -> Vec<Term> {
    let strings = leaves(page).into_iter().filter_map(|(path, leaf)| Some((path, leaf.as_str()?)));
    strings.filter(|(_, text)| text.chars().count() > 3).map(|(path, text)| Term::new(&path, text)).collect()
}

pub(super) fn check(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let (ada, bela) = (people::ada(), people::bela());
    let actors = (Actor::new(widget, &ada, &bela, 'A'), Actor::new(widget, &bela, &ada, 'B'));
    // If a token or the boot data is refused, rule `Mints` reports it.
    if let (Ok(a), Ok(b)) = actors {
        Theatre::new(&widget.manifest(), a, b).run(findings);
    }
}

struct Theatre<'a> {
    runtime: String,
    adapter: String,
    widget: WidgetData<'a>,
    value_tokens: Vec<&'a str>,
    a: Actor,
    b: Actor,
    touched: Vec<String>,
}

impl<'a> Theatre<'a> {
    fn new(manifest: &'a Manifest, a: Actor, b: Actor) -> Self {
        let runtime = format!("({})", inline_function(false));
        let (adapter, widget) = (compact(manifest.adapter()), widget_data(manifest));
        Self { runtime, adapter, widget, value_tokens: manifest.value_token_names(), a, b, touched: Vec::new() }
    }

    /// Plays all scenarios; stops at the first that does not end.
    fn run(mut self, findings: &mut Vec<Finding>) -> Option<()> {
        let before = findings.len();
        self.play("shape", Value::Null, findings)?;
        if findings[before..].iter().any(|finding| finding.rule() == Rule::Shape) {
            return None; // There is no adapter to call.
        }
        self.touched = self.play("learn", Value::Null, findings)?;
        self.play("idle", Value::Null, findings)?;
        for there in [false, true] {
            self.play("boots", json!({ "there": there }), findings)?;
            self.play("visitor", json!({ "there": there }), findings)?;
            if self.a.renews(self.widget.token) {
                self.play("renews", json!({ "there": there }), findings)?;
            }
        }
        self.play_endings(findings)?;
        self.play_orders(findings)?;
        // What these rules have found would appear here again.
        let found = |rule| findings[before..].iter().any(|finding| finding.rule() == rule);
        if found(Rule::Order) {
            return None;
        }
        let options = json!({ "silent": found(Rule::Boot) });
        self.play("shadowed", options, findings)?;
        self.play("shadowedEnd", Value::Null, findings).map(drop)
    }

    fn play_endings(&self, findings: &mut Vec<Finding>) -> Option<()> {
        let silent = findings.iter().any(|finding| finding.rule() == Rule::Boot);
        for ending in ["the next page", "a logout in another tab", "another login in another tab", ENDS_BY_A_SWITCH] {
            // What another ending leaves behind would appear here beside the next user. That is the same defect.
            if ending == ENDS_BY_A_SWITCH && findings.iter().any(|finding| finding.rule() == Rule::Left) {
                continue;
            }
            for there in 0..3 {
                let options = json!({ "ending": ending, "there": there, "silent": silent });
                self.play("ends", options.clone(), findings)?;
                // With this ending, the next user's widget is already booted.
                if ending != ENDS_BY_A_SWITCH {
                    self.play("refreshes", options.clone(), findings)?;
                }
                self.play("second", options, findings)?;
            }
        }
        Some(())
    }

    /// Plays every order of calls, without the library and with one that loads at different times.
    ///
    /// The library loads at the start, in the middle or at the end.
    fn play_orders(&self, findings: &mut Vec<Finding>) -> Option<()> {
        for (at, steps) in orders().into_iter().enumerate() {
            for when in [-1, [0, 2, 3, 5][at % 4]] {
                self.play("order", json!({ "steps": steps, "when": when }), findings)?;
            }
        }
        Some(())
    }

    /// Plays one scenario on a new page, and returns the globals in which the adapter expects its library.
    fn play(&self, scenario: &str, options: Value, findings: &mut Vec<Finding>) -> Option<Vec<String>> {
        let input = Input {
            scenario,
            options,
            runtime: &self.runtime,
            adapter: &self.adapter,
            token_path: TOKEN_PATH,
            widget: &self.widget,
            value_tokens: &self.value_tokens,
            a: &self.a,
            b: &self.b,
            touched: &self.touched,
        };
        let verdict = perform(&input);
        if verdict.is_none() {
            let detail = format!("it takes too much time or memory: does a loop wait for the library? ({scenario})");
            findings.push(Finding::new(Rule::Order, detail));
        }
        let verdict = verdict?;
        findings.extend(verdict.findings.into_iter().map(|broken| Finding::new(rule(&broken.rule), broken.detail)));
        Some(verdict.touched)
    }
}

fn rule(name: &str) -> Rule {
    match name {
        "value" => Rule::PageValue,
        "order" => Rule::Order,
        "library" => Rule::Library,
        "boot" => Rule::Boot,
        "fresh" => Rule::Fresh,
        "left" => Rule::Left,
        "late" => Rule::Late,
        "callback" => Rule::Callback,
        "refresh" => Rule::Refresh,
        "second" => Rule::Second,
        "visitor" => Rule::Visitor,
        "shadowed" => Rule::Shadowed,
        _ => Rule::Shape,
    }
}

/// Runs one scenario to its end; returns `None` if it does not end.
fn perform(input: &Input<'_>) -> Option<Verdict> {
    let code = format!(
        "(input => {{ {}\n{}\n{}\n}})({})",
        include_str!("stage.js"),
        include_str!("library.js"),
        include_str!("scenarios.js"),
        serde_json::to_string(input).ok()?
    );
    let runtime = Runtime::new().ok()?;
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(STACK);
    let end = Instant::now() + LONGEST;
    runtime.set_interrupt_handler(Some(Box::new(move || Instant::now() > end)));
    let context = Context::full(&runtime).ok()?;
    context.with(|ctx| ctx.eval::<(), _>(code)).ok()?;
    while runtime.is_job_pending() && Instant::now() < end {
        // A promise that fails is not an error here: the scenario reports what it observed.
        let _ = runtime.execute_pending_job();
    }
    let result: String = context.with(|ctx| ctx.globals().get("result")).ok()?;
    serde_json::from_str(&result).ok()
}

/// Every order of the three calls, each made twice.
fn orders() -> Vec<Vec<&'static str>> {
    let mut all = vec![Vec::new()];
    for _ in 0..6 {
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

fn longer(begun: Vec<&'static str>) -> Vec<Vec<&'static str>> {
    let often = |verb| begun.iter().filter(|step| **step == verb).count();
    let next = ["boot", "refresh", "shutdown"].into_iter().filter(|verb| often(*verb) < 2);
    next.map(|verb| [begun.as_slice(), &[verb]].concat()).collect()
}
