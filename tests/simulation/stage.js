// The browser's side of the simulation: one long-lived context, in which each document has a window of its own. The
// cookie jar, the clock, the network and all ordering belong to `host`, which is in Rust. Nothing here is random, and
// nothing here knows the runtime's own variables.

const docs = new Map();
// By name of the tab, because these outlive a document in it.
const sessionStores = new Map();

Date.now = () => host.now();
Math.random = () => host.random();

// ---- events ---------------------------------------------------------------------------------------------------------

class Target {
  constructor() { Object.defineProperty(this, 'heard', { value: new Map(), enumerable: false }); }
  addEventListener(type, listener, options) {
    const all = this.heard.get(type) || [];
    if (all.some(each => each.listener === listener)) return;
    this.heard.set(type, all.concat({ listener, once: !!options && options.once === true }));
  }
  removeEventListener(type, listener) {
    this.heard.set(type, (this.heard.get(type) || []).filter(each => each.listener !== listener));
  }
  dispatchEvent(event) {
    const all = this.heard.get(event.type);
    if (!all) return true;
    this.heard.set(event.type, all.filter(each => !each.once));
    for (const { listener } of all) {
      // An exception in a listener stops no other listener:
      // https://dom.spec.whatwg.org/#concept-event-listener-inner-invoke
      try { typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event); }
      catch (error) { host.note(String(error)); }
    }
    return true;
  }
}

class CustomEvent {
  constructor(type, init) { this.type = type; this.detail = init && init.detail; }
  preventDefault() {}
  stopPropagation() {}
}

// ---- elements -------------------------------------------------------------------------------------------------------

class Element extends Target {
  constructor(document, tag) {
    super();
    this.attributes = {};
    this.ownerDocument = document;
    this.tagName = tag.toUpperCase();
    this.localName = tag;
    this.children = [];
    this.dataset = {};
    this.style = {};
    this.parentNode = null;
  }
  get parentElement() { return this.parentNode; }
  get isConnected() { return !!this.parentNode; }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name === 'src' || name === 'id') this[name] = String(value);
  }
  getAttribute(name) { return name in this.attributes ? this.attributes[name] : null; }
  hasAttribute(name) { return name in this.attributes; }
  removeAttribute(name) { delete this.attributes[name]; }
  append(...children) {
    for (const child of children) {
      child.remove();
      child.parentNode = this;
      this.children.push(child);
      if (child.tagName === 'SCRIPT' && child.src) this.ownerDocument.request(child);
    }
  }
  prepend(child) { this.append(child); }
  appendChild(child) { this.append(child); return child; }
  insertBefore(child) { this.append(child); return child; }
  removeChild(child) { child.remove(); return child; }
  remove() {
    if (this.parentNode) this.parentNode.children = this.parentNode.children.filter(each => each !== this);
    this.parentNode = null;
  }
  matches(selector) {
    if (selector[0] === '#') return this.id === selector.slice(1);
    const [, tag, attribute, value] = /^([a-z]*)(?:\[([a-z-]+)(?:[*^$]?="?([^"\]]*)"?)?\])?$/.exec(selector) || [];
    return (!tag || this.localName === tag) && (!attribute || String(this[attribute] || this.attributes[attribute] || '') === value);
  }
  find(is) {
    for (const child of this.children) {
      const found = is(child) ? child : child.find(is);
      if (found) return found;
    }
    return null;
  }
  querySelector(selector) { return this.find(each => selector.split(',').some(one => each.matches(one.trim()))); }
  querySelectorAll(selector) { return [this.querySelector(selector)].filter(Boolean); }
  getElementsByTagName(tag) { return this.querySelectorAll(tag); }
}

class HTMLElement extends Element {}
class HTMLScriptElement extends HTMLElement {}

