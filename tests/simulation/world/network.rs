//! Requests and responses: what the server does with a request, and what the browser does with the response.

use std::rc::Rc;

use super::{
    super::{
        history::{Consent, Libraries, NEVER, Tokens, Trip},
        invariants::{CLEAN_UP, Heard, State},
        jar::Writer,
        person::Person,
        server::{Answer, Kind, Question},
    },
    Copy, DEEP, Purpose, Request, Task, World,
};

impl World<'_, '_> {
    pub(super) fn viewer(&self, session: Option<usize>) -> Person {
        session.and_then(|session| self.sessions.get(session)).copied().unwrap_or_default()
    }

    pub(super) fn update_live(&self) {
        let live = self.viewer(self.host.jar.borrow().session());
        self.host.judge.borrow_mut().set_live(live, self.now());
    }

    pub(super) fn ask(&mut self, purpose: Purpose, trip: Trip) {
        let path = if trip.deep { DEEP } else { "/" };
        let (path, kind) = match purpose {
            Purpose::Visit { .. } | Purpose::LoginByForm { .. } => (path, Kind::Page),
            Purpose::Keep { .. } | Purpose::Prerender { .. } => (path, Kind::Prefetch),
            Purpose::Turbo { .. } => (path, Kind::Turbo),
            Purpose::LogoutByForm { .. } => ("/logout", Kind::Logout),
            Purpose::LogoutByFetch => ("/logout", Kind::LogoutByFetch),
            Purpose::LoginByFetch { .. } => ("/login", Kind::Fetch),
        };
        let instance = self.host.instance(trip.newer);
        let jar = self.host.jar.borrow();
        let question = Question::new(instance, kind, path, jar.header(path), Person::Nobody);
        let name = self.server.marker_name(instance);
        let marker = jar.values(path, name).into_iter().map(str::to_owned).collect();
        let calm = self.host.judge.borrow().calm;
        let request = Request { purpose, trip, question, session: jar.session(), calm, marker };
        self.host.schedule(i64::from(trip.there), Task::Request(request));
    }

    pub(super) fn serve(&mut self, mut request: Request) {
        let viewer = self.viewer(request.session);
        let mut session = None;
        match request.purpose {
            Purpose::LogoutByForm { .. } | Purpose::LogoutByFetch => {
                if let Some(over) = request.session.and_then(|session| self.sessions.get_mut(session)) {
                    *over = Person::Nobody;
                }
                session = Some(None);
            }
            Purpose::LoginByForm { user, .. } | Purpose::LoginByFetch { user, .. } => {
                if let Some(over) = request.session.and_then(|session| self.sessions.get_mut(session)) {
                    *over = Person::Nobody;
                }
                self.sessions.push(user);
                session = Some(Some(self.sessions.len() - 1));
            }
            _ => {}
        }
        self.update_live();
        request.question.viewer = viewer;
        let answer = match request.purpose {
            // The application itself handles the login; the layer handles the page that follows.
            Purpose::LoginByForm { .. } | Purpose::LoginByFetch { .. } => Rc::new(Answer {
                status: 204,
                set_cookies: Vec::new(),
                content_type: String::new(),
                lifetime: None,
                body: "".into(),
                element: None,
                subjects: Vec::new(),
            }),
            _ => self.question(request.question.clone()),
        };
        self.check_subjects(&answer, viewer);
        let heard = Heard { person: viewer, made: self.now(), arrived: 0 };
        if request.trip.back != NEVER {
            let back = i64::from(request.trip.back);
            self.host.schedule(back, Task::Arrival(request, answer, heard, session));
        }
    }

