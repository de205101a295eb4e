//! The rules with their names and numbers, and the findings about a widget that breaks one.

use std::fmt;

/// A promise of a [`Widget`](crate::widget::Widget).
///
/// `Display` shows the promise, [`why`](Rule::why) the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// No method panics, for any user.
    NoPanic,
    /// `check()` returns no error.
    Check,
    /// The name and the token names are legal and unique, and the application id is not blank.
    Names,
    /// The data that all users share stays the same, and contains no user's data.
    Constant,
    /// Only `secret()` returns the secret.
    Secret,
    /// `Debug` shows neither the secret nor a user's data ([`check_debug`](super::check_debug)).
    Debug,
    /// The names of the artifacts are legal, and the identified cookie is one of them.
    SessionArtifacts,
    /// The policy's sources are legal.
    Sources,
    /// The adapter is safe in any page, and is written in ES2019.
    AdapterText,
    /// Every token can be minted for a user with all data, and `boot_data()` succeeds.
    Mints,
    /// A token identifies its user: two users have two tokens, and a company's signature is not valid for a user.
    Subject,
    /// Ids are strings, even if they look like numbers.
    StringIds,
    /// Times are integer seconds, counted from the `now` argument.
    Times,
    /// A token's `lifetime()` agrees with its claims, and `boot_data()` contains it.
    Lifetime,
    /// No token outlives the application's session, and none is minted after the session.
    SessionEnd,
    /// A blank id is refused.
    BlankId,
    /// Identifying data is signed unchanged, or refused.
    Unaltered,
    /// Attributes do not replace claims.
    Attributes,
    /// Signed data is not repeated unsigned beside it.
    Unsigned,
    /// A token that signs a value from the page contains the value once, in a claim of its own.
    ///
    /// The manifest [lists these tokens](crate::widget::Manifest::with_value_token_names). The adapter requests them
    /// with a value, and no other token.
    PageValue,
    /// The adapter is a function that returns exactly `boot`, `refresh` and `shutdown`.
    Shape,
    /// The three functions neither throw nor loop, in any order, twice, and without the library.
    Order,
    /// `boot` loads the library, once and with `tools.load`; a shutdown does not load it without need.
    Library,
    /// After `boot`, the library gets the user's identity, whether it loads early or late.
    Boot,
    /// The token that `refresh` gets reaches the library.
    Fresh,
    /// After `shutdown` and the purge, no script can reach the user's data.
    Left,
    /// A library that loads after `shutdown` does not get the user's identity.
    Late,
    /// A callback that the library has kept returns no token after `shutdown`.
    Callback,
    /// A `refresh` after `shutdown` shows no user.
    Refresh,
    /// A second user is shown, and nothing of the first one.
    ///
    /// If the library already knows the first user and cannot change users, the adapter may wait for the next page.
    Second,
    /// Without a user, the adapter shows the widget to a visitor, and no user's data.
    Visitor,
    /// Markup whose ids are the names of the vendor's globals changes nothing.
    Shadowed,
}

impl Rule {
    /// All rules, in the order of their numbers.
    pub const ALL: [Self; 32] = [
        Self::NoPanic,
        Self::Check,
        Self::Names,
        Self::Constant,
        Self::Secret,
        Self::Debug,
        Self::SessionArtifacts,
        Self::Sources,
        Self::AdapterText,
        Self::Mints,
        Self::Subject,
        Self::StringIds,
        Self::Times,
        Self::Lifetime,
        Self::SessionEnd,
        Self::BlankId,
        Self::Unaltered,
        Self::Attributes,
        Self::Unsigned,
        Self::PageValue,
        Self::Shape,
        Self::Order,
        Self::Library,
        Self::Boot,
        Self::Fresh,
        Self::Left,
        Self::Late,
        Self::Callback,
        Self::Refresh,
        Self::Second,
        Self::Visitor,
        Self::Shadowed,
    ];

