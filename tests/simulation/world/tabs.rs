//! Documents: how they open, freeze, are restored and close.

use super::{
    super::{
        history::{Consent, Tokens},
        invariants::{Doc, Heard, PROMISE, State},
        person::Person,
        server::{Answer, Kind, Question},
    },
    Copy, Task, World,
};

impl World<'_, '_> {
    pub(super) fn open(&mut self, tab: u8, copy: &Copy, state: State) -> usize {
        let Copy { answer, heard, path, newer } = copy;
        let (heard, path) = (*heard, *path);
        let now = self.now();
        let doc = self.host.judge.borrow().docs.len();
        if state == State::Live {
            self.leave(tab);
            self.places[usize::from(tab)].doc = Some(doc);
        }
        let hidden = self.places[usize::from(tab)].hidden;
        let mut record = Doc::new(tab, path, state, hidden, heard, now);
        record.runtime = answer.element.as_ref().is_some_and(|element| !element.loads_code());
        record.newer = *newer;
        record.alone = self.host.jar.borrow().blocked || self.host.judge.borrow().without_service;
        self.host.judge.borrow_mut().add(record);
        let prerendering = state == State::Prerendered;
        let () = call!(self, "open", doc, tab, path, self.options.cookie_store, prerendering, hidden);
        if self.options.consent != Consent::None {
            let () = call!(self, "consent", doc, self.options.consent == Consent::Fixed);
        }
        self.run_element(doc, answer);
        self.host.schedule(1, Task::Loaded(doc));
        doc
    }

    pub(super) fn run_element(&self, doc: usize, answer: &Answer) {
        let Some(element) = &answer.element else { return };
        let code = self.stage.code(&element.code);
        let dataset: Vec<&str> =
            element.dataset.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
        let () = call!(self, "run", doc, code, dataset);
        if let Some(path) = element.code_path().filter(|_| !self.host.judge.borrow().docs[doc].runtime) {
            self.host.await_code(doc, path);
        }
    }

    /// The file with the page's code arrives, or the server's response in its place.
    pub(super) fn bring_code(&mut self, doc: usize, script: u32, path: &str, newer: Option<bool>) {
        let tokens = if newer.is_none() { Tokens::Fine } else { self.host.tokens.get() };
        let instance = self.host.instance(newer.unwrap_or(self.host.judge.borrow().docs[doc].newer));
        let question = Question::new(instance, Kind::Fetch, path, String::new(), Person::Nobody);
        let answer = self.server.ask(question, self.now());
        let (arrived, code) = match tokens {
            Tokens::Fine if answer.status == 200 => (true, self.stage.code(&answer.body) as i32),
            // An application's index page is no script: nothing runs, and no error event fires.
            Tokens::Html => (true, -2),
            _ => (false, -1),
        };
        if code >= 0 {
            self.host.cached.borrow_mut().insert(path.to_owned());
            let mut judge = self.host.judge.borrow_mut();
            let (now, at) = (self.host.now.get(), &mut judge.docs[doc]);
            (at.runtime, at.codeless, at.awaits_code, at.opened) = (true, false, false, now);
        }
        call!(self, "script", doc, script, arrived, code)
    }

    /// The tab's document goes into the back/forward cache, or closes.
    pub(super) fn leave(&mut self, tab: u8) {
        let place = &mut self.places[usize::from(tab)];
        let (old, cached) = (place.doc.take(), place.back.take());
        if let Some(cached) = cached {
            self.discard(cached);
        }
        let Some(old) = old else { return };
        if self.options.back_cache {
            self.host.judge.borrow_mut().close(old, State::Frozen, self.now());
            self.note_orphans(old);
            self.places[usize::from(tab)].back = Some(old);
        } else {
            self.discard(old);
        }
    }

    pub(super) fn discard(&mut self, doc: usize) {
        self.host.judge.borrow_mut().close(doc, State::Dead, self.now());
        self.note_orphans(doc);
        let () = call!(self, "close", doc);
    }

    /// A document cannot clean up what was written a moment before it went away.
    pub(super) fn note_orphans(&self, _doc: usize) {
        let now = self.now();
        for (number, person) in Person::USERS.into_iter().enumerate() {
            if self.host.judge.borrow().live != person
                && self.remnants(person).iter().any(|remnant| remnant.written + PROMISE > now)
            {
                self.host.judge.borrow_mut().orphaned[number] = true;
            }
        }
    }

    pub(super) fn restore(&mut self, doc: usize) {
        let now = self.now();
        {
            let mut judge = self.host.judge.borrow_mut();
            let at = &mut judge.docs[doc];
            at.state = State::Live;
            at.woke = now;
            at.hidden = self.places[usize::from(at.tab)].hidden;
        }
        let () = call!(self, "fire", doc, "window", "pageshow");
        let (due, kept) = std::mem::take(&mut self.deferred).into_iter().partition(|(owner, _)| *owner == doc);
        self.deferred = kept;
        let due: Vec<(usize, Task)> = due;
        for (_, task) in due {
            self.host.schedule(0, task);
        }
    }

    pub(super) fn turbo(&mut self, doc: usize, answer: &Answer, heard: Heard, path: &'static str) {
        {
            let mut judge = self.host.judge.borrow_mut();
            judge.calm += 1;
            // If cookies are blocked, the server does not know that there was a session, so its page says nothing.
            if answer.element.is_some() || !judge.docs[doc].alone {
                judge.hear(doc, heard, answer.element.is_some());
            }
            judge.docs[doc].path = path;
            judge.docs[doc].refreshes = false;
            judge.docs[doc].runtime |= answer.element.as_ref().is_some_and(|element| !element.loads_code());
        }
        let () = call!(self, "path", doc, path);
        self.run_element(doc, answer);
        let () = call!(self, "fire", doc, "document", "turbo:render");
    }

    pub(super) fn doc_of(&self, tab: u8) -> Option<usize> {
        self.places[usize::from(tab)].doc
    }

    pub(super) fn next_turn(&mut self, tab: u8) -> u32 {
        let place = &mut self.places[usize::from(tab)];
        place.turn += 1;
        place.turn
    }
}
