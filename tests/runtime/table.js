// Plays one row of the decision table on the conformance kit's stage, and records what the runtime does: calls to
// adapters, writes and removals, and requests to the server. The server is the stage's.

const journal = [];
const note = line => journal.push(line);

// ---- the users ------------------------------------------------------------------------------------------------------

// The row names a user; cookies and responses have the fingerprint.
const user = (label, letter) => ({
  fp: letter.repeat(22), person: { token: label }, lifetime: 0, tokens: { acme: 'token', 'bolt-1': 'token' }
});
const USERS = { ADA: user('ADA', 'A'), BELA: user('BELA', 'B') };
const everyUser = Object.keys(USERS);
const toValue = text => everyUser.reduce((value, label) => value.split(label).join(USERS[label].fp), text);
const toName = text => everyUser.reduce((value, label) => value.split(USERS[label].fp).join(label), text);

// ---- the cookies ----------------------------------------------------------------------------------------------------

// A second cookie with the marker's name that scripts cannot overwrite, like one on a parent domain.
let secondMarker = '';
let cookiesAreKept = true;
let reads = 0;
const stored = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
const LABELS = { [MARKER]: 'marker', [KEPT]: 'kept' };
const ATTRIBUTES = '; Path=/; Secure; SameSite=Lax';

const noteCookie = line => {
  const [, cookie, value, attributes] = /^([^=]*)=([^;]*)(.*)$/.exec(line);
  const label = LABELS[cookie];
  if (!label) return note('delete ' + cookie + attributes.replace('; Path=/; Max-Age=0', ''));
  if (attributes !== ATTRIBUTES + '; Max-Age=' + (value ? 34560000 : 0)) note(label + ' has other attributes: ' + attributes);
  if (value) return note(label + ' = ' + (label === 'kept' ? 'new' : toName(value)));
  return jar.has(cookie) && note(label + ' deleted');
};

Object.defineProperty(Document.prototype, 'cookie', {
  configurable: true,
  get() { reads++; return stored.get.call(this) + (secondMarker && '; ' + MARKER + '=' + secondMarker); },
  set(line) {
    noteCookie(line);
    if (cookiesAreKept) stored.set.call(this, line);
  }
});

// ---- what else is watched -------------------------------------------------------------------------------------------

window.localStorage.removeItem = key => {
  // The witness, which accompanies the cookies.
  if (key !== KEPT) note('remove ' + key);
  else if (key in window.localStorage) note('witness removed');
  delete window.localStorage[key];
};

const deleteProperty = Reflect.deleteProperty;
Reflect.deleteProperty = (target, key) => {
  const known = Reflect.has(target, key);
  const deleted = deleteProperty(target, key);
  // For the document's own `cookie`, the line `no cookies` shows that it is there again.
  if (known && target !== document) note((deleted ? 'delete ' : 'keep ') + 'window.' + String(key));
  return deleted;
};

window.console.warn = (_, error) => note('warn ' + (error.message || error));

// ---- the server -----------------------------------------------------------------------------------------------------

const ORIGIN = window.location.origin;
// The base URL, which a `<base>` element may change.
let base = ORIGIN;
const resolve = address => new URL(address, base).href.replace(ORIGIN, '');
const withoutQuery = address => address.split('?')[0];

// A response that replaces the stage's.
let answerOfTheRow = null;
// The responses that are under way, until the row releases them.
let held = null;

const unusual = ({ status = 0, type, text = '', breaksOff, stalls, redirects }) => {
  const response = reply(status, type, toValue(text));
  if (stalls) response.json = response.text = () => new Promise(() => {});
  // <https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect>
  if (redirects) response.type = 'opaqueredirect';
  if (breaksOff) response.json = response.text = async () => { throw new Error('no network'); };
  return response;
};

window.fetch = async (address, { headers, cache, redirect }) => {
  // Without a query, the URL could match a response that a service worker keeps.
  if (cache !== 'no-store' || redirect !== 'manual' || !address.includes('?')) note('asks carelessly');
  const page = headers && headers['x-widget-page'];
  note('ask ' + resolve(withoutQuery(address)) + (page ? ' as ' + toName(page) : ''));
  // The response is made when the request comes, and arrives when the row releases it.
  const response = answerOfTheRow ? unusual(answerOfTheRow) : answer(withoutQuery(address), page);
  if (held) await new Promise(arrives => held.push(arrives));
  if (!response.status && !response.type) throw new Error('no network');
  return response;
};

// ---- the adapters ---------------------------------------------------------------------------------------------------

// The widgets whose `boot` fails, those whose `shutdown` fails, and those whose `boot` loads a library.
let failing = [];
let failingToEnd = [];
let loaders = [];
const shown = {};

const optionsOf = each => ({
  id: each,
  attributes: { 'data-key': 'k' },
  before: found => { if (found) note('found ' + each); },
  onload: () => { note('loaded ' + each); }
});

