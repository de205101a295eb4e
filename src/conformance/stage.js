// The smallest browser in which an adapter can show its behaviour. Time passes only when the scenario says so.
/** @type {any} */
const window = globalThis;

// ---- time -----------------------------------------------------------------------------------------------------------

let clock = 1.8e12;
let timers = [];
let timerIds = 0;
// The errors that adapters threw, with the place.
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

// Runs more turns than a question to the server, its answer and the consequences need.
const promisesSettle = async () => { for (let turn = 0; turn < 24; turn++) await undefined; };

// Lets time pass. The count is limited, because a timer may restart itself forever.
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

// `window` and `document` share one list of listeners; each element has its own.
const shared = new Map();
const own = new WeakMap();
const listenersOf = target => own.get(target) || shared;

// All listeners of the target's list get every event of the type.
class EventTarget {
  addEventListener(type, listener, options) {
    const once = !!options && options.once === true;
    const listeners = listenersOf(this);
    listeners.set(type, (listeners.get(type) || []).concat({ listener, once }));
  }
  removeEventListener(type, listener) {
    const listeners = listenersOf(this);
    listeners.set(type, (listeners.get(type) || []).filter(each => each.listener !== listener));
  }
  dispatchEvent(event) { dispatch(event.type, event, this); return true; }
}

const dispatch = (type, event = { type, detail: {}, data: {}, preventDefault() {}, stopPropagation() {} }, target = window) => {
  const listeners = listenersOf(target);
  const all = listeners.get(type) || [];
  listeners.set(type, all.filter(each => !each.once));
  all.forEach(({ listener }) => attempt('the listener of `' + type + '`', () =>
    typeof listener === 'function' ? listener(event) : listener.handleEvent(event)));
};

// Fires the events of a script element whose script has run.
const runs = script => {
  if (script.onload) script.onload();
  dispatch('load', undefined, script);
};

class Event {
  constructor(type, { detail = undefined } = {}) { this.type = type; this.detail = detail; }
  preventDefault() {}
  stopPropagation() {}
}

// ---- the document ---------------------------------------------------------------------------------------------------

// The script elements, in the order in which they were inserted into the document.
const scripts = [];

const selects = selector => each =>
  selector[0] === '#' ? each.id === selector.slice(1) : each.tagName === selector.toUpperCase();

const parents = new WeakMap();

class Node extends EventTarget {
  get parentNode() { return parents.get(this) || null; }
  appendChild(child) {
    child.remove();
    this.children.push(child);
    parents.set(child, this);
    if (child.tagName === 'SCRIPT') scripts.push(child);
    return child;
  }
  append(...children) { children.forEach(child => this.appendChild(child)); }
  insertBefore(child) { return this.appendChild(child); }
  removeChild(child) {
    this.children = this.children.filter(each => each !== child);
    parents.delete(child);
    return child;
  }
  remove() { if (this.parentNode) this.parentNode.removeChild(this); }
  contains() { return false; }
  find(matches) {
    for (const child of this.children) {
      const found = matches(child) ? child : child.find(matches);
      if (found) return found;
    }
    return null;
  }
  findAll(matches) {
    return this.children.flatMap(child => (matches(child) ? [child] : []).concat(child.findAll(matches)));
  }
  querySelector(selector) { return this.find(selects(selector)); }
  querySelectorAll(selector) { return this.findAll(selects(selector)); }
  getElementsByTagName(tag) { return this.querySelectorAll(tag); }
}