    /// Asks the server. The value of the `-kept` cookie is random there, and only its identity matters. Here it is a
    /// number, so that histories are reproducible to the letter.
    pub(super) fn question(&mut self, mut question: Question) -> Rc<Answer> {
        const SAME: &str = "same";
        let name = format!("{}-kept=", self.server.marker_name(question.instance));
        let mut pairs: Vec<String> = question.cookies.split("; ").map(str::to_owned).collect();
        let mut held = None;
        for pair in &mut pairs {
            if let Some(value) = pair.strip_prefix(&name) {
                held = Some(value.to_owned());
                *pair = format!("{name}{SAME}");
            }
        }
        pairs.sort_by(|one, other| one.split('=').next().cmp(&other.split('=').next()));
        question.cookies = pairs.join("; ");
        let answer = self.server.ask(question, self.now());
        if !answer.set_cookies.iter().any(|line| line.starts_with(&name)) {
            return answer;
        }
        let fresh = format!("k{}", self.host.next_id());
        let lines = answer.set_cookies.iter().map(|line| match line.strip_prefix(&name) {
            Some(rest) => {
                let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
                let value = if value == SAME { held.as_deref().unwrap_or(&fresh) } else { &fresh };
                format!("{name}{value};{attributes}")
            }
            None => line.clone(),
        });
        Rc::new(Answer { set_cookies: lines.collect(), ..Answer::clone(&answer) })
    }

    pub(super) fn check_subjects(&self, answer: &Answer, viewer: Person) {
        if let Some(other) = answer.subjects.iter().find(|subject| **subject != viewer) {
            let text = format!("the server answers {}'s session with {}'s identity", viewer.letter(), other.letter());
            self.host.judge.borrow_mut().accuse(4, text);
        }
    }

    pub(super) fn serve_fetch(
        &mut self,
        doc: usize,
        fetch: u32,
        mut question: Question,
        session: Option<usize>,
        until: i64,
    ) {
        let (back, _) = self.host.token_trip.get();
        let is_page = question.path.ends_with("/page");
        if back == NEVER {
            // A refresh without a response leaves the tab as it is.
            self.host.judge.borrow_mut().docs[doc].refreshes &= !is_page;
            return;
        }
        let viewer = self.viewer(session);
        question.viewer = viewer;
        let status = |status: u16, content_type: &str, body: &str| {
            Some(Rc::new(Answer {
                status,
                set_cookies: Vec::new(),
                content_type: content_type.to_owned(),
                lifetime: None,
                body: body.into(),
                element: None,
                subjects: Vec::new(),
            }))
        };
        let mut heard = None;
        let answer = match self.host.tokens.get() {
            Tokens::Network => None,
            Tokens::Status(code) => status(code, "text/plain", "no"),
            Tokens::Html => status(200, "text/html", "<!doctype html><title>A page</title>"),
            Tokens::Fine => {
                let answer = self.question(question);
                self.check_subjects(&answer, viewer);
                if matches!(answer.status, 200 | 401 | 409) {
                    heard = Some(Heard { person: viewer, made: self.now(), arrived: 0 });
                }
                Some(answer)
            }
        };
        self.host.schedule(i64::from(back), Task::FetchAnswer { doc, fetch, answer, heard, is_page, until });
    }

    pub(super) fn fetch_answered(
        &mut self,
        doc: usize,
        fetch: u32,
        answer: Option<Rc<Answer>>,
        heard: Option<Heard>,
        is_page: bool,
    ) {
        let now = self.now();
        if let Some(answer) = &answer {
            for line in &answer.set_cookies {
                self.host.set_cookie(line, Writer::Response);
            }
        }
        if is_page {
            let mut judge = self.host.judge.borrow_mut();
            judge.docs[doc].asking = None;
            judge.answered = now;
            // A refresh that fails leaves the tab as it is. While cookies are blocked, it has no lasting effect, nor in the
            // second after: another tab's clean-up, whose deletions the browser refused, repeats them.
            let is_blocked =
                self.host.jar.borrow().blocked || judge.last_blocked.is_some_and(|last| now - last <= CLEAN_UP);
            judge.docs[doc].refreshes &= heard.is_some() && !is_blocked;
        }
        if is_page && answer.as_ref().is_some_and(|answer| answer.status == 404 || answer.content_type == "text/html") {
            self.host.judge.borrow_mut().lose_service();
        }
        if let Some(heard) = heard {
            let mut judge = self.host.judge.borrow_mut();
            let newest = heard.made >= judge.docs[doc].heard.made;
            if is_page && judge.docs[doc].expecting == Some((heard.person, judge.calm)) {
                judge.learn(heard.person, heard.made, now);
            }
            judge.hear(doc, Heard { arrived: now, ..heard }, true);
            judge.confirm(heard);
            let is_calm = !self.host.jar.borrow().blocked && self.options.consent == Consent::None && self.is_smooth();
            if is_page && newest && is_calm && judge.docs[doc].refreshes && judge.live == heard.person {
                // Later questions come from the watching tab itself.
                judge.docs[doc].refreshes = false;
                judge.claim(doc, heard.person, now);
            }
        }
        self.host.trace(|| {
            let status = answer.as_ref().map(|answer| answer.status);
            format!("document {doc} gets the token path's answer {status:?}, {:?}", heard.map(|heard| heard.person))
        });
        match answer {
            Some(answer) => call!(
                self,
                "answer",
                doc,
                fetch,
                answer.status,
                &*answer.body,
                answer.content_type.as_str(),
                answer.lifetime.as_deref().unwrap_or_default()
            ),
            None => call!(self, "answer", doc, fetch, 0, "", "", ""),
        }
    }

