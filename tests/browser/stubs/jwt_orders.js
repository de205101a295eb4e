// Calls the adapters directly, in every order of up to four steps. The library is there from the start, comes in
// between, or comes last. `window.jwtOrders(name)` resolves to how many orders were tried and the list of what went
// wrong.
(() => {
  'use strict';
  // `switch`: one user's session ends and the next one's begins at once. `ended`: the page finds that the session of
  // an earlier user is over.
  const STEPS = ['boot', 'refresh', 'shutdown', 'switch', 'ended'];
  // The calls that give a user to a library.
  const IDENTIFYING = ['identify', 'authenticate', 'login', 'loginUser', 'setIdentityToken'];
  const orders = length => length === 0 ? [[]]
    : orders(length - 1).flatMap(order => STEPS.map(step => [...order, step]));

  const encode = value => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

  // `window.jwtWidgets[name]` says which claim holds the vendor's user id, and where the page keeps the token. Some
  // widgets have none in the page; they fetch it. A `record` is no JWT: the vendor takes its content as it is.
  const tokenFor = (name, user) => {
    const { subject, record } = window.jwtWidgets[name];
    const said = { [subject]: user, name: 'N\u00e4me \ud83d\ude00>?', exp: 1 };
    if (record) return encode(Object.assign(said, { hash: 'c2ln', hashCreationTime: String(Date.now()) }));
    return 'e30.' + encode(said) + '.c2ln';
  };

  const listeners = [];
  const listen = window.addEventListener;
  window.addEventListener = (...args) => { listeners.push(args); listen.apply(window, args); };

  const clean = name => {
    window.jwtWidgets[name].library.globals.forEach(global => delete window[global]);
    listeners.splice(0).forEach(([event, action]) => window.removeEventListener(event, action));
    document.querySelectorAll('#ze-snippet').forEach(element => element.remove());
    window.sessions = {};
    delete window.jwtStubs[name];
  };

  // A page with one adapter, and a runtime that does only what adapters may rely on.
  const page = (name, asVisitor) => {
    let alive = '';
    let wanted;
    const asked = [];
    let there = false;
    let known = false;
    const { adapter, settings, inPageAs, library } = window.jwtWidgets[name];
    const widget = { name, library: 'https://library.test/{time}/library.js', settings };
    const tools = Object.assign(window.toolsFor(() => alive !== ''), {
      load: (url, { onload = () => {} } = {}) => {
        if (asked.includes(url)) return;
        asked.push(url);
        // A library that is there runs again for another URL.
        if (wanted && there) Promise.resolve().then(() => { library.library(); onload(); });
        wanted = wanted || onload;
      },
      token: (kind, callback) => {
        if (kind !== name) throw new Error('another token: ' + kind);
        const person = alive;
        Promise.resolve().then(() => { if (alive && alive === person && !asVisitor) callback(tokenFor(name, person)); });
      }
    });
    const verbs = adapter(tools);
    // Where a user cannot be removed, another user's widget appears with the next page load.
    const taken = () => {
      const { first } = window.jwtStubs[name] || {};
      return !!library.onePerson && !!first && first !== alive;
    };
    const boot = user => {
      alive = user;
      if (asVisitor) delete widget.person;
      else widget.person = inPageAs ? { [inPageAs]: tokenFor(name, user) } : {};
      verbs.boot(widget);
    };
    const shutdown = load => { alive = ''; verbs.shutdown(widget, load); };
    return {
      do(step) {
        if (step === 'boot') boot(alive || 'user-1');
        else if (step === 'refresh') verbs.refresh(widget, alive && !asVisitor && inPageAs ? tokenFor(name, alive) : undefined);
        else if (step === 'switch') { shutdown(false); boot(alive === 'user-2' ? 'user-1' : 'user-2'); }
        else shutdown(step === 'ended');
      },
      arrive(anyway) {
        if (there || !(wanted || anyway)) return;
        there = true;
        const element = document.createElement('meta');
        element.id = 'ze-snippet';
        document.head.append(element);
        library.library();
        if (wanted) wanted();
        known = true;
      },
      wanted: () => !!wanted,
      there: () => there && known,
      stub: () => window.jwtStubs[name],
      expected: () => alive && !asVisitor && !taken() ? alive : null,
      up: () => alive !== ''
    };
  };

  // Nothing here takes longer than some turns of the queue.
  const settled = async (turns = 60) => { for (let turn = 0; turn < turns; turn += 1) await null; };

  const run = async (name, asVisitor, order, arrival) => {
    clean(name);
    const wrong = [];
    // An earlier page had a user.
    if (order[0] === 'ended') window.sessions[name] = 'user-0';
    const one = page(name, asVisitor);
    const loaded = window.jwtWidgets[name].library.loadedForALogout;
    if (arrival === 0) one.arrive(true);
    let orderly = order[0] !== 'refresh';
    let quiet = false;
    const arrive = rest => {
      quiet = quiet || (!one.there() && !one.up() && !rest.some(step => step === 'boot' || step === 'switch'));
      one.arrive(false);
    };
    for (const [at, step] of order.entries()) {
      orderly = orderly && (step !== 'refresh' || one.up());
      try { one.do(step); } catch (error) { wrong.push('threw ' + error); }
      if (arrival === at + 1) arrive(order.slice(at + 1));
      // At once, after a user's usual pause, or in the middle of other work.
      const turns = [0, 60, 3][arrival % 3];
      if (turns) await settled(turns);
    }
    arrive([]);
    await settled();
    // For a library that is loaded only once there is a token.
    arrive([]);
    await settled();
    if (one.there()) {
      const { who, identified, errors, calls, hidden } = one.stub();
      if (who !== one.expected()) wrong.push('shows ' + who + ', not ' + one.expected());
      if (quiet && (identified || calls.some(call => IDENTIFYING.includes(call)))) {
        wrong.push('a library that came after the shutdown got a user');
      }
      if (hidden && one.up()) wrong.push('its icon is hidden');
      if (orderly) wrong.push(...errors);
      // A library that got no call before also gets none for a logout.
      if (!one.up() && window.sessions[name] && calls.length) {
        wrong.push('the session of ' + window.sessions[name] + ' is still there');
      }
    } else if (loaded && order.includes('ended')) wrong.push('the library was not fetched for the logout');
    else if (!loaded && one.wanted()) wrong.push('wanted, and never there');
    return wrong.map(what => order.join(' ') + ', library after ' + arrival + (asVisitor ? ', visitor: ' : ': ') + what);
  };

  window.jwtOrders = async name => {
    const wrong = [];
    let tried = 0;
    for (const asVisitor of [false, true]) {
      for (const order of [1, 2, 3, 4].flatMap(orders)) {
        for (let arrival = 0; arrival <= order.length; arrival += 1) {
          tried += 1;
          wrong.push(...await run(name, asVisitor, order, arrival));
        }
      }
    }
    return { tried, wrong };
  };
})();
