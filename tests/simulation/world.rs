//! The world: the clock, the order of tasks, and the checks after each step.

macro_rules! call {
    ($world:expr, $name:literal $(, $argument:expr)*) => {{
        let function = $world.stage.function($name);
        #[allow(unused_mut)]
        let mut arguments = rquickjs::function::Args::new_unsized(function.ctx().clone());
        $(arguments.push_arg($argument).expect("an argument");)*
        let result = function.call_arg(arguments).unwrap_or_else(|error| {
            panic!("{}: {error} {:?}", $name, $world.stage.ctx.catch())
        });
        $world.stage.settle();
        result
    }};
}

mod ending;
mod events;
mod host;
mod network;
mod tabs;

use std::rc::Rc;

use super::{
    history::{Consent, History, Libraries, Options, SLOTS, Step, TABS, Tokens, Trip},
    invariants::{Heard, Remnant, State, Violation},
    person::Person,
    server::{Answer, Question, Server},
};
pub(crate) use host::{Host, Stage};

/// The time at which histories begin.
const START: i64 = 1_800_000_000_000;
const DEEP: &str = "/account/1";
/// More tasks in one step mean an endless loop.
const MOST_TASKS: usize = 5000;

/// A task that the network or the browser has scheduled.
enum Task {
    Timer(usize, u32),
    Loaded(usize),
    CookieChange(usize),
    Script(usize, u32, bool),
    /// The file with the page's code; `newer`: the version that responds, `None` if the file is in the cache.
    Code {
        doc: usize,
        script: u32,
        path: String,
        newer: Option<bool>,
    },
    Fetch {
        doc: usize,
        fetch: u32,
        question: Question,
        session: Option<usize>,
        until: i64,
    },
    /// After `until`, the page no longer waits for it.
    FetchAnswer {
        doc: usize,
        fetch: u32,
        answer: Option<Rc<Answer>>,
        heard: Option<Heard>,
        is_page: bool,
        until: i64,
    },
    Request(Request),
    Arrival(Request, Rc<Answer>, Heard, Option<Option<usize>>),
}

impl Task {
    fn doc(&self) -> Option<usize> {
        match self {
            Self::Timer(doc, _) | Self::Loaded(doc) | Self::CookieChange(doc) | Self::Script(doc, ..) => Some(*doc),
            Self::FetchAnswer { doc, .. } | Self::Code { doc, .. } => Some(*doc),
            _ => None,
        }
    }
}

/// A request of the browser itself, and what it does with the response.
struct Request {
    purpose: Purpose,
    trip: Trip,
    question: Question,
    session: Option<usize>,
    calm: u64,
    marker: Vec<String>,
}

#[derive(Clone, Copy)]
enum Purpose {
    Visit { tab: u8, turn: u32, keep: Option<u8> },
    Keep { slot: u8 },
    Prerender { tab: u8 },
    Turbo { doc: usize, turn: u32 },
    LogoutByForm { tab: u8, turn: u32, elsewhere: bool },
    LogoutByFetch,
    LoginByForm { tab: u8, turn: u32, user: Person, keep: Option<u8> },
    LoginByFetch { doc: usize, user: Person, refresh: bool },
}

/// A page as it arrived.
#[derive(Clone)]
struct Copy {
    answer: Rc<Answer>,
    heard: Heard,
    path: &'static str,
    newer: bool,
}

#[derive(Default)]
struct Place {
    doc: Option<usize>,
    /// The document in the back/forward cache.
    back: Option<usize>,
    prerendered: Option<usize>,
    hidden: bool,
    /// Each navigation cancels the one before.
    turn: u32,
}

pub(crate) struct World<'a, 'js> {
    host: Rc<Host>,
    stage: &'a Stage<'js>,
    server: &'a mut Server,
    options: Options,
    sessions: Vec<Person>,
    places: Vec<Place>,
    copies: [Option<Copy>; SLOTS as usize],
    deferred: Vec<(usize, Task)>,
    cookie_may_go: bool,
}

