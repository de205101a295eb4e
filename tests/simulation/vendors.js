// Stubs of the vendors' libraries: each is as careless as the real one. The user whom a library shows follows from the
// token or the id that it was given last, or from the session that it finds in the browser. `host.show` reports the
// user.

const COOKIE_SCOPE = '; Path=/; Domain=app.example; Max-Age=31536000; Secure';

// Vendors write through the property on the document, as every script does.
const vendorCookie = (tab, name) => {
  const found = tab.document.cookie.split('; ').find(pair => pair.split('=')[0] === name);
  return found ? found.slice(name.length + 1) : '';
};
const writeVendorCookie = (tab, name, value) => { tab.document.cookie = name + '=' + value + COOKIE_SCOPE; };
const deleteVendorCookie = (tab, name) => { tab.document.cookie = name + '=; Path=/; Domain=app.example; Max-Age=0'; };

const show = (tab, widget, person) => host.show(tab.id, widget, person);

// ---- Intercom -------------------------------------------------------------------------------------------------------
// A session cookie alone identifies a user: without `user_id`, the messenger continues the conversations that the
// cookie names.
// https://www.intercom.com/help/en/articles/2361922 and
// https://www.intercom.com/help/en/articles/16845-how-do-i-end-a-session

const intercom = tab => {
  const { window } = tab;
  const STATE = 'intercom.intercom-state-app1';
  let up = false;
  // It continues with the user who was booted first, until `shutdown`: another user's `boot` changes nothing.
  let current = '';
  const remember = person => {
    ['intercom-session-app1', 'intercom-device-id-app1'].forEach(name => writeVendorCookie(tab, name, person));
    // Like the vendor's library, it keeps what it knew and adds to it.
    const known = (localStorage.getItem(STATE) || '').split(' ').filter(Boolean);
    localStorage.setItem(STATE, [...new Set([...known, person])].join(' '));
  };
  const identify = settings => {
    if (settings.intercom_user_jwt) {
      const person = host.given(tab.id, 'intercom', settings.intercom_user_jwt);
      if (!person) return show(tab, 'intercom', '');
      if (current && current !== person) return;
      current = person;
      window.intercomSettings = { ...settings };
      remember(person);
      return show(tab, 'intercom', person);
    }
    const kept = vendorCookie(tab, 'intercom-session-app1') || 'visitor';
    remember(kept);
    show(tab, 'intercom', kept);
  };
  const methods = {
    boot(settings) { up = true; identify(settings || {}); },
    update(settings) { if (up) identify(settings || {}); },
    shutdown() {
      up = false;
      current = '';
      // It ends its session, and leaves its other cookie and what it stored.
      deleteVendorCookie(tab, 'intercom-session-app1');
      show(tab, 'intercom', '');
    }
  };
  const waiting = (window.Intercom && window.Intercom.q) || [];
  window.Intercom = (method, ...args) => { if (methods[method]) methods[method](...args); };
  // A known limit that is left out here: a library that was loaded only for a waiting `shutdown` deletes the session
  // cookie of a user who has signed in in the meantime. No user is shown, and the next page sets the cookie again.
  if (waiting.some(([method]) => method === 'boot')) [...waiting].forEach(call => window.Intercom(...call));
};

// ---- Gleap ----------------------------------------------------------------------------------------------------------
// From src/GleapSession.js of gleap 16.4.0. `startSession` resumes a stored session and posts `/sessions`. An
// `identify` waits for a session, posts `/sessions/identify`, and changes nothing before the response. Each response
// goes to `validateSession`, which stores it, whatever happened in the meantime, and dispatches `session-updated` if
// `gleapId` changed. Only after that the waiting callbacks run, and a waiting `identify` without a session is refused
// for good. `clearIdentity` (`clearSession(0)`) starts a session in a task of its own; `destroy` (`clearSession(0,
// false)`) does not. Neither forgets the waiting callbacks.