class Document extends Target {
  constructor(tab) {
    super();
    Object.defineProperty(this, 'tab', { value: tab, enumerable: false });
    const root = new HTMLElement(this, 'html');
    tab.root = root;
    tab.head = new HTMLElement(this, 'head');
    tab.body = new HTMLElement(this, 'body');
    root.append(tab.head, tab.body);
    root.parentNode = this;
  }
  get documentElement() { return this.tab.root; }
  get head() { return this.tab.head; }
  get body() { return this.tab.body; }
  get cookie() { return host.cookies(this.tab.id); }
  set cookie(line) { host.setCookie(this.tab.id, String(line)); }
  get currentScript() { return this.tab.running; }
  get prerendering() { return this.tab.prerendering; }
  get hidden() { return this.tab.hidden; }
  get visibilityState() { return this.tab.hidden ? 'hidden' : 'visible'; }
  get readyState() { return this.tab.ready; }
  get URL() { return this.tab.window.location.href; }
  get baseURI() { return this.tab.window.location.href; }
  get location() { return this.tab.window.location; }
  get defaultView() { return this.tab.window; }
  get scripts() { return this.head.children.filter(each => each.tagName === 'SCRIPT'); }
  createElement(tag) { return tag === 'script' ? new HTMLScriptElement(this, tag) : new HTMLElement(this, tag); }
  getElementById(id) { return this.documentElement.find(each => each.id === id); }
  querySelector(selector) { return this.documentElement.querySelector(selector); }
  querySelectorAll(selector) { return this.documentElement.querySelectorAll(selector); }
  getElementsByTagName(tag) { return this.querySelectorAll(tag); }
  request(script) { this.tab.requestScript(script); }
}

// ---- storage --------------------------------------------------------------------------------------------------------

class Storage {
  getItem(key) { return Object.prototype.hasOwnProperty.call(this, key) ? this[key] : null; }
  setItem(key, value) { this[key] = String(value); host.stored(key); }
  removeItem(key) { delete this[key]; }
  get length() { return Object.keys(this).length; }
  key(at) { return Object.keys(this)[at]; }
}
let localStorage = new Storage();

class URL {
  constructor(address, base) {
    const text = String(address);
    const full = /^[a-z-]+:/.test(text) ? text
      : text.startsWith('//') ? 'https:' + text
        : new URL(base).origin + (text[0] === '/' ? '' : '/') + text;
    const [, protocol, host, pathname, search = '', hash = ''] = /^([a-z-]+:)\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/.exec(full);
    Object.assign(this, { href: full, protocol, host, hostname: host, origin: protocol + '//' + host, pathname: pathname || '/', search, hash });
  }
  toString() { return this.href; }
}

// ---- the window -----------------------------------------------------------------------------------------------------

const ORIGIN = 'https://www.app.example';
const quiet = () => {};
const consoleOf = { log: quiet, info: quiet, debug: quiet, error: quiet, warn: (...args) => host.note(args.map(String).join(' ')) };

class Window extends Target {}
Object.assign(Window.prototype, { Object, Array, JSON, Promise, Reflect, Proxy, String, Number, Math, Date, URL, CustomEvent, Event: CustomEvent,
  EventTarget: Target, Document, Element, HTMLElement, HTMLScriptElement, Storage, console: consoleOf, name: '' });

// The names that code in a page may use without `window.`.
const NAMES = ['window', 'self', 'globalThis', 'document', 'location', 'localStorage', 'sessionStorage', 'fetch', 'setTimeout', 'clearTimeout',
  'setInterval', 'clearInterval', 'requestAnimationFrame', 'console', 'cookieStore', 'addEventListener', 'removeEventListener', 'dispatchEvent',
  'EventTarget', 'top', 'parent', 'Document', 'Element', 'HTMLElement', 'HTMLScriptElement', 'Storage', 'URL', 'CustomEvent', 'Event'];
const codes = [];

