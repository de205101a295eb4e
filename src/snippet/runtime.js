/** @type {import('./types').Runtime} */
(constants, adapters, gate) => {
  /** @typedef {import('./types').PageData} Page */
  /** @typedef {import('./types').Widget} Widget */

  /**
   * The document's own member. An element's name shadows `document.cookie`, but not what the prototype has:
   * <https://html.spec.whatwg.org/multipage/dom.html#dom-document-nameditem>.
   * @type {(name: string) => any}
   */
  const read = name => Reflect.get(Document.prototype, name, document);

  const script = read('currentScript');
  // Whoever injects this element as markup gets it into the body, mostly.
  if (!script || !script.dataset.widget || script.parentNode !== read('head')) return;
  /** @type {Page} */
  let page = JSON.parse(script.dataset.widget);
  // The DOM is again what the application wrote, and the token does not stay in it.
  script.remove();
  // In `about:srcdoc` the markup is what the page around it says.
  if (!location.protocol.startsWith('http') || (top !== window && !constants.iframes)) return;
  /** @type {(object: any, name: string) => any} */
  const own = Object.getOwnPropertyDescriptor;
  // Turbo Drive runs the element again on each visit: one runtime serves them all. An element with this id is none.
  const running = own(window, 'widgetIdentity');
  // The parser meets ours first: a second one in the same document is injected markup.
  if (running) return read('readyState') === 'loading' || running.value.visit(page);

  const OUT = 'out';
  const DAYS_400 = 34560000;
  const DAY_MS = 864e5;
  const RETRY_MS = 5000;
  const MINUTE_MS = 60000;
  const LONGEST_QUESTION_MS = 10000;
  // And above: too many requests, or a server that is not well.
  const TRY_LATER = 429;
  // A timer takes little more.
  const LONGEST_MS = 2e9;
  // Stands for a fingerprint where the widgets are booted for a visitor.
  const VISITOR = '*';
  // The fingerprint of the person for whom the widgets are booted; empty where they are shut down.
  let booted = '';
  /**
   * Which widgets are booted for them, by name: a later page of the same person may bring one more.
   * @type {Record<string, boolean>}
   */
  let bootedWidgets = {};
  // The marker's text as it was after the boot: a change of it may end the session.
  let watched = '';
  // Which question to the server is the newest: the answers to all others are out of date.
  let question = 0;
  // The newest that has its answer.
  let answered = 0;
  /** @type {Record<string, boolean>} */
  const loading = {};

  /** @param {any} message */
  const warn = message => {
    try { console.warn('widget-identity:', message); } catch { /* What the page put in its place may throw. */ }
  };

  /** @type {Record<string, boolean>} */
  const warned = {};
  /** @param {string} message */
  const warnOnce = message => {
    if (!warned[message]) warn(message);
    warned[message] = true;
  };

  /**
   * A failure of one vendor's script stops neither the page nor the next vendor's script.
   * @template T
   * @param {() => T} action
   */
  const guarded = action => {
    try { return action(); } catch (error) { warn(error); }
  };

  /** @type {(target: EventTarget, event: string, action: () => void, once?: boolean) => void} */
  const on = (target, event, action, once) => read('addEventListener').call(target, event, action, { once });

  // Frameworks that mount components by tasks of their own, as React does, may do so shortly after the event.
  /** @param {() => void} action */
  const afterLoad = action => {
    if (read('readyState') === 'complete') action();
    else on(window, 'load', () => setTimeout(action, 100), true);
  };

  /** @param {string} event */
  const tell = event => guarded(() => read('dispatchEvent').call(window, new Event('widgetidentity:' + event)));

  // When libraries may be loaded. It listens before anything can happen.
  const opened = gate && new Promise(open => gate(open, on, read));

  // ---- the cookies ------------------------------------------------------------------------------------------------

  const MARKER = constants.cookie.name;
  const KEPT = MARKER + '-kept';

  /** @type {() => string[]} */
  const cookies = () => guarded(() => read('cookie').split('; ')) || [];
  /** @type {(line: string) => any} */
  const setCookie = line => guarded(() => Reflect.set(Document.prototype, 'cookie', line, document));
  /** @param {string} pair */
  const nameOf = pair => pair.split('=')[0];
  // Everything that the browser has under this name.
  /** @param {string} name */
  const textOf = name => cookies().filter(pair => nameOf(pair) === name).join();

  // As the server reads it: a doubled or malformed marker counts as `out`.
  const readMarker = (text = textOf(MARKER)) => {
    const found = text.slice(MARKER.length);
    return found && (/^=[\w-]{22}$/.test(found) ? found.slice(1) : OUT);
  };

  // Every login and logout changes one of the two cookies, also where the marker ends as it was.
  const browserState = () => textOf(MARKER) + textOf(KEPT);

  // When this page last wrote it, and over what.
  let markerWritten = 0;
  let overwritten = '';

  /** @type {(name: string, value: string) => void} */
  const writeCookie = (name, value) => setCookie(name + '=' + value + constants.cookie.attributes + '; Max-Age=' + (value ? DAYS_400 : 0));

  const writeKept = () => textOf(KEPT) || writeCookie(KEPT, Math.random().toString(36).slice(2));

  // Another host of the domain may push out all cookies of this one, but not its storage.
  const hasWitness = () => guarded(() => localStorage[KEPT]);

  /** @param {string} fingerprint */
  const writeMarker = fingerprint => {
    markerWritten = Date.now();
    overwritten = textOf(MARKER);
    writeCookie(MARKER, fingerprint);
    writeKept();
    guarded(() => { localStorage[KEPT] = 1; });
    watched = textOf(MARKER);
    if (watched.includes(fingerprint)) return;
    // Another tab may write its own in between: that is a change.
    watched = '';
    if (!textOf(MARKER)) warnOnce('the browser keeps no cookie ' + MARKER);
  };

  // ---- what a session leaves in the browser -----------------------------------------------------------------------

  // Host-only, and each domain that a vendor may have chosen.
  const domains = () => location.hostname.split('.').map((_, at, labels) =>
    at ? '; Domain=' + labels.slice(at - 1).join('.') : '');

  /** @type {(patterns: string[]) => (name: string) => boolean} */
  const matches = patterns => name => patterns.some(pattern => {
    const [start, end] = pattern.split('*');
    // A `#` in front stands for an id.
    if (end === undefined) return name === pattern || name.replace(/^[\da-f]{24}/, '#') === pattern;
    // The two ends do not overlap.
    return name.startsWith(start) && name.slice(start.length).endsWith(end);
  });

  /** @param {Widget} widget */
  const purgeStores = widget => {
    cookies().map(nameOf).filter(matches(widget.residue.cookies)).forEach(name =>
      domains().forEach(domain => setCookie(name + '=; Path=/; Max-Age=0' + domain)));
    /** @type {(name: string, patterns: string[]) => void} */
    const purgeStorage = (name, patterns) => guarded(() => {
      const area = window[name];
      Object.keys(area).filter(matches(patterns)).forEach(key => area.removeItem(key));
    });
    purgeStorage('localStorage', widget.residue.storage);
    purgeStorage('sessionStorage', widget.residue.session);
  };

  /**
   * What the page declared with `var` cannot be deleted, only emptied. Each path by itself.
   * @param {string} path
   */
  const purgeGlobal = path => guarded(() => {
    const steps = path.split('.');
    const last = /** @type {string} */ (steps.pop());
    /** @type {any} */
    const holder = steps.reduce((object, step) => object && object[step], window);
    if (holder && !Reflect.deleteProperty(holder, last)) Reflect.set(holder, last, undefined);
  });

  // ---- boot and shutdown ------------------------------------------------------------------------------------------

  /**
   * Vendors' calls delete cookies. Where those belong to somebody else by now, they do not get hold of them. A consent
   * tool's own property comes back afterwards; where it cannot be replaced, the call matters more than the cookies.
   * @param {() => void} action
   */
  const withoutCookies = action => {
    const theirs = own(document, 'cookie');
    const fenced = Reflect.defineProperty(document, 'cookie', { configurable: true, get: () => '', set: () => {} });
    action();
    if (fenced) theirs ? Reflect.defineProperty(document, 'cookie', theirs) : Reflect.deleteProperty(document, 'cookie');
  };

  /**
   * `ours`: the vendors' cookies are nobody else's. `load`: an adapter may load a library for the call.
   * @type {(ours: boolean, load?: boolean) => void}
   */
  const shutdown = (ours, load) => {
    booted = '';
    constants.widgets.forEach(widget => {
      const end = () => callAdapter(widget, 'shutdown', load);
      if (ours) end();
      else withoutCookies(end);
      widget.residue.globals.forEach(purgeGlobal);
      if (ours) purgeStores(widget);
    });
    purgeLate();
    tell('shutdown');
  };

  /**
   * Whether the vendors' cookies are nobody else's, by what the marker says.
   * @param {string} now
   */
  const ownsCookies = now => !now || now === booted || now === OUT;

  /** @param {string} now */
  const endSession = now => shutdown(ownsCookies(now));

  /** @type {(widget: Widget, method: 'boot' | 'refresh' | 'shutdown', argument?: any) => void} */
  const callAdapter = (widget, method, argument) => guarded(() =>
    adapters[widget.name][method](widget, argument));

  /**
   * Those that the page's data allows to boot: all of them for a visitor, else those that had a token.
   * @returns {Widget[]}
   */
  const activeWidgets = () => constants.widgets.filter((/** @type {Widget} */ widget) =>
    (widget.person = page.people[widget.name]) || booted === VISITOR);

  const isIdentified = () => !!booted && booted !== VISITOR;

  /**
   * `marker`: the marker's text, if it names them already. Each look at the cookies after a write holds up the first paint, so
   * its renewal waits until the page has loaded.
   * @type {(fingerprint: string, marker?: string) => void}
   */
  const boot = (fingerprint, marker) => {
    const isNew = booted !== fingerprint;
    if (isNew) bootedWidgets = {};
    booted = fingerprint;
    watched = marker || textOf(MARKER);
    if (!marker && fingerprint !== VISITOR) writeMarker(fingerprint);
    activeWidgets().forEach(widget => {
      callAdapter(widget, bootedWidgets[widget.name] ? 'refresh' : 'boot');
      bootedWidgets[widget.name] = true;
      renewLater(widget, page.lifetimes[widget.name]);
    });
    if (isNew && isIdentified()) tell('identified');
    if (marker) afterLoad(check);
  };

  // ---- whose page this is -----------------------------------------------------------------------------------------

  const decide = () => {
    const text = textOf(MARKER);
    const now = readMarker(text);
    if (now && now === page.fp) {
      // Another login elsewhere, of which this tab has not heard yet: the first person's widgets end before.
      if (booted && booted !== now) endSession(now);
      return boot(now, text);
    }
    // The page may be a copy, or late: until the server says whose the cookies are, only this tab's widgets end.
    const former = booted && booted !== VISITOR && (now || booted !== page.fp);
    if (former) shutdown(now === OUT || !browserState());
    if (page.fp) return ask();
    if (now === OUT) return cleanUp();
    // Somebody's session may have expired, or they are still signed in and the page is out of date.
    if (now ? now === page.seen : page.reset) return ask();
    if (!browserState() && constants.visitors) former || hasWitness() ? cleanUp() : boot(VISITOR);
  };

  // Nobody is signed in: ends whatever is left, and then forgets whose it was.
  const cleanUp = () => {
    const before = browserState();
    shutdown(true, true);
    const current = page = { ...page, seen: '', reset: undefined };
    const forget = () => {
      if (page !== current || browserState() !== before) return;
      writeCookie(MARKER, '');
      writeCookie(KEPT, '');
      guarded(() => localStorage.removeItem(KEPT));
    };
    forget();
    // Firefox behind a service worker may show scripts the deleted cookie again.
    setTimeout(forget, 100);
    // A visitor's widget comes after the purge: another tab may have needed a moment to end.
    setTimeout(() => {
      forget();
      if (page === current && !booted && !browserState() && constants.visitors) boot(VISITOR);
    }, 1000);
  };

  /**
   * The server has said who is signed in, and the browser is still as it was when it was asked. `residue`: something of a
   * former session may be left.
   * @type {(answer: Page, residue: any) => void}
   */
  const settle = (answer, residue) => {
    const now = readMarker();
    page = { ...page, ...answer };
    if (!page.fp) return booted === VISITOR && !residue && !browserState() ? boot(VISITOR) : cleanUp();
    const isNew = booted !== page.fp;
    // Another tab has made the transition: the cookies are theirs already.
    if (isNew && now === page.fp && booted) endSession(now);
    // The marker goes from one person to the next without an `out` in between: a tab of the first one that saw it would
    // purge what by then is the second one's. Their session may also have come and gone unnoticed.
    if (now !== page.fp && (now || isNew && (residue || booted || hasWitness()))) shutdown(true, true);
    boot(page.fp);
  };

  /**
   * Asks the server who is signed in: the page may be a copy that was kept, or older than the last logout. `anybody`:
   * whoever it is, the page is theirs from now on.
   * @type {(anybody?: boolean, wait?: number) => Promise<void>}
   */
  const ask = async (anybody, wait = RETRY_MS) => {
    const asked = ++question;
    const before = browserState();
    const { status, text } = await request('page');
    if (question !== asked) return;
    answered = asked;
    let answer;
    try {
      if (status === 200) answer = JSON.parse(text);
    } catch { /* A single-page application's index, for example. */ }
    const named = Object(answer).fp;
    const isAnothers = answer && named !== page.fp;
    const isReadable = typeof named === 'string';
    // The server has spoken: the marker alone brings this page up no more, also where nothing answers the next question.
    if (isAnothers && isReadable) {
      page.seen = VISITOR;
      if (!anybody) tell('refused');
    }
    // There was no cookie and is none: a logout and its clean-up may lie in between. With one it would see them.
    if (named && isReadable && !before) writeKept();
    // Another tab, or another answer, has changed who is here. The marker alone says whose page it is, unless the server has
    // just named somebody else.
    if (browserState() !== before) {
      if (isAnothers && booted && booted === page.fp && (isReadable || !anybody)) endSession(readMarker());
      return anybody || isAnothers ? ask(anybody) : decide();
    }
    if (named === '' || named === page.fp || (anybody && isReadable)) {
      const { seen, reset } = anybody ? answer : page;
      return settle(answer, seen || reset);
    }
    const missing = isMissing(status, answer === undefined);
    if (booted && booted === page.fp) {
      if (anybody) return;
      // It is not known whose the cookies are.
      endSession(readMarker());
      if (missing) return;
    }
    if (answer !== undefined) return;
    // Without the server's word, a shutdown is the safe side. A boot is not, except where there is no one to ask.
    if (!anybody && (missing || !page.fp) && readMarker() === page.seen) return settle(page, page.seen || page.reset);
    if (page.fp && booted !== page.fp && status >= TRY_LATER) setTimeout(() => {
      if (question === asked) ask(false, longer(wait));
    }, jitter(wait));
  };

  /** @param {Page} next */
  const visit = next => {
    page = next;
    answered = ++question;
    if (read('prerendering')) on(document, 'prerenderingchange', decide, true);
    else decide();
  };

  // ---- watching ---------------------------------------------------------------------------------------------------

  // Other tabs, logouts by fetch, pages restored by the Back button: the marker is no longer this page's person's.
  const check = () => {
    // One look for all of it: another tab may write in between.
    const text = textOf(MARKER);
    const now = readMarker(text);
    if (!booted) return;
    if (now === booted && Date.now() - markerWritten > DAY_MS) return writeMarker(booted);
    if (text === watched) return;
    if (now === (booted === VISITOR ? '' : booted)) watched = text;
    // WebKit may show the older value for a moment.
    else if (text === overwritten && Date.now() - markerWritten < 500) setTimeout(check, 500);
    else if (now || !textOf(KEPT)) {
      endSession(now);
      // Another tab's clean-up would have removed the witness, too: the browser has lost both cookies.
      if (!now && hasWitness()) {
        page.seen = VISITOR;
        // A refresh that waits for its answer will see it, and may bring another user.
        if (answered === question) ask();
      }
    }
    // The browser has lost the marker, or the session has ended. Each look asks once.
    else if (answered === question) ask();
  };

  // WebKit may tell of a change before it shows it.
  if (own(window, 'cookieStore')) on(cookieStore, 'change', () => { check(); setTimeout(check, 500); });
  // Over plain HTTP, and in older browsers, there is no event for a logout by fetch.
  else setInterval(() => { if (!read('hidden')) check(); }, 2000);
  on(window, 'pageshow', check);
  on(window, 'focus', check);
  on(document, 'visibilitychange', check);

  // ---- fresh tokens -----------------------------------------------------------------------------------------------

  /**
   * Never resolved against `<base>`, which markup can set. Without a network the answer is that of a service that is
   * unavailable.
   * @type {(path: string, headers?: Record<string, string>) => Promise<import('./types').Answer>}
   */
  const request = async (path, headers) => {
    try {
      // A redirect leads to a login page, which is no token.
      // A service worker that keeps answers has none for this address.
      const address = location.origin + constants.tokens + '/' + path + '?' + Math.random();
      const answer = await Promise.race([
        fetch(address, { headers, cache: 'no-store', redirect: 'error' }),
        new Promise((_, fail) => setTimeout(fail, LONGEST_QUESTION_MS))
      ]);
      /** @param {string} name */
      const header = name => answer.headers.get(name);
      return {
        status: answer.status, text: await answer.text(), type: header('content-type'), seconds: +(header('x-widget-lifetime') || 0)
      };
    } catch {
      return { status: TRY_LATER, text: '' };
    }
  };

  /**
   * Whether something else than the token service answers at its path, such as a single-page application's index. Said once.
   * @type {(status: number, unreadable: boolean) => boolean}
   */
  const isMissing = (status, unreadable) => {
    const missing = unreadable && [200, 404, 405].includes(status);
    if (missing) warnOnce('no token service at ' + constants.tokens + ' (status ' + status + ')');
    return missing;
  };

  // Not all at once, and more and more slowly.
  /** @param {number} wait */
  const jitter = wait => wait * (0.5 + Math.random() * 0.5);
  /** @param {number} wait */
  const longer = wait => Math.min(wait * 2, MINUTE_MS);

  /**
   * Later, once somebody looks at the page, and only while it is still for the same person.
   * @type {(wait: number, action: () => void) => void}
   */
  const later = (wait, action) => {
    const person = booted;
    const current = page;
    const attempt = () => {
      if (booted !== person || page !== current) return;
      if (read('hidden')) on(document, 'visibilitychange', attempt, true);
      else action();
    };
    setTimeout(attempt, Math.min(wait, LONGEST_MS));
  };

  /**
   * At 70 to 85 % of a token's life: before it expires, and not everybody at once.
   * @type {(widget: Widget, seconds?: number) => void}
   */
  const renewLater = (widget, seconds) => {
    const renew = () => obtainToken(widget.token, (token, next) => {
      callAdapter(widget, 'refresh', token);
      renewLater(widget, next);
    });
    if (seconds) later(seconds * 1000 * (0.7 + Math.random() * 0.15), renew);
  };

  /**
   * Hands over a new token and its lifetime in seconds while its person's widgets are booted. A failure is tried again,
   * more and more slowly. Where another person is signed in, or nobody is, the page's session ends. `value`: what the token is
   * to sign besides.
   * @type {(name: string, use: (token: string, seconds?: number) => void, value?: string, wait?: number) => Promise<void>}
   */
  const obtainToken = async (name, use, value, wait = RETRY_MS) => {
    const person = booted;
    if (!isIdentified()) return;
    const { status, text, type, seconds } = await request(name, { 'x-widget-page': person, ...value && { 'x-widget-value': value } });
    // A logout that this tab has not heard of yet.
    check();
    if (booted !== person) return;
    if (status === 401 || status === 409) {
      tell('refused');
      endSession(readMarker());
    }
    else if (status >= TRY_LATER) later(jitter(wait), () => obtainToken(name, use, value, longer(wait)));
    // Asked this way round: what matches stays in `RegExp.lastMatch`, for every script to read.
    else if (!isMissing(status, type !== 'text/plain') && status === 200 && text && !/[^\w.~+/=:-]/.test(text)) use(text, seconds);
  };

  // For a login without a page load: fetches the data that a page load would have brought.
  const refresh = () => ask(true);

  // ---- what adapters may use --------------------------------------------------------------------------------------

  // Where the page demands it, an address is a trusted type of our own policy; elsewhere no policy is made.
  /** @type {any} */
  let policy;

  // What a library writes after the shutdown: one that arrives late, or gets an answer to what it asked before.
  const purgeLate = () => [0, 1000, 5000, 15000].forEach(wait => setTimeout(() => {
    if (!booted && ownsCookies(readMarker())) constants.widgets.forEach(purgeStores);
  }, wait));

  /** @type {import('./types').Tools} */
  const tools = {
    alive: () => !!booted,
    purge: purgeLate,

    // Appended after `load`, to the head: hydration sees the application's DOM. Once for each address, also where the page
    // has the element already, made by the vendor's own package.
    load(url, { id, attributes, onload, before } = {}) {
      if (!url || loading[url]) return;
      loading[url] = true;
      const address = new URL(url, location.origin).href;
      const append = () => {
        /** @type {any} */
        const element = read('createElement').call(document, 'script');
        policy = policy || (page.trusted && window.trustedTypes
          && window.trustedTypes.createPolicy('tower-widget-identity', { createScriptURL: String }));
        element.src = policy ? policy.createScriptURL(address) : address;
        /** @type {HTMLScriptElement[]} */
        const others = Array.from(read('scripts'));
        const found = others.find(other => other.src === address || (id && other.id === id));
        if (before) guarded(() => before(!!found));
        const loaded = () => {
          check();
          if (onload) guarded(onload);
          purgeLate();
        };
        if (found) {
          // Nothing says whether it has run.
          on(found, 'load', loaded);
          return loaded();
        }
        // Some libraries read what stands on their element as a property, others as an attribute. Unpoly reloads the page
        // where the scripts in the head change, except for those that say that they do not count.
        Object.entries({ id, 'up-asset': 'false', ...attributes }).forEach(([name, value]) => {
          if (value) element.setAttribute(name, element[name] = value);
        });
        element.onerror = () => {
          loading[url] = false;
          element.remove();
          // So that the next visit boots, which loads it again.
          bootedWidgets = {};
        };
        element.onload = loaded;
        read('head').append(element);
      };
      const start = () => afterLoad(append);
      if (opened) opened.then(start);
      else start();
    },

    token(name, callback, value) {
      obtainToken(name, callback, value);
    },

    renew(widget, token, identify) {
      if (widget.person && booted) identify(widget.person.token = token || widget.person.token);
    },

    // Turbo Drive, htmx 2 and 4, Astro, Unpoly and Livewire replace the body and leave the document.
    onSwap(action) {
      'turbo:render htmx:afterSettle htmx:after:settle astro:after-swap up:fragment:inserted livewire:navigated'.split(' ')
        .forEach(event => on(document, event, () => { if (booted) action(); }));
    },

    // A slow library must never see the calls that still wait for it: they identify a person whose session is over.
    emptyQueue(queue, keep = () => false) {
      return Array.isArray(queue) && !!queue.splice(0, queue.length, ...queue.filter(keep));
    }
  };

  Object.keys(adapters).forEach(name => guarded(() => { adapters[name] = adapters[name](tools); }));
  Object.defineProperty(window, 'widgetIdentity', { value: { visit, refresh, identified: isIdentified } });
  // Scripts that wait for it are deferred, and have run by then.
  on(document, 'DOMContentLoaded', () => tell('ready'), true);
  visit(page);
}
