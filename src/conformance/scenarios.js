// Each scenario is the life of one page, and reports the rules that were broken in it.
const findings = [];
const find = (rule, detail) => findings.push({ rule, detail });

const { a: ada, b: bela } = input;
const name = input.widget.name;

// ---- the observed adapter ------------------------------------------------------------------------------------------

// The globals that the adapter has read or created, under which it may expect its library.
const touched = new Set(input.touched || []);
// The globals that the page or a browser has anyway.
const native = new Set(Reflect.ownKeys(window).concat(
  'widgetIdentity', 'trustedTypes', 'cookieStore', 'Turbo', 'Turbolinks', 'jQuery', '$', 'dataLayer', 'crypto', 'screen',
  'customElements', 'IntersectionObserver', 'ResizeObserver', 'URLSearchParams', 'AbortController', 'Headers', 'Request',
  'XMLHttpRequest', 'WebSocket', 'BroadcastChannel', 'caches', 'indexedDB', 'Intl', 'innerWidth', 'innerHeight'));

const spy = new Proxy(window, {
  has(target, key) { note(key); return key in target; },
  get(target, key) {
    if (target[key] === window) return spy;
    note(key);
    return target[key];
  },
  set(target, key, value) { note(key); target[key] = value; return true; }
});

const note = key => { if (typeof key === 'string' && !native.has(key)) touched.add(key); };

// Evaluates the adapter as the page's script does: one entry of an object, followed by a comma.
const read = () => Function('page', 'with (page) { return ({\n"' + name + '": ' + input.adapter + ',\n}); }')(spy)[name];

// The URLs that were passed to `tools.load`.
const asked = [];
let made;
// Calls the factory: once for each page, and again for an adapter that remembers nothing.
let make;
// The widget as the runtime passes it.
let widget = Object.assign({}, input.widget);
// If true, the scenario calls the adapter itself, and the runtime's calls do not reach it.
let direct = false;

const call = (verb, ...args) => attempt('`' + verb + '`', () => {
  const result = made[verb](...args);
  if (result instanceof Promise) result.catch(error => thrown.push('`' + verb + '`: ' + error));
});

const watched = (place, action) => action && (() => attempt(place, action));

const factory = tools => {
  const load = (url, options = {}) => {
    // The URL as the runtime writes it on the element.
    asked.push(new URL(url, window.location.origin).href);
    const onload = watched('what follows the library', options.onload);
    const before = watched('what precedes the library', options.before);
    tools.load(url, Object.assign({}, options, { onload, before }));
  };
  const global = key => {
    note(key);
    return tools.global(key);
  };
  make = () => { made = read()(Object.assign({}, tools, { load, global })); };
  make();
  const verb = each => (given, ...args) => {
    widget = given;
    if (!direct) call(each, given, ...args);
  };
  return { boot: verb('boot'), refresh: verb('refresh'), shutdown: verb('shutdown') };
};

// ---- the token service ----------------------------------------------------------------------------------------------

// The format of a value from the page that the token service accepts.
const VALUE = /^[A-Za-z\d-]{1,64}$/;
const answerOfStage = window.fetch;

window.fetch = async (address, options = {}) => {
  const token = String(address).slice((window.location.origin + input.tokenPath + '/').length).split('?')[0];
  const value = (options.headers || {})['x-widget-value'];
  const signsValue = input.valueTokens.includes(token);
  if (signsValue && !VALUE.test(value || '')) {
    find('value', 'the adapter asks for the token `' + token + '` without 1 to 64 letters, digits and hyphens to be signed');
    return refusal(400, 'value');
  }
  if (!signsValue && value !== undefined) find('value', 'the adapter hands a value to the token `' + token + '`, which signs none');
  return answerOfStage(address, options);
};

// ---- the page -------------------------------------------------------------------------------------------------------

const CONSTANTS = {
  cookie: { name: MARKER, attributes: '; Path=/; Secure; SameSite=Lax' },
  tokens: input.tokenPath,
  widgets: [Object.assign({}, input.widget)]
};

// Loads a page as the middleware would send it. A user's page also sets the cookie beside the marker.
const visit = async (person, more = {}) => {
  session = person;
  const data = Object.assign(pageData(person), more);
  if (person) renewEpoch();
  if (window.widgetIdentity) window.widgetIdentity.visit(data);
  else {
    const element = document.createElement('script');
    element.dataset.widget = JSON.stringify(data);
    runScript(element, () => (0, eval)(input.runtime)(CONSTANTS, { [name]: factory }));
  }
  await pass(0);
};