    /// Whether libraries and the token path work.
    pub(super) fn is_smooth(&self) -> bool {
        let (back, newer) = self.host.token_trip.get();
        self.host.libraries.get() == Libraries::Soon && self.host.tokens.get() == Tokens::Fine && back <= 300 && !newer
    }

    pub(super) fn arrive(
        &mut self,
        request: Request,
        answer: &Rc<Answer>,
        heard: Heard,
        session: Option<Option<usize>>,
    ) {
        let now = self.now();
        let heard = Heard { arrived: now, ..heard };
        let deep = if request.trip.deep { DEEP } else { "/" };
        if !self.is_wanted(&request.purpose) {
            return;
        }
        self.host.trace(|| {
            let made = self.now() - heard.made;
            format!(
                "the browser receives {} for {:?}, made {made} ms ago, element {}",
                request.question.path,
                heard.person,
                answer.element.is_some()
            )
        });
        // The browser stores cookies before it reads the body: <https://fetch.spec.whatwg.org/#http-network-fetch>.
        for line in &answer.set_cookies {
            self.host.set_cookie(line, Writer::Response);
        }
        match session {
            Some(Some(number)) => {
                self.host.set_cookie(&format!("sid={number}; Path=/; Secure; HttpOnly"), Writer::Response)
            }
            Some(None) => self.host.set_cookie("sid=; Path=/; Secure; HttpOnly; Max-Age=0", Writer::Response),
            None => {}
        }
        self.update_live();
        let copy = Copy { answer: answer.clone(), heard, path: deep, newer: request.trip.newer };
        match request.purpose {
            Purpose::Visit { tab, keep, .. } => {
                if let Some(slot) = keep {
                    self.copies[usize::from(slot)] = Some(copy.clone());
                }
                let undisturbed = self.is_undisturbed(&request, answer, heard);
                self.host.judge.borrow_mut().calm += 1;
                let doc = self.open(tab, &copy, State::Live);
                if undisturbed && !self.host.judge.borrow().docs[doc].awaits_code {
                    self.expect_page(doc, answer, heard);
                }
            }
            Purpose::Keep { slot } => self.copies[usize::from(slot)] = Some(copy),
            Purpose::Prerender { tab } => {
                if let Some(old) = self.places[usize::from(tab)].prerendered.take() {
                    self.discard(old);
                }
                let doc = self.open(tab, &copy, State::Prerendered);
                self.places[usize::from(tab)].prerendered = Some(doc);
            }
            Purpose::Turbo { doc, .. } => {
                let undisturbed = self.is_undisturbed(&request, answer, heard);
                self.turbo(doc, answer, heard, deep);
                // Only the next page load tries to load a blocked library again.
                let complete = {
                    let judge = self.host.judge.borrow();
                    !judge.docs[doc].libraries_failed && !judge.docs[doc].awaits_code
                };
                if undisturbed && answer.element.is_some() && complete {
                    self.expect_page(doc, answer, heard);
                }
            }
            Purpose::LogoutByForm { tab, turn, elsewhere } => {
                self.logged_out(heard, answer);
                if elsewhere {
                    self.leave(tab);
                } else {
                    self.ask(
                        Purpose::Visit { tab, turn, keep: None },
                        Trip { there: 10, back: 20, newer: false, deep: false },
                    );
                }
            }
            Purpose::LogoutByFetch => self.logged_out(heard, answer),
            Purpose::LoginByForm { tab, turn, keep, .. } => {
                self.host.judge.borrow_mut().calm += 1;
                self.ask(Purpose::Visit { tab, turn, keep }, request.trip);
            }
            Purpose::LoginByFetch { doc, refresh, .. } => {
                self.host.judge.borrow_mut().calm += 1;
                if refresh && self.host.judge.borrow().docs[doc].is_running() {
                    self.refresh(doc);
                }
            }
        }
    }