    /// The rule's number, from 1, as in the table of the [module](super).
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// What goes wrong in pages or at the vendor if the rule is broken.
    pub fn why(self) -> &'static str {
        self.texts().1
    }

    /// The promise, and the reason for it.
    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NoPanic => ("no method panics", "the page would fail with it"),
            Self::Check => ("`check()` passes", "otherwise `build()` refuses the widget"),
            Self::Names => ("names are legal and unique", "they are used in paths and in header names"),
            Self::Constant => ("shared data contains no user's data", "it is cached, and sent to all users"),
            Self::Secret => ("the secret stays secret", "anyone who reads it can sign as any user"),
            Self::Debug => ("`Debug` shows no secret", "many people read logs"),
            Self::SessionArtifacts => {
                ("the artifacts' names are legal", "a session that is not purged belongs to the next user")
            }
            Self::Sources => ("the policy's sources are legal", "an invalid source would change the policy"),
            Self::AdapterText => {
                ("the adapter is safe in any page", "it would end the element, or need a newer browser")
            }
            Self::Mints => ("every token can be minted", "the token service returns each of them"),
            Self::Subject => ("a token identifies its user", "a token without a user would be valid for every user"),
            Self::StringIds => ("ids are strings", "numbers lose leading zeros, and digits beyond 2^53"),
            Self::Times => {
                ("times are integer seconds", "vendors refuse fractions, and read milliseconds as the year 50000")
            }
            Self::Lifetime => ("the lifetime says when the token expires", "the page renews the token by it"),
            Self::SessionEnd => {
                ("no token outlives the application's session", "a session that ended must end everywhere")
            }
            Self::BlankId => ("a blank id is refused", "a token without a subject can be any user's"),
            Self::Unaltered => {
                ("identifying data is signed unchanged", "two ids that become one are one user to the vendor")
            }
            Self::Attributes => ("attributes do not replace claims", "data that users can edit must not identify them"),
            Self::Unsigned => {
                ("nothing signed is repeated unsigned", "the vendor may trust the copy that can be changed")
            }
            Self::PageValue => ("a value from the page is signed as one", "any script in the page can choose it"),
            Self::Shape => ("the adapter is `tools => ({ boot, refresh, shutdown })`", "the runtime calls these three"),
            Self::Order => (
                "calls work in any order, twice, and before the library",
                "pages are restored, revisited and overtaken",
            ),
            Self::Library => (
                "the library is loaded once, by `tools.load`",
                "`tools.load` waits for the page and follows its policy",
            ),
            Self::Boot => {
                ("`boot` passes the identity to the library", "a widget without an identity protects no user")
            }
            Self::Fresh => {
                ("`refresh` passes the new token to the library", "the old one expires on pages that stay open")
            }
            Self::Left => ("none of the user's data is left", "the next user of this computer could read it"),
            Self::Late => ("a late library gets no identity", "slow networks must not undo a logout"),
            Self::Callback => ("callbacks return no token after the end", "libraries may call them at any time"),
            Self::Refresh => {
                ("`refresh` after the end shows no user", "a token may be on its way while the session ends")
            }
            Self::Second => ("the second user is shown, the first is not", "users share computers"),
            Self::Visitor => {
                ("a visitor is shown the widget", "`Widgets::builder().visitors(true)` boots without a user")
            }
            Self::Shadowed => (
                "markup does not shadow the library's globals",
                "`<a id=acme>` makes `window.acme` an element: read it with `tools.global`, and listen with `tools.on`",
            ),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {}: {}", self.number(), self.texts().0)
    }
}

/// One violation of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    rule: Rule,
    detail: String,
}

impl Finding {
    pub(super) fn new(rule: Rule, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into() }
    }

    /// The rule that is broken.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// What breaks the rule, and where. It never shows a secret or a token.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// All findings about a widget. `Debug` is as readable as `Display`, because `unwrap()` prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Findings {
    widget: String,
    all: Vec<Finding>,
}

/// How many details are shown for one rule; the others are counted.
const SHOWN: usize = 5;

impl Findings {
    /// Sorts the findings by rule and removes duplicates; returns `Ok` if there are none.
    pub(super) fn collect(widget: String, mut all: Vec<Finding>) -> Result<(), Self> {
        all.sort_by_key(|finding| finding.rule);
        let mut known = std::collections::HashSet::new();
        all.retain(|finding| known.insert((finding.rule, finding.detail.clone())));
        if all.is_empty() { Ok(()) } else { Err(Self { widget, all }) }
    }

    /// Every finding, in the order of the rules.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter()
    }

    /// The broken rules in their order, without duplicates.
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules: Vec<_> = self.iter().map(Finding::rule).collect();
        rules.dedup();
        rules
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.rules();
        write!(f, "the widget `{}` breaks {} of {} rules:", self.widget, rules.len(), Rule::ALL.len())?;
        for rule in rules {
            write!(f, "\n\n{rule} ({})", rule.why())?;
            let details: Vec<_> = self.iter().filter(|finding| finding.rule == rule).collect();
            for finding in details.iter().take(SHOWN) {
                write!(f, "\n  * {}", finding.detail)?;
            }
            if details.len() > SHOWN {
                write!(f, "\n  * and {} more of this kind", details.len() - SHOWN)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Findings {}