// The ways in which a session ends: the next page, a logout in another tab, another user's login there.
const ENDINGS = {
  'the next page': () => visit(undefined),
  'a logout in another tab': () => elsewhere(logOut, undefined),
  'another login in another tab': () => elsewhere(() => logIn(bela), bela),
  'another login of which the next page tells first': async () => {
    logIn(bela);
    await visit(bela);
  }
};

// A login in another tab, whose page has run.
const logIn = person => {
  renewEpoch();
  jar.set(MARKER, person.fp);
};

const elsewhere = async (change, next) => {
  session = next;
  await pass(1000);
  change();
  dispatch('focus');
  await pass(0);
};

// ---- the library ----------------------------------------------------------------------------------------------------

const install = key => {
  // What `window` inherits is an element.
  const now = Object.hasOwnProperty.call(window, key) ? window[key] : undefined;
  if (isLibrary.has(now)) return;
  // A settings object remains the page's object, and the library adds its functions to it.
  if (now !== null && typeof now === 'object' && !Array.isArray(now)) Object.setPrototypeOf(now, makeLibrary());
  else if (now === undefined || typeof now === 'function' || Array.isArray(now)) window[key] = makeLibrary();
};

const ours = () => Reflect.ownKeys(window).filter(key => !native.has(key));

// A stub (a function or a queue) and its methods only stand in for the library, so they are not callbacks.
const markStub = value => {
  if (typeof value !== 'function' && !Array.isArray(value)) return;
  const methods = Reflect.ownKeys(value).filter(key => !/^\d+$/.test(String(key))).map(key => value[key]);
  [value].concat(methods).filter(each => typeof each === 'function').forEach(each => notCalled.add(each));
};

// The library arrives: it reads the queued data, replaces the stub, and reports that it is ready. `known` counts what
// it has read as given.
let present = false;
const arrive = async () => {
  present = true;
  ours().forEach(key => markStub(window[key]));
  ours().forEach(key => walk(window[key], '', { callback: keep }));
  ours().forEach(key => walk(window[key], '', { text: (_, text) => found.push(text) }));
  touched.forEach(install);
  scripts.forEach(runs);
  await pass(0);
  await respond();
};

// The library does its work: it fires events and calls callbacks.
const respond = async () => {
  [...shared.keys()].filter(type => !['load', 'focus', 'pageshow'].includes(type)).forEach(type => dispatch(type));
  await pass(2000);
  await poke();
};
// The texts that the library read from the page when it arrived.
const found = [];

// Everything that a script can reach now, as `path: label`.
const leaks = terms => {
  const all = new Set();
  const text = (path, each) => named(terms, each).forEach(label => all.add(label + ' in `' + path + '`'));
  ours().forEach(key => walk(window[key], String(key), { text }));
  walk([document.cookie, document.title, window.name, window.history.state], 'document or window', { text });
  walk([Object.assign({}, window.localStorage), Object.assign({}, window.sessionStorage)], 'a storage', { text });
  everyElement().forEach(each => walk(Object.assign({}, each, { children: [] }), 'an element', { text }));
  return [...all];
};

const shown = (terms, texts) => [...new Set(texts.flatMap(text => named(terms, text)))];

// Everything that the library can know: given to it, found by it, or present where it reads.
const known = person => {
  const texts = given.concat(found);
  // The library does not read a queue that was made after it arrived.
  const isRead = value => isLibrary.has(value) || (typeof value === 'object' && !Array.isArray(value));
  const looked = present ? [...touched].filter(key => isRead(window[key])) : [];
  looked.forEach(key => walk(window[key], '', { text: (_, text) => texts.push(text) }));
  return shown(person.terms, texts);
};

const fresh = person => input.widget.token in person.tokens ? person.tokens[input.widget.token] : undefined;

// ---- scenarios ------------------------------------------------------------------------------------------------------

const VERBS = ['boot', 'refresh', 'shutdown'];

