//! A test kit for your own [`Widget`], with the feature `conformance`.
//!
//! It checks that the widget keeps the promises of the trait.
//!
//! ```
//! use tower_widget_identity::{Secret, conformance::{self, Rule}, widget::Ferndesk};
//!
//! let secret = Secret::new("a secret of the test")?;
//! assert_eq!(conformance::check(&Ferndesk::new("widget-1", secret.clone())), Ok(()));
//!
//! let findings = conformance::check(&Ferndesk::new("widget 1", secret)).unwrap_err();
//! assert_eq!(findings.rules(), [Rule::Check]);
//! assert!(findings.to_string().contains("copy it from the vendor's dashboard"));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```
//!
//! Every widget of this crate passes it, except for one rule of `LiveChat`: its library asks for the token itself, so
//! `boot` passes none. In an application:
//!
//! ```toml
//! [dev-dependencies]
//! tower-widget-identity = { version = "0.1", features = ["conformance"] }
//! ```
//!
//! ```text
//! #[test]
//! fn conforms() {
//!     conformance::check_debug(&Acme::new("acme-1", Secret::new("a secret of the test").unwrap())).unwrap();
//! }
//! ```
//!
//! The test's secret needs at least eight bytes, so that the kit can search for it. The kit calls the widget with
//! invented users at an invented time, and makes no network requests.
//!
//! # The rules
//!
//! Each [`Rule`] has a number and a reason: [`Rule::why`].
//!
//! | | rules | how they are checked |
//! |---|---|---|
//! | 1 to 9 | [`NoPanic`](Rule::NoPanic), [`Check`](Rule::Check), [`Names`](Rule::Names), [`Constant`](Rule::Constant), [`Secret`](Rule::Secret), [`Debug`](Rule::Debug), [`SessionArtifacts`](Rule::SessionArtifacts), [`Sources`](Rule::Sources), [`AdapterText`](Rule::AdapterText) | the data that all users share is read |
//! | 10 to 20 | [`Mints`](Rule::Mints), [`Subject`](Rule::Subject), [`StringIds`](Rule::StringIds), [`Times`](Rule::Times), [`Lifetime`](Rule::Lifetime), [`SessionEnd`](Rule::SessionEnd), [`BlankId`](Rule::BlankId), [`Unaltered`](Rule::Unaltered), [`Attributes`](Rule::Attributes), [`Unsigned`](Rule::Unsigned), [`PageValue`](Rule::PageValue) | tokens for users with hostile data are made and read back |
//! | 21 to 32 | [`Shape`](Rule::Shape), [`Order`](Rule::Order), [`Library`](Rule::Library), [`Boot`](Rule::Boot), [`Fresh`](Rule::Fresh), [`Left`](Rule::Left), [`Late`](Rule::Late), [`Callback`](Rule::Callback), [`Refresh`](Rule::Refresh), [`Second`](Rule::Second), [`Visitor`](Rule::Visitor), [`Shadowed`](Rule::Shadowed) | the adapter is run |
//!
//! The adapter runs in QuickJS, with the runtime that pages contain, in a small stand-in for a browser with its own
//! clock. Under each global that the adapter reads or creates, the kit puts a library that accepts all data and calls
//! every callback: in time, late, and after the session has ended. The kit does not know what a vendor's real library
//! does; test that in a browser.

mod browser;
mod paper;
mod people;
mod place;
mod rule;
mod tokens;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::widget::Widget;

pub use rule::{Finding, Findings, Rule};

/// Checks every rule except [`Rule::Debug`].
///
/// This takes less than a second for most widgets, and longer in a debug build.
///
/// # Errors
///
/// [`Findings`], which say what is wrong and how to fix it. They never show a secret or a token.
pub fn check(widget: &dyn Widget) -> Result<(), Findings> {
    Findings::collect(name(widget), found(widget))
}

/// Checks every rule, for widgets that implement [`Debug`](std::fmt::Debug).
///
/// # Errors
///
/// [`Findings`], as for [`check`].
pub fn check_debug<V: Widget + std::fmt::Debug>(widget: &V) -> Result<(), Findings> {
    let mut all = found(widget);
    unpanicked(&mut all, |findings| place::debug(widget, findings));
    Findings::collect(name(widget), all)
}

fn name(widget: &dyn Widget) -> String {
    catch_unwind(AssertUnwindSafe(|| widget.manifest().name().to_owned())).unwrap_or_default()
}

fn found(widget: &dyn Widget) -> Vec<Finding> {
    let mut all = Vec::new();
    for rule in place::RULES.into_iter().chain(tokens::RULES).chain([browser::check as fn(&dyn Widget, &mut _)]) {
        unpanicked(&mut all, |findings| rule(widget, findings));
    }
    unpanicked(&mut Vec::new(), |_| withhold(widget, &mut all));
    all
}

/// Runs a check. A panic of the widget becomes a finding, and the other rules are still checked.
fn unpanicked(all: &mut Vec<Finding>, check: impl FnOnce(&mut Vec<Finding>)) {
    let mut findings = Vec::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| check(&mut findings)));
    all.extend(findings);
    if outcome.is_err() {
        let detail =
            "a method panics for a user who may occur: return a `TokenError`, or a `ConfigError` from `check()`";
        all.push(Finding::new(Rule::NoPanic, detail));
    }
}

/// Removes the text of findings that show the secret.
///
/// A widget's own error messages could contain it.
fn withhold(widget: &dyn Widget, all: &mut [Finding]) {
    let Some(secret) = widget.secret() else { return };
    for finding in all.iter_mut().filter(|finding| place::shows(finding.detail(), secret)) {
        *finding = Finding::new(finding.rule(), "the text is withheld because it shows the secret");
    }
}
