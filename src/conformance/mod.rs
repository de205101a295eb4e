//! Whether a [`Widget`] of one's own keeps its promises: for a test beside it, with the feature `conformance`.
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
//! Every vendor of this crate passes it. In an application:
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
//! The secret of the test needs eight bytes, so that it can be looked for. The vendor is asked for made-up persons at a
//! made-up time; nothing is fetched from anywhere.
//!
//! # The rules
//!
//! Each [`Rule`] has a number, and a reason: [`Rule::why`].
//!
//! | | rules | how they are checked |
//! |---|---|---|
//! | 1 to 9 | [`NoPanic`](Rule::NoPanic), [`Check`](Rule::Check), [`Names`](Rule::Names), [`Constant`](Rule::Constant), [`Secret`](Rule::Secret), [`Debug`](Rule::Debug), [`SessionArtifacts`](Rule::SessionArtifacts), [`Sources`](Rule::Sources), [`AdapterText`](Rule::AdapterText) | what is the same for everybody, read |
//! | 10 to 20 | [`Mints`](Rule::Mints), [`Subject`](Rule::Subject), [`StringIds`](Rule::StringIds), [`Times`](Rule::Times), [`Lifetime`](Rule::Lifetime), [`SessionEnd`](Rule::SessionEnd), [`BlankId`](Rule::BlankId), [`Unaltered`](Rule::Unaltered), [`Attributes`](Rule::Attributes), [`Unsigned`](Rule::Unsigned), [`PageValue`](Rule::PageValue) | tokens made for persons with hostile facts, read back |
//! | 21 to 31 | [`Shape`](Rule::Shape), [`Order`](Rule::Order), [`Library`](Rule::Library), [`Boot`](Rule::Boot), [`Fresh`](Rule::Fresh), [`Left`](Rule::Left), [`Late`](Rule::Late), [`Callback`](Rule::Callback), [`Refresh`](Rule::Refresh), [`Second`](Rule::Second), [`Visitor`](Rule::Visitor) | the adapter run |
//!
//! The adapter runs in QuickJS, under the very runtime that stands in pages, in a small browser with a clock of its own.
//! Under each global that it looks for or makes, a library is put that takes whatever it is given and calls back: in
//! time, late, and after the session's end. It does not know what a vendor's real library does; for that, test in a
//! browser.

mod browser;
mod paper;
mod people;
mod place;
mod rule;
mod tokens;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::widget::Widget;

pub use rule::{Finding, Findings, Rule};

/// Checks every rule but [`Rule::Debug`].
///
/// Takes under a second for most vendors, more in a debug build.
///
/// # Errors
///
/// [`Findings`], which say what is broken and what to mend. They never show a secret or a token.
pub fn check(widget: &dyn Widget) -> Result<(), Findings> {
    Findings::collect(name(widget), found(widget))
}

/// Checks every rule, for vendors that have a [`Debug`](std::fmt::Debug) form.
///
/// # Errors
///
/// As [`check`].
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

/// A vendor that panics is told so; the other rules are checked all the same.
fn unpanicked(all: &mut Vec<Finding>, check: impl FnOnce(&mut Vec<Finding>)) {
    let mut findings = Vec::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| check(&mut findings)));
    all.extend(findings);
    if outcome.is_err() {
        let detail =
            "a method panics for a person that may come: answer a `TokenError`, or a `ConfigError` in `check()`";
        all.push(Finding::new(Rule::NoPanic, detail));
    }
}

/// A vendor's own error texts could show what the findings must not.
fn withhold(widget: &dyn Widget, all: &mut [Finding]) {
    let Some(secret) = widget.secret() else { return };
    for finding in all.iter_mut().filter(|finding| place::shows(finding.detail(), secret)) {
        *finding = Finding::new(finding.rule(), "its text is withheld, for it shows the secret");
    }
}
