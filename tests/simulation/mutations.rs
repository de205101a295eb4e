//! Mutations of the runtime's protocol, each by a replacement in `runtime.js`. Each must break the fence so that the
//! simulation notices, except those that another mechanism makes up for.

use super::history::Menu;

/// A mutation: its name, and the text that it replaces.
#[derive(Clone, Copy)]
pub(crate) struct Mutation {
    pub(crate) name: &'static str,
    /// The dangers with which the hunt begins; a few at a time coincide more often.
    pub(crate) menu: u32,
    find: &'static str,
    replace: &'static str,
}

const RUNTIME: &str = include_str!("../../src/snippet/runtime.js");
/// The source files with the rows that find the mutations of [`HELD`].
pub(crate) const ROWS: &str = concat!(
    include_str!("../runtime/questions.rs"),
    include_str!("../runtime/same_document.rs"),
    include_str!("../runtime/tokens.rs")
);
const MINIFIED: &str = include_str!("../../src/snippet/runtime.min.js");

const fn mutation(name: &'static str, find: &'static str, replace: &'static str) -> Mutation {
    // Gleap's own sessions hide what other widgets show.
    Mutation { name, menu: !Menu::GLEAP, find, replace }
}

impl Mutation {
    const fn among(self, menu: u32) -> Self {
        Self { menu, ..self }
    }

    /// The runtime with this mutation, whose text must occur exactly once.
    pub(crate) fn runtime(&self) -> String {
        let count = RUNTIME.matches(self.find).count();
        assert_eq!(count, 1, "{}: `{}` occurs {count} times in runtime.js", self.name, self.find);
        RUNTIME.replace(self.find, self.replace)
    }
}

/// Replaces the minified runtime in a page's code by this one.
pub(crate) fn rewriting(runtime: String) -> Box<dyn Fn(&str) -> String> {
    Box::new(move |code| match code.split_once(MINIFIED.trim()) {
        Some((before, after)) => format!("{before}{runtime}\n{after}"),
        None => {
            assert!(code.contains("run:"), "only the loader has no runtime");
            code.to_owned()
        }
    })
}

/// The runtime as written, without minification, for comparison.
pub(crate) fn unchanged() -> String {
    RUNTIME.to_owned()
}