const gleap = tab => {
  const { window } = tab;
  const KEY = 'gleap-widget-session-key1';
  const COOKIE = 'session-key1';
  const NONE = { gleapId: '', userId: '' };
  let session = NONE;
  let initialized = false;
  let useCookies = true;
  let ready = false;
  let waiters = [];
  const ofId = gleapId => ({ gleapId, userId: gleapId.startsWith('user-') ? gleapId : '' });
  const validateSession = next => {
    const changed = session.gleapId !== next.gleapId;
    localStorage.setItem(KEY, JSON.stringify(next));
    if (useCookies) writeVendorCookie(tab, COOKIE, next.gleapId);
    session = next;
    ready = true;
    if (changed) tab.fire(window, 'session-updated');
    for (let at = 0; at < waiters.length; at++) waiters[at]();
    waiters = [];
    // The frame gets the session as it is after all of this: `sendSessionUpdate` at the end of `notifySessionReady`.
    show(tab, 'gleap', session.userId || (session.gleapId && 'visitor'));
  };
  const post = gleapId => window.setTimeout(() => validateSession(ofId(gleapId)), host.vendorDelay());
  const startSession = () => {
    const cookie = useCookies && vendorCookie(tab, COOKIE);
    if (cookie) validateSession(ofId(cookie));
    const stored = !session.gleapId && JSON.parse(localStorage.getItem(KEY) || 'null');
    if (stored) validateSession(stored);
    post(session.gleapId || 'guest-' + Math.random());
  };
  const clearSession = retry => {
    localStorage.removeItem(KEY);
    if (useCookies) deleteVendorCookie(tab, COOKIE);
    ready = false;
    session = NONE;
    show(tab, 'gleap', '');
    if (retry) window.setTimeout(startSession, 0);
  };
  const methods = {
    initialize() {
      if (initialized) return;
      initialized = true;
      startSession();
    },
    identify(user, facts, hash) {
      host.givenId(tab.id, 'gleap', user, String(hash));
      if (session.userId === user) return;
      const send = () => { if (session.gleapId) post(user); };
      if (ready) send();
      else waiters.push(send);
    },
    clearIdentity() { clearSession(true); },
    destroy() {
      clearSession(false);
      initialized = false;
    },
    setUseCookies(use) { useCookies = use; },
    getIdentity: () => session
  };
  const waiting = window.GleapActions || [];
  const library = () => {};
  Object.keys(methods).forEach(name => { library[name] = methods[name]; });
  ['on', 'getInstance', 'trackEvent', 'setLanguage', 'open', 'close', 'showFeedbackButton'].forEach(name => { library[name] = () => {}; });
  window.Gleap = library;
  [...waiting].forEach(({ e, a }) => { if (methods[e]) methods[e](...a); });
  window.GleapActions = [];
};

// ---- Ferndesk -------------------------------------------------------------------------------------------------------

const ferndesk = tab => {
  const { window } = tab;
  const methods = {
    init() { show(tab, 'ferndesk', 'visitor'); },
    identify({ jwt }) { show(tab, 'ferndesk', host.given(tab.id, 'ferndesk', jwt) || 'visitor'); }
  };
  const waiting = (window.Ferndesk && window.Ferndesk.q) || [];
  window.Ferndesk = (method, ...args) => { if (methods[method]) methods[method](...args); };
  [...waiting].forEach(call => window.Ferndesk(...call));
};

// ---- Zendesk messaging ----------------------------------------------------------------------------------------------
// It stays authenticated by what it stored, until `logoutUser`:
// https://developer.zendesk.com/api-reference/widget-messaging/web/authentication/

const zendesk = tab => {
  const { window } = tab;
  const KEY = 'ZD-suid';
  const kept = localStorage.getItem(KEY);
  let turn = 0;
  if (kept && kept !== 'visitor') show(tab, 'zendesk', kept);
  const methods = {
    loginUser(callback) {
      const mine = ++turn;
      callback(token => {
        if (mine !== turn) return;
        const person = host.given(tab.id, 'zendesk', token);
        if (!person) return;
        localStorage.setItem(KEY, person);
        show(tab, 'zendesk', person);
      });
    },
    logoutUser() {
      turn++;
      localStorage.removeItem(KEY);
      show(tab, 'zendesk', '');
    }
  };
  window.zE = (_, method, ...args) => { if (methods[method]) methods[method](...args); };
};

const LIBRARIES = [['intercom', intercom], ['gleap', gleap], ['ferndesk', ferndesk], ['zdassets', zendesk]];

const install = (tab, src) => {
  const [name, library] = LIBRARIES.find(([part]) => src.includes(part));
  if (tab.libraries[name]) return;
  tab.libraries[name] = true;
  library(tab);
};