const adapter = each => tools => {
  tools.onSwap(() => note('swapped ' + each));
  const who = widget => widget.person ? widget.person.token : 'visitor';
  const said = text => text + (document.cookie === '' && jar.size ? ', no cookies' : '');
  return {
    boot(widget) {
      note('boot ' + each + ': ' + who(widget));
      shown[each] = who(widget);
      if (loaders.includes(each)) tools.load('/' + each + '.js', optionsOf(each));
      if (failing.includes(each)) throw new Error(each);
    },
    refresh(widget, token) { note('refresh ' + each + ': ' + (token || who(widget))); },
    shutdown(_, load) {
      note(said('shutdown ' + each + (load ? ', may load' : '')));
      if (failingToEnd.includes(each)) throw new Error(each);
      delete shown[each];
    }
  };
};

const WIDGETS = {
  acme: {
    name: 'acme', token: 'acme', settings: {},
    residue: { cookies: ['acme_*', 'acme'], storage: ['acme.*'], session: [], globals: ['acmeUser', 'acme.settings.user'] }
  },
  bolt: { name: 'bolt', token: 'bolt-1', settings: {}, residue: { cookies: [], storage: [], session: [], globals: [] } }
};

const CONSTANTS = { cookie: { name: MARKER, attributes: ATTRIBUTES }, tokens: input.tokenPath, widgets: [WIDGETS.acme] };

// ---- steps ----------------------------------------------------------------------------------------------------------

const call = () => {
  const adapters = Object.fromEntries(Object.keys(WIDGETS).map(each => [each, adapter(each)]));
  (0, eval)('(' + input.runtime + '\n)')(CONSTANTS, adapters);
};

// The code that the loader requests. It arrives at once, unless the row holds it.
let codeIsHeld = false;
const heldCode = [];
// Whether a page carries the whole code, although others load it.
globalThis.carriesCode = false;
globalThis.arrive = code => codeIsHeld ? heldCode.push(code) : code();
const isCode = ({ src }) => src.endsWith('/code.js');
const libraries = () => scripts.filter(each => !isCode(each));

const element = dataset => Object.assign(Document.prototype.createElement('script'), { dataset });

// Whether the row has set the session's user. Otherwise it is the user of the page.
let sessionIsSet = false;
const signIn = of => {
  session = USERS[of];
  sessionIsSet = true;
};

const setMarker = value => {
  jar.set(MARKER, toValue(value));
  renewEpoch();
};

// `copy`: the page is from a cache, so its cookies were set long ago. `widgets`: those that have data for the user.
const openPage = ({ of = '', seen = '', widgets = ['acme'], copy = false, parent = 'head', ...flags }) => {
  if (!sessionIsSet) session = USERS[of];
  if (of && !copy) renewEpoch();
  const data = { ...pageData(USERS[of]), reset: false, seen: toValue(seen), ...flags };
  if (of) data.people = Object.fromEntries(widgets.map(each => [each, USERS[of].person]));
  runScript(element({ widget: JSON.stringify(data) }), call, { head, body }[parent]);
};

// Creates each widget's library, session and data, as its adapter leaves them.
const leaveArtifacts = () => {
  jar.set('acme_session', '1');
  jar.set('other', '1');
  window.localStorage['acme.visitor'] = '1';
  window.localStorage.other = '1';
  window.acmeUser = 'Ada';
};

let snapshot = [];
const cookiesOfOurs = () => [...jar].filter(([key]) => key in LABELS);

