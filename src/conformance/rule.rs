//! The rules by name and number, and what is told about a vendor that breaks one.

use std::fmt;

/// What a [`Widget`](crate::widget::Widget) must keep to. `Display` says what is demanded, [`why`](Rule::why) why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// None of its methods panics, whoever the person is.
    NoPanic,
    /// `check()` finds nothing wrong.
    Check,
    /// The name and the token names are legal and told apart; the application id is not blank.
    Names,
    /// What is the same for everybody stays the same, and holds nothing of a person.
    Constant,
    /// The secret is nowhere but in `secret()`.
    Secret,
    /// `Debug` shows no secret ([`check_debug`](super::check_debug)).
    Debug,
    /// The names of the artifacts are legal, and the identified cookie is one of them.
    SessionArtifacts,
    /// The policy's sources are legal.
    Sources,
    /// The adapter can stand in any page, and is written in ES2019.
    AdapterText,
    /// Every token name mints for a complete person, and `boot_data()` answers.
    Mints,
    /// A token names its person: two persons have two tokens.
    Subject,
    /// Ids are strings, also where they look like numbers.
    StringIds,
    /// Times are integer seconds counted from the `now` that was given.
    Times,
    /// A token's `lifetime()` says the same as its claims, and `boot_data()` notes it.
    Lifetime,
    /// No token outlives the application's session, and none is made after it.
    SessionEnd,
    /// A blank id is refused.
    BlankId,
    /// What identifies is signed as it stands, or refused.
    Unaltered,
    /// Attributes do not take the place of claims.
    Attributes,
    /// What is signed does not stand unsigned beside it.
    Unsigned,
    /// A token that [signs a value of the page's](crate::widget::Manifest::with_value_token_names) holds that value once,
    /// under a name of its own, and the adapter asks for it with a value, and for no other token.
    PageValue,
    /// The adapter is a function that returns exactly `boot`, `refresh` and `shutdown`.
    Shape,
    /// The three neither throw nor run for ever, in whatever order, twice, and before the library is there.
    Order,
    /// The library is loaded by `tools.load`, by `boot`, once, and not by a shutdown that need not.
    Library,
    /// After `boot` the library is told who it is, whether it comes early or late.
    Boot,
    /// The token that `refresh` brings reaches the library.
    Fresh,
    /// After `shutdown` and the purge nothing that a script can reach holds the person.
    Left,
    /// A library that comes after `shutdown` is not told who it was.
    Late,
    /// A callback that the library kept yields nothing after `shutdown`.
    Callback,
    /// A `refresh` after `shutdown` shows nobody.
    Refresh,
    /// A second person is shown, and of the first one nothing. A library that knows the first one already may be left alone
    /// until the next page, if there is no way to tell it of another.
    Second,
    /// Without a person, the adapter shows the widget to a visitor, and nobody's facts.
    Visitor,
}

impl Rule {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 31] = [
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
    ];

    /// Its number, from 1: the same as in the table of the [module](super).
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// What goes wrong in pages or at the vendor where it is broken.
    pub fn why(self) -> &'static str {
        self.texts().1
    }

    /// What is demanded, and why.
    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NoPanic => ("no method panics", "it would take the page with it"),
            Self::Check => ("`check()` passes", "`build()` refuses the vendor otherwise"),
            Self::Names => ("names are legal and told apart", "they stand in paths and in header names"),
            Self::Constant => ("what is the same for everybody holds nobody", "it is cached, and sent to everybody"),
            Self::Secret => ("the secret stays secret", "whoever reads it signs as anybody"),
            Self::Debug => ("`Debug` shows no secret", "logs are read by many"),
            Self::SessionArtifacts => {
                ("the artifacts' names are legal", "a session that is not purged belongs to the next person")
            }
            Self::Sources => ("the policy's sources are legal", "a source that cannot be would change the policy"),
            Self::AdapterText => {
                ("the adapter can stand in any page", "it would end the element, or need a newer browser")
            }
            Self::Mints => ("every token name mints", "the token service answers for each of them"),
            Self::Subject => ("a token names its person", "a token for anybody is a token for everybody"),
            Self::StringIds => ("ids are strings", "numbers lose leading zeros, and digits beyond 2^53"),
            Self::Times => {
                ("times are integer seconds", "vendors refuse fractions and take milliseconds for the year 50000")
            }
            Self::Lifetime => ("the lifetime says when the token expires", "the page renews by it"),
            Self::SessionEnd => {
                ("no token outlives the application's session", "a session that ended must end everywhere")
            }
            Self::BlankId => ("a blank id is refused", "a token without a subject names anybody"),
            Self::Unaltered => {
                ("what identifies is signed as it stands", "two ids that become one are one person to the vendor")
            }
            Self::Attributes => {
                ("attributes do not take the place of claims", "what users may edit must not say who they are")
            }
            Self::Unsigned => {
                ("nothing signed is repeated unsigned", "the vendor may believe the one that can be changed")
            }
            Self::PageValue => {
                ("a value of the page's is signed as that", "whoever runs a script in the page chooses it")
            }
            Self::Shape => ("the adapter is `tools => ({ boot, refresh, shutdown })`", "the runtime calls these three"),
            Self::Order => ("any order, twice, before the library", "pages are restored, revisited and overtaken"),
            Self::Library => {
                ("the library is loaded once, by `tools.load`", "it waits for the page and for its policy")
            }
            Self::Boot => ("`boot` tells the library who it is", "a widget without an identity protects nobody"),
            Self::Fresh => ("`refresh` hands over the new token", "the old one expires on pages that stay open"),
            Self::Left => ("nothing of the person is left", "the next person on this computer could read it"),
            Self::Late => ("a late library is told nothing", "slow networks must not undo a logout"),
            Self::Callback => ("callbacks yield nothing after the end", "libraries ask again whenever they like"),
            Self::Refresh => {
                ("`refresh` after the end shows nobody", "a token may be on its way while the session ends")
            }
            Self::Second => ("the second person is shown, the first is not", "that is the shared computer"),
            Self::Visitor => {
                ("a visitor is shown the widget", "`Widgets::builder().visitors(true)` boots without a person")
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {}: {}", self.number(), self.texts().0)
    }
}

/// One breach: the rule, and what breaks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    rule: Rule,
    detail: String,
}

impl Finding {
    pub(super) fn new(rule: Rule, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into() }
    }

    /// Which rule is broken.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// By what. It names places and never shows a secret or a token.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// All that was found, by rule. `Debug` is as readable as `Display`, for `unwrap()` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Findings {
    widget: String,
    all: Vec<Finding>,
}

/// As many details are shown for one rule; the rest is counted.
const SHOWN: usize = 5;

impl Findings {
    /// In the order of the rules, each said once; nothing if there are none.
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

    /// The rules that are broken, in order, each once.
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules: Vec<_> = self.iter().map(Finding::rule).collect();
        rules.dedup();
        rules
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.rules();
        write!(f, "the vendor `{}` breaks {} of {} rules:", self.widget, rules.len(), Rule::ALL.len())?;
        for rule in rules {
            write!(f, "\n\n{rule} ({})", rule.why())?;
            let details: Vec<_> = self.iter().filter(|finding| finding.rule == rule).collect();
            for finding in details.iter().take(SHOWN) {
                write!(f, "\n  * {}", finding.detail)?;
            }
            if details.len() > SHOWN {
                write!(f, "\n  * and {} more of the kind", details.len() - SHOWN)?;
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
