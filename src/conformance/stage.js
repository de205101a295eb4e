// The smallest browser in which an adapter can show how it behaves. Time passes when the scenario says so.
/** @type {any} */
const window = globalThis;

// ---- time -----------------------------------------------------------------------------------------------------------

let clock = 1.8e12;
let timers = [];
let timerIds = 0;
// What adapters threw, with the place.
const thrown = [];

const attempt = (place, action) => {
  try { return action(); } catch (error) { thrown.push(place + ': ' + error); }
};

const schedule = repeats => (action, wait = 0, ...args) => {
  const every = Math.max(repeats ? 1 : 0, +wait || 0);
  timers.push({ id: ++timerIds, at: clock + every, every: repeats && every, run: () => action(...args) });
  return timerIds;
};
const unschedule = id => { timers = timers.filter(timer => timer.id !== id); };

const due = end => timers.filter(timer => timer.at <= end).sort((one, other) => one.at - other.at)[0];

const fire = timer => {
  clock = Math.max(clock, timer.at);
  if (timer.every) timer.at = clock + timer.every;
  else unschedule(timer.id);
  attempt('a timer', timer.run);
};

const promisesSettle = async () => { for (let turn = 0; turn < 12; turn++) await undefined; };

// A timer that sets itself again is not waited for for ever.
const pass = async milliseconds => {
  const end = clock + milliseconds;
  await promisesSettle();
  for (let count = 0; count < 60 && due(end); count++) {
    fire(due(end));
    await promisesSettle();
  }
  clock = Math.max(clock, end);
};

// ---- events ---------------------------------------------------------------------------------------------------------

const listeners = new Map();

const eventTarget = {
  addEventListener(type, listener, options) {
    const once = !!options && options.once === true;
    listeners.set(type, (listeners.get(type) || []).concat({ listener, once }));
  },
  removeEventListener(type, listener) {
    listeners.set(type, (listeners.get(type) || []).filter(each => each.listener !== listener));
  },
  dispatchEvent(event) { dispatch(event.type, event); return true; }
};

const dispatch = (type, event = { type, detail: {}, data: {}, preventDefault() {}, stopPropagation() {} }) => {
  const all = listeners.get(type) || [];
  listeners.set(type, all.filter(each => !each.once));
  all.forEach(({ listener }) => attempt('the listener of `' + type + '`', () =>
    typeof listener === 'function' ? listener(event) : listener.handleEvent(event)));
};

class Event {
  constructor(type, { detail = undefined } = {}) { this.type = type; this.detail = detail; }
  preventDefault() {}
  stopPropagation() {}
}

// ---- the document ---------------------------------------------------------------------------------------------------

// Scripts in the order in which they came into the document.
const scripts = [];

class Element {
  constructor(tag) {
    this.attributes = {};
    Object.assign(this, { tagName: tag.toUpperCase(), children: [], dataset: {}, style: {} });
    this.classList = { add() {}, remove() {}, toggle() {}, contains: () => false };
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name === 'src' || name === 'id') this[name] = String(value);
  }
  getAttribute(name) { return name in this.attributes ? this.attributes[name] : null; }
  hasAttribute(name) { return name in this.attributes; }
  removeAttribute(name) { delete this.attributes[name]; }
  appendChild(child) {
    this.children.push(child);
    if (child.tagName === 'SCRIPT') scripts.push(child);
    return child;
  }
  append(...children) { children.forEach(child => this.appendChild(child)); }
  insertBefore(child) { return this.appendChild(child); }
  removeChild(child) { this.children = this.children.filter(each => each !== child); return child; }
  remove() { everyElement().forEach(each => each.removeChild(this)); }
  contains() { return false; }
  find(matches) {
    for (const child of this.children) {
      const found = matches(child) ? child : child.find(matches);
      if (found) return found;
    }
    return null;
  }
  querySelector(selector) {
    return this.find(each => selector[0] === '#' ? each.id === selector.slice(1) : each.tagName === selector.toUpperCase());
  }
  querySelectorAll(selector) { return [this.querySelector(selector)].filter(Boolean); }
  getElementsByTagName(tag) { return this.querySelectorAll(tag); }
}
Object.assign(Element.prototype, eventTarget);

const jar = new Map();