/// Plays a history and returns the first violation, with the number of steps that it took.
pub(crate) fn play(
    host: &Rc<Host>,
    stage: &Stage<'_>,
    server: &mut Server,
    history: &History,
) -> Option<(Violation, usize)> {
    let mut world = World::new(host.clone(), stage, server, history.options);
    for (number, step) in history.steps.iter().enumerate() {
        world.step(*step);
        if let Some(violation) = world.violation() {
            return Some((violation, number + 1));
        }
    }
    world.converge();
    world.violation().map(|violation| (violation, history.steps.len()))
}

impl<'a, 'js> World<'a, 'js> {
    fn new(host: Rc<Host>, stage: &'a Stage<'js>, server: &'a mut Server, options: Options) -> Self {
        host.now.set(START);
        host.serial.set(0);
        host.ids.set(0);
        host.queue.borrow_mut().clear();
        host.jar.borrow_mut().clear();
        host.stored.borrow_mut().clear();
        host.judge.borrow_mut().reset(options.cookie_store, options.gleap);
        host.options.set(options);
        host.libraries.set(Libraries::Soon);
        host.vendors.set(50);
        host.tokens.set(Tokens::Fine);
        host.token_trip.set((20, false));
        host.notes.borrow_mut().clear();
        host.cached.borrow_mut().clear();
        let places = (0..TABS).map(|_| Place::default()).collect();
        let world = Self {
            host,
            stage,
            server,
            options,
            sessions: Vec::new(),
            places,
            copies: [const { None }; SLOTS as usize],
            deferred: Vec::new(),
            cookie_may_go: false,
        };
        let () = call!(world, "reset");
        world
    }

    fn violation(&self) -> Option<Violation> {
        self.host.judge.borrow().violation.clone()
    }

    fn now(&self) -> i64 {
        self.host.now.get()
    }

    // ---- time -------------------------------------------------------------------------------------------------------

    fn step(&mut self, step: Step) {
        self.host.trace(|| format!("-- {}", step.event));
        self.apply(step.event);
        self.pass(i64::from(step.wait));
        self.check();
    }

    fn pass(&mut self, wait: i64) {
        let end = self.now() + wait;
        self.run(end);
        self.host.now.set(end);
    }

    fn run(&mut self, end: i64) {
        for count in 0.. {
            assert!(count < MOST_TASKS, "a loop without an end");
            let first = self.host.queue.borrow().first_key_value().map(|(key, _)| *key);
            let Some(key) = first.filter(|(at, _)| *at <= end) else { break };
            let task = self.host.queue.borrow_mut().remove(&key).expect("the first task");
            self.host.now.set(self.now().max(key.0));
            self.perform(task, key.0);
        }
    }

    /// `due`: when the task was due. It may run later, if the computer slept.
    fn perform(&mut self, mut task: Task, due: i64) {
        if let Some(doc) = task.doc() {
            let state = self.host.judge.borrow().docs[doc].state;
            match state {
                State::Dead => return,
                // Nothing runs in the back/forward cache:
                // <https://html.spec.whatwg.org/multipage/document-lifecycle.html#unloading-documents>.
                State::Frozen => {
                    // No specification says that such a document gets the change later.
                    if matches!(task, Task::CookieChange(_)) {
                        self.host.judge.borrow_mut().docs[doc].change_pending = false;
                        return;
                    }
                    // Once the page runs again, it gets the response before its timer gives up.
                    if let Task::FetchAnswer { until, .. } = &mut task
                        && due < *until
                    {
                        *until = i64::MAX;
                    }
                    self.deferred.push((doc, task));
                    return;
                }
                State::Live | State::Prerendered => {}
            }
        }
        match task {
            Task::Timer(doc, id) => call!(self, "timer", doc, id),
            Task::Loaded(doc) => call!(self, "loaded", doc),
            Task::CookieChange(doc) => {
                self.host.judge.borrow_mut().docs[doc].change_pending = false;
                call!(self, "fire", doc, "cookieStore", "change")
            }
            Task::Script(doc, id, arrived) => {
                self.host.judge.borrow_mut().docs[doc].libraries_failed |= !arrived;
                call!(self, "script", doc, id, arrived, -1)
            }
            Task::Code { doc, script, path, newer } => self.bring_code(doc, script, &path, newer),
            Task::Fetch { doc, fetch, question, session, until } => {
                self.serve_fetch(doc, fetch, question, session, until)
            }
            Task::FetchAnswer { doc, fetch, answer, heard, is_page, until } => {
                // The page's timer gave up earlier, while the computer slept: the page asks again.
                let in_time = due < until;
                self.fetch_answered(doc, fetch, answer, heard.filter(|_| in_time), is_page && in_time)
            }
            Task::Request(request) => self.serve(request),
            Task::Arrival(request, answer, heard, session) => self.arrive(request, &answer, heard, session),
        }
    }

