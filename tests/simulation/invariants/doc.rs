//! A document of the browser, from the judge's point of view.

use super::{super::person::Person, GRACE, LONGEST_QUESTION, WIDGETS};

/// What the server said, as of the time at which it made the response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) person: Person,
    pub(crate) made: i64,
    pub(crate) arrived: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Live,
    Frozen,
    Prerendered,
    Dead,
}

/// A document, from the judge's point of view.
#[derive(Debug)]
pub(crate) struct Doc {
    pub(crate) tab: u8,
    pub(crate) path: &'static str,
    pub(crate) state: State,
    pub(crate) hidden: bool,
    pub(crate) runtime: bool,
    pub(crate) heard: Heard,
    /// The user of whom the page's own script last heard. It learns nothing from a visit without our element.
    pub(super) script_heard: Person,
    pub(crate) shown: [Person; WIDGETS.len()],
    /// The users whose tokens the libraries of this document were given.
    pub(super) given: Vec<Person>,
    /// When it last began to run, or became visible.
    pub(crate) woke: i64,
    pub(crate) opened: i64,
    /// Until when the server itself still had the document's user signed in.
    pub(super) vouched: Vec<(Person, i64)>,
    pub(super) claim: Option<Claim>,
    /// The page has called `refresh()` to ask who is signed in.
    pub(crate) refreshes: bool,
    /// The page is of the version that has one more widget.
    pub(crate) newer: bool,
    /// It decides by the marker alone, because there is no token service to ask, or it has no marker, because cookies
    /// are blocked. Both are documented limits.
    pub(crate) alone: bool,
    pub(crate) libraries_failed: bool,
    /// The page's code has not arrived.
    pub(crate) codeless: bool,
    /// The page's code will not arrive at once.
    pub(crate) awaits_code: bool,
    /// The user of a page that still has to ask, unless something happens in between. The user may be none.
    pub(crate) expecting: Option<(Person, u64)>,
    /// Since when it waits for the server to say who is signed in.
    pub(crate) asking: Option<i64>,
    /// A task that announces changed cookies is queued.
    pub(crate) change_pending: bool,
}

/// A page load or a refresh that has to complete.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) person: Person,
    pub(super) since: i64,
    pub(super) calm: u64,
    /// Whether the vendors' cookies are as the page left them.
    pub(super) cookies: bool,
}

impl Doc {
    pub(crate) fn new(tab: u8, path: &'static str, state: State, hidden: bool, heard: Heard, now: i64) -> Self {
        Self {
            tab,
            path,
            state,
            hidden,
            runtime: false,
            heard,
            script_heard: heard.person,
            shown: [Person::Nobody; WIDGETS.len()],
            given: Vec::new(),
            woke: now,
            opened: now,
            vouched: Vec::new(),
            claim: None,
            refreshes: false,
            newer: false,
            alone: false,
            libraries_failed: false,
            codeless: false,
            awaits_code: false,
            asking: None,
            expecting: None,
            change_pending: false,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.state == State::Live
    }

    /// Whether the document waits for a response, or has just stopped waiting.
    pub(super) fn is_waiting(&self, now: i64) -> bool {
        self.asking.is_some_and(|asked| now <= asked + LONGEST_QUESTION + GRACE)
    }

    pub(super) fn shows(&self, person: Person) -> bool {
        self.shown.contains(&person)
    }
}