class Document extends Element {
  get cookie() { return [...jar].map(([name, value]) => name + '=' + value).join('; '); }
  set cookie(line) {
    const [pair, ...attributes] = String(line).split('; ');
    const at = pair.indexOf('=');
    if (attributes.includes('Max-Age=0')) jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
  createElement(tag) { return new Element(tag); }
  getElementById(id) { return this.find(each => each.id === id); }
}

/** @type {any} */
const document = new Document('#document');
const [head, body, documentElement] = ['head', 'body', 'html'].map(tag => new Element(tag));
Object.assign(document, { head, body, documentElement, readyState: 'complete', hidden: false, visibilityState: 'visible' });
Object.assign(document, { currentScript: null, title: 'A page', referrer: '' });
documentElement.append(head, body);
document.append(documentElement);

const everyElement = () => {
  const all = [document];
  for (let at = 0; at < all.length; at++) all.push(...all[at].children);
  return all;
};

class Storage {
  getItem(key) { return Object.hasOwnProperty.call(this, key) ? this[key] : null; }
  setItem(key, value) { this[key] = String(value); }
  removeItem(key) { delete this[key]; }
}

// ---- the server -----------------------------------------------------------------------------------------------------

// Whose session the cookies of the application are.
let session;

const reply = (status, text = '', lifetime = '600') => ({
  status, ok: status === 200, text: async () => text, json: async () => JSON.parse(text), headers: { get: () => lifetime }
});

const answer = (path, person) => {
  if (!path.startsWith(input.tokenPath + '/')) return reply(404);
  if (!session) return reply(401);
  if (person !== session.fp) return reply(409);
  const token = session.tokens[path.slice(input.tokenPath.length + 1)];
  return token === undefined ? reply(422) : reply(200, token);
};

const fetch = async (path, { headers = {} } = {}) => answer(String(path), headers['x-widget-page']);

// ---- the window -----------------------------------------------------------------------------------------------------

// Newer than the ES2019 that adapters are written in.
for (const [owner, names] of [
  [String.prototype, ['replaceAll', 'at', 'isWellFormed', 'toWellFormed']],
  [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with']],
  [Object, ['hasOwn', 'groupBy']],
  [Promise, ['allSettled', 'any', 'withResolvers', 'try']],
  [window, ['queueMicrotask', 'structuredClone', 'WeakRef', 'FinalizationRegistry', 'AggregateError']]
]) names.forEach(name => delete owner[name]);

Date.now = () => clock;
Math.random = () => 0.5;

// As much of an address as adapters ask for.
class URL {
  constructor(address, base = window.location.href) {
    this.href = '';
    const { origin, protocol } = /^[a-z-]+:/.test(base) ? split(base) : split(window.location.href);
    const from = String(address).startsWith('//') ? protocol + address : String(address);
    Object.assign(this, split(/^[a-z-]+:/.test(from) ? from : origin + (from[0] === '/' ? '' : '/') + from));
  }
  toString() { return this.href; }
}

const split = href => {
  const parts = /^([a-z-]+:)\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/.exec(href);
  const [, protocol, host = '', pathname, search = '', hash = ''] = /** @type {any} */ (parts);
  return { href, protocol, host, hostname: host.split(':')[0], origin: protocol + '//' + host, pathname: pathname || '/', search, hash };
};

class TextDecoder {
  decode(bytes) { return decodeURIComponent(Array.from(bytes, byte => '%' + (256 + byte).toString(16).slice(1)).join('')); }
}

class TextEncoder {
  encode(text) { return Uint8Array.from(unescape(encodeURIComponent(text)), sign => sign.charCodeAt(0)); }
}

Object.assign(window, eventTarget, { URL, TextDecoder, TextEncoder,
  window, self: window, top: window, parent: window, document, fetch, Event, CustomEvent: Event, Element, name: '',
  localStorage: new Storage(), sessionStorage: new Storage(),
  location: { protocol: 'https:', hostname: 'www.app.example', host: 'www.app.example', origin: 'https://www.app.example',
    href: 'https://www.app.example/', pathname: '/', search: '', hash: '' },
  navigator: { userAgent: 'conformance', language: 'en', languages: ['en'], onLine: true },
  history: { state: null, pushState() {}, replaceState() {} },
  setTimeout: schedule(false), clearTimeout: unschedule, setInterval: schedule(true), clearInterval: unschedule,
  requestAnimationFrame: action => window.setTimeout(action, 16), cancelAnimationFrame: unschedule,
  requestIdleCallback: action => window.setTimeout(action, 1), cancelIdleCallback: unschedule,
  MutationObserver: class { observe() {} disconnect() {} takeRecords() { return []; } },
  console: { log() {}, info() {}, debug() {}, error() {}, warn() {} },
  matchMedia: () => ({ matches: false, addEventListener() {}, removeEventListener() {} }),
  postMessage() {}, scrollTo() {}, getComputedStyle: () => ({})
});