class Tab {
  constructor(id, name, path, { cookieStore }) {
    this.id = id;
    this.running = null;
    this.prerendering = false;
    this.hidden = false;
    this.ready = 'loading';
    this.timers = new Map();
    // What waits for the next frame, while the tab is hidden.
    this.frames = [];
    this.fetches = new Map();
    this.requested = new Map();
    this.libraries = {};
    this.document = new Document(this);
    this.cookieStore = cookieStore ? new Target() : undefined;
    if (!sessionStores.has(name)) sessionStores.set(name, new Storage());
    const window = new Window();
    this.window = window;
    const timer = (action, wait = 0, ...args) => {
      const timerId = host.timer(id, Math.max(0, +wait || 0));
      this.timers.set(timerId, args.length ? () => action(...args) : action);
      return timerId;
    };
    const repeat = (action, wait) => {
      const again = () => { action(); if (this.timers.has(first)) arm(); };
      const arm = () => { const next = host.timer(id, Math.max(1, +wait || 0)); this.timers.set(next, again); };
      const first = host.timer(id, 2 ** 40);
      this.timers.set(first, quiet);
      arm();
      return first;
    };
    const clear = timerId => { this.timers.delete(timerId); };
    Object.assign(window, {
      window, self: window, top: window, parent: window, globalThis: window, document: this.document,
      location: { protocol: 'https:', hostname: 'www.app.example', host: 'www.app.example', origin: ORIGIN, pathname: path, href: ORIGIN + path, search: '', hash: '' },
      localStorage, sessionStorage: sessionStores.get(name),
      setTimeout: timer, clearTimeout: clear, setInterval: repeat, clearInterval: clear,
      requestAnimationFrame: action => this.hidden ? this.frames.push(action) : timer(action, 16),
      fetch: (address, options) => this.fetch(address, options)
    });
    if (cookieStore) window.cookieStore = this.cookieStore;
    for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) window[name] = Target.prototype[name].bind(window);
    this.names = NAMES.map(name => window[name]);
  }

  fetch(address, { headers = {} } = {}) {
    const url = new URL(address, ORIGIN);
    const named = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-widget-page');
    const fetchId = host.fetch(this.id, url.origin === ORIGIN ? url.pathname : url.href, named ? String(named[1]) : '');
    return new Promise((resolve, reject) => this.fetches.set(fetchId, { resolve, reject }));
  }

  requestScript(script) {
    const scriptId = host.script(this.id, String(script.src));
    this.requested.set(scriptId, script);
  }

  attempt(action) {
    try { return action(); } catch (error) { host.note(String(error)); }
  }

  fire(target, type) {
    target.dispatchEvent({ type, detail: {}, persisted: true, preventDefault: quiet, stopPropagation: quiet });
  }
}

// ---- a consent tool -------------------------------------------------------------------------------------------------

const native = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');

/**
 * Puts its own `cookie` on the document, and lets only known cookies pass, as consent platforms do. It runs before our
 * script, because it stands first in the page. It does not know the widgets' cookies.
 */
const installConsent = (tab, fixed) => {
  const descriptor = {
    configurable: !fixed,
    get() { return native.get.call(tab.document); },
    set(line) {
      // One tool knows which cookies it blocks. The other one knows which it allows, and allows none.
      const blocked = fixed || /^(intercom-|session-|tracker)/.test(line);
      if (!blocked || /max-age=0/i.test(line)) native.set.call(tab.document, line);
    }
  };
  Object.defineProperty(tab.document, 'cookie', descriptor);
  tab.consent = descriptor;
};

// ---- what the host calls --------------------------------------------------------------------------------------------

