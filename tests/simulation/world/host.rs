//! The two sides of the engine: what the browser's JavaScript calls in Rust, and what Rust calls there.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use rquickjs::{Ctx, Function, Object};

use super::{
    super::{
        history::{Libraries, NEVER, Options, Tokens},
        invariants::{Judge, LONGEST_QUESTION},
        jar::{Jar, Writer},
        person::{Person, subject},
        server::{Instance, Kind, Question, TOKEN_PATH},
    },
    START, Task,
};

/// The functions that the browser's JavaScript calls.
pub(crate) struct Host {
    pub(super) now: Cell<i64>,
    pub(super) serial: Cell<u64>,
    pub(super) ids: Cell<u32>,
    pub(super) queue: RefCell<BTreeMap<(i64, u64), Task>>,
    pub(super) jar: RefCell<Jar>,
    pub(super) stored: RefCell<BTreeMap<String, i64>>,
    pub(super) judge: RefCell<Judge>,
    pub(super) options: Cell<Options>,
    pub(super) libraries: Cell<Libraries>,
    pub(super) vendors: Cell<u32>,
    pub(super) tokens: Cell<Tokens>,
    pub(super) token_trip: Cell<(u32, bool)>,
    /// Paths of the code that the browser has.
    pub(super) cached: RefCell<BTreeSet<String>>,
    pub(super) notes: RefCell<Vec<String>>,
    pub(super) tracing: Cell<bool>,
}

impl Host {
    pub(super) fn trace(&self, text: impl FnOnce() -> String) {
        if self.tracing.get() {
            println!("    {:>9} ms  {}", self.now.get() - START, text());
        }
    }

    pub(crate) fn set_tracing(&self, on: bool) {
        self.tracing.set(on);
    }

