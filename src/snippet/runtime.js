adapters => {
  'use strict';
  const script = document.currentScript;
  if (!script || !script.dataset.widget) return;
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
  // Stands for a person where the widgets are up for a visitor.
  const VISITOR = '*';
  // The fingerprint of the person for whom the widgets are up, or nothing.
  let booted = '';
  // By name, the widgets that were booted for them: a later page of the same person may bring one more.
  let up = {};
  // Whether the browser keeps the marker, so that it can be watched.
  let watching = false;
  const loading = {};

  // One vendor's failure is neither the page's nor the next vendor's.
  const guarded = action => {
    try { return action(); } catch (error) { console.warn('widget-identity:', error); }
  };

  const on = (target, event, action, once) => target.addEventListener(event, action, { once });

  // ---- the marker -------------------------------------------------------------------------------------------------

  const cookies = () => guarded(() => document.cookie.split('; ')) || [];
  const nameOf = pair => pair.split('=')[0];

  // As the server reads it: a doubled or malformed marker counts as `out`.
  const marker = () => {
    const found = cookies().filter(pair => nameOf(pair) === page.cookie.name)
      .map(pair => pair.slice(page.cookie.name.length)).join();
    return found && (/^=[\w-]{22}$/.test(found) ? found.slice(1) : 'out');
  };

  // When this page last wrote it.
  let marked = 0;

  const mark = value => guarded(() => {
    marked = Date.now();
    document.cookie = page.cookie.name + '=' + value + page.cookie.attributes + '; Max-Age=' + (value ? DAYS_400 : 0);
  });

  // ---- the residue ------------------------------------------------------------------------------------------------

  // Host-only, and each domain that a vendor may have chosen.
  const domains = () => location.hostname.split('.').map((_, at, labels) =>
    at ? '; Domain=' + labels.slice(at - 1).join('.') : '');

  const covers = (patterns, name) => patterns.some(pattern =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

  const purgeStores = ({ residue }) => {
    cookies().map(nameOf).filter(name => covers(residue.cookies, name)).forEach(name =>
      domains().forEach(domain => { document.cookie = name + '=; Path=/; Max-Age=0' + domain; }));
    guarded(() => Object.keys(localStorage).filter(key => covers(residue.storage, key))
      .forEach(key => localStorage.removeItem(key)));
  };

  // What the page declared with `var` cannot be deleted, only emptied. Each path by itself.
  const purgeGlobals = ({ residue }) => residue.globals.forEach(path => guarded(() => {
    const steps = path.split('.');
    const last = steps.pop();
    const holder = steps.reduce((object, step) => object && object[step], window);
    if (holder && !Reflect.deleteProperty(holder, last)) Reflect.set(holder, last);
  }));

  // ---- boot and shutdown ------------------------------------------------------------------------------------------

  // Vendors' calls delete cookies. Where those belong to somebody else by now, they do not get hold of them.
  const withoutCookies = action => {
    Object.defineProperty(document, 'cookie', { configurable: true, get: () => '', set: () => {} });
    try { action(); } finally { delete document.cookie; }
  };

  // `mine`: the cookies are not somebody else's. `load`: fetch a library that the call needs.
  const shutdown = (mine, load) => {
    booted = '';
    page.widgets.forEach(widget => {
      (mine ? guarded : withoutCookies)(() => tell(widget, 'shutdown', load));
      purgeGlobals(widget);
      if (mine) purgeStores(widget);
    });
  };

  const leave = now => shutdown(!now || now === 'out' || now === booted);

  // One vendor's adapter does what its verb says.
  const tell = (widget, verb, more) => guarded(() => adapters[widget.name][verb](widget, more));

  // The widgets that there is something for: all of them for a visitor, else those that had a token.
  const present = () => page.widgets.filter(widget =>
    (widget.person = page.people[widget.name]) || booted === VISITOR);

  const boot = who => {
    if (booted !== who) up = {};
    booted = who;
    if (who !== VISITOR) mark(who);
    watching = marker() === expected();
    present().forEach(widget => {
      tell(widget, up[widget.name] ? 'refresh' : 'boot');
      up[widget.name] = true;
      renewLater(widget, page.lifetimes[widget.name]);
    });
  };

  const settlePerson = now => {
    if (now === page.fp) {
      // Another login elsewhere, of which this tab has not heard yet: the first person's widgets end before.
      if (booted && booted !== now) leave(now);
      return boot(now);
    }
    // Somebody logged in or out since this page was made: it is nobody's page any more.
    if (now !== page.seen) return leave(now);
    // The marker goes from one person to the next without an `out` in between: a tab of the first one that saw it would
    // purge what by then is the second one's.
    if (page.seen || page.reset || booted === VISITOR) shutdown(true, true);
    boot(page.fp);
  };

  const settleNobody = now => {
    // A visitor's page may come from a cache, so a logout since then is its business too.
    const ended = now === page.seen || (page.visitor && now === 'out');
    if (ended && (now || !page.visitor)) {
      shutdown(true, true);
      const forget = () => { if (!booted && marker() === now) mark(''); };
      forget();
      // Firefox behind a service worker may show scripts the deleted cookie again.
      [100, 1000].forEach(wait => setTimeout(forget, wait));
    }
    if (ended && page.visitor) boot(VISITOR);
  };

  const settle = () => (page.fp ? settlePerson : settleNobody)(marker());

  const visit = next => {
    page = next;
    if (document.prerendering) on(document, 'prerenderingchange', settle, true);
    else settle();
  };

  // ---- watching ---------------------------------------------------------------------------------------------------

  // What the marker says as long as the widgets may stay up.
  const expected = () => booted === VISITOR ? '' : booted;

  // Other tabs, logouts by fetch, pages restored by the Back button: the marker is no longer this page's person's.
  const check = () => {
    if (!booted || !watching) return;
    const now = marker();
    if (now === expected()) return;
    // WebKit may show an older value for a moment.
    if (Date.now() - marked < 500) setTimeout(check, 500);
    else leave(now);
  };

  // WebKit may tell of a change before it shows it.
  const checkTwice = () => { check(); setTimeout(check, 500); };
  if (window.cookieStore) guarded(() => on(cookieStore, 'change', checkTwice));
  on(window, 'pageshow', check);
  on(window, 'focus', check);
  on(document, 'visibilitychange', check);

  // ---- fresh tokens -----------------------------------------------------------------------------------------------

  const ask = (path, person) => fetch(page.tokens + '/' + path, {
    headers: person && { 'x-widget-page': person },
    cache: 'no-store',
    // A redirect leads to a login page, which is no token.
    redirect: 'error'
  });

  // A new token for this page's person, or nothing. Another person's session, or nobody's, ends the page's.
  const fetchToken = async name => {
    const person = booted;
    if (!person || person === VISITOR || !page.tokens) return;
    const answer = await ask(name, person);
    if (booted !== person) return;
    if (answer.status === 401 || answer.status === 409) return leave(marker());
    if (answer.status === 422) return;
    if (!answer.ok) throw answer;
    const token = [await answer.text(), +answer.headers.get('x-widget-lifetime')];
    if (booted === person) return token;
  };

  // Later, once somebody looks at the page, and only while it is still for the same person.
  const later = (wait, action) => {
    const person = booted;
    const told = page;
    const attempt = () => {
      if (booted !== person || page !== told) return;
      if (document.hidden) on(document, 'visibilitychange', attempt, true);
      else action();
    };
    setTimeout(attempt, Math.min(wait, LONGEST_MS));
  };

  // At 70 to 85 % of a token's life: before it expires, and not everybody at once.
  const renewLater = (widget, seconds) => {
    const renew = () => obtain(widget.token, (text, next) => {
      tell(widget, 'refresh', text);
      renewLater(widget, next);
    });
    if (seconds && page.tokens) later(seconds * 1000 * (0.7 + Math.random() * 0.15), renew);
  };

  // Hands over a new token and its lifetime while its person's widgets are up. A failure is tried again, more and more slowly.
  const obtain = (name, use, attempt = 0) => fetchToken(name).then(
    token => token && use(...token),
    () => later(
      Math.min(RETRY_MS * 2 ** attempt, MINUTE_MS) * (0.5 + Math.random() * 0.5),
      () => obtain(name, use, attempt + 1)
    )
  );

  // For a login that happens without a page load: asks who is signed in now, as a page load would have told.
  const refresh = async () => {
    if (!page.tokens) return;
    const answer = await ask('page');
    if (answer.ok) visit({ ...page, ...await answer.json() });
  };

  // ---- what adapters may use --------------------------------------------------------------------------------------

  const afterLoad = action => {
    if (document.readyState === 'complete') action();
    else on(window, 'load', action, true);
  };

  // Where the page demands it, an address is a trusted type of our own policy; elsewhere no policy is made.
  let policy;
  const trusted = url => {
    if (!page.trusted || !window.trustedTypes) return url;
    policy = policy || trustedTypes.createPolicy('tower-widget-identity', { createScriptURL: address => address });
    return policy.createScriptURL(url);
  };

  // A library that arrived after the shutdown has written its cookies again.
  const purgeLate = () => [0, 1000].forEach(wait => setTimeout(() => {
    const now = marker();
    if (!booted && (!now || now === 'out')) page.widgets.forEach(purgeStores);
  }, wait));

  const tools = {
    alive: () => !!booted,

    // Appended after `load`, to the head: hydration sees the application's DOM. Once for each address. `id` may be an
    // object with more of the element's attributes.
    load(url, id, done, before) {
      if (loading[url]) return;
      loading[url] = true;
      afterLoad(() => {
        if (before) guarded(before);
        const element = document.createElement('script');
        element.src = trusted(url);
        // Some libraries read what stands on their element as a property, others as an attribute.
        for (const [name, value] of Object.entries(typeof id === 'object' ? id : { id })) {
          if (value) element.setAttribute(name, element[name] = value);
        }
        element.onerror = () => { loading[url] = false; };
        element.onload = () => {
          if (done) guarded(done);
          purgeLate();
        };
        document.head.appendChild(element);
      });
    },

    // Calls back with a new token while its person's widgets are up; a failure is tried again.
    token(name, callback) {
      obtain(name, text => callback(text));
    }
  };

  Object.keys(adapters).forEach(name => { adapters[name] = adapters[name](tools); });
  window.widgetIdentity = Object.freeze({ visit, refresh });
  visit(page);
}