    fn check(&mut self) {
        let now = self.now();
        if self.has_trace() {
            self.host.judge.borrow_mut().can_know();
        }
        self.host.judge.borrow_mut().judge_docs(now);
        for person in Person::USERS {
            if self.host.judge.borrow().wants_remnants(person, now) {
                let remnants = self.remnants(person);
                self.host.judge.borrow_mut().judge_remnants(person, &remnants, now);
            }
        }
        if self.options.consent != Consent::None {
            self.check_consent();
        }
        let settled = self.host.judge.borrow().settled(now).filter(|_| self.options.consent == Consent::None);
        if let Some(person) = settled {
            self.check_cookie(person);
        }
    }

    /// Whether a later page can know that there was a session. A marker from before cookies were blocked does not
    /// count: the page of the user whom it names boots at once.
    fn has_trace(&self) -> bool {
        let (jar, judge) = (self.host.jar.borrow(), self.host.judge.borrow());
        let mut markers = jar.cookies().filter(|cookie| self.is_marker(&cookie.name)).peekable();
        if jar.blocked {
            return false;
        }
        if markers.peek().is_some() {
            return markers.any(|cookie| cookie.written >= judge.unblocked);
        }
        let is_kept = |name: &str| name.strip_suffix("-kept").is_some_and(|name| self.is_marker(name));
        jar.cookies().any(|cookie| is_kept(&cookie.name))
    }

    /// Checks that no other tab's clean-up removes the cookies of a signed-in user.
    fn check_cookie(&self, person: Person) {
        const NAME: &str = "intercom-session-app1";
        let jar = self.host.jar.borrow();
        // A library that is loaded only for a shutdown may be slow, and then also removes the next user's cookie.
        if !jar.blocked && !self.cookie_may_go && jar.values("/", NAME) != [person.id()] {
            let text = format!("the cookie {NAME} is not {}'s any more", person.letter());
            self.host.judge.borrow_mut().accuse(3, text);
        }
    }

    fn check_consent(&self) {
        let docs: Vec<_> = self.running();
        for doc in docs {
            let stands: bool = call!(self, "consentStands", doc);
            if !stands {
                self.host
                    .judge
                    .borrow_mut()
                    .accuse(6, format!("document {doc} has lost the consent tool's cookie property"));
            }
        }
    }

    fn running(&self) -> Vec<usize> {
        let judge = self.host.judge.borrow();
        judge.alive.iter().copied().filter(|doc| judge.docs[*doc].is_running()).collect()
    }

    /// Entries that name this user in cookies, in `localStorage` and in the globals of documents that do not show
    /// them.
    fn remnants(&self, person: Person) -> Vec<Remnant> {
        let mut found = Vec::new();
        for cookie in self.host.jar.borrow().cookies().filter(|cookie| cookie.value.contains(person.id())) {
            found.push(Remnant { what: format!("the cookie {}", cookie.name), written: cookie.written });
        }
        let storage: String = call!(self, "storage");
        // A page of the older version does not know the widget that the newer one has.
        let cleaner = self.host.judge.borrow().cleaner(person);
        let newer = cleaner.is_some_and(|doc| self.host.judge.borrow().docs[doc].newer);
        for line in storage.lines().filter(|line| line.contains(person.id()) && (newer || !line.starts_with("ZD-"))) {
            let key = line.split('\t').next().unwrap_or_default();
            let written = self.host.stored.borrow().get(key).copied().unwrap_or(0);
            found.push(Remnant { what: format!("localStorage's {key}"), written });
        }
        for doc in cleaner.into_iter().filter(|doc| self.running().contains(doc)) {
            let globals: String = call!(self, "globals", doc);
            if Person::named_in(&globals).contains(&person) {
                found.push(Remnant { what: format!("a global of document {doc}"), written: 0 });
            }
        }
        found
    }
}
