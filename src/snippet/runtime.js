/** @type {import('./types').Runtime} */
(constants, adapters, read, page, opened) => {
  /** @typedef {import('./types').PageData} Page */
  /** @typedef {import('./types').Widget} Widget */

  /** @type {(object: any, name: string) => any} */
  const own = Object.getOwnPropertyDescriptor;

  // Markup cannot shadow an own property: with `<a id=userflow>`, `window` inherits one that is the element.
  // https://html.spec.whatwg.org/multipage/nav-history-apis.html#named-access-on-the-window-object
  /** @param {string} name */
  const global = name => own(window, name) && window[name];

  /** @type {(target: EventTarget, event: string, action: (event: any) => void, once?: boolean) => void} */
  const on = (target, event, action, once) => read('addEventListener').call(target, event, action, { once });

  const OUT = 'out';
  const DAYS_400 = 34560000;
  const DAY_MS = 864e5;
  const RETRY_MS = 5000;
  const MINUTE_MS = 60000;
  const LONGEST_QUESTION_MS = 10000;
  const SIGNED_OUT = 401;
  const NO_ONE = { fp: '', people: {}, lifetimes: {} };
  // This status and above: too many requests, or a server error.
  const TRY_LATER = 429;
  // Timers accept little more than this.
  const LONGEST_MS = 2e9;
  // Stands in for a fingerprint while the widgets are booted for a visitor.
  const VISITOR = '*';
  // The fingerprint of the user for whom the widgets are booted; empty after a shutdown.
  let booted = '';
  /**
   * The names of the widgets that are booted for this user. A later page of the same user may add another one.
   * @type {Record<string, boolean>}
   */
  let bootedWidgets = {};
  // The marker cookie's text after the boot. A change of it may end the session.
  let watched = '';
  // The number of the newest question to the server. Responses to older questions are out of date.
  let question = 0;
  // The number of the newest answered question.
  let answered = 0;
  /** @type {Record<string, boolean>} */
  const loading = {};

  /** @param {any} message */
  const warn = message => {
    try { console.warn('widget-identity:', message); } catch { /* The page's own `warn` may throw. */ }
  };

  /** @type {Record<string, boolean>} */
  const warned = {};
  /** @param {string} message */
  const warnOnce = message => {
    if (!warned[message]) warn(message);
    warned[message] = true;
  };

  /**
   * Runs `action`. A failure in one vendor's script stops neither the page nor the next vendor's script.
   * @template T
   * @param {() => T} action
   */
  const guarded = action => {
    try { return action(); } catch (error) { warn(error); }
  };

  // Frameworks that mount components in tasks of their own, as React does, may do so shortly after the event.
  /** @param {() => void} action */
  const afterLoad = action => {
    if (read('readyState') === 'complete') action();
    else on(window, 'load', () => setTimeout(action, 100), true);
  };

  /** @param {string} event */
  const tell = event => guarded(() => read('dispatchEvent').call(window, new Event('widgetidentity:' + event)));

  // ---- the cookies ------------------------------------------------------------------------------------------------

  const MARKER = constants.cookie.name;
  const KEPT = MARKER + '-kept';

  /** @type {() => string[]} */
  const cookies = () => guarded(() => read('cookie').split('; ')) || [];
  /** @type {(line: string) => any} */
  const setCookie = line => guarded(() => Reflect.set(Document.prototype, 'cookie', line, document));
  /** @param {string} pair */
  const nameOf = pair => pair.split('=')[0];
  // Every cookie that the browser has under this name.
  /** @param {string} name */
  const textOf = name => cookies().filter(pair => nameOf(pair) === name).join();

  // Reads the marker as the server does: a duplicate or malformed marker counts as `out`.
  const readMarker = (text = textOf(MARKER)) => {
    const found = text.slice(MARKER.length);
    return found && (/^=[\w-]{22}$/.test(found) ? found.slice(1) : OUT);
  };

  // Every login and logout changes one of the two cookies, even if the marker has the same value afterwards.
  const browserState = () => textOf(MARKER) + textOf(KEPT);

  // When this page last wrote the marker, and the text that it replaced.
  let markerWritten = 0;
  let overwritten = '';

  /** @type {(name: string, value: string) => void} */
  const writeCookie = (name, value) => setCookie(name + '=' + value + constants.cookie.attributes + '; Max-Age=' + (value ? DAYS_400 : 0));

  const writeKept = () => textOf(KEPT) || writeCookie(KEPT, Math.random().toString(36).slice(2));

  // Another host of the domain can evict all cookies of this host, but not its storage.
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
    // If another tab wrote its own marker in between, this counts as a change.
    watched = '';
    if (!textOf(MARKER)) warnOnce('the browser keeps no cookie ' + MARKER);
  };

  // ---- what a session leaves in the browser -----------------------------------------------------------------------

  // The host alone, and each domain on which a vendor may have set its cookies.
  const domains = () => location.hostname.split('.').map((_, at, labels) =>
    at ? '; Domain=' + labels.slice(at - 1).join('.') : '');

  /** @type {(patterns: string[]) => (name: string) => boolean} */
  const matches = patterns => name => patterns.some(pattern => {
    const [start, end] = pattern.split('*');
    // A `#` at the start stands for an id.
    if (end === undefined) return name === pattern || name.replace(/^[\da-f]{24}/, '#') === pattern;
    // The two ends must not overlap.
    return name.startsWith(start) && name.slice(start.length).endsWith(end);
  });

  /** @param {Widget} widget */
  const purgeStores = widget => {
    cookies().map(nameOf).filter(matches(widget.residue.cookies)).forEach(name => {
      // Browsers ignore the line for such a name without `Secure`, and with it the line on a page over plain HTTP.
      const secure = /^__(Secure|Host)-/i.test(name) ? '; Secure' : '';
      domains().forEach(domain => setCookie(name + '=; Path=/; Max-Age=0' + secure + domain));
    });
    /** @type {(name: string, patterns: string[]) => void} */
    const purgeStorage = (name, patterns) => guarded(() => {
      const area = window[name];
      Object.keys(area).filter(matches(patterns)).forEach(key => area.removeItem(key));
    });
    purgeStorage('localStorage', widget.residue.storage);
    purgeStorage('sessionStorage', widget.residue.session);
  };

  /**
   * A variable that the page declared with `var` cannot be deleted, so it is set to `undefined`. Paths are guarded one
   * by one.
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
   * Runs a vendor's call, which may delete cookies, without access to them, because they belong to another user by now.
   * A consent tool's own `cookie` property is restored afterwards. If the property cannot be replaced, the call matters
   * more than the cookies.
   * @param {() => void} action
   */
  const withoutCookies = action => {
    const theirs = own(document, 'cookie');
    const fenced = Reflect.defineProperty(document, 'cookie', { configurable: true, get: () => '', set: () => {} });
    action();
    if (fenced) theirs ? Reflect.defineProperty(document, 'cookie', theirs) : Reflect.deleteProperty(document, 'cookie');
  };

  /**
   * `ours`: the vendors' cookies belong to no other user. `load`: an adapter may load a library for the call. Returns
   * whether each widget's session has ended: no adapter has thrown.
   * @type {(ours: boolean, load?: boolean) => unknown}
   */
  const shutdown = (ours, load) => {
    /** @type {unknown} */
    let ended = true;
    booted = '';
    constants.widgets.forEach(widget => {
      const end = () => { ended = callAdapter(widget, 'shutdown', load) && ended; };
      if (ours) end();
      else withoutCookies(end);
      widget.residue.globals.forEach(purgeGlobal);
      if (ours) purgeStores(widget);
    });
    purgeLate();
    tell('shutdown');
    return ended;
  };

  // Whether the vendors' cookies belong to no other user, according to the marker.
  const ownsCookies = (now = readMarker()) => !now || now === booted || now === OUT;

  /** @param {string} [now] */
  const endSession = now => { shutdown(ownsCookies(now)); };

  /**
   * Returns undefined if the adapter has thrown, and an array otherwise.
   * @type {(widget: Widget, method: 'boot' | 'refresh' | 'shutdown', argument?: any) => unknown}
   */
  const callAdapter = (widget, method, argument) => guarded(() => [adapters[widget.name][method](widget, argument)]);

  /**
   * The widgets that the page's data allows to boot: all of them for a visitor, otherwise those that have a token.
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
      // Another tab has logged in another user, and this tab has not noticed yet: the first user's widgets end first.
      if (booted && booted !== now) endSession(now);
      return boot(now, text);
    }
    // The page may be a stale copy. Until the server says whose the cookies are, only this tab's widgets end.
    const former = isIdentified() && (now || booted !== page.fp);
    if (former) shutdown(now === OUT || !browserState());
    if (page.fp) return ask();
    if (now === OUT) return cleanUp();
    // A session may have expired, or the user is still signed in and the page is out of date.
    if (now ? now === page.seen : page.reset) return ask();
    if (!browserState() && constants.visitors) former || hasWitness() ? cleanUp() : boot(VISITOR);
  };

  // The user is signed out: ends everything that is left of the session, and then forgets the user.
  const cleanUp = () => {
    const before = browserState();
    const ended = shutdown(true, true);
    const current = page = { ...page, seen: '', reset: undefined };
    const forget = () => {
      if (page !== current || browserState() !== before) return;
      // The next page tries again. Until then, no page from a cache may boot the user whom the marker names.
      if (!ended) return readMarker() === OUT || writeCookie(MARKER, OUT);
      writeCookie(MARKER, '');
      writeCookie(KEPT, '');
      guarded(() => localStorage.removeItem(KEPT));
    };
    forget();
    // Firefox with a service worker in front may show the deleted cookie to scripts again.
    setTimeout(forget, 100);
    // A visitor's widget boots after the purge, because another tab may need a moment to shut down.
    setTimeout(() => {
      forget();
      if (page === current && !booted && !browserState() && constants.visitors) boot(VISITOR);
    }, 1000);
  };

  /**
   * Acts on the server's response, if the browser is still in the state in which the server was asked. `residue`: a former
   * session may have left something.
   * @type {(answer: Page, residue: any) => void}
   */
  const settle = (answer, residue) => {
    const now = readMarker();
    page = { ...page, ...answer };
    if (!page.fp) return booted === VISITOR && !residue && !browserState() ? boot(VISITOR) : cleanUp();
    const isNew = booted !== page.fp;
    // Another tab has made the transition, so the cookies already belong to the new user.
    if (isNew && now === page.fp && booted) endSession(now);
    // The marker changes from one user to the next without an `out` in between: a tab of the first user that saw `out`
    // would purge the second user's data. A session of the new user may also have begun and ended unnoticed.
    if (now !== page.fp && (now || isNew && (residue || booted || hasWitness()))) shutdown(true, true);
    boot(page.fp);
  };

  /**
   * Asks the server who is signed in, because the page may be a cached copy, or older than the last logout. `anybody`:
   * the page accepts any user that the server names.
   * @type {(anybody?: boolean, wait?: number) => Promise<void>}
   */
  const ask = async (anybody, wait = RETRY_MS) => {
    const asked = ++question;
    const before = browserState();
    const { status, text } = await request('page');
    if (question !== asked) return;
    answered = asked;
    // The token service itself says it in the page's data; what stands in front of it, such as a guard, does not.
    /** @type {any} */
    let answer = status === SIGNED_OUT ? NO_ONE : undefined;
    try {
      if (status === 200) answer = JSON.parse(text);
    } catch { /* It may be a single-page application's index. */ }
    const named = Object(answer).fp;
    const isAnothers = answer && named !== page.fp;
    const isReadable = typeof named === 'string';
    // After the server's response, the marker alone no longer boots this page, even if the next question gets none.
    if (isAnothers && isReadable) {
      page.seen = VISITOR;
      if (!anybody) tell('refused');
    }
    // There was no cookie and there is none, so a logout and its clean-up in between would go unnoticed. A cookie shows
    // them.
    if (named && isReadable && !before) writeKept();
    // Another tab, or another response, has changed the user. The marker alone decides whose page this is, unless the
    // server has just named another user.
    if (browserState() !== before) {
      if (isAnothers && booted && booted === page.fp && (isReadable || !anybody)) endSession();
      return anybody || isAnothers ? ask(anybody) : decide();
    }
    if (named === '' || named === page.fp || (anybody && isReadable)) {
      const latest = anybody ? answer : page;
      return settle(answer, latest.seen || latest.reset);
    }
    const missing = isMissing(status, answer === undefined);
    if (booted && booted === page.fp) {
      if (anybody) return;
      // It is unknown whose the cookies are.
      endSession();
      if (missing) return;
    }
    if (answer !== undefined) return;
    // Without the server's response, a shutdown is safe. A boot is not, unless there is no token service to ask.
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

  // Notices when the marker is no longer this user's: after other tabs, logouts by fetch, and pages restored by the
  // Back button.
  const check = () => {
    // Reads the marker once, because another tab may write it in between.
    const text = textOf(MARKER);
    const now = readMarker(text);
    if (!booted) return;
    if (now === booted && Date.now() - markerWritten > DAY_MS) return writeMarker(booted);
    if (text === watched) return;
    if (now === (booted === VISITOR ? '' : booted)) watched = text;
    // WebKit may return the older value for a moment.
    else if (text === overwritten && Date.now() - markerWritten < 500) setTimeout(check, 500);
    else if (now || !textOf(KEPT)) {
      endSession(now);
      // Another tab's clean-up would have removed the witness, too, so the browser has lost both cookies.
      if (!now && hasWitness()) {
        page.seen = VISITOR;
        // A refresh that waits for its response will notice this, and may boot another user.
        if (answered === question) ask();
      }
    }
    // The browser has lost the marker, or the session has ended. Asks once at a time.
    else if (answered === question) ask();
  };

  // WebKit may fire the event before it shows the change.
  if (global('cookieStore')) on(cookieStore, 'change', () => { check(); setTimeout(check, 500); });
  // Over plain HTTP, and in older browsers, no event announces a logout by fetch.
  else setInterval(() => { if (!read('hidden')) check(); }, 2000);
  on(window, 'pageshow', check);
  on(window, 'focus', check);
  on(document, 'visibilitychange', check);

  // ---- fresh tokens -----------------------------------------------------------------------------------------------

  /** @type {(path: string, headers?: Record<string, string>) => Promise<import('./types').Answer>} */
  const fetchAnswer = async (path, headers) => {
    // The URL is never resolved against `<base>`, which markup can set. A service worker that caches responses has none for
    // it.
    const address = location.origin + constants.tokens + '/' + path + '?' + Math.random();
    const answer = await fetch(address, { headers, cache: 'no-store', redirect: 'manual' });
    // The token service never redirects. What does so stands in front of it, and sends users to a login page once their
    // session is over.
    if (answer.type === 'opaqueredirect') {
      warnOnce(constants.tokens + ' redirects: no one counts as signed in');
      return { status: SIGNED_OUT, text: '' };
    }
    return {
      status: answer.status,
      text: await answer.text(),
      type: answer.headers.get('content-type'),
      seconds: Number(answer.headers.get('x-widget-lifetime'))
    };
  };

  /**
   * Without a network or without an answer in time, the result is the same as from an unavailable service.
   * @type {(path: string, headers?: Record<string, string>) => Promise<import('./types').Answer>}
   */
  const request = async (path, headers) => {
    try {
      return await Promise.race([
        fetchAnswer(path, headers), new Promise((_, fail) => setTimeout(fail, LONGEST_QUESTION_MS))
      ]);
    } catch {
      return { status: TRY_LATER, text: '' };
    }
  };

  /**
   * Whether something other than the token service responds at its path, such as a single-page application's index.
   * Warns once.
   * @type {(status: number, unreadable: boolean) => boolean}
   */
  const isMissing = (status, unreadable) => {
    const missing = unreadable && [200, 404, 405].includes(status);
    if (missing) warnOnce('no token service at ' + constants.tokens + ' (status ' + status + ')');
    return missing;
  };

  // Spreads the retries of many pages, and makes them less and less frequent.
  /** @param {number} wait */
  const jitter = wait => wait * (0.5 + Math.random() * 0.5);
  /** @param {number} wait */
  const longer = wait => Math.min(wait * 2, MINUTE_MS);

  /**
   * Runs `action` later, once the page is visible, and only if it is still the same user's page.
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
   * Renews the token at 70 to 85 % of its lifetime: before it expires, and not in all browsers at once.
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
   * Passes a new token and its lifetime in seconds to `use`, while the same user's widgets are booted. After a failure
   * it retries at growing intervals. If another user is signed in, or none, the page's session ends. `value`: a value
   * that the token must sign, too.
   * @type {(name: string, use: (token: string, seconds?: number) => void, value?: string, wait?: number) => Promise<void>}
   */
  const obtainToken = async (name, use, value, wait = RETRY_MS) => {
    const person = booted;
    if (!isIdentified()) return;
    const before = browserState();
    const { status, text, type, seconds } = await request(name, { 'x-widget-page': person, ...value && { 'x-widget-value': value } });
    // Notices a logout that this tab has not seen yet.
    check();
    if (booted !== person) return;
    if (status === SIGNED_OUT || status === 409) {
      tell('refused');
      if (browserState() === before) return endSession();
      // The refusal may be from before this user's new login in another tab, whose cookies these are.
      shutdown(false);
      ask();
    }
    else if (status >= TRY_LATER) later(jitter(wait), () => obtainToken(name, use, value, longer(wait)));
    // The test is negated because a match would stay in `RegExp.lastMatch`, where every script can read it.
    else if (!isMissing(status, type !== 'text/plain') && status === 200 && text && !/[^\w.~+/=:-]/.test(text)) use(text, seconds);
  };

  // For a login without a page load: fetches the data that a page load would bring.
  const refresh = () => ask(true);

  // ---- what adapters may use --------------------------------------------------------------------------------------

  // If the page requires trusted types, this policy of our own makes the URLs. Otherwise it is not created.
  /** @type {any} */
  let policy;

  // Purges what a library writes after the shutdown because it loads late, or gets a response to an earlier request.
  const purgeLate = () => [0, 1000, 5000, 15000].forEach(wait => setTimeout(() => {
    if (!booted && ownsCookies()) constants.widgets.forEach(purgeStores);
  }, wait));

  /** @type {import('./types').Tools} */
  const tools = {
    alive: () => !!booted,
    global,
    read,
    afterLoad,
    on: (event, action, once) => on(window, event, action, once),
    purge: purgeLate,

    // Appends the library to the head after `load`, so that hydration sees the application's DOM. Each URL is loaded
    // once, even if the vendor's own package has already put the element into the page.
    load(url, { id, attributes, onload, before } = {}) {
      if (!url || loading[url]) return;
      loading[url] = true;
      const address = new URL(url, location.origin).href;
      const append = () => {
        /** @type {any} */
        const element = read('createElement').call(document, 'script');
        policy = policy || (page.trusted && global('trustedTypes')
          && global('trustedTypes').createPolicy('tower-widget-identity', { createScriptURL: String }));
        element.src = policy ? policy.createScriptURL(address) : address;
        /** @type {HTMLScriptElement[]} */
        const others = [...read('scripts')];
        const found = others.find(other => other.src === address || (id && other.id === id));
        if (before) guarded(() => before(!!found));
        const loaded = () => {
          check();
          if (onload) guarded(onload);
          purgeLate();
        };
        if (found) {
          // Nothing shows whether the script has already run.
          on(found, 'load', loaded);
          return loaded();
        }
        // Some libraries read their element's settings as properties, others as attributes. Unpoly reloads the page
        // when the scripts in the head change, except for scripts with `up-asset="false"`.
        Object.entries({ id, 'up-asset': 'false', ...attributes }).forEach(([name, value]) => {
          if (value) element.setAttribute(name, element[name] = value);
        });
        element.onerror = () => {
          loading[url] = false;
          element.remove();
          // Makes the next visit boot, which loads the library again.
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

    // Turbo Drive, htmx 2 and 4, Astro, Unpoly and Livewire replace the body and keep the document.
    onSwap(action) {
      'turbo:render htmx:afterSettle htmx:after:settle astro:after-swap up:fragment:inserted livewire:navigated'.split(' ')
        .forEach(event => on(document, event, () => { if (booted) action(); }));
    },

    // A slow library must never see the queued calls: they identify a user whose session is over.
    emptyQueue(queue, keep = () => false) {
      return Array.isArray(queue) && !!queue.splice(0, queue.length, ...queue.filter(keep));
    }
  };

  Object.keys(adapters).forEach(name => guarded(() => { adapters[name] = adapters[name](tools); }));
  // The loader's object stands there until now, if a page gets this code from it.
  Object.defineProperty(window, 'widgetIdentity', { value: { visit, refresh, identified: isIdentified }, writable: false, configurable: false });
  visit(page);
  // Scripts that wait for `widgetIdentity` are deferred, and have run by then. Code from a file may run after the first event
  // or after both.
  let isReady = false;
  const ready = () => {
    if (!isReady) tell('ready');
    isReady = true;
  };
  on(document, 'DOMContentLoaded', ready);
  on(window, 'load', ready);
  if (read('readyState') === 'complete') ready();
}
