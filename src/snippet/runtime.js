/** @type {import('./types').Runtime} */
adapters => {
  'use strict';
  /** @typedef {import('./types').ConstantData & import('./types').PageData} Page */
  /** @typedef {import('./types').Widget} Widget */
  const script = document.currentScript;
  if (!script || !script.dataset.widget) return;
  /** @type {Page} */
  let page = JSON.parse(script.dataset.widget);
  // The DOM is again what the application wrote, and the token does not stay in it.
  script.remove();
  // Turbo Drive runs the element again on each visit: one runtime serves them all.
  if (window.widgetIdentity) return window.widgetIdentity.visit(page);

  const DAYS_400 = 34560000;
  const RETRY_MS = 5000;
  const MINUTE_MS = 60000;
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
  // Whether the browser keeps the marker, so that it can be watched.
  let watching = false;
  /** @type {Record<string, boolean>} */
  const loading = {};

  /**
   * A failure of one vendor's script stops neither the page nor the next vendor's script.
   * @template T
   * @param {() => T} action
   */
  const guarded = action => {
    try { return action(); } catch (error) { console.warn('widget-identity:', error); }
  };

  /** @type {(target: EventTarget, event: string, action: () => void, once?: boolean) => void} */
  const on = (target, event, action, once) => target.addEventListener(event, action, { once });

  // ---- the marker -------------------------------------------------------------------------------------------------

  const cookies = () => guarded(() => document.cookie.split('; ')) || [];
  /** @param {string} pair */
  const nameOf = pair => pair.split('=')[0];

  // As the server reads it: a doubled or malformed marker counts as `out`.
  const readMarker = () => {
    const found = cookies().filter(pair => nameOf(pair) === page.cookie.name).join().slice(page.cookie.name.length);
    return found && (/^=[\w-]{22}$/.test(found) ? found.slice(1) : 'out');
  };

  // When this page last wrote it.
  let markerWritten = 0;

  /** @param {string} value */
  const writeMarker = value => guarded(() => {
    markerWritten = Date.now();
    document.cookie = page.cookie.name + '=' + value + page.cookie.attributes + '; Max-Age=' + (value ? DAYS_400 : 0);
  });

  // ---- what a session leaves in the browser -----------------------------------------------------------------------

  // Host-only, and each domain that a vendor may have chosen.
  const domains = () => location.hostname.split('.').map((_, at, labels) =>
    at ? '; Domain=' + labels.slice(at - 1).join('.') : '');

  /** @type {(patterns: string[]) => (name: string) => boolean} */
  const matches = patterns => name => patterns.some(pattern =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

  /** @param {Widget} widget */
  const purgeStores = widget => {
    cookies().map(nameOf).filter(matches(widget.residue.cookies)).forEach(name =>
      domains().forEach(domain => { document.cookie = name + '=; Path=/; Max-Age=0' + domain; }));
    guarded(() => Object.keys(localStorage).filter(matches(widget.residue.storage))
      .forEach(key => localStorage.removeItem(key)));
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
   * Vendors' calls delete cookies. Where those belong to somebody else by now, they do not get hold of them.
   * @param {() => void} action
   */
  const withoutCookies = action => {
    Object.defineProperty(document, 'cookie', { configurable: true, get: () => '', set: () => {} });
    // What the page put in place of `console.warn` may throw.
    try { return action(); } finally { Reflect.deleteProperty(document, 'cookie'); }
  };

  /**
   * `ours`: the vendors' cookies are nobody else's. `load`: an adapter may load a library for the call.
   * @type {(ours: boolean, load?: boolean) => void}
   */
  const shutdown = (ours, load) => {
    booted = '';
    page.widgets.forEach(widget => {
      (ours ? guarded : withoutCookies)(() => callAdapter(widget, 'shutdown', load));
      widget.residue.globals.forEach(purgeGlobal);
      if (ours) purgeStores(widget);
    });
  };

  /**
   * Whether the vendors' cookies are nobody else's, by what the marker says.
   * @param {string} now
   */
  const ownsCookies = now => !now || now === booted || now === 'out';

  /** @param {string} now */
  const endSession = now => shutdown(ownsCookies(now));

  /** @type {(widget: Widget, method: 'boot' | 'refresh' | 'shutdown', argument?: any) => void} */
  const callAdapter = (widget, method, argument) => guarded(() =>
    adapters[widget.name][method](widget, argument));

  /**
   * Those that the page's data allows to boot: all of them for a visitor, else those that had a token.
   * @returns {Widget[]}
   */
  const activeWidgets = () => page.widgets.filter((/** @type {Widget} */ widget) =>
    (widget.person = page.people[widget.name]) || booted === VISITOR);

  /** @param {string} fingerprint */
  const boot = fingerprint => {
    if (booted !== fingerprint) bootedWidgets = {};
    booted = fingerprint;
    if (fingerprint !== VISITOR) writeMarker(fingerprint);
    watching = readMarker() === expectedMarker();
    activeWidgets().forEach(widget => {
      callAdapter(widget, bootedWidgets[widget.name] ? 'refresh' : 'boot');
      bootedWidgets[widget.name] = true;
      renewLater(widget, page.lifetimes[widget.name]);
    });
  };

  /** @param {string} now */
  const decideForPerson = now => {
    if (now === page.fp) {
      // Another login elsewhere, of which this tab has not heard yet: the first person's widgets end before.
      if (booted && booted !== now) endSession(now);
    // Somebody logged in or out since this page was made, so the page is out of date.
    } else if (now !== page.seen) return endSession(now);
    // The marker goes from one person to the next without an `out` in between: a tab of the first one that saw it would
    // purge what by then is the second one's.
    else if (page.seen || page.reset || booted === VISITOR) shutdown(true, true);
    boot(page.fp);
  };

  /** @param {string} now */
  const decideForNobody = now => {
    // A visitor's page may come from a cache, so a logout since then is its business too.
    if (now !== page.seen && !(page.visitor && now === 'out')) return;
    if (now || !page.visitor) {
      shutdown(true, true);
      const deleteMarker = () => { if (!booted && readMarker() === now) writeMarker(''); };
      deleteMarker();
      // Firefox behind a service worker may show scripts the deleted cookie again.
      [100, 1000].forEach(wait => setTimeout(deleteMarker, wait));
    }
    if (page.visitor) boot(VISITOR);
  };

  const decide = () => (page.fp ? decideForPerson : decideForNobody)(readMarker());

  /** @param {Page} next */
  const visit = next => {
    page = next;
    if (document.prerendering) on(document, 'prerenderingchange', decide, true);
    else decide();
  };

  // ---- watching ---------------------------------------------------------------------------------------------------

  // What the marker says as long as the widgets may stay booted.
  const expectedMarker = () => booted === VISITOR ? '' : booted;

  // Other tabs, logouts by fetch, pages restored by the Back button: the marker is no longer this page's person's.
  const check = () => {
    const now = readMarker();
    if (!booted || !watching || now === expectedMarker()) return;
    // WebKit may show an older value for a moment.
    if (Date.now() - markerWritten < 500) setTimeout(check, 500);
    else endSession(now);
  };

  // WebKit may tell of a change before it shows it.
  if (window.cookieStore) guarded(() => on(cookieStore, 'change', () => { check(); setTimeout(check, 500); }));
  on(window, 'pageshow', check);
  on(window, 'focus', check);
  on(document, 'visibilitychange', check);

  // ---- fresh tokens -----------------------------------------------------------------------------------------------

  /** @type {(path: string, headers?: Record<string, string>) => Promise<Response>} */
  const request = (path, headers) => fetch(page.tokens + '/' + path, {
    headers,
    cache: 'no-store',
    // A redirect leads to a login page, which is no token.
    redirect: 'error'
  });

  /**
   * Later, once somebody looks at the page, and only while it is still for the same person.
   * @type {(wait: number, action: () => void) => void}
   */
  const later = (wait, action) => {
    const person = booted;
    const current = page;
    const attempt = () => {
      if (booted !== person || page !== current) return;
      if (document.hidden) on(document, 'visibilitychange', attempt, true);
      else action();
    };
    setTimeout(attempt, Math.min(wait, LONGEST_MS));
  };

  /**
   * At 70 to 85 % of a token's life: before it expires, and not everybody at once.
   * @type {(widget: Widget, seconds: number) => void}
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
   * more and more slowly. Where another person is signed in, or nobody is, the page's session ends.
   * @type {(name: string, use: (token: string, seconds: number) => void, wait?: number) => Promise<void>}
   */
  const obtainToken = async (name, use, wait = RETRY_MS) => {
    const person = booted;
    if (!person || person === VISITOR || !page.tokens) return;
    let token;
    let seconds;
    try {
      const answer = await request(name, { 'x-widget-page': person });
      if (booted !== person) return;
      if (answer.status === 401 || answer.status === 409) return endSession(readMarker());
      if (answer.status === 422) return;
      if (!answer.ok) throw answer;
      token = await answer.text();
      seconds = +(/** @type {any} */ (answer.headers.get('x-widget-lifetime')));
    } catch {
      return later(wait * (0.5 + Math.random() * 0.5), () => obtainToken(name, use, Math.min(wait * 2, MINUTE_MS)));
    }
    if (booted === person) use(token, seconds);
  };

  // For a login without a page load: fetches the data that a page load would have brought.
  const refresh = async () => {
    const answer = page.tokens && await request('page');
    if (answer && answer.ok) visit({ ...page, ...await answer.json() });
  };

  // ---- what adapters may use --------------------------------------------------------------------------------------

  // Where the page demands it, an address is a trusted type of our own policy; elsewhere no policy is made.
  /** @type {any} */
  let policy;

  // A library that arrived after the shutdown has written its cookies again.
  const purgeLate = () => [0, 1000].forEach(wait => setTimeout(() => {
    if (!booted && ownsCookies(readMarker())) page.widgets.forEach(purgeStores);
  }, wait));

  /** @type {import('./types').Tools} */
  const tools = {
    alive: () => !!booted,

    // Appended after `load`, to the head: hydration sees the application's DOM. Once for each address.
    load(url, { id, attributes, onload, before } = {}) {
      if (!url || loading[url]) return;
      loading[url] = true;
      const append = () => {
        if (before) guarded(before);
        /** @type {any} */
        const element = document.createElement('script');
        policy = policy || (page.trusted && window.trustedTypes
          && window.trustedTypes.createPolicy('tower-widget-identity', { createScriptURL: String }));
        element.src = policy ? policy.createScriptURL(url) : url;
        // Some libraries read what stands on their element as a property, others as an attribute.
        Object.entries({ id, ...attributes }).forEach(([name, value]) => {
          if (value) element.setAttribute(name, element[name] = value);
        });
        element.onerror = () => { loading[url] = false; };
        element.onload = () => {
          if (onload) guarded(onload);
          purgeLate();
        };
        document.head.append(element);
      };
      if (document.readyState === 'complete') append();
      else on(window, 'load', append, true);
    },

    token(name, callback) {
      obtainToken(name, token => callback(token));
    },

    renew(widget, token, identify) {
      if (widget.person && booted) identify(widget.person.token = token || widget.person.token);
    },

    // A slow library must never see the calls that still wait for it: they identify a person whose session is over.
    emptyQueue(queue, keep = () => false) {
      return Array.isArray(queue) && !!queue.splice(0, queue.length, ...queue.filter(keep));
    }
  };

  Object.keys(adapters).forEach(name => { adapters[name] = adapters[name](tools); });
  window.widgetIdentity = Object.freeze({ visit, refresh });
  visit(page);
}