    /// The console output, and the exceptions of listeners and timers.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.borrow().clone()
    }

    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self {
            now: Cell::new(START),
            serial: Cell::new(0),
            ids: Cell::new(0),
            queue: RefCell::default(),
            jar: RefCell::default(),
            stored: RefCell::default(),
            judge: RefCell::default(),
            options: Cell::default(),
            libraries: Cell::default(),
            vendors: Cell::new(50),
            tokens: Cell::default(),
            token_trip: Cell::new((20, false)),
            cached: RefCell::default(),
            notes: RefCell::default(),
            tracing: Cell::new(false),
        })
    }

    pub(super) fn schedule(&self, wait: i64, task: Task) {
        self.serial.set(self.serial.get() + 1);
        self.queue.borrow_mut().insert((self.now.get() + wait, self.serial.get()), task);
    }

    pub(super) fn next_id(&self) -> u32 {
        self.ids.set(self.ids.get() + 1);
        self.ids.get()
    }

    pub(super) fn path(&self, doc: usize) -> &'static str {
        self.judge.borrow().docs[doc].path
    }

    pub(super) fn set_cookie(&self, line: &str, writer: Writer) {
        if self.jar.borrow_mut().set(line, writer, self.now.get()) {
            self.trace(|| {
                format!("{writer:?} sets {}", line.split("; Path").next().unwrap_or_default())
                    + if line.contains("Max-Age=0") { " (deleted)" } else { "" }
            });
            self.cookies_changed();
        }
    }

    /// Each document learns of the change by a task of its own:
    /// <https://cookiestore.spec.whatwg.org/#process-changes>.
    pub(super) fn cookies_changed(&self) {
        if !self.options.get().cookie_store {
            return;
        }
        let mut judge = self.judge.borrow_mut();
        let alive = judge.alive.clone();
        for doc in alive {
            // One event for several changes.
            if !std::mem::replace(&mut judge.docs[doc].change_pending, true) {
                self.schedule(1, Task::CookieChange(doc));
            }
        }
    }

    pub(super) fn request_script(&self, doc: usize, url: &str) -> u32 {
        let id = self.next_id();
        if let Some((_, path)) = url.split_once(super::super::jar::HOST)
            && path.starts_with(TOKEN_PATH)
        {
            self.request_code(doc, id, path);
            return id;
        }
        match self.libraries.get() {
            Libraries::Soon => self.schedule(20, Task::Script(doc, id, true)),
            Libraries::After(wait) => self.schedule(i64::from(wait), Task::Script(doc, id, true)),
            Libraries::Never => self.judge.borrow_mut().docs[doc].libraries_failed = true,
            Libraries::Blocked => self.schedule(5, Task::Script(doc, id, false)),
        }
        id
    }

    /// Until its code is there, this page shows no one and ends no session.
    pub(super) fn await_code(&self, doc: usize, path: &str) {
        let is_cached = self.cached.borrow().contains(path);
        let (back, newer) = self.token_trip.get();
        let at = &mut self.judge.borrow_mut().docs[doc];
        at.codeless = true;
        at.awaits_code |= !is_cached && (back > 50 || self.tokens.get() != Tokens::Fine || newer != at.newer);
    }

    /// The page's own code, from the browser's cache or from the token path.
    fn request_code(&self, doc: usize, id: u32, path: &str) {
        self.await_code(doc, path);
        let (back, newer) = self.token_trip.get();
        let (wait, newer) = if self.cached.borrow().contains(path) { (2, None) } else { (back, Some(newer)) };
        if wait < NEVER {
            let task = Task::Code { doc, script: id, path: path.to_owned(), newer };
            self.schedule(i64::from(wait), task);
        }
    }

    pub(super) fn fetch(&self, doc: usize, path: &str, page: &str) -> u32 {
        let id = self.next_id();
        let (jar, own) = (self.jar.borrow(), path.starts_with(TOKEN_PATH));
        let (_, newer) = self.token_trip.get();
        let mut question = Question::new(self.instance(newer), Kind::Fetch, path, jar.header(path), Person::Nobody);
        question.page = (!page.is_empty()).then(|| page.to_owned());
        if own && path.ends_with("/page") {
            self.judge.borrow_mut().docs[doc].asking = Some(self.now.get());
        }
        if own {
            let until = self.now.get() + LONGEST_QUESTION;
            self.schedule(10, Task::Fetch { doc, fetch: id, question, session: jar.session(), until });
        }
        id
    }

    pub(super) fn instance(&self, newer: bool) -> Instance {
        let options = self.options.get();
        Instance {
            visitors: options.visitors,
            domain: options.domain,
            newer,
            gleap: options.gleap,
            external: options.external,
        }
    }

    /// The object `host` of the stage.
    pub(crate) fn object<'js>(self: &Rc<Self>, ctx: &Ctx<'js>) -> rquickjs::Result<Object<'js>> {
        let object = Object::new(ctx.clone())?;
        macro_rules! method {
            ($name:literal, |$host:ident $(, $argument:ident: $type:ty)*| $body:expr) => {{
                let $host = self.clone();
                object.set($name, Function::new(ctx.clone(), move |$($argument: $type),*| $body)?)?;
            }};
        }
        method!("now", |host| host.now.get() as f64);
        method!("cookies", |host, doc: usize| host.jar.borrow().script_view(host.path(doc)));
        method!("setCookie", |host, doc: usize, line: String| {
            let _ = doc;
            host.set_cookie(&line, Writer::Script)
        });
        method!("timer", |host, doc: usize, wait: f64| {
            let id = host.next_id();
            if wait < 1e12 {
                host.schedule(wait as i64, Task::Timer(doc, id));
            }
            id
        });
        method!("fetch", |host, doc: usize, path: String, page: String| host.fetch(doc, &path, &page));
        method!("script", |host, doc: usize, url: String| host.request_script(doc, &url));
        // Multiples of the golden ratio: they never repeat, and are spread over the whole range.
        method!("random", |host| (f64::from(host.next_id()) * 0.618_033_988_749_895).fract());
        method!("vendorDelay", |host| host.vendors.get());
        method!("stored", |host, key: String| {
            host.stored.borrow_mut().insert(key, host.now.get());
        });
        method!("note", |host, text: String| host.notes.borrow_mut().push(text));
        method!("show", |host, doc: usize, widget: String, person: String| {
            host.trace(|| format!("{widget} in document {doc} shows {person:?}"));
            host.judge.borrow_mut().show(doc, &widget, Person::of_id(&person), host.now.get());
        });
        method!("given", |host, doc: usize, widget: String, token: String| {
            let (person, until) = subject(&token);
            let mut judge = host.judge.borrow_mut();
            if person.is_user() {
                judge.give(doc, &widget, person);
            }
            // The vendor refuses an expired token. Because of the server's coarse clock, a token may be a minute older
            // than it says.
            if until > host.now.get() { person.id() } else { "" }
        });
        method!("givenId", |host, doc: usize, widget: String, id: String, hash: String| {
            let _ = hash;
            host.judge.borrow_mut().give(doc, &widget, Person::of_id(&id));
        });
        Ok(object)
    }
}

/// The stage's functions.
pub(crate) struct Stage<'js> {
    pub(super) ctx: Ctx<'js>,
    pub(super) object: Object<'js>,
    pub(super) compiled: RefCell<BTreeMap<String, usize>>,
    /// Replaces the page's code.
    pub(super) rewrite: Box<dyn Fn(&str) -> String>,
}

impl<'js> Stage<'js> {
    pub(crate) fn new(ctx: Ctx<'js>, object: Object<'js>, rewrite: Box<dyn Fn(&str) -> String>) -> Self {
        Self { ctx, object, compiled: RefCell::default(), rewrite }
    }

    pub(super) fn function(&self, name: &str) -> Function<'js> {
        self.object.get(name).expect("a function of the stage")
    }

    pub(super) fn code(&self, text: &str) -> usize {
        if let Some(known) = self.compiled.borrow().get(text) {
            return *known;
        }
        let code: usize = self.function("compile").call(((self.rewrite)(text),)).expect("the code compiles");
        self.compiled.borrow_mut().insert(text.to_owned(), code);
        code
    }

    pub(super) fn settle(&self) {
        while self.ctx.execute_pending_job() {}
    }
}