    /// The browser gives up a navigation when the next one begins; the document of a fetch may be gone.
    pub(super) fn is_wanted(&self, purpose: &Purpose) -> bool {
        match *purpose {
            Purpose::Visit { tab, turn, .. }
            | Purpose::LogoutByForm { tab, turn, .. }
            | Purpose::LoginByForm { tab, turn, .. } => self.places[usize::from(tab)].turn == turn,
            Purpose::Turbo { doc, turn } => {
                let judge = self.host.judge.borrow();
                let at = &judge.docs[doc];
                at.is_running() && self.places[usize::from(at.tab)].turn == turn
            }
            // The cookies of a response are stored even if the page that asked is gone.
            Purpose::Keep { .. }
            | Purpose::Prerender { .. }
            | Purpose::LogoutByFetch
            | Purpose::LoginByFetch { .. } => true,
        }
    }

    pub(super) fn logged_out(&self, heard: Heard, answer: &Answer) {
        let mut judge = self.host.judge.borrow_mut();
        judge.calm += 1;
        // A logout without a user that was sent without a widget session says nothing of the users of other tabs.
        let ends_a_session = heard.person.is_user() || answer.set_cookies.iter().any(|line| line.contains("=out;"));
        if ends_a_session && !self.host.jar.borrow().blocked {
            judge.learn(Person::Nobody, heard.made, self.now());
        }
    }

    /// Whether nothing happened between a page's request and its arrival that could make it stale.
    pub(super) fn is_undisturbed(&self, request: &Request, answer: &Answer, heard: Heard) -> bool {
        let judge = self.host.judge.borrow();
        let jar = self.host.jar.borrow();
        let path = if request.trip.deep { DEEP } else { "/" };
        let name = self.server.marker_name(request.question.instance);
        request.calm == judge.calm
            && judge.live == heard.person
            && !jar.blocked
            && self.options.consent == Consent::None
            && jar.values(path, name) == request.marker.iter().map(String::as_str).collect::<Vec<_>>()
            && answer.element.is_some()
            && self.is_smooth()
    }

    /// Whether a signed-out page at this path cannot know by itself that the session is over.
    fn must_ask(&self, path: &str) -> bool {
        let jar = self.host.jar.borrow();
        let name = self.server.marker_name(self.host.instance(false));
        match jar.values(path, name)[..] {
            [] => !jar.values(path, &format!("{name}-kept")).is_empty(),
            [marker] => marker != "out" && marker != "garbage",
            _ => false,
        }
    }

    pub(super) fn expect_page(&self, doc: usize, answer: &Answer, heard: Heard) {
        let now = self.now();
        let mut judge = self.host.judge.borrow_mut();
        debug_assert!(answer.element.is_some());
        if heard.person.is_user() || self.must_ask(judge.docs[doc].path) {
            // The page asks if it finds another marker, and informs the other tabs when it has the response. It may be
            // gone before.
            judge.docs[doc].expecting = Some((heard.person, judge.calm));
        } else {
            judge.learn(heard.person, heard.made, now);
        }
        judge.expect_page(doc, heard.person, now);
    }
}
