//! What must hold. The judge knows what the server said and when, what the browser has received, and what the vendors'
//! stubs show. It never reads the runtime's own variables.
//!
//! 1. **No leak in a tab.** A tab shows a user only if the server, when the tab last heard from it, had that user
//!    signed in, and no later end of that session has become known to the browser. A tab has `GRACE` to react. Without
//!    `cookieStore` it counts from the moment when the tab becomes visible, gets the focus, or is restored. A
//!    prerendered page shows no user.
//! 2. **Nothing is left.** Within `PROMISE` after the end of a session became known to a tab that shows it, or after
//!    the next page load that completes undisturbed, cookies, `localStorage` and globals hold nothing of that user.
//! 3. **No signed-in user is shut down for good.** `SETTLED` after a page load, or a `refresh()`, that completes
//!    undisturbed, each widget shows the signed-in user.
//! 4. **A token reaches only its user's page.** The server hands no user's token to another session, and no library is
//!    given a token in a tab in which the server last knew another user.
//! 5. **Every history converges.** After a quiet time and two fresh page loads the browser shows the last session's
//!    user, or no user, in each tab, and holds nothing of any other user.
//! 6. **The page's own fences stand.** The cookie property of a consent tool is still the tool's.

mod doc;

use std::fmt;

use super::person::Person;
use doc::Claim;
pub(crate) use doc::{Doc, Heard, State};

/// The documented time in which a tab reacts, and the timers' own delay.
pub(crate) const GRACE: i64 = 600;
pub(crate) const PROMISE: i64 = 2500;
/// How long a tab whose marker was lost may wait for the server's response.
pub(crate) const LONGEST_QUESTION: i64 = 10_000;
pub(crate) const SETTLED: i64 = 3000;
/// The runtime's clean-up repeats its deletions for this long.
pub(crate) const CLEAN_UP: i64 = 1000;
/// The widgets by their place in arrays; the last one is only in the newer server's pages.
pub(crate) const WIDGETS: [&str; 4] = ["intercom", "gleap", "ferndesk", "zendesk"];
/// The widgets that each page of a signed-in user shows.
pub(crate) const USUAL: usize = 3;
pub(crate) const GLEAP: usize = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) invariant: u8,
    pub(crate) text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.invariant {
            1 => "a tab shows a user whose session is known to be over",
            2 => "something of a user is left",
            3 => "a signed-in user stays shut down",
            4 => "a token reaches another user's page",
            5 => "the history does not converge",
            _ => "the page's own fence is gone",
        };
        write!(out, "invariant {}, {name}: {}", self.invariant, self.text)
    }
}

/// The end of a session that the browser knows of.
#[derive(Debug)]
struct Known {
    /// The user who is signed in since then.
    person: Person,
    made: i64,
    arrived: i64,
}

/// The clean-up that is due after the end of a user's session.
#[derive(Clone, Copy, Debug, Default)]
enum Cleaning {
    #[default]
    None,
    Due {
        at: i64,
        doc: usize,
        calm: u64,
    },
    Done,
}

#[derive(Debug, Default)]
pub(crate) struct Judge {
    pub(crate) cookie_store: bool,
    /// Whether Gleap's library is there.
    pub(crate) gleap: bool,
    /// The longest time that the vendors took to respond.
    pub(crate) vendors: i64,
    pub(crate) docs: Vec<Doc>,
    /// The documents that are not gone.
    pub(crate) alive: Vec<usize>,
    pub(crate) live: Person,
    /// Counts the events that may disturb a page load.
    pub(crate) calm: u64,
    /// When the computer last woke up.
    pub(crate) slept: i64,
    /// When a page last got the response to its question.
    pub(crate) answered: i64,
    known: Vec<Known>,
    /// When the server last said, in response to a page's question, that this user was signed in.
    confirmed: [i64; 2],
    cleaning: [Cleaning; 2],
    /// Users of whom the browser lost every trace from which a later page could know that something is left.
    pub(crate) orphaned: [bool; 2],
    /// Cookies are blocked: events leave no trace from which a later page could know of them.
    pub(crate) blocked: bool,
    /// When `blocked` last changed.
    pub(crate) unblocked: i64,
    /// When cookies were last blocked, if they were.
    pub(crate) last_blocked: Option<i64>,
    pub(crate) without_service: bool,
    /// Cookies were blocked at some time, so a tab may have missed the end of a session for ever.
    pub(crate) was_blocked: bool,
    pub(crate) violation: Option<Violation>,
}