const stage = {
  reset() {
    docs.clear();
    sessionStores.clear();
    localStorage = new Storage();
  },

  compile(text) { return codes.push(new Function(...NAMES, text)) - 1; },

  open(id, name, path, cookieStore, prerendering, hidden) {
    const tab = new Tab(id, name, path, { cookieStore });
    tab.prerendering = prerendering;
    tab.hidden = hidden;
    docs.set(id, tab);
  },

  consent(id, fixed) { installConsent(docs.get(id), fixed); },

  // The element is in the head while it runs.
  run(id, code, dataset) {
    const tab = docs.get(id);
    const script = new HTMLScriptElement(tab.document, 'script');
    for (let at = 0; at < dataset.length; at += 2) script.dataset[dataset[at]] = dataset[at + 1];
    tab.document.head.append(script);
    tab.running = script;
    try {
      codes[code](...tab.names);
    } catch (error) {
      // A name that the stage does not define is a gap in the stage.
      if (error instanceof ReferenceError) throw error;
      host.note(String(error));
    } finally {
      tab.running = null;
    }
  },

  loaded(id) {
    const tab = docs.get(id);
    tab.ready = 'complete';
    tab.fire(tab.window, 'load');
  },

  timer(id, timerId) {
    const tab = docs.get(id);
    const action = tab.timers.get(timerId);
    tab.timers.delete(timerId);
    if (action) tab.attempt(action);
  },

  fire(id, target, type) {
    const tab = docs.get(id);
    tab.fire(target === 'document' ? tab.document : target === 'cookieStore' ? tab.cookieStore : tab.window, type);
  },

  prerendering(id, is) { docs.get(id).prerendering = is; },
  hidden(id, is) {
    const tab = docs.get(id);
    tab.hidden = is;
    if (!is) tab.frames.splice(0).forEach(action => tab.window.setTimeout(action, 16));
  },
  path(id, path) {
    const { location } = docs.get(id).window;
    location.pathname = path;
    location.href = ORIGIN + path;
  },

  answer(id, fetchId, status, text, type, lifetime) {
    const { resolve, reject } = docs.get(id).fetches.get(fetchId);
    docs.get(id).fetches.delete(fetchId);
    if (!status) return reject(new TypeError('Failed to fetch'));
    const known = { 'content-type': type, 'x-widget-lifetime': lifetime };
    resolve({
      status, ok: status >= 200 && status < 300, redirected: false, type: 'basic',
      text: async () => text, json: async () => JSON.parse(text),
      headers: { get: name => known[name.toLowerCase()] || null }
    });
  },

  // `code`: the number of the page's own code; -1 for a library, -2 for a response that is no script.
  script(id, scriptId, arrived, code) {
    const tab = docs.get(id);
    const script = tab.requested.get(scriptId);
    tab.requested.delete(scriptId);
    if (code >= 0) tab.attempt(() => codes[code](...tab.names));
    else if (arrived && code === -1) tab.attempt(() => install(tab, script.src));
    tab.attempt(() => {
      const handler = arrived ? script.onload : script.onerror;
      if (handler) handler.call(script, { type: arrived ? 'load' : 'error' });
    });
    tab.fire(script, arrived ? 'load' : 'error');
  },

  refresh(id) {
    const { widgetIdentity } = docs.get(id).window;
    if (widgetIdentity) widgetIdentity.refresh().catch(() => {});
    return !!widgetIdentity;
  },

  close(id) { docs.delete(id); },

  // The content of the local storage, and the globals of one document.
  storage() {
    const keys = Object.keys(localStorage);
    return keys.length ? keys.map(key => key + '\t' + localStorage[key]).join('\n') : '';
  },
  globals(id) {
    const { window } = docs.get(id);
    const { Intercom, Ferndesk } = window;
    const found = [window.intercomSettings, Intercom && Intercom.q, window.GleapActions, Ferndesk && Ferndesk.q, window.zESettings];
    return JSON.stringify(found);
  },
  // Whether the consent tool's own property is still there.
  consentStands(id) {
    const tab = docs.get(id);
    if (!tab.consent) return true;
    const found = Object.getOwnPropertyDescriptor(tab.document, 'cookie');
    return !!found && found.set === tab.consent.set && found.get === tab.consent.get;
  }
};