const shape = async () => {
  let factoryFunction;
  try { factoryFunction = read(); } catch (error) { return find('shape', 'the script cannot be read: ' + error); }
  if (typeof factoryFunction !== 'function') return find('shape', 'the expression is no function, but ' + typeof factoryFunction);
  direct = true;
  try { await visit(ada); } catch (error) { return find('shape', 'the function throws: ' + error); }
  if (made === null || typeof made !== 'object') return find('shape', 'the function returns no object');
  const names = Object.keys(made).sort().join(', ');
  if (names !== VERBS.join(', ')) return find('shape', 'it returns `' + names + '` in place of `boot, refresh, shutdown`');
  VERBS.filter(verb => typeof made[verb] !== 'function').forEach(verb => find('shape', '`' + verb + '` is no function'));
  if (scripts.length) find('library', 'the library is loaded before `boot`');
};

// Learns the globals under which the library may be expected.
const learn = async () => {
  for (const person of [ada, bela]) {
    await visit(person);
    await arrive();
    direct = true;
    call('refresh', widget, fresh(person));
    direct = false;
    await visit(undefined);
  }
};

const STEPS = {
  boot: async () => { await visit(ada); call('boot', widget); },
  refresh: async turn => { call('refresh', widget, turn % 2 ? undefined : fresh(ada)); },
  shutdown: async turn => { await visit(undefined); call('shutdown', widget, turn % 2 === 0); }
};

// `when`: the step before which the library arrives.
const order = async ({ steps, when }) => {
  direct = true;
  await visitStalePage();
  for (let turn = 0; turn <= steps.length; turn++) {
    if (turn === when) await arrive();
    if (turn < steps.length) await STEPS[steps[turn]](turn);
    await pass(100);
  }
  await pass(5000);
  const told = 'in ' + steps.join(', ') + (when < 0 ? ' without the library' : ', the library before step ' + (when + 1));
  thrown.forEach(error => find('order', error + ' (' + told + ')'));
  twice(told);
};

const twice = told => {
  const addresses = scripts.map(script => String(script.src));
  const again = addresses.filter((address, at) => addresses.indexOf(address) !== at);
  if (again.length) find('library', 'a script comes into the page twice: ' + again[0] + ' (' + told + ')');
  const alone = addresses.find(address => !asked.includes(address));
  if (alone !== undefined) find('library', 'a script comes into the page without `tools.load`: ' + alone);
};

// A page from a cache, while there may be a session whose marker was lost: the runtime is present and does nothing.
const visitStalePage = async () => {
  jar.set(KEPT, 'lost');
  await visit(undefined, { reset: false });
  jar.delete(KEPT);
};

const early = async there => { if (there) { await visitStalePage(); await arrive(); } };

const boots = async ({ there }) => {
  await early(there);
  await visit(ada);
  const { library } = input.widget;
  // The path may contain the time.
  const host = address => new URL(address).href.split('/')[2];
  if (library && !there && !asked.some(address => host(address) === host(library))) find('library', '`boot` does not load ' + library);
  if (!there) await arrive();
  await respond();
  const when = there ? 'is there already' : 'comes later';
  if (!known(ada).length) find('boot', 'a library that ' + when + ' does not get the user');
};

// The token that replaces the page's token must reach the library, at once or when it arrives.
const renews = async ({ there }) => {
  await early(there);
  await visit(ada);
  direct = true;
  call('refresh', widget, fresh(ada));
  if (!there) await arrive();
  await respond();
  const term = [{ label: 'token', text: fresh(ada) }];
  const when = there ? 'is there' : 'comes later';
  if (!known({ terms: term }).length) find('fresh', 'a library that ' + when + ' is not given the token of `refresh`');
};

const without = (all, some) => all.filter(each => !some.includes(each));

// `there`: 0, the library never arrived; 1, it arrived before the user; 2, it arrived between boot and shutdown.
const untilTheEnd = async ({ ending, there }) => {
  await early(there === 1);
  await visit(ada);
  if (there === 2) await arrive();
  if (there) await respond();
  await ENDINGS[ending]();
  await pass(2000);
};

const ends = async options => {
  await untilTheEnd(options);
  const { ending, there } = options;
  const left = leaks(ada.terms);
  // If the next user is already booted, traces of the first user appear beside them.
  const rule = ending.endsWith('tells first') ? 'second' : 'left';
  left.forEach(leak => find(rule, leak + ' after ' + ending));
  const before = given.length;
  if (there) await respond();
  else if (!ending.startsWith('another login')) await arrive();
  const told = shown(ada.terms, given.slice(before)).concat(without(leaks(ada.terms), left));
  told.forEach(label => find(there ? 'callback' : 'late', label + ' after ' + ending));
};