class Element extends Node {
  constructor(tag) {
    super();
    own.set(this, new Map());
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
}

const jar = new Map();
const [head, body, documentElement] = ['head', 'body', 'html'].map(tag => new Element(tag));
// The values of the document's getters, which are on its prototype, as in browsers.
const documentState = {
  currentScript: null, hidden: false, visibilityState: 'visible', readyState: 'complete', prerendering: false
};

class Document extends Node {
  constructor() {
    super();
    Object.assign(this, { tagName: '#DOCUMENT', children: [], title: 'A page', referrer: '' });
  }
  get head() { return head; }
  get body() { return body; }
  get documentElement() { return documentElement; }
  get scripts() { return this.querySelectorAll('script'); }
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
Object.keys(documentState).forEach(name =>
  Object.defineProperty(Document.prototype, name, { configurable: true, get: () => documentState[name] }));

/** @type {any} */
const document = new Document();
documentElement.append(head, body);
document.append(documentElement);

// Runs a script as the parser does: the element is in its parent while its code runs.
const runScript = (element, code, parent = head) => {
  parent.children.push(element);
  parents.set(element, parent);
  documentState.currentScript = element;
  try { code(); } finally { documentState.currentScript = null; }
};

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

// The user of the application's session, which its cookies identify.
let session;

const OUT = 'out';
const MARKER = '__Host-widget';
const KEPT = MARKER + '-kept';

// The cookie beside the marker changes with every page of a user and with every logout.
let epochs = 0;
const renewEpoch = () => { jar.set(KEPT, 'epoch-' + ++epochs); };
const logOut = () => {
  jar.set(MARKER, OUT);
  renewEpoch();
};

const pageData = person => Object.assign(
  { seen: jar.get(MARKER) || '', fp: person ? person.fp : '' },
  !jar.has(MARKER) && jar.has(KEPT) ? { reset: true } : {},
  {
    people: person ? { [input.widget.name]: JSON.parse(JSON.stringify(person.person)) } : {},
    lifetimes: person && person.lifetime ? { [input.widget.name]: person.lifetime } : {}
  });

const reply = (status, type, text, more = {}) => {
  const headers = Object.assign({ 'content-type': type }, more);
  return {
    status, ok: status === 200, text: async () => text, json: async () => JSON.parse(text),
    headers: { get: name => name.toLowerCase() in headers ? headers[name.toLowerCase()] : null }
  };
};

const refusal = (status, error) => reply(status, 'application/json', JSON.stringify({ error }));

const answer = (address, page) => {
  const base = window.location.origin + input.tokenPath + '/';
  if (!address.startsWith(base)) return reply(404, 'text/html', '<!DOCTYPE html>');
  const name = address.slice(base.length).split('?')[0];
  if (!session) return name === 'page' ? reply(200, 'application/json', JSON.stringify(pageData())) : refusal(401, 'signed-out');
  if (page !== undefined && page !== session.fp) return refusal(409, 'another-person');
  if (name === 'page') return reply(200, 'application/json', JSON.stringify(pageData(session)));
  const token = session.tokens[name];
  if (token === undefined) return refusal(422, 'no-token');
  return reply(200, 'text/plain', token, { 'x-widget-lifetime': '600' });
};

const fetch = async (address, { headers = {} } = {}) => answer(String(address), headers['x-widget-page']);

// ---- the window -----------------------------------------------------------------------------------------------------

// Removes what is newer than ES2019, the version in which adapters are written.
for (const [owner, names] of [
  [String.prototype, ['replaceAll', 'at', 'isWellFormed', 'toWellFormed']],
  [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with']],
  [Object, ['hasOwn', 'groupBy']],
  [Promise, ['allSettled', 'any', 'withResolvers', 'try']],
  [window, ['queueMicrotask', 'structuredClone', 'WeakRef', 'FinalizationRegistry', 'AggregateError']]
]) names.forEach(name => delete owner[name]);

Date.now = () => clock;
Math.random = () => 0.5;

// The parts of `URL` that adapters use.
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

const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype;

Object.assign(window, { addEventListener, removeEventListener, dispatchEvent, EventTarget, Node, Element, Document,
  URL, TextDecoder, TextEncoder,
  window, self: window, top: window, parent: window, document, fetch, Event, CustomEvent: Event, name: '',
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