/// An entry in the browser that names a user, and when it was written.
pub(crate) struct Remnant {
    pub(crate) what: String,
    pub(crate) written: i64,
}

fn index(person: Person) -> usize {
    usize::from(person == Person::B)
}

impl Judge {
    pub(crate) fn reset(&mut self, cookie_store: bool, gleap: bool) {
        let docs = std::mem::take(&mut self.docs);
        *self = Self { cookie_store, gleap, docs, ..Self::default() };
        self.docs.clear();
    }

    pub(crate) fn accuse(&mut self, invariant: u8, text: String) {
        if self.violation.is_none() {
            self.violation = Some(Violation { invariant, text });
        }
    }

    // ---- what happened ----------------------------------------------------------------------------------------------

    pub(crate) fn set_live(&mut self, live: Person, now: i64) {
        if live == self.live {
            return;
        }
        let was = self.live;
        for doc in self.docs.iter_mut().filter(|doc| was.is_user() && doc.shows(was)) {
            doc.vouched.retain(|(person, _)| *person != was);
            doc.vouched.push((was, now));
        }
        self.live = live;
        if live.is_user() {
            self.cleaning[index(live)] = Cleaning::None;
            self.orphaned[index(live)] |= self.blocked;
        }
    }

    /// The browser has a cookie again from which a later page knows that the signed-in user had a session.
    pub(crate) fn can_know(&mut self) {
        if self.live.is_user() {
            self.orphaned[index(self.live)] = false;
        }
    }

    /// There is no token service: from now on the marker alone decides, also for later pages.
    pub(crate) fn lose_service(&mut self) {
        self.without_service = true;
        self.docs.iter_mut().for_each(|doc| doc.alone = true);
    }

    pub(crate) fn set_blocked(&mut self, blocked: bool, now: i64) {
        self.blocked = blocked;
        self.unblocked = now;
        self.last_blocked = Some(now);
        self.was_blocked |= blocked;
        self.docs.iter_mut().for_each(|doc| doc.alone |= blocked);
        self.orphaned = [true; 2];
    }

    /// The browser received a response that says who is signed in since `made`.
    pub(crate) fn learn(&mut self, person: Person, made: i64, now: i64) {
        if self.known.iter().any(|known| known.made > made) {
            return;
        }
        self.known.push(Known { person, made, arrived: now });
        if !self.cookie_store {
            return;
        }
        for user in Person::USERS.into_iter().filter(|user| *user != person && *user != self.live) {
            let witness = self.docs.iter().position(|doc| doc.is_running() && doc.runtime && doc.shows(user));
            if let Some(doc) = witness {
                self.cleaning[index(user)] = Cleaning::Due { at: now + PROMISE, doc, calm: self.calm };
            }
        }
    }

    /// A fresh page arrived, and nothing happened between its request and its arrival.
    pub(crate) fn expect_page(&mut self, doc: usize, person: Person, now: i64) {
        self.claim(doc, person, now);
        if person.is_user() {
            self.orphaned[index(person)] = false;
        }
        for user in Person::USERS.into_iter().filter(|user| *user != person) {
            self.cleaning[index(user)] = Cleaning::Due { at: now + PROMISE, doc, calm: self.calm };
        }
    }

    pub(crate) fn claim(&mut self, doc: usize, person: Person, now: i64) {
        self.docs[doc].claim = person.is_user().then_some(Claim { person, since: now, calm: self.calm, cookies: true });
    }

