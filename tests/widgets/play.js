// One document on the conformance kit's stage, with the crate's runtime and one widget's adapter. The test's script comes
// after this: it stands in for the vendor's library, turns the pages, and notes what the adapter calls.

const { ada, bela } = input;

// ---- what the test gets ---------------------------------------------------------------------------------------------

const journal = [];

// As it is now: the adapter may change later what it hands over.
const note = entry => journal.push(JSON.parse(JSON.stringify(entry,
  (_, each) => typeof each === 'function' ? 'a function' : each)));

// A library that notes each call, by its name and arguments: of itself, and of whatever method it is asked for.
const recorder = name => new Proxy(() => {}, {
  apply: (_target, _self, args) => { note([name, ...args]); },
  get: (_target, method) => (...args) => { note([name + '.' + String(method), ...args]); }
});

// Notes each script that comes into the page from now on, without the attribute that the runtime gives to all of them.
const noteScripts = () => {
  head.append = script => {
    const { 'up-asset': _, ...attributes } = script.attributes;
    note(['load', script.src, attributes]);
    head.appendChild(script);
  };
};

// ---- the token service ----------------------------------------------------------------------------------------------

const answerOfStage = window.fetch;
// The status of each token's answer, if it is not to be the stage's.
let refused = 0;
let held = Promise.resolve();

const refuse = status => { refused = status; };

// Tokens wait from now on, until the returned function is called.
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

// Without it, the runtime looks at the cookies every other second.
window.cookieStore = new EventTarget();
window.console.warn = (...words) => note('warn ' + words.join(' '));

const CONSTANTS = {
  cookie: { name: MARKER, attributes: '; Path=/; Secure; SameSite=Lax' }, tokens: input.tokenPath, visitors: true,
  widgets: [input.widget]
};

// The next page of this person, or of no one, up to the end of its script.
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

// The same, and what it asks the server is answered.
const visit = async person => {
  open(person);
  await pass(0);
};

// The server answers a logout; the page that follows is a signed-out one. The runtime calls `shutdown` twice.
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

// The page stays open until the runtime has replaced the token, and no longer: tokens are good for 600 seconds.
const renewal = async () => pass(500000);

// The scripts in the page have run.
const arrive = async () => {
  scripts.forEach(runs);
  await pass(0);
};

const play = script => {
  const finish = () => { window.result = JSON.stringify(journal); };
  script().then(() => { thrown.forEach(note); }, error => note('FAILED ' + error + ' ' + error.stack)).then(finish);
};