const refreshes = async options => {
  await untilTheEnd(options);
  const left = leaks(ada.terms);
  const before = given.length;
  direct = true;
  call('refresh', widget);
  call('refresh', widget, fresh(ada));
  await pass(2000);
  const told = shown(ada.terms, given.slice(before)).concat(without(leaks(ada.terms), left));
  told.forEach(label => find('refresh', label + (options.there ? ' to a library that is there' : ' for a library to come')));
};

const second = async options => {
  await untilTheEnd(options);
  const left = leaks(ada.terms);
  const before = [given.length, found.length];
  await visit(bela);
  if (!options.there) await arrive();
  await respond();
  const told = given.slice(before[0]);
  if (!left.length) told.push(...found.slice(before[1]));
  const when = ' after ' + options.ending + (options.there ? '' : ', the library comes later');
  shown(ada.terms, told).concat(without(leaks(ada.terms), left))
    .forEach(label => find('second', 'of the first person, ' + label + when));
  // If `boot` passes no identity, that is the defect, and this is not another one.
  if (options.silent || known(bela).length) return;
  // A library that cannot change users may wait for the next page.
  const orphans = leaks(bela.terms);
  if (!options.there) find('second', 'the library does not get the second user' + when);
  else if (orphans.length) find('second', 'where no library looks any more, ' + orphans[0] + when);
};

const visitor = async ({ there }) => {
  CONSTANTS.visitors = true;
  await early(there);
  thrown.length = 0;
  await visit(undefined);
  await pass(2000);
  if (!there) await arrive();
  logIn(ada);
  await visit(ada);
  const before = given.length;
  await visit(undefined);
  await pass(2000);
  shown(ada.terms, given.slice(before)).forEach(label => find('visitor', label + ' after the person left'));
  // The scenario `order` reports what a shutdown throws.
  thrown.filter(error => !error.startsWith('`shutdown`')).forEach(error => find('visitor', error));
};

// A shutdown that needs no library loads none, and neither does a `refresh` without a user.
const idle = async () => {
  direct = true;
  await visitStalePage();
  call('shutdown', widget, false);
  call('refresh', widget);
  await pass(2000);
  if (scripts.length) find('library', 'it is loaded although nobody is there and `load` is not set');
};

// Markup such as `<a id=acme>` makes a property that `window` inherits, and precedes `addEventListener`, which is further up.
const plain = Object.getPrototypeOf(window);
const { addEventListener: listen } = window;
const shadow = shadows => {
  window.addEventListener = shadows ? document.createElement('a') : listen;
  const elements = [...touched].map(key => [key, { value: document.createElement('a'), writable: true, configurable: true }]);
  Object.setPrototypeOf(window, shadows ? Object.create(plain, Object.fromEntries(elements)) : plain);
};

const shadowed = async ({ silent }) => {
  shadow(true);
  await visit(ada);
  await arrive();
  await respond();
  if (!silent && !known(ada).length) find('shadowed', 'the library does not get the user');
  await visit(undefined);
  await pass(5000);
  thrown.forEach(error => find('shadowed', error));
};

// What an adapter without a library does at the end of a session must not depend on the page's markup.
const shadowedEnd = async () => {
  direct = true;
  await visitStalePage();
  const end = async shadows => {
    ours().forEach(key => delete window[key]);
    shadow(shadows);
    asked.length = 0;
    make();
    call('shutdown', widget, true);
    await pass(5000);
    return asked.join();
  };
  const usual = await end(false);
  if (await end(true) !== usual) find('shadowed', 'a `shutdown` that may load the library does not load it');
  thrown.forEach(error => find('shadowed', error));
};

const scenarios = {
  shape, learn, order, boots, renews, ends, refreshes, second, visitor, idle, shadowed, shadowedEnd
};

scenarios[input.scenario](input.options || {}).then(
  () => { window.result = JSON.stringify({ findings, touched: [...touched] }); },
  error => { window.result = JSON.stringify({ findings: [{ rule: 'shape', detail: 'the page fails: ' + error }], touched: [] }); }
);