    /// The computer has slept until now, for longer than a page waits for a response.
    pub(crate) fn sleep(&mut self, now: i64) {
        self.slept = now;
        self.docs.iter_mut().for_each(|doc| doc.refreshes &= doc.asking.is_none());
    }

    /// The server has responded to a page's question, and this user was signed in then.
    pub(crate) fn confirm(&mut self, heard: Heard) {
        if heard.person.is_user() {
            let confirmed = &mut self.confirmed[index(heard.person)];
            *confirmed = heard.made.max(*confirmed);
        }
    }

    /// `by_script`: whether the page's script can read what the server said.
    pub(crate) fn hear(&mut self, doc: usize, heard: Heard, by_script: bool) {
        let doc = &mut self.docs[doc];
        if heard.made >= doc.heard.made {
            doc.heard = heard;
            if by_script {
                doc.script_heard = heard.person;
            }
        }
    }

    /// A library was given a token or an id of this user.
    pub(crate) fn give(&mut self, doc: usize, widget: &str, person: Person) {
        let at = &mut self.docs[doc];
        if !at.given.contains(&person) {
            at.given.push(person);
        }
        let (heard, script_heard, tab) = (at.heard.person, at.script_heard, at.tab);
        // Without a token service, which is a documented limit, the marker decides, and what the page itself says. The
        // marker is this user's if another tab shows them, or will as soon as the library is there.
        let others = self.docs.iter().enumerate().filter(|(other, at)| *other != doc && at.is_running());
        let is_marked =
            script_heard == person || others.into_iter().any(|(_, at)| at.shows(person) || at.given.contains(&person));
        if self.without_service && is_marked {
            return;
        }
        if heard != person && self.live != person && !self.is_vouched(doc, person) {
            let text = format!(
                "{widget} in tab {tab} is given {}'s identity, and the server last said {} there",
                person.letter(),
                heard.letter()
            );
            self.accuse(4, text);
        }
    }

    pub(crate) fn show(&mut self, doc: usize, widget: &str, person: Person, now: i64) {
        let Some(widget) = WIDGETS.iter().position(|name| *name == widget) else { return };
        let before = self.docs[doc].shown[widget];
        if before != person {
            self.judge_shown(doc, widget, now);
        }
        self.docs[doc].shown[widget] = person;
        self.judge_shown(doc, widget, now);
        if person.is_user() && self.docs[doc].state == State::Prerendered {
            let text = format!("{} shows {} in a page that is only prerendered", WIDGETS[widget], person.letter());
            self.accuse(1, text);
        }
    }

    /// The document goes away. What it shows last is still judged.
    pub(crate) fn close(&mut self, doc: usize, state: State, now: i64) {
        for widget in 0..WIDGETS.len() {
            self.judge_shown(doc, widget, now);
        }
        self.docs[doc].state = state;
        if state == State::Dead {
            self.alive.retain(|alive| *alive != doc);
        }
    }

    pub(crate) fn add(&mut self, doc: Doc) {
        self.alive.push(self.docs.len());
        self.docs.push(doc);
    }

    // ---- invariant 1 ------------------------------------------------------------------------------------------------

    /// When the browser last learnt that this user's session is over.
    pub(crate) fn last_end(&self, person: Person) -> i64 {
        self.known.iter().filter(|known| known.person != person).map(|known| known.arrived).max().unwrap_or(0)
    }

    /// Without a cookie store, a tab may write once more before it notices that another user has signed in. After
    /// that, no clean-up can remove it without also removing what belongs to the other user.
    fn is_unnoticed(&self, person: Person, remnant: &Remnant) -> bool {
        !self.cookie_store && self.live.is_user() && remnant.written > self.last_end(person)
    }

    fn is_vouched(&self, doc: usize, person: Person) -> bool {
        let doc = &self.docs[doc];
        doc.vouched.iter().any(|(user, until)| *user == person && *until >= doc.heard.made)
    }

