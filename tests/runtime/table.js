// Plays one row of the table in tests/runtime.rs on the conformance kit's stage, and writes down what the runtime does:
// calls to adapters, what it writes and removes, what it asks the token service.

const journal = [];
const note = line => journal.push(line);

// ---- fingerprints by their names ------------------------------------------------------------------------------------

const PEOPLE = { ADA: 'A'.repeat(22), BELA: 'B'.repeat(22) };
const toValue = text => Object.keys(PEOPLE).reduce((value, name) => value.split(name).join(PEOPLE[name]), text);
const toName = text => Object.keys(PEOPLE).reduce((name, each) => name.split(PEOPLE[each]).join(each), text);

// ---- what is watched ------------------------------------------------------------------------------------------------

const MARKER = 'marker';
// A cookie header's text that no jar can hold: a name twice.
let cookieText = null;
let cookiesAreKept = true;
const stored = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');

Object.defineProperty(Document.prototype, 'cookie', {
  configurable: true,
  get() { return cookieText === null ? stored.get.call(this) : cookieText; },
  set(line) {
    const [pair, ...attributes] = line.split('; ');
    const [name, value] = pair.split('=');
    const deletes = attributes.includes('Max-Age=0');
    const domain = attributes.filter(each => each.startsWith('Domain=')).map(each => '; ' + each).join();
    if (name !== MARKER) note('delete ' + name + domain);
    else note(deletes ? 'marker deleted' : 'marker = ' + toName(value));
    if (cookiesAreKept) stored.set.call(this, line);
  }
});

window.localStorage.removeItem = key => {
  note('remove ' + key);
  delete window.localStorage[key];
};

const deleteProperty = Reflect.deleteProperty;
Reflect.deleteProperty = (target, key) => {
  const known = Reflect.has(target, key);
  const deleted = deleteProperty(target, key);
  // That the document's own `cookie` is there again, `no cookies` says.
  if (known && target !== document) note((deleted ? 'delete ' : 'keep ') + 'window.' + String(key));
  return deleted;
};

window.console.warn = (_, error) => note('warn ' + error.message);

// ---- the token service ----------------------------------------------------------------------------------------------

let server = { status: 200, text: 'token' };

window.fetch = async (path, { headers, cache, redirect }) => {
  if (cache !== 'no-store' || redirect !== 'error') note('asks carelessly');
  note('ask ' + path + (headers ? ' as ' + toName(headers['x-widget-page']) : ''));
  const { status, text, lifetime } = server;
  if (!status) throw new Error('no network');
  return {
    status, ok: status === 200, text: async () => text, json: async () => JSON.parse(toValue(text)),
    headers: { get: name => name === 'x-widget-lifetime' && lifetime ? String(lifetime) : null }
  };
};

// ---- the adapters ---------------------------------------------------------------------------------------------------

// Those of which `boot` fails, and those of which it loads a library.
let failing = [];
let loaders = [];

const adapter = each => tools => {
  const who = widget => widget.person ? toName(widget.person.token) : 'visitor';
  const said = text => text + (document.cookie === '' && jar.size ? ', no cookies' : '');
  return {
    boot(widget) {
      note('boot ' + each + ': ' + who(widget));
      if (loaders.includes(each)) tools.load('/' + each + '.js', { id: each, attributes: { 'data-key': 'k' } });
      if (failing.includes(each)) throw new Error(each);
    },
    refresh(widget, token) { note('refresh ' + each + ': ' + (token || who(widget))); },
    shutdown(_, load) { note(said('shutdown ' + each + (load ? ', may load' : ''))); }
  };
};

const WIDGETS = [
  {
    name: 'acme', token: 'acme', settings: {},
    residue: { cookies: ['acme_*', 'acme'], storage: ['acme.*'], globals: ['acmeUser', 'acme.settings.user'] }
  },
  { name: 'bolt', token: 'bolt-1', settings: {}, residue: { cookies: [], storage: [], globals: [] } }
];

// ---- steps ----------------------------------------------------------------------------------------------------------

const pageOf = ({ of = '', seen = '', widgets = ['acme'], tokens = '/t', lifetime = 0, ...flags }) => {
  const all = flags.all || widgets;
  delete flags.all;
  const by = value => Object.fromEntries(of ? widgets.map(each => [each, value]) : []);
  return {
    cookie: { name: MARKER, attributes: '; Path=/' },
    ...tokens && { tokens },
    widgets: WIDGETS.filter(each => all.includes(each.name)),
    seen, fp: of, people: by({ token: of }), lifetimes: lifetime ? by(lifetime) : {}, ...flags
  };
};

const run = script => {
  document.currentScript = script;
  const adapters = Object.fromEntries(WIDGETS.map(({ name }) => [name, adapter(name)]));
  (0, eval)('(' + input.runtime + '\n)')(adapters);
  document.currentScript = null;
};

// Each adapter's library, session and data, as it leaves them.
const leaveArtifacts = () => {
  jar.set('acme_session', '1');
  jar.set('other', '1');
  window.localStorage['acme.visitor'] = '1';
  window.localStorage.other = '1';
  window.acmeUser = 'Ada';
};

const DO = {
  page(page) {
    const data = toValue(JSON.stringify(pageOf(page)));
    run({ dataset: { widget: data }, remove() { note('element removed'); } });
  },
  script: run,
  marker(value) { if (value) jar.set(MARKER, toValue(value)); else jar.delete(MARKER); },
  cookieText(text) { cookieText = text && toValue(text); },
  cookiesAreKept(kept) { cookiesAreKept = kept; },
  artifacts: leaveArtifacts,
  undeletable(name) { Object.defineProperty(window, name, { value: 'Ada', writable: true, configurable: false }); },
  event(type) { dispatch(type); },
  prerendering(is) { document.prerendering = is; },
  hidden(is) { document.hidden = is; },
  readyState(state) { document.readyState = state; },
  pass: milliseconds => pass(milliseconds),
  server(next) { server = next; },
  failing(names) { failing = names; },
  loaders(names) { loaders = names; },
  trustedTypes() {
    const createPolicy = (name, rules) => {
      note('policy ' + name);
      return { createScriptURL: url => 'trusted ' + rules.createScriptURL(url) };
    };
    window.trustedTypes = { createPolicy };
  },
  scripts() { scripts.forEach(({ src, id, attributes }) => note('script ' + src + ' #' + id + ' ' + attributes['data-key'])); },
  libraryArrives() { scripts.forEach(script => script.onload()); },
  libraryFails() { scripts.forEach(script => script.onerror()); },
  refresh: () => window.widgetIdentity.refresh(),
  forget() { journal.length = 0; },
  global(name) { note(name + ' is ' + window[name]); }
};

(async () => {
  if (input.cookieStore) window.cookieStore = eventTarget;
  for (const [verb, value] of input.steps) {
    await DO[verb](value);
    // So that the next step meets what this one has set going, and no timer.
    await promisesSettle();
  }
  window.result = JSON.stringify(journal);
})().catch(error => { window.result = JSON.stringify(journal.concat('FAILED ' + error + ' ' + error.stack)); });
