adapters => {
  'use strict';
  const script = document.currentScript;
  if (!script || !script.dataset.widget) return;
  const data = JSON.parse(script.dataset.widget);
  // The DOM is again what the application wrote, and the token does not stay in it.
  script.remove();
  // Turbo Drive runs the element again on each visit: one runtime serves them all.
  if (window.widgetIdentity) return window.widgetIdentity.visit(data);

  const DAYS_400 = 34560000;
  const RETRY_MS = 5000;
  const MINUTE_MS = 60000;
  // The most that a timer takes.
  const LONGEST_MS = 2 ** 31 - 1;
  // Stands for a person where the widgets are up for a visitor.
  const VISITOR = 'visitor';
  let page = data;
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

  // ---- the marker -------------------------------------------------------------------------------------------------

  const cookies = () => guarded(() => document.cookie.split('; ').filter(Boolean)) || [];
  const nameOf = pair => pair.split('=')[0];

  // As the server reads it: a doubled or malformed marker counts as `out`.
  const marker = () => {
    const found = cookies().filter(pair => nameOf(pair) === page.cookie.name);
    if (!found.length) return '';
    const value = found[0].slice(page.cookie.name.length + 1);
    return found.length === 1 && /^[\w-]{22}$/.test(value) ? value : 'out';
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
    at + 1 < labels.length ? '; Domain=' + labels.slice(at).join('.') : '');

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
    if (holder && !Reflect.deleteProperty(holder, last)) Reflect.set(holder, last, undefined);
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
      const call = () => guarded(() => made[widget.name].shutdown(widget, load));
      if (mine) call();
      else withoutCookies(call);
      purgeGlobals(widget);
      if (mine) guarded(() => purgeStores(widget));
    });
  };

  const leave = now => shutdown(!now || now === 'out' || now === booted);

  // The widgets that there is something for: all of them for a visitor, else those that had a token.
  const present = () => page.widgets.filter(widget =>
    (widget.person = page.people[widget.name]) || booted === VISITOR);

  const boot = who => {
    if (booted !== who) up = {};
    booted = who;
    if (who !== VISITOR) mark(who);
    watching = marker() === expected();
    present().forEach(widget => {
      const verb = up[widget.name] ? 'refresh' : 'boot';
      up[widget.name] = true;
      guarded(() => made[widget.name][verb](widget));
      renewLater(widget, page.lifetimes[widget.name]);
    });
  };

  const settlePerson = now => {
    if (now === page.fp) return boot(page.fp);
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
    if (document.prerendering) document.addEventListener('prerenderingchange', settle, { once: true });
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

  const watch = () => {
    // WebKit may tell of a change before it shows it.
    const checkTwice = () => { check(); setTimeout(check, 500); };
    if (window.cookieStore) guarded(() => cookieStore.addEventListener('change', checkTwice));
    ['pageshow', 'focus'].forEach(event => addEventListener(event, check));
    document.addEventListener('visibilitychange', check);
  };

  // ---- fresh tokens -----------------------------------------------------------------------------------------------

  const ask = (path, person) => fetch(page.tokens + '/' + path, {
    headers: person ? { 'x-widget-page': person } : {},
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
    if (!answer.ok) throw new Error('token: ' + answer.status);
    const token = { text: await answer.text(), seconds: +answer.headers.get('x-widget-lifetime') };
    if (booted === person) return token;
  };

  const backOff = attempt => Math.min(RETRY_MS * 2 ** attempt, MINUTE_MS) * (0.5 + Math.random() / 2);

  // Later, once somebody looks at the page, and only while it is still for the same person.
  const later = (wait, action) => {
    const [person, told] = [booted, page];
    const attempt = () => {
      if (booted !== person || page !== told) return;
      if (document.hidden) document.addEventListener('visibilitychange', attempt, { once: true });
      else action();
    };
    setTimeout(attempt, Math.min(wait, LONGEST_MS));
  };

  // At 70 to 85 % of a token's life: before it expires, and not everybody at once.
  const renewLater = (widget, seconds) => {
    if (seconds && page.tokens) later(seconds * 1000 * (0.7 + Math.random() * 0.15), () => renew(widget, 0));
  };

  const renew = (widget, attempt) => fetchToken(widget.token).then(
    token => {
      if (!token) return;
      guarded(() => made[widget.name].refresh(widget, token.text));
      renewLater(widget, token.seconds);
    },
    () => later(backOff(attempt), () => renew(widget, attempt + 1))
  );

  // For a login that happens without a page load: asks who is signed in now, as a page load would have told.
  const refresh = async () => {
    if (!page.tokens) return;
    const answer = await ask('page');
    if (answer.ok) visit(Object.assign({}, page, await answer.json()));
  };

  // ---- what adapters may use --------------------------------------------------------------------------------------

  const afterLoad = action => {
    if (document.readyState === 'complete') action();
    else addEventListener('load', action, { once: true });
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
    if (!booted && (!now || now === 'out')) page.widgets.forEach(widget => guarded(() => purgeStores(widget)));
  }, wait));

  const tools = {
    alive: () => booted !== '',

    // Appended after `load`, to the head: hydration sees the application's DOM. Once for each address. `id` may be an
    // object with more of the element's attributes.
    load(url, id, done, before) {
      if (loading[url]) return;
      loading[url] = true;
      afterLoad(() => {
        if (before) guarded(before);
        const element = document.createElement('script');
        element.async = true;
        element.src = trusted(url);
        // Some libraries read what stands on their element as a property, others as an attribute.
        Object.entries(typeof id === 'object' ? id : { id }).filter(([, value]) => value).forEach(([name, value]) => {
          element[name] = value;
          element.setAttribute(name, value);
        });
        element.onerror = () => { loading[url] = false; };
        element.onload = () => {
          if (done) guarded(done);
          purgeLate();
        };
        document.head.appendChild(element);
      });
    },

    // Calls back with a new token while its person's widgets are up; a failure is tried again.
    token(name, callback, attempt = 0) {
      fetchToken(name).then(
        token => token && callback(token.text),
        () => later(backOff(attempt), () => tools.token(name, callback, attempt + 1))
      );
    }
  };

  const made = {};
  Object.keys(adapters).forEach(name => { made[name] = adapters[name](tools); });
  window.widgetIdentity = Object.freeze({ visit, refresh });
  watch();
  visit(data);
}