    /// Since when the document must not show this user, and whether the tab notices only when it checks.
    fn unlawful(&self, doc: usize, person: Person) -> Option<(i64, bool)> {
        if !person.is_user() || self.live == person {
            return None;
        }
        let vouched = self.is_vouched(doc, person);
        let doc = &self.docs[doc];
        if doc.heard.person != person && !vouched {
            return Some((doc.heard.arrived, false));
        }
        let until = doc.vouched.iter().filter(|(user, _)| *user == person).map(|(_, until)| *until);
        let made = until.fold(doc.heard.made, i64::max);
        // What the browser learnt of a new session of the same user counts for each of its tabs. A copy of a page of
        // the former session finds its user's marker, and boots without a question. No browser can know that the new
        // session has expired silently.
        let renewed = self.known.iter().filter(|known| known.person == person).map(|known| known.made).max();
        let made = made.max(renewed.unwrap_or(0)).max(self.confirmed[index(person)]);
        let later = self.known.iter().filter(|known| known.made >= made && known.person != person);
        later.map(|known| (known.arrived, true)).min()
    }

    /// A page of the older version, which does not know the newer one's widget, has ended the former user's session.
    /// What that widget stored is still there, and the widget shows the former user until it gets the next one's
    /// token.
    pub(crate) fn is_left_by_older(&self, doc: usize, widget: usize, person: Person) -> bool {
        let older = || self.docs.iter().any(|doc| doc.runtime && !doc.newer);
        widget >= USUAL && !self.docs[doc].given.contains(&person) && older()
    }

    fn judge_shown(&mut self, doc: usize, widget: usize, now: i64) {
        let person = self.docs[doc].shown[widget];
        let Some((since, unnoticed)) = self.unlawful(doc, person) else { return };
        let at = &self.docs[doc];
        if !at.is_running() || at.hidden || at.alone {
            return;
        }
        // A page cannot know of a user of whom the browser lost every trace, and gives no such user to a library.
        if self.orphaned[index(person)] && !at.given.contains(&person) {
            return;
        }
        if self.is_left_by_older(doc, widget, person) {
            return;
        }
        // The tab has noticed that the marker is gone, and asks whether the session is over.
        if unnoticed && at.is_waiting(now) {
            return;
        }
        // A switch without a logout writes no cookie. Other tabs know of it only after its page got its response and
        // acted.
        let is_asking = |doc: &&Doc| doc.is_running() && doc.is_waiting(now);
        // Without a cookie store, a tab checks every two seconds.
        let grace = if self.cookie_store { GRACE } else { GRACE + 2000 };
        let is_known = now > self.answered + grace && !self.docs.iter().any(|doc| is_asking(&doc));
        if unnoticed && self.live.is_user() && self.live != person && !is_known {
            return;
        }
        let from = since.max(at.woke).max(self.slept);
        // The tab checks at once when it becomes visible.
        let grace = if at.woke > since { GRACE } else { grace };
        if unnoticed && !self.cookie_store && at.woke <= since {
            return;
        }
        if now > from + grace {
            let text = format!(
                "{} in tab {} (document {doc}) shows {} for {} ms after that",
                WIDGETS[widget],
                at.tab,
                person.letter(),
                now - from
            );
            self.accuse(1, text);
        }
    }

    // ---- after each step --------------------------------------------------------------------------------------------

    pub(crate) fn judge_docs(&mut self, now: i64) {
        for at in 0..self.alive.len() {
            let doc = self.alive[at];
            for widget in 0..WIDGETS.len() {
                if self.docs[doc].shown[widget].is_user() {
                    self.judge_shown(doc, widget, now);
                }
            }
            self.judge_claim(doc, now);
        }
    }

    fn judge_claim(&mut self, doc: usize, now: i64) {
        let at = &self.docs[doc];
        let Some(claim) = at.claim else { return };
        if claim.calm != self.calm || !at.is_running() || self.live != claim.person {
            self.docs[doc].claim = None;
            return;
        }
        // If a library never came, the judge cannot know what it would show.
        if now < claim.since + SETTLED || at.hidden || at.libraries_failed || at.codeless {
            return;
        }
        // Gleap shows a user after two responses, and after up to two more if a former session's response came in
        // between.
        let gleap = self.gleap && now >= claim.since + SETTLED + 4 * self.vendors;
        let missing =
            (0..USUAL).filter(|widget| gleap || *widget != GLEAP).find(|widget| at.shown[*widget] != claim.person);
        if let Some(widget) = missing {
            let shown = at.shown[widget].letter();
            let text = format!("{} in tab {} shows {shown} and not {}", WIDGETS[widget], at.tab, claim.person.letter());
            self.accuse(3, text);
        }
    }

