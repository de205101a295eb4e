// Calls the adapters directly, in every order of up to four steps, with the library there from the start, coming in
// between, or last. `window.jwtOrders(name)` resolves to how many were tried and the list of what went wrong.
(() => {
  'use strict';
  // `switch`: one person's session ends and the next one's begins, in one go. `ended`: the page finds that somebody's
  // session, who was here before, is over.
  const STEPS = ['boot', 'refresh', 'shutdown', 'switch', 'ended'];
  // The calls by which a library learns of a person.
  const TELLING = ['identify', 'authenticate', 'login', 'loginUser', 'setIdentityToken'];
  const orders = length => length === 0 ? [[]]
    : orders(length - 1).flatMap(order => STEPS.map(step => [...order, step]));

  const encode = value => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

  // `window.jwtWidgets[name]` says under which claim the vendor knows a person, and where the page keeps the token: for some
  // it has none, they are fetched. A `record` is no JWT: the vendor takes what it says.
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

  // A page with one adapter in it, and a runtime that does no more than an adapter may rely on.
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
        // One that is there runs again for another address.
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
    // Where there is no way to take a person back, another one's widget appears with the next page load.
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
    // Somebody was here before.
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
      // At once, as slow as people are, or in the midst of what goes on.
      const turns = [0, 60, 3][arrival % 3];
      if (turns) await settled(turns);
    }
    arrive([]);
    await settled();
    // One that is loaded only once there is a token.
    arrive([]);
    await settled();
    if (one.there()) {
      const { who, told, errors, calls, hidden } = one.stub();
      if (who !== one.expected()) wrong.push('shows ' + who + ', not ' + one.expected());
      if (quiet && (told || calls.some(call => TELLING.includes(call)))) {
        wrong.push('a library that came after the shutdown was told of somebody');
      }
      if (hidden && one.up()) wrong.push('its icon is hidden');
      if (orderly) wrong.push(...errors);
      // A library that was never spoken to is not spoken to for a logout.
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