pub(crate) const ALL: &[Mutation] = &[
    mutation(
        "takes any answer for a yes",
        "if (named === '' || named === page.fp || (anybody && isReadable)) {",
        "if (answer && !anybody) return settle(page, page.seen || page.reset);\n    if (typeof named === 'string') {",
    ),
    mutation("does not clean up after a logout", "if (now === OUT) return cleanUp();", "if (now === OUT) return;"),
    mutation(
        "writes cookies through what the page put on the document",
        "Reflect.set(Document.prototype, 'cookie', line, document)",
        "{ document.cookie = line; }",
    ),
    // ---- the question before a transition ---------------------------------------------------------------------------
    mutation(
        "boots without a question",
        "if (page.fp) return ask();",
        "if (page.fp) return settle(page, page.seen || page.reset);",
    ),
    mutation(
        "takes an answer after the browser changed",
        "if (browserState() !== before) {\n      if (isAnothers",
        "if (false) {\n      if (isAnothers",
    ),
    mutation(
        "ignores the companion cookie",
        "const browserState = () => textOf(MARKER) + textOf(KEPT);",
        "const browserState = () => textOf(MARKER);",
    ),
    mutation(
        "compares a page with `seen` alone",
        "if (now && now === page.fp) {",
        "if (page.fp && now === page.seen) {",
    ),
    // ---- shutdown before a boot -------------------------------------------------------------------------------------
    mutation(
        "does not shut down before another user's boot",
        "if (now !== page.fp && (now || isNew && (residue || booted || hasWitness()))) shutdown(true, true);",
        "",
    ),
    mutation(
        "does not end the former user in the same document",
        "if (former) shutdown(now === OUT || !browserState());",
        "",
    )
    .among(Menu::TURBO | Menu::TOKENS),
    mutation("boots beside the former user's widgets", "if (booted && booted !== now) endSession(now);", "")
        .among(Menu::TURBO | Menu::LATE | Menu::TABS),
    mutation("a failed question leaves a user's widgets up", "endSession();\n      if (missing) return;", "")
        .among(Menu::EVICTION | Menu::TOKENS | Menu::TABS),
    // ---- the clean-up -----------------------------------------------------------------------------------------------
    mutation("does not clean up after an expiry", "if (now ? now === page.seen : page.reset) return ask();", ""),
    mutation(
        "deletes the marker whatever it says by now",
        "if (page !== current || browserState() !== before) return;",
        "",
    ),
    mutation("does not purge cookies and storage", "if (ours) purgeStores(widget);", ""),
    mutation("does not purge globals", "widget.residue.globals.forEach(purgeGlobal);", ""),
    mutation("purges host-only cookies alone", "domains().forEach(domain =>", "[''].forEach(domain =>"),
    mutation("purges no storage", ".forEach(key => area.removeItem(key))", ".forEach(() => {})"),
    mutation("purges another user's cookies", "if (ours) end();\n      else withoutCookies(end);", "end();"),
    mutation(
        "takes every cookie for its own",
        "const ownsCookies = (now = readMarker()) => !now || now === booted || now === OUT;",
        "const ownsCookies = () => true;",
    ),
    mutation("does not call the adapter's shutdown", "ended = callAdapter(widget, 'shutdown', load) && ended;", ""),
    // ---- the cookies ------------------------------------------------------------------------------------------------
    mutation("writes no marker", "    writeCookie(MARKER, fingerprint);\n", ""),
    mutation("takes a malformed marker for none", "? found.slice(1) : OUT);", "? found.slice(1) : '');"),
    mutation(
        "a visitor is welcome beside another's session",
        "if (!browserState() && constants.visitors) former",
        "if (constants.visitors) former",
    )
    .among(Menu::KEPT),
    mutation(
        "does not give the consent tool its property back",
        "if (fenced) theirs ? Reflect.defineProperty(document, 'cookie', theirs) :",
        "if (fenced)",
    ),
    // ---- watching ---------------------------------------------------------------------------------------------------
    mutation(
        "does not watch",
        "else if (now || !textOf(KEPT)) {\n      endSession(now);",
        "else if (now || !textOf(KEPT)) {",
    ),
    mutation("does not watch by cookieStore", "if (global('cookieStore')) on(", "if (false) on("),
    mutation("does not look at the marker when the page is restored", "on(window, 'pageshow', check);", "")
        .among(Menu::BACK),
    mutation(
        "does not look at the marker when the tab is looked at",
        "on(window, 'focus', check);\n  on(document, 'visibilitychange', check);",
        "",
    ),
    mutation("a lost marker is not asked about", "else if (answered === question) ask();", "").among(Menu::EVICTION),
    mutation(
        "a lost marker is written again without a question",
        "else if (answered === question) ask();",
        "else writeMarker(booted);",
    )
    .among(Menu::EVICTION),
    mutation(
        "watches its own fingerprint and not the text",
        "if (text === watched) return;",
        "if (now === booted || watched !== MARKER + '=' + booted) return;",
    )
    .among(Menu::SIBLING),
    // ---- prerendering and tokens ------------------------------------------------------------------------------------
    mutation(
        "decides while it is prerendered",
        "if (read('prerendering')) on(document, 'prerenderingchange', decide, true);\n    else decide();",
        "decide();",
    ),
    mutation(
        "goes on where the token service says that another is signed in",
        "if (browserState() === before) return endSession();",
        "return;",
    )
    .among(Menu::CLOCK),
    mutation(
        "a slow library sees the calls that waited for it",
        "return Array.isArray(queue) && !!queue.splice(0, queue.length, ...queue.filter(keep));",
        "return Array.isArray(queue);",
    ),
];

/// A mutation that another mechanism makes up for in every case that the simulation covers.
pub(crate) struct Held {
    pub(crate) mutation: Mutation,
    /// The row of `tests/runtime` that finds it.
    pub(crate) row: &'static str,
}

pub(crate) const HELD: &[Held] = &[
    // A response counts only if both cookies are still as they were at the question, and a login, a logout and each
    // page of a user change one of them. Only a browser that blocks cookies remains.
    Held {
        mutation: mutation(
            "takes an answer that a newer question made out of date",
            "if (question !== asked) return;",
            "",
        ),
        row: "of two refreshes the older one's answer does not count, though it comes first",
    },
    // The same holds for the response to a question of the page before. And it counts only if it names the new page's
    // user, or no user.
    Held {
        mutation: mutation("a visit does not make older questions out of date", "answered = ++question;", ""),
        row: "the next page makes an older question's answer void",
    },
    // A refusal must be under way while the same user signs out and in again: one history in 145,000.
    Held {
        mutation: mutation(
            "a refusal from before a new login removes what that left",
            "if (browserState() === before) return endSession();",
            "return endSession();",
        ),
        row: "401 from before the same user's next login: the widgets hide until the server has named the user",
    },
];
