// One document on the conformance kit's stage, with the crate's runtime and one widget's adapter. The test's script
// follows this one: it has the stub of the vendor's library, loads pages, and notes what the adapter calls.

const { ada, bela } = input;

// ---- helpers for the test
// -------------------------------------------------------------------------------------------

const journal = [];

// A copy, because the adapter may change later what it hands over.
const note = entry => journal.push(JSON.parse(JSON.stringify(entry,
  (_, each) => typeof each === 'function' ? 'a function' : each)));

// A library that notes each call of itself or of any method, by its name and arguments.
const recorder = name => new Proxy(() => {}, {
  apply: (_target, _self, args) => { note([name, ...args]); },
  get: (_target, method) => (...args) => { note([name + '.' + String(method), ...args]); }
});

// Notes each script that is added to the page from now on, without the attribute that the runtime gives to all of
// them.
const noteScripts = () => {
  head.append = script => {
    const { 'up-asset': _, ...attributes } = script.attributes;
    note(['load', script.src, attributes]);
    head.appendChild(script);
  };
};

// ---- the token service ----------------------------------------------------------------------------------------------

const answerOfStage = window.fetch;
// The status of each token response, if it is not the stage's.
let refused = 0;
let held = Promise.resolve();

const refuse = status => { refused = status; };

// Token responses wait from now on, until the returned function is called.
const holdTokens = () => {
  let release;
  held = new Promise(resolve => { release = resolve; });
  return async () => {
    release();
    await pass(0);
  };
};

window.fetch = async (address, options = {}) => {
  const token = String(address).slice((window.location.origin + input.tokenPath + '/').length).split('?')[0];
  if (token === 'page') return answerOfStage(address, options);
  const value = (options.headers || {})['x-widget-value'];
  note('ask ' + token + (value === undefined ? '' : ' for ' + value));
  const answer = refused ? refusal(refused, 'refused') : answerOfStage(address, options);
  await held;
  return answer;
};

// ---- the page -------------------------------------------------------------------------------------------------------

// Without it, the runtime checks the cookies every other second.
window.cookieStore = new EventTarget();
window.console.warn = (...words) => note('warn ' + words.join(' '));

const CONSTANTS = {
  cookie: { name: MARKER, attributes: '; Path=/; Secure; SameSite=Lax' }, tokens: input.tokenPath, visitors: true,
  widgets: [input.widget]
};

// Runs the script of the next page, which is this user's or a signed-out visitor's.
const open = person => {
  session = person;
  const data = pageData(person);
  if (person) renewEpoch();
  if (window.widgetIdentity) return window.widgetIdentity.visit(data);
  const element = document.createElement('script');
  element.dataset.widget = JSON.stringify(data);
  const adapter = (0, eval)('(' + input.adapter + '\n)');
  return runScript(element, () => (0, eval)('(' + input.runtime + '\n)')(CONSTANTS, { [input.widget.name]: adapter }));
};

// The same, and waits for the responses to its questions.
const visit = async person => {
  open(person);
  await pass(0);
};

// The server handles a logout; the page that follows is a signed-out one. The runtime calls `shutdown` twice.
const signOut = async () => {
  logOut();
  await visit(undefined);
};

// Another tab has signed out. The runtime calls `shutdown` once.
const signedOutElsewhere = async () => {
  session = undefined;
  logOut();
  dispatch('focus');
  await pass(0);
};

// The first page after a logout that no page has seen: the runtime calls `shutdown` with `load`.
const comeSignedOut = async () => {
  jar.set(MARKER, OUT);
  await visit(undefined);
};

// The page stays open just until the runtime has replaced the token: tokens are good for 600 seconds.
const renewal = async () => pass(500000);

// Runs the scripts in the page.
const arrive = async () => {
  scripts.forEach(runs);
  await pass(0);
};

const play = script => {
  const finish = () => { window.result = JSON.stringify(journal); };
  script().then(() => { thrown.forEach(note); }, error => note('FAILED ' + error + ' ' + error.stack)).then(finish);
};
