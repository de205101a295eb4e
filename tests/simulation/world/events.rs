//! What each event of a history does.

use super::{
    super::{
        history::{Event, Evicted, Libraries, Tossed, Trip},
        invariants::State,
        jar::{DOMAIN, Writer},
        person::Person,
    },
    Purpose, World,
};

impl World<'_, '_> {
    pub(super) fn apply(&mut self, event: Event) {
        let quiet = matches!(
            event,
            Event::Refresh { .. }
                | Event::Hide { .. }
                | Event::Show { .. }
                | Event::Focus { .. }
                | Event::Pass
                | Event::Evict(Evicted::Marker | Evicted::ByScript)
        );
        // If a sibling has doubled the marker, a kept page reads `out` and ends the session: the sibling is trusted.
        let quiet = quiet || (matches!(event, Event::ShowKept { .. }) && !self.cookie_may_go);
        if !quiet {
            self.host.judge.borrow_mut().calm += 1;
        }
        match event {
            Event::Visit { tab, trip, keep } => {
                let turn = self.next_turn(tab);
                self.ask(Purpose::Visit { tab, turn, keep }, trip);
            }
            Event::ShowKept { tab, slot } => {
                if let Some(mut copy) = self.copies[usize::from(slot)].clone() {
                    self.next_turn(tab);
                    copy.heard.arrived = self.now();
                    self.open(tab, &copy, State::Live);
                }
            }
            Event::Fetch { trip, slot } => self.ask(Purpose::Keep { slot }, trip),
            Event::Prerender { tab, trip } if self.doc_of(tab).is_some() => self.ask(Purpose::Prerender { tab }, trip),
            Event::Activate { tab } => self.activate(tab),
            Event::Back { tab } => {
                if let Some(back) = self.places[usize::from(tab)].back.take() {
                    self.next_turn(tab);
                    self.leave(tab);
                    self.places[usize::from(tab)].doc = Some(back);
                    self.restore(back);
                }
            }
            Event::Turbo { tab, trip } => {
                if let Some(doc) = self.doc_of(tab) {
                    // A user who follows a link is looking at the tab.
                    self.focus(tab);
                    let turn = self.next_turn(tab);
                    self.ask(Purpose::Turbo { doc, turn }, trip);
                }
            }
            Event::LogoutByForm { tab, trip, elsewhere } => {
                let turn = self.next_turn(tab);
                self.ask(Purpose::LogoutByForm { tab, turn, elsewhere }, trip);
            }
            Event::LogoutByFetch { tab, trip } => {
                if self.doc_of(tab).is_some() {
                    self.ask(Purpose::LogoutByFetch, trip);
                }
            }
            Event::LoginByForm { tab, user, trip, keep } => {
                let turn = self.next_turn(tab);
                self.ask(Purpose::LoginByForm { tab, turn, user, keep }, trip);
            }
            Event::LoginByFetch { tab, user, refresh } => {
                if let Some(doc) = self.doc_of(tab) {
                    let trip = Trip { there: 10, back: 20, newer: false, deep: false };
                    self.ask(Purpose::LoginByFetch { doc, user, refresh }, trip);
                }
            }
            Event::Refresh { tab } => {
                if let Some(doc) = self.doc_of(tab) {
                    self.refresh(doc);
                }
            }
            Event::Expire => {
                if let Some(session) = self.host.jar.borrow().session() {
                    self.sessions[session] = Person::Nobody;
                }
                self.update_live();
            }
            Event::Evict(evicted) => {
                if evicted != Evicted::All {
                    self.host.judge.borrow_mut().lose_cookies(self.now());
                }
                self.evict(evicted);
            }
            Event::Block(blocked) => {
                self.host.jar.borrow_mut().blocked = blocked;
                self.host.judge.borrow_mut().set_blocked(blocked, self.now());
            }
            Event::Toss { value, deep } => self.toss(value, deep),
            Event::Close { tab } => {
                self.next_turn(tab);
                self.close(tab);
            }
            Event::Hide { tab } => self.set_hidden(tab, true),
            Event::Show { tab } => {
                self.set_hidden(tab, false);
                self.focus(tab);
            }
            Event::Focus { tab } => self.focus(tab),
            Event::Libraries(libraries) => {
                self.cookie_may_go |= libraries != Libraries::Soon;
                self.host.libraries.set(libraries);
            }
            Event::Vendors(wait) => {
                self.host.vendors.set(wait);
                let mut judge = self.host.judge.borrow_mut();
                judge.vendors = judge.vendors.max(i64::from(wait));
            }
            Event::Tokens(tokens) => self.host.tokens.set(tokens),
            Event::TokenTrip { back, newer } => self.host.token_trip.set((back, newer)),
            Event::Jump(wait) => {
                self.host.now.set(self.now() + i64::from(wait));
                self.host.judge.borrow_mut().sleep(self.now());
                self.run(self.now());
            }
            Event::Prerender { .. } | Event::Pass => {}
        }
    }

