// Calls the adapters of the vendors that check an HMAC, in every order of up to four verbs. The library is there from
// the start, comes in between, or comes last. The user who boots after a shutdown is another one, or the `same`.
// `window.hmacOrders(name, visitor, load, same)` resolves to the list of what went wrong.
//
// `window.hmac[name].stub` makes the stub of the library, which records calls and behaves as the vendor documents:
// * `library(me, early)` takes over the queue, as the vendor's library does, and passes each message and its proof to
//   `me.accept`.
// * `globals` hold calls or settings for a library that is not there yet.
// * `loadedForALogout`: the library shows nothing by itself, and its storage has no published names.
// * `showsByItself`: the library is shown as soon as it is there.
// * `onePerson`: there is no documented way to remove a user, so the library may get only one user per page; `opener`
//   is the global that could open it.
// * `wrong(me, at)` returns what else went wrong.
(() => {
  'use strict';
  const VERBS = ['boot', 'refresh', 'shutdown'];
  const PACES = [() => false, () => true, at => at % 2 === 0, at => at % 2 === 1];

  const orders = length => length === 0 ? [[]]
    : orders(length - 1).flatMap(order => VERBS.map(verb => [...order, verb]));

  const turns = async count => { for (let turn = 0; turn < count; turn += 1) await null; };

  const stubOf = name => window.hmac[name].stub({ turns });

  // As the runtime does it after each shutdown.
  const purgeGlobals = ({ globals }) => globals.forEach(path => {
    const steps = path.split('.');
    const last = steps.pop();
    const holder = steps.reduce((object, step) => object && object[step], window);
    if (holder) delete holder[last];
  });

  const page = (name, asVisitor, load, same) => {
    const { adapter, widget: { settings, residue, library }, people } = window.hmac[name];
    const stub = stubOf(name);
    const me = { settings, who: null, up: false, accepted: 0, first: null, session: null, errors: [] };
    me.reachable = () => true;
    me.booted = () => booted;
    me.accept = (message, proof) => {
      me.accepted += 1;
      const person = people.find(one => one.message === message && one.proof === proof);
      if (!person) return me.errors.push('rejected: ' + message);
      if (stub.onePerson && me.first && me.first !== person.user) me.errors.push('got another user on the same page');
      me.first = me.first || person.user;
      me.who = person.user;
    };
    let alive = false;
    let there = false;
    let booted = 0;
    let wanted;
    let next = true;
    let shut = false;
    let early = false;
    // The user that a library that reads its settings once had to find there.
    let found = null;
    const tools = Object.assign(window.toolsFor(() => alive), {
      load: (url, { onload, before } = {}) => { wanted = wanted || { url, done: onload, before }; },
      token: () => me.errors.push('a hash is not fetched')
    });
    const widget = { name, library, settings, residue };
    const verbs = adapter(tools);
    if (stub.before) stub.before(me);
    const person = () => people[same ? 0 : (booted + 1) % 2];

    // The calls and settings that wait for the library, as far as other code can read them.
    const waiting = () => there ? '' : JSON.stringify(stub.globals.map(global => {
      const value = window[global];
      return [value, (value || {}).q, (value || {}).readyQueue];
    }));
    const secrets = people.flatMap(({ message, proof, token }) => [message, proof, token || proof]);

    return {
      call(verb) {
        if (verb === 'boot' && next) booted += 1;
        if (verb !== 'refresh') next = verb === 'shutdown';
        if (verb !== 'refresh') alive = verb === 'boot';
        widget.person = asVisitor ? undefined : JSON.parse(JSON.stringify(person().person));
        verbs[verb](widget, verb === 'shutdown' ? load : undefined);
        if (verb !== 'shutdown') return;
        shut = true;
        purgeGlobals(residue);
        const waits = waiting();
        if (secrets.some(secret => waits.includes(secret))) me.errors.push('names a user after a shutdown: ' + waits);
      },
      arrive(anyway) {
        if (there || !(wanted || anyway)) return;
        if (!anyway && wanted.url !== library) me.errors.push('loads ' + wanted.url);
        if (wanted && wanted.before) wanted.before();
        found = alive && !asVisitor ? person().user : 'visitor';
        stub.library(me, anyway);
        there = true;
        early = anyway;
        if (wanted && wanted.done) wanted.done();
      },
      late: () => !there,
      end: () => { alive = false; },
      accepted: () => me.accepted,
      wrong() {
        const current = alive && !asVisitor ? person() : null;
        const wrong = [...me.errors];
        const taken = stub.onePerson && me.first && current && me.first !== current.user;
        const expected = current && there && !taken ? current.user : null;
        const who = me.reachable() ? me.who : null;
        if (who !== expected) wrong.push('shows ' + who + ', not ' + expected);
        if (!booted && me.up && !stub.showsByItself) wrong.push('is shown for a shutdown');
        if (!booted && wanted && !stub.loadedForALogout) wrong.push('is loaded for a shutdown');
        if (booted && !wanted && !taken) wrong.push('is not loaded');
        if (shut && load && !wanted && stub.loadedForALogout) wrong.push('is not loaded for a logout');
        if (!alive && there && (me.shown || me.open)) wrong.push('is still shown');
        if (!alive && there && me.first && window[stub.opener]) wrong.push('can be opened');
        const more = stub.wrong ? stub.wrong(me, { alive, there, early, wanted, current, found }) : [];
        return wrong.concat(more);
      }
    };
  };

  const settled = async name => {
    await turns(60);
    const { settled: more } = stubOf(name);
    if (more) await more();
  };

  const run = async (name, asVisitor, load, same, order, arrival, pace) => {
    stubOf(name).globals.forEach(global => delete window[global]);
    const one = page(name, asVisitor, load, same);
    const wrong = [];
    if (arrival === 0) one.arrive(true);
    let up = false;
    // Whether the library came after a shutdown that nothing followed: then it must not get any user.
    let quiet = false;
    const guarded = action => {
      try { action(); } catch (error) { wrong.push('threw ' + error); }
    };
    const arrive = rest => {
      quiet = quiet || (one.late() && !up && !rest.includes('boot'));
      guarded(() => one.arrive());
    };
    for (const [at, verb] of order.entries()) {
      up = verb === 'boot' || (up && verb === 'refresh');
      guarded(() => one.call(verb));
      if (arrival === at + 1) arrive(order.slice(at + 1));
      // Whether earlier calls had time to arrive: never, always, or every other time.
      if (PACES[pace](at)) await settled(name);
    }
    arrive([]);
    await settled(name);
    if (quiet && one.accepted()) wrong.push('a library that came after the shutdown got a user');
    wrong.push(...one.wrong());
    one.end();
    return wrong.map(what => order.join(' ') + ', library after ' + arrival + ', pace ' + pace + ': ' + what);
  };

  window.hmacOrders = async (name, asVisitor, load, same) => {
    const wrong = [];
    let tried = 0;
    const { lengths = [1, 2, 3, 4], paces = [0, 1, 2, 3], neverFirst } = stubOf(name);
    for (const order of lengths.flatMap(orders)) {
      for (let arrival = neverFirst ? 1 : 0; arrival <= order.length; arrival += 1) {
        tried += 1;
        for (const pace of paces) wrong.push(...await run(name, asVisitor, load, same, order, arrival, pace));
      }
    }
    return { tried, wrong };
  };
})();