const DO = {
  // The page
  constants({ widgets = ['acme'], ...flags }) { Object.assign(CONSTANTS, flags, { widgets: widgets.map(each => WIDGETS[each]) }); },
  page: openPage,
  call,
  elementWithoutData: () => runScript(element({}), call),
  scheme(protocol) { Object.assign(window.location, { protocol, host: protocol.startsWith('http') ? window.location.host : '' }); },
  framed() { window.top = {}; },
  base(address) { base = address; },
  state(state) { Object.assign(documentState, state); },
  clobber(names) { names.forEach(each => Object.defineProperty(document, each, { configurable: true, value: { tagName: 'FORM' } })); },
  inherit() {
    // As a named element's property is: <https://webidl.spec.whatwg.org/#named-properties-object>.
    const fails = () => { note('what window inherits is called'); };
    const inherited = { writable: true, configurable: true, value: { visit: fails, createPolicy: fails } };
    const names = { widgetIdentity: inherited, trustedTypes: inherited };
    Object.setPrototypeOf(window, Object.create(Object.getPrototypeOf(window), names));
  },
  consentTool(configurable) { Object.defineProperty(document, 'cookie', { configurable, get: () => 'consent', set() {} }); },
  warningsThrow() { window.console.warn = () => { throw new Error('no warnings'); }; },
  trustedTypes() {
    const createPolicy = (policy, rules) => {
      note('policy ' + policy);
      return { createScriptURL: url => 'trusted ' + rules.createScriptURL(url) };
    };
    window.trustedTypes = { createPolicy };
  },

  // The browser
  marker: setMarker,
  loseMarker() { jar.delete(MARKER); },
  loseKept() { jar.delete(KEPT); },
  changeKept: renewEpoch,
  // As another tab's clean-up does it.
  deleteBoth() { jar.delete(MARKER); jar.delete(KEPT); delete window.localStorage[KEPT]; },
  witness() { window.localStorage[KEPT] = '1'; },
  secondMarker(value) { secondMarker = toValue(value); },
  takeSnapshot() { snapshot = cookiesOfOurs(); },
  showSnapshot() { snapshot.forEach(([key, value]) => jar.set(key, value)); },
  cookiesAreKept(kept) { cookiesAreKept = kept; },
  artifacts: leaveArtifacts,
  artifactsOf(residue) { WIDGETS.acme.residue = residue; },
  stored(key) {
    jar.set(key, '1');
    window.localStorage[key] = window.sessionStorage[key] = '1';
  },
  noCookieStore() { delete window.cookieStore; },
  undeletable(key) { Object.defineProperty(window, key, { value: 'Ada', writable: true, configurable: false }); },
  event(type) { dispatch(type); },
  hear() { ['ready', 'identified'].forEach(name => window.addEventListener('widgetidentity:' + name, () => note('event ' + name))); },
  pass: milliseconds => pass(milliseconds),

  // The server, and other tabs
  signedIn: signIn,
  logIn(of) { signIn(of); setMarker(of); },
  logOut() { signIn(''); logOut(); },
  lifetime(seconds) { everyUser.forEach(each => { USERS[each].lifetime = seconds; }); },
  server(next) { answerOfTheRow = next; },
  hold(holds) { held = holds === false ? null : []; },
  release(at) { held[at](); },

  // The page's own calls, and its libraries
  refresh() { window.widgetIdentity.refresh(); },
  replaceIdentity() {
    note(Reflect.set(window, 'widgetIdentity', {}) || deleteProperty(window, 'widgetIdentity') ? 'replaced' : 'not replaced');
  },
  failing(names) { failing = names; },
  failingToEnd(names) { failingToEnd = names; },
  loaders(names) { loaders = names; },
  // A script of the page, such as one from the vendor's own package.
  pageScript({ src, id }) {
    const script = document.createElement('script');
    script.src = ORIGIN + src;
    if (id) script.setAttribute('id', id);
    body.append(script);
  },
  libraryArrives() { libraries().forEach(runs); },
  libraryFails() { libraries().forEach(script => script.onerror()); },
  holdCode() { codeIsHeld = true; },
  codeArrives() { heldCode.splice(0).forEach(code => code()); },
  codeFails() { scripts.filter(isCode).pop().onerror(); },
  noteCode() {
    const inPage = head.children.filter(child => child.src && isCode(child)).length;
    note(scripts.filter(isCode).length + ' requests for ' + resolve(scripts.find(isCode).src) + ', ' + inPage + ' elements');
  },
  carryCode() { globalThis.carriesCode = true; },
  countCode() { note(scripts.filter(isCode).length + ' requests for code'); },
  noteIdentified() { note('identified: ' + window.widgetIdentity.identified()); },

  // The journal
  forget() { journal.length = 0; },
  forgetCookieReads() { reads = 0; },
  noteCookieReads() { note('cookies read ' + reads + ' times'); },
  noteGlobal(key) { note(key + ' is ' + window[key]); },
  noteCookieProperty() { note('document.cookie is ' + document.cookie); },
  noteElements() { note(head.children.concat(body.children).filter(each => each.dataset.widget).length + ' elements with data'); },
  noteScripts() {
    const text = attributes => Object.entries(attributes).map(([name, value]) => ' ' + name + '=' + value).join('');
    libraries().forEach(({ src, attributes }) => note('script ' + resolve(src) + text(attributes)));
  },
  noteTrustedScripts() { libraries().forEach(({ src }) => note(src)); },
  noteWitness() { note(window.localStorage[KEPT] ? 'a witness' : 'no witness'); },
  // Notes in which stores an entry of this name still is.
  noteStored(key) {
    if (jar.has(key)) note('cookie');
    if (key in window.localStorage) note('localStorage');
    if (key in window.sessionStorage) note('sessionStorage');
  },
  noteShown() { note('acme shows ' + (shown.acme || 'no one')); }
};

(async () => {
  window.cookieStore = new EventTarget();
  for (const [verb, value] of input.steps) {
    await DO[verb](value);
    // Lets what this step started finish before the next step, without any timer.
    await promisesSettle();
  }
  window.result = JSON.stringify(journal);
})().catch(error => { window.result = JSON.stringify(journal.concat('FAILED ' + error + ' ' + error.stack)); });