    pub(super) fn refresh(&self, doc: usize) {
        self.host.judge.borrow_mut().docs[doc].refreshes = true;
        let _: bool = call!(self, "refresh", doc);
    }

    pub(super) fn activate(&mut self, tab: u8) {
        let Some(doc) = self.places[usize::from(tab)].prerendered.take() else { return };
        self.next_turn(tab);
        self.leave(tab);
        self.places[usize::from(tab)].doc = Some(doc);
        {
            let mut judge = self.host.judge.borrow_mut();
            judge.docs[doc].state = State::Live;
            judge.docs[doc].woke = self.now();
            judge.docs[doc].hidden = self.places[usize::from(tab)].hidden;
        }
        let () = call!(self, "prerendering", doc, false);
        let () = call!(self, "fire", doc, "document", "prerenderingchange");
    }

    pub(super) fn close(&mut self, tab: u8) {
        let place = std::mem::take(&mut self.places[usize::from(tab)]);
        for doc in [place.doc, place.back, place.prerendered].into_iter().flatten() {
            self.discard(doc);
        }
        self.places[usize::from(tab)].turn = place.turn;
    }

    pub(super) fn set_hidden(&mut self, tab: u8, hidden: bool) {
        let place = &mut self.places[usize::from(tab)];
        if place.hidden == hidden {
            return;
        }
        place.hidden = hidden;
        let Some(doc) = place.doc else { return };
        {
            let mut judge = self.host.judge.borrow_mut();
            judge.docs[doc].hidden = hidden;
            judge.docs[doc].woke = self.now();
        }
        let () = call!(self, "hidden", doc, hidden);
        let () = call!(self, "fire", doc, "document", "visibilitychange");
    }

    pub(super) fn focus(&self, tab: u8) {
        let Some(doc) = self.doc_of(tab).filter(|_| !self.places[usize::from(tab)].hidden) else { return };
        self.host.judge.borrow_mut().docs[doc].woke = self.now();
        let () = call!(self, "fire", doc, "window", "focus");
    }

    pub(super) fn is_marker(&self, name: &str) -> bool {
        [false, true].iter().any(|newer| name == self.server.marker_name(self.host.instance(*newer)))
    }

    pub(super) fn evict(&mut self, evicted: Evicted) {
        let changed = self.host.jar.borrow_mut().evict(|cookie| match evicted {
            Evicted::Marker => self.is_marker(&cookie.name),
            Evicted::ByScript => cookie.writer == Writer::Script,
            Evicted::All => cookie.name != "sid",
        });
        if evicted == Evicted::All {
            self.host.judge.borrow_mut().orphaned = [true; 2];
        }
        // A sibling's marker says by itself that a session is over.
        if self.host.jar.borrow().cookies().any(|cookie| cookie.writer == Writer::Sibling) {
            self.host.judge.borrow_mut().calm += 1;
        }
        if changed {
            self.host.cookies_changed();
        }
    }

    /// Siblings can only set cookies that they share: the prefix `__Host-` protects the others.
    pub(super) fn toss(&mut self, value: Tossed, deep: bool) {
        let name = self.server.marker_name(self.host.instance(false)).to_owned();
        let path = if deep { "/account" } else { "/" };
        let (suffix, value, age) = match value {
            Tossed::Out => ("", "out", 1000),
            Tossed::Garbage => ("", "garbage", 1000),
            Tossed::Deleted => ("", "", 0),
            Tossed::Kept => ("-kept", "tossed", 1000),
        };
        let line = format!("{name}{suffix}={value}; Path={path}; Domain={DOMAIN}; Secure; Max-Age={age}");
        self.host.set_cookie(&line, Writer::Sibling);
        // A doubled marker reads as `out`, and a tab that sees one ends the session of the cookies, of any user. A
        // sibling that shares the cookies is trusted; it can end a session, but cannot show one.
        self.cookie_may_go = true;
    }
}
