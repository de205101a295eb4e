// The demo messenger: a stand-in for the vendor's library.
//
// It takes over the queue of `Intercom(...)` calls as the vendor's library does, has the token verified by a server
// that knows the secret, and stores what the vendor stores: cookies and an entry in localStorage. It also has the
// vendor's weaknesses: `shutdown` leaves most of that behind, and a `boot` without a token revives the last user's
// session. So a leak would be visible.
(() => {
  'use strict';

  const APP = 'demo';
  const SESSION = `intercom-session-${APP}`;
  const VISITOR = `intercom-id-${APP}`;
  const DEVICE = `intercom-device-id-${APP}`;
  const STATE = `intercom.intercom-state-${APP}`;
  const WEEK = 7 * 24 * 3600;
  const NINE_MONTHS = 270 * 24 * 3600;

  // The library was loaded twice: the first one stays.
  if (window.demoMessenger) return;

  const calls = [];
  let state = 'idle';
  let who = null;
  let note = '';
  // Whether the user shown comes from a cookie instead of a token.
  let revived = false;
  let booted = false;
  // Every new identity and every shutdown starts a new generation. A response for an earlier generation is dropped.
  let generation = 0;

  // --- What it stores in the browser ----------------------------------------------------------

  function readCookie(name) {
    const pair = document.cookie.split('; ').find((one) => one.startsWith(`${name}=`));
    if (pair === undefined) return null;
    try {
      return decodeURIComponent(pair.slice(name.length + 1));
    } catch {
      return null;
    }
  }

  function writeCookie(name, value, maxAge) {
    document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; SameSite=Lax; Max-Age=${maxAge}`;
  }

  function randomId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  function renewDevice() {
    for (const name of [VISITOR, DEVICE]) {
      writeCookie(name, readCookie(name) || randomId(), NINE_MONTHS);
    }
  }

  function readState() {
    try {
      return JSON.parse(localStorage.getItem(STATE)) || {};
    } catch {
      return {};
    }
  }

  function writeState(user) {
    try {
      localStorage.setItem(STATE, JSON.stringify({ app: APP, user }));
    } catch {
      // Storage may be full or forbidden; the messenger works without it.
    }
  }

  function forgetSession() {
    writeCookie(SESSION, '', 0);
  }

  // --- The calls from the page-----------------------------------------------------------------

  function show(nextState, nextWho, nextNote, fromCookie = false) {
    state = nextState;
    who = nextWho;
    note = nextNote;
    revived = fromCookie;
    render();
    document.dispatchEvent(new CustomEvent('demo-messenger'));
  }

  function tokenOf(settings) {
    const token = settings && settings.intercom_user_jwt;
    return typeof token === 'string' && token !== '' ? token : null;
  }

  function boot(token) {
    booted = true;
    renewDevice();
    if (token === null) resume();
    else identify(token);
  }

  function update(token) {
    if (booted && token !== null) identify(token);
  }

  // Without a token, a browser with a session cookie counts as the user of the last session.
  function resume() {
    generation += 1;
    const id = readCookie(SESSION);
    if (!id) return show('visitor', null, '');
    const last = readState().user;
    const user = last && last.user_id === id ? last : { user_id: id };
    show('verified', user, 'Revived from a cookie, without a token', true);
  }

  async function identify(token) {
    generation += 1;
    const mine = generation;
    // A user who is shown stays visible while a fresh token of the same user is verified.
    show(state === 'verified' ? state : 'idle', who, 'Verifying the token\u2026');
    const answer = await ask(token);
    if (mine !== generation) return;
    if (answer === null) show('idle', null, 'The token could not be verified. Please try again later.');
    else if (answer.ok) accept(answer);
    else reject(answer);
  }

  // The token is sent in the request body, because URLs end up in logs and histories.
  async function ask(token) {
    try {
      const response = await fetch('/demo/verify', {
        method: 'POST',
        credentials: 'omit',
        headers: { 'Content-Type': 'text/plain' },
        body: token,
      });
      if (response.ok || response.status === 403) return await response.json();
      return { ok: false, reason: `the server responded with status ${response.status}` };
    } catch {
      return null;
    }
  }

  function accept(answer) {
    const user = { user_id: answer.user_id, name: answer.name, email: answer.email };
    writeCookie(SESSION, user.user_id, WEEK);
    writeState(user);
    show('verified', user, '');
  }

  function reject(answer) {
    forgetSession();
    show('rejected', null, String(answer.reason || 'no reason given'));
  }

  function shutdown() {
    generation += 1;
    booted = false;
    forgetSession();
    show('shutdown', null, '');
  }

  function handle(name, settings) {
    const token = tokenOf(settings);
    // Records whether there was a token, but never the token itself.
    calls.push({ name: String(name), at: Date.now(), token: token !== null });
    if (name === 'boot') boot(token);
    else if (name === 'update') update(token);
    else if (name === 'shutdown') shutdown();
    else render();
    document.dispatchEvent(new CustomEvent('demo-messenger'));
  }

  // --- Its appearance -------------------------------------------------------------------------

  const STYLE = `
    :host { all: initial; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000;
      font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color-scheme: light dark;
      --panel: #fff; --ink: #17181c; --soft: #5b6070; --line: #e4e6ee; --mine: #eef0f7;
      --brand: #4338ca; --brand-2: #7c3aed; color: var(--ink); }
    * { box-sizing: border-box; }
    .column { display: flex; flex-direction: column; align-items: flex-end; gap: 14px; }
    .panel { width: min(340px, calc(100vw - 40px)); background: var(--panel); border: 1px solid var(--line);
      border-radius: 18px; overflow: hidden; box-shadow: 0 18px 50px rgb(15 18 40 / .22); }
    .panel[hidden] { display: none; }
    .head { padding: 18px 18px 20px; color: #fff; background: linear-gradient(135deg, var(--brand), var(--brand-2)); }
    .head p { margin: 0; }
    .title { font-weight: 650; font-size: 17px; overflow-wrap: anywhere; }
    .sub { opacity: .9; font-size: 13px; overflow-wrap: anywhere; }
    .body { padding: 14px 18px 18px; display: grid; gap: 10px; }
    .badge { margin: 0; padding: 8px 12px; border-radius: 10px; font-size: 13.5px; font-weight: 600; }
    .verified .badge { background: #dcfce7; color: #14532d; }
    .visitor .badge, .idle .badge { background: #e8eaf2; color: #33384a; }
    .panel.revived .badge { background: #ffedd5; color: #7c2d12; }
    .rejected .badge { background: #fee2e2; color: #7f1d1d; }
    .rejected .head { background: linear-gradient(135deg, #991b1b, #dc2626); }
    .visitor .head, .idle .head { background: linear-gradient(135deg, #3f4558, #5d6680); }
    .message { margin: 0; padding: 10px 12px; border-radius: 14px; background: var(--mine); max-width: 88%; overflow-wrap: anywhere; }
    .message.own { justify-self: end; background: var(--brand); color: #fff; }
    .foot { margin: 0; font-size: 12.5px; color: var(--soft); }
    .launcher { width: 58px; height: 58px; border: 0; border-radius: 50%; cursor: pointer; color: #fff;
      background: linear-gradient(135deg, var(--brand), var(--brand-2)); box-shadow: 0 8px 24px rgb(15 18 40 / .3);
      display: grid; place-items: center; }
    .launcher:hover { filter: brightness(1.1); }
    .launcher:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px var(--brand); }
    svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    @media (prefers-color-scheme: dark) {
      :host { --panel: #1b1d26; --ink: #eceef5; --soft: #a3a9bb; --line: #30343f; --mine: #2a2e3a; }
      .verified .badge { background: #123524; color: #b7f5cf; }
      .rejected .badge { background: #431416; color: #fecaca; }
      .visitor .badge, .idle .badge { background: #2a2e3a; color: #d5d9e6; }
      .panel.revived .badge { background: #43260d; color: #fed7aa; }
    }`;

  let host = null;
  let open = window.innerWidth >= 900;

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function launcher() {
    const button = element('button', 'launcher');
    button.type = 'button';
    button.setAttribute('aria-label', open ? 'Close the messenger' : 'Open the messenger');
    button.setAttribute('aria-expanded', String(open));
    const ns = 'http://www.w3.org/2000/svg';
    const icon = document.createElementNS(ns, 'svg');
    icon.setAttribute('viewBox', '0 0 24 24');
    icon.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(ns, 'path');
    path.setAttribute('d', open ? 'M6 9l6 6 6-6' : 'M4 5h16v11H9l-5 4z');
    icon.append(path);
    button.append(icon);
    button.addEventListener('click', () => {
      open = !open;
      render();
      host.shadowRoot.querySelector('button').focus();
    });
    return button;
  }

  function title() {
    if (state === 'verified') return `Conversations of ${who.name || who.user_id}`;
    if (state === 'rejected') return 'No conversations';
    if (state === 'visitor') return 'A new conversation';
    return 'Messenger';
  }

  function subtitle() {
    if (state !== 'verified') return 'Demo messenger';
    return who.email ? `${who.user_id} \u00b7 ${who.email}` : who.user_id;
  }

  function badge() {
    if (state === 'verified') return note || '\u2713 Verified: the signature is valid';
    if (state === 'rejected') return `\u2715 Token rejected: ${note}`;
    if (state === 'visitor') return 'Visitor: not identified';
    return note || 'Starting\u2026';
  }

  function messages() {
    if (state !== 'verified') return [];
    const name = who.name || who.user_id;
    return [
      element('p', 'message own', 'Where is my order?'),
      element('p', 'message', `Hello ${name}, it is on its way. Only you can read this.`),
    ];
  }

  function foot() {
    if (state === 'rejected') return 'The token was changed, or it is too old. No conversations are shown.';
    if (revived) return 'The last user\u2019s cookie was still here, and no proof was required.';
    return 'A stand-in for the vendor\u2019s messenger. It identifies you by your token alone.';
  }

  function panel() {
    const section = element('section', `panel ${state}${revived ? ' revived' : ''}`);
    section.setAttribute('aria-label', 'Demo messenger');
    section.hidden = !open;
    const head = element('div', 'head');
    head.append(element('p', 'title', title()), element('p', 'sub', subtitle()));
    const status = element('p', 'badge', badge());
    status.setAttribute('role', 'status');
    const body = element('div', 'body');
    body.append(status, ...messages(), element('p', 'foot', foot()));
    section.append(head, body);
    return section;
  }

  function makeHost() {
    host = element('div');
    host.id = 'demo-messenger';
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    host.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
  }

  function render() {
    if (!booted) {
      // No trace of the user may stay in the page.
      if (host) host.remove();
      host = null;
      return;
    }
    if (!host) makeHost();
    const column = element('div', 'column');
    column.append(panel(), launcher());
    host.shadowRoot.replaceChildren(column);
    // A script that swaps the body removes the messenger together with the old body.
    if (host.parentNode !== document.body) document.body.append(host);
  }

  // --- Taking over ----------------------------------------------------------------------------

  window.demoMessenger = {
    calls,
    get state() {
      return state;
    },
    get who() {
      return who ? who.user_id : null;
    },
    get revived() {
      return revived;
    },
  };

  // The library sets the device cookies as soon as it has loaded, even if the only queued call is a shutdown.
  renewDevice();
  const stub = window.Intercom;
  window.Intercom = (name, settings) => handle(name, settings);
  const queued = stub && Array.isArray(stub.q) ? stub.q : [];
  for (const args of queued) handle(args[0], args[1]);
  // Like the vendor's library, it starts without a call if the page has settings.
  const settings = window.intercomSettings;
  if (queued.length === 0 && settings && settings.app_id) handle('boot', settings);
})();