    /// The user of a page load that is complete, and whose vendors' cookies must still be there.
    pub(crate) fn settled(&self, now: i64) -> Option<Person> {
        let complete = self.alive.iter().map(|doc| &self.docs[*doc]).filter(|at| at.is_running() && !at.codeless);
        let claims = complete.filter_map(|at| at.claim);
        let mut settled =
            claims.filter(|claim| claim.calm == self.calm && claim.cookies && now >= claim.since + SETTLED);
        settled.next().map(|claim| claim.person)
    }

    /// The browser has lost cookies that pages can do without: their users' widgets stay up.
    pub(crate) fn lose_cookies(&mut self, now: i64) {
        self.calm += 1;
        let calm = self.calm;
        for doc in &mut self.docs {
            if let Some(claim) = doc.claim.as_mut().filter(|claim| claim.calm + 1 == calm) {
                *claim = Claim { since: now.max(claim.since), calm, cookies: false, ..*claim };
            }
        }
    }

    /// The document whose globals must be clean, if a clean-up is due.
    pub(crate) fn cleaner(&self, person: Person) -> Option<usize> {
        if let Cleaning::Due { doc, .. } = self.cleaning[index(person)] { Some(doc) } else { None }
    }

    /// Whether the remnants of this user matter now.
    pub(crate) fn wants_remnants(&self, person: Person, now: i64) -> bool {
        match self.cleaning[index(person)] {
            Cleaning::None => false,
            Cleaning::Due { at, .. } => now >= at,
            Cleaning::Done => self.live == Person::Nobody,
        }
    }

    pub(crate) fn judge_remnants(&mut self, person: Person, remnants: &[Remnant], now: i64) {
        let user = index(person);
        // A tab that may show the user also writes, and so does one that cannot have noticed the end yet, or that has
        // no one to ask.
        let lawful = |judge: &Self| {
            judge.alive.iter().any(|doc| {
                let doc = *doc;
                let at = &judge.docs[doc];
                let given = at.shows(person) || at.given.contains(&person);
                let is_lawful = || match judge.unlawful(doc, person) {
                    None => true,
                    Some((since, unnoticed)) => unnoticed && !judge.cookie_store && at.woke <= since,
                };
                given && (at.alone || is_lawful())
            })
        };
        match self.cleaning[user] {
            Cleaning::None => {}
            Cleaning::Due { doc, calm, .. } => {
                if calm != self.calm
                    || !self.docs[doc].is_running()
                    || self.docs[doc].alone
                    || lawful(self)
                    || self.orphaned[user]
                {
                    self.cleaning[user] = Cleaning::None;
                } else if let Some(old) = remnants
                    .iter()
                    .find(|remnant| remnant.written + PROMISE <= now && !self.is_unnoticed(person, remnant))
                {
                    let text = format!("{} names {}", old.what, person.letter());
                    self.accuse(2, text);
                } else if remnants.is_empty() {
                    self.cleaning[user] = Cleaning::Done;
                    self.orphaned[user] = false;
                }
            }
            Cleaning::Done => {
                let watched = |since: i64| {
                    self.docs.iter().any(|doc| doc.is_running() && doc.runtime && doc.opened <= since && !doc.hidden)
                };
                let old = remnants.iter().find(|remnant| remnant.written + PROMISE <= now && watched(remnant.written));
                if let Some(old) = old.filter(|_| !lawful(self) && !self.orphaned[user]) {
                    let text = format!("{} names {} again", old.what, person.letter());
                    self.accuse(2, text);
                }
            }
        }
    }
}
