// The demo page's own script: it shows the calls, the cookies and the storage, and runs the experiments. It inserts
// everything as text, never as markup.
(() => {
  'use strict';

  const user = document.body.dataset.user;
  const at = (id) => document.getElementById(id);

  function cookies() {
    const pairs = document.cookie === '' ? [] : document.cookie.split('; ');
    return pairs.map((pair) => {
      const end = pair.indexOf('=');
      return { name: pair.slice(0, end), value: pair.slice(end + 1) };
    });
  }

  // In production, the marker's name has the prefix `__Host-`, which browsers refuse over plain HTTP.
  const isMarker = (cookie) => /^(__Host-)?widget$/.test(cookie.name);
  const isMessengers = (name) => name.startsWith('intercom');

  // --- The lists and hints -------------------------------------------------------------------

  function callLines() {
    if (!window.demoMessenger) return [];
    return window.demoMessenger.calls.map((call) => ({
      name: call.name,
      text: call.token ? ' with a token' : '',
    }));
  }

  function storageLines() {
    try {
      return Object.keys(localStorage)
        .filter(isMessengers)
        .map((key) => ({ name: `${key} (local storage)`, text: ` = ${localStorage.getItem(key)}` }));
    } catch {
      return [];
    }
  }

  function keptLines() {
    const kept = cookies().filter((cookie) => isMessengers(cookie.name));
    const lines = kept.map(({ name, value }) => ({ name: `${name} (cookie)`, text: ` = ${value}` }));
    return lines.concat(storageLines());
  }

  function markerLines() {
    return cookies().filter(isMarker).map(({ name, value }) => ({ name, text: ` = ${value}` }));
  }

  function markerHint() {
    const marker = cookies().find(isMarker);
    if (!marker) return 'Absent: this browser has no messenger session.';
    if (marker.value === 'out') return 'A user signed out, and the messenger is being shut down.';
    return 'A fingerprint of the user whose messenger session this browser has. It does not reveal who that is.';
  }

  function whose() {
    const messenger = window.demoMessenger;
    if (document.body.dataset.messenger !== 'demo') return 'what your own Intercom workspace has for this account.';
    if (!messenger) return user ? 'nothing yet.' : 'nothing; it is not even loaded.';
    if (messenger.revived) return `the conversations of ${messenger.who}, revived from a cookie!`;
    if (messenger.state === 'verified') return `the conversations of ${messenger.who}, verified.`;
    if (messenger.state === 'rejected') return 'nothing: the token was rejected.';
    if (messenger.state === 'visitor') return 'an empty conversation for an unknown visitor.';
    if (messenger.state === 'shutdown') return 'nothing; it was shut down.';
    return 'nothing yet.';
  }

  function notice() {
    const messenger = window.demoMessenger;
    if (!user || !messenger || messenger.state !== 'shutdown') return '';
    return 'Your session ended, here or in another tab, so the messenger on this page was shut down. Reload the page to see who is signed in now.';
  }

  // --- The page -------------------------------------------------------------------------------

  const shown = new Map();

  // Changes the page only if the value has changed, for the sake of text selections and screen readers.
  function changed(key, value) {
    const text = JSON.stringify(value);
    if (shown.get(key) === text) return false;
    shown.set(key, text);
    return true;
  }

  function line({ name, text }) {
    const item = document.createElement('li');
    const strong = document.createElement('b');
    strong.textContent = name;
    item.append(strong, text);
    return item;
  }

  function nothing(text) {
    const item = document.createElement('li');
    item.className = 'none';
    item.textContent = text;
    return item;
  }

  function showLines(id, lines, empty) {
    if (!changed(id, lines)) return;
    at(id).replaceChildren(...(lines.length > 0 ? lines.map(line) : [nothing(empty)]));
  }

  function showText(id, text) {
    if (!changed(id, text)) return;
    at(id).textContent = text;
    if (id === 'notice') at(id).hidden = text === '';
  }

  function refresh() {
    const empty = document.body.dataset.messenger === 'demo' ? 'none' : 'the real messenger keeps no list';
    showLines('calls', callLines(), empty);
    showLines('marker', markerLines(), 'none');
    showLines('kept', keptLines(), 'nothing');
    showText('marker-hint', markerHint());
    showText('whose', whose());
    showText('notice', notice());
  }

  // --- The experiments ------------------------------------------------------------------------

  function decode(part) {
    const raw = atob(part.replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(raw, (char) => char.charCodeAt(0))));
  }

  function encode(value) {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }

  // Writes another user into the token. The signature stays the same, because only the server can make one.
  function impersonate(token) {
    const [header, payload, signature] = token.split('.');
    const claims = decode(payload);
    claims.user_id = claims.user_id === 'user-1' ? 'user-2' : 'user-1';
    return [header, encode(claims), signature].join('.');
  }

  async function freshToken() {
    const marker = cookies().find(isMarker);
    const headers = marker ? { 'X-Widget-Page': marker.value } : {};
    const response = await fetch('/widget-token/intercom', { headers, cache: 'no-store' });
    if (!response.ok) throw new Error(`the server responded with status ${response.status}`);
    return (await response.text()).trim();
  }

  async function tamper() {
    window.Intercom('update', { intercom_user_jwt: impersonate(await freshToken()) });
  }

  // The response redirects to a page that is not needed here.
  async function signOut() {
    await fetch('/logout', { method: 'POST', redirect: 'manual' });
  }

  function onClick(id, action) {
    const button = at(id);
    if (!button) return;
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await action();
      } catch (error) {
        at('notice').textContent = `This did not work: ${error.message}`;
        at('notice').hidden = false;
      }
      button.disabled = false;
    });
  }

  onClick('tamper', tamper);
  onClick('sign-out-fetch', signOut);
  document.addEventListener('demo-messenger', refresh);
  window.addEventListener('pageshow', refresh);
  setInterval(refresh, 500);
  refresh();
})();
