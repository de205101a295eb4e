// Calls the adapters directly, in every order of up to four verbs. The library is there from the start, comes in
// between, or comes last. `window.orders(name, adapter, library)` resolves to the list of what went wrong.
(() => {
  'use strict';
  const VERBS = ['boot', 'refresh', 'shutdown'];
  const PERSON = { intercom_user_jwt: 'token', token: 'token' };
  const KNOWN = { user_id: 'user-1', email: 'user-1', sub: 'user-1', userId: 'user-1' };
  const WHO = {
    intercom: stubs => [stubs.intercom.who],
    'zendesk-classic': stubs => [stubs.zendesk.chat, stubs.zendesk.helpCenter],
    ferndesk: stubs => [stubs.ferndesk.who]
  };
  const MINE = { intercom: 'intercom', 'zendesk-classic': 'zendesk', ferndesk: 'ferndesk' };

  const orders = length => length === 0 ? [[]]
    : orders(length - 1).flatMap(order => VERBS.map(verb => [...order, verb]));

  // How often a library had a token verified.
  let verified = 0;

  const clean = () => {
    ['Intercom', 'Ferndesk', 'zE', 'zESettings', 'intercomSettings', 'vendorStubs'].forEach(name => delete window[name]);
    document.querySelectorAll('#ze-snippet, #ferndesk-sdk, #library, #intercom-stub').forEach(element => element.remove());
    document.cookie.split('; ').forEach(pair => { document.cookie = pair.split('=')[0] + '=; Path=/; Max-Age=0'; });
    localStorage.clear();
    verified = 0;
    window.vendorStubs = { verify: async () => { verified += 1; return KNOWN; } };
  };

  // A page with one adapter, and a runtime that does only what adapters may rely on.
  const page = (name, adapter, library, asVisitor) => {
    let alive = false;
    let wanted;
    let there = false;
    const tools = Object.assign(window.toolsFor(() => alive), {
      load: (url, { id, onload } = {}) => { wanted = wanted || { id, done: onload }; },
      token: (kind, callback) => Promise.resolve().then(() => { if (alive && !asVisitor) callback('token'); })
    });
    const widget = { name, library: '/library.js', settings: { app_id: 'app', widgetId: 'app', chat: true, helpCenter: true } };
    if (!asVisitor) widget.person = Object.assign({}, PERSON);
    const verbs = adapter(tools);
    // Whether a late library still has to get a shutdown.
    let missed = false;
    return {
      call(verb) {
        missed = missed || (verb === 'shutdown' && !there);
        if (verb !== 'refresh') alive = verb === 'boot';
        verbs[verb](widget, verb === 'refresh' && !asVisitor ? 'token' : undefined);
      },
      arrive(anyway) {
        if (there || !(wanted || anyway)) return;
        there = true;
        const { id, done } = wanted || { id: name === 'ferndesk' ? 'ferndesk-sdk' : 'ze-snippet' };
        const element = document.createElement('meta');
        element.id = id || 'library';
        document.head.append(element);
        library();
        if (done) done();
      },
      late: () => !there,
      seen: () => there ? WHO[name](window.vendorStubs) : [],
      forgotten: () => there && missed && name === 'zendesk-classic' && !window.vendorStubs.zendesk.calls.includes('logout'),
      errors: () => there ? window.vendorStubs[MINE[name]].errors : [],
      expected: () => alive && !asVisitor ? 'user-1' : null
    };
  };

  // Nothing here takes longer than a few turns of the queue.
  const settled = async () => { for (let turn = 0; turn < 20; turn += 1) await null; };

  const run = async (make, order, arrival) => {
    clean();
    const one = make();
    const wrong = [];
    let orderly = true;
    if (arrival === 0) one.arrive(true);
    let up = false;
    // Whether the library came after a shutdown that nothing followed: then it must not get any user.
    let quiet = false;
    const arrive = rest => {
      quiet = quiet || (one.late() && !up && !rest.some(verb => verb !== 'shutdown'));
      one.arrive();
    };
    for (const [at, verb] of order.entries()) {
      orderly = orderly && (verb !== 'refresh' || up);
      up = verb === 'boot' || (up && verb === 'refresh');
      try { one.call(verb); } catch (error) { wrong.push('threw ' + error); }
      if (arrival === at + 1) arrive(order.slice(at + 1));
    }
    arrive([]);
    await settled();
    if (quiet && verified) wrong.push('a library that came after the shutdown got a user');
    if (one.forgotten()) wrong.push('the library does not know of the shutdown');
    one.seen().forEach(who => { if (who !== one.expected()) wrong.push('shows ' + who + ', not ' + one.expected()); });
    if (orderly) wrong.push(...one.errors());
    return wrong.map(what => order.join(' ') + ', library after ' + arrival + ': ' + what);
  };

  window.orders = async (name, adapter, library, asVisitor) => {
    const wrong = [];
    let tried = 0;
    for (const order of [1, 2, 3, 4].flatMap(orders)) {
      for (let arrival = 0; arrival <= order.length; arrival += 1) {
        tried += 1;
        wrong.push(...await run(() => page(name, adapter, library, asVisitor), order, arrival));
      }
    }
    return { tried, wrong };
  };
})();
