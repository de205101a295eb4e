//! The end of each history: everything works again, and the last session's user loads pages.

use super::{
    super::{
        history::{Event, Libraries, Step, TABS, Tokens, Trip},
        invariants::{GLEAP, Remnant, USUAL, WIDGETS},
        jar::Writer,
        person::Person,
    },
    World,
};

impl World<'_, '_> {
    /// Makes everything work again, and lets the last session's user load a page twice.
    pub(super) fn converge(&mut self) {
        self.host.libraries.set(Libraries::Soon);
        self.host.vendors.set(50);
        self.host.tokens.set(Tokens::Fine);
        self.host.token_trip.set((20, false));
        if std::mem::take(&mut self.host.jar.borrow_mut().blocked) {
            self.host.judge.borrow_mut().last_blocked = Some(self.now());
        }
        self.host.judge.borrow_mut().blocked = false;
        self.host.jar.borrow_mut().evict(|cookie| cookie.writer == Writer::Sibling);
        self.pass(25_000);
        self.check();
        let trip = Trip { there: 10, back: 20, newer: false, deep: false };
        self.set_hidden(0, false);
        for _ in 0..2 {
            self.step(Step { event: Event::Visit { tab: 0, trip, keep: None }, wait: 5000 });
        }
        for tab in 1..TABS {
            self.step(Step { event: Event::Show { tab }, wait: 1200 });
        }
        self.judge_end();
    }

    pub(super) fn is_usual(&self, widget: usize) -> bool {
        widget < USUAL && (self.options.gleap || widget != GLEAP)
    }

    pub(super) fn judge_end(&self) {
        let live = self.viewer(self.host.jar.borrow().session());
        let mut accusations = Vec::new();
        {
            let judge = self.host.judge.borrow();
            for (at, doc) in judge.docs.iter().enumerate().filter(|(_, doc)| doc.is_running()) {
                for (widget, shown) in doc.shown.iter().enumerate() {
                    let is_first = doc.tab == 0;
                    let missing = is_first && live.is_user() && self.is_usual(widget) && *shown != live;
                    let foreign = shown.is_user() && *shown != live && (is_first || !judge.was_blocked);
                    let orphaned = shown.is_user() && judge.orphaned[usize::from(*shown == Person::B)];
                    let excused = orphaned || judge.is_left_by_older(at, widget, *shown);
                    if missing || (foreign && !excused) {
                        let (tab, widget) = (doc.tab, WIDGETS[widget]);
                        accusations.push(format!(
                            "{widget} in tab {tab} shows {} at the end, and {} is signed in",
                            shown.letter(),
                            live.letter()
                        ));
                    }
                }
            }
        }
        for (number, person) in Person::USERS.into_iter().enumerate().filter(|(_, person)| *person != live) {
            if !self.host.judge.borrow().orphaned[number] {
                // Without `cookieStore`, a hidden tab may continue to write.
                let end = self.host.judge.borrow().last_end(person);
                let counts = |remnant: &Remnant| self.options.cookie_store || remnant.written <= end;
                accusations.extend(
                    self.remnants(person)
                        .into_iter()
                        .filter(counts)
                        .map(|remnant| format!("{} names {} at the end", remnant.what, person.letter())),
                );
            }
        }
        for text in accusations {
            self.host.judge.borrow_mut().accuse(5, text);
        }
    }
}
