// Calls the adapters of the vendors that check an HMAC, in every order of up to four verbs, with the library there from
// the start, coming in between, or last; the person who boots after a shutdown is another one, or the `same`. The
// stand-ins for the libraries record, and go by what the vendors publish. `window.hmacOrders(name, visitor, load,
// same)` resolves to the list of what went wrong.
(() => {
  'use strict';
  const VERBS = ['boot', 'refresh', 'shutdown'];
  const ORIGIN = 'https://chat.example.com';
  // Whatever holds calls or settings for a library that is not there yet.
  const GLOBALS = ['Beacon', '$crisp', 'CRISP_TOKEN_ID', 'CRISP_WEBSITE_ID', 'chatwootSDK', '$chatwoot',
    'chatwootSettings', 'FrontChat', 'pylon', 'Pylon', 'Plain', 'Tawk_API', 'Tawk_LoadStart', 'Gleap',
    'GleapActions', 'userflow', 'USERFLOWJS_QUEUE', 'Canny', 'gist'];

  const PACES = [() => false, () => true, at => at % 2 === 0, at => at % 2 === 1];

  const orders = length => length === 0 ? [[]]
    : orders(length - 1).flatMap(order => VERBS.map(verb => [...order, verb]));

  const turns = async count => { for (let turn = 0; turn < count; turn += 1) await null; };

  // Each takes over what waits for it, as the vendor's library does. `me.accept` is told the message and its proof.
  const LIBRARIES = {
    'help-scout': me => {
      const handle = (method, options) => {
        if (method === 'init' && !me.up) me.up = true;
        else if (method === 'identify' && me.up) me.accept(options.email, options.signature);
        else if (method === 'logout' && options.endActiveChat) me.who = null;
        else if (method === 'config' && me.up && options.color) me.looks = true;
        else me.errors.push(method);
      };
      const queued = (window.Beacon || {}).readyQueue || [];
      window.Beacon = handle;
      queued.forEach(({ method, options }) => handle(method, options));
    },

    crisp: me => {
      const bind = () => { me.session = window.CRISP_TOKEN_ID || null; };
      const handle = ([verb, what, [first, second] = []]) => {
        if (verb === 'set' && what === 'user:email') me.accept(first, second);
        else if (verb === 'do' && what === 'session:reset' && first === false) { me.who = null; bind(); }
        else me.errors.push(verb + ' ' + what);
      };
      const queued = window.$crisp || [];
      if (me.booted() && !window.$crisp) me.errors.push('no $crisp');
      me.up = !!window.CRISP_WEBSITE_ID;
      bind();
      window.$crisp = { is: () => true, push: handle };
      queued.forEach(handle);
    },

    chatwoot: me => {
      let loading = false;
      const frame = async reset => {
        loading = true;
        await turns(3);
        loading = false;
        const library = window.$chatwoot;
        library.hasLoaded = true;
        // The frame is told again of whom the library remembers.
        if (library.user) me.accept(library.identifier, library.user.identifier_hash);
        if (!reset) window.dispatchEvent(new Event('chatwoot:ready'));
        const data = 'chatwoot-widget:' + JSON.stringify({ event: 'loaded' });
        window.dispatchEvent(new MessageEvent('message', { origin: ORIGIN, data }));
      };
      window.chatwootSDK = { run: ({ websiteToken, baseUrl }) => {
        if (!websiteToken || baseUrl !== ORIGIN || window.$chatwoot) return me.errors.push('run');
        if (window.chatwootSettings.baseDomain !== '.example.com') me.errors.push('no settings');
        me.up = true;
        window.$chatwoot = {
          hasLoaded: false,
          setUser: (identifier, user) => {
            if (loading) me.errors.push('told while the frame was loading');
            if (!user.email && !user.name) me.errors.push('neither e-mail nor name');
            Object.assign(window.$chatwoot, { identifier, user });
            me.accept(identifier, user.identifier_hash);
          },
          reset: () => { me.who = null; frame(true); }
        };
        frame(false);
      } };
    },

    front: me => {
      window.FrontChat = (method, options) => {
        if (method === 'init' && !me.up && options.chatId) {
          me.up = true;
          if (options.email) me.accept(options.email, options.userHash);
        } else if (method === 'shutdown' && options.clearSession === true) {
          me.up = false;
          me.who = null;
        } else me.errors.push(method);
      };
    },

    pylon: me => {
      const { app_id: app, email, email_hash: hash } = (window.pylon || {}).chat_settings || {};
      me.up = !!app;
      // Whatever it has read, the bubble is there, and somebody may have opened the window.
      me.shown = me.open = true;
      if (email) me.accept(email, hash);
      me.first = me.first || 'nobody';
      const identity = me.who;
      window.Pylon = name => {
        if (name === 'showChatBubble') me.shown = true;
        else if (name === 'hideChatBubble') me.shown = false;
        else if (name === 'hide') me.open = false;
        else me.errors.push(name);
        me.who = me.shown ? identity : null;
      };
    },

    plain: me => {
      let identity = null;
      const show = ({ customerDetails, hideLauncher }) => {
        if (customerDetails) me.accept(customerDetails.email, customerDetails.emailHash);
        identity = me.first;
        me.shown = me.open = !hideLauncher;
        me.who = me.shown ? identity : null;
      };
      window.Plain = {
        init: options => {
          if (me.up || !options.appId) me.errors.push('init');
          me.up = true;
          show(options);
        },
        update: options => { if (me.up && options.appId && !me.open) show(options); else me.errors.push('update'); },
        close: () => { if (me.up) me.open = false; else me.errors.push('close'); }
      };
    },

    tawk: async (me, early) => {
      me.up = true;
      const api = window.Tawk_API = window.Tawk_API || {};
      // What is loaded at first loads the rest.
      if (!early) {
        if (!window.Tawk_LoadStart) me.errors.push('no Tawk_LoadStart');
        await turns(2);
      }
      // A login takes its time, a logout less: they may overtake each other.
      api.login = async ({ userId, hash }, done) => { await turns(7); me.accept(userId, hash); done(); };
      api.logout = async done => { await turns(3); me.who = null; done(); };
      if (api.onLoad) api.onLoad();
    },

    gleap: me => {
      const queued = window.GleapActions || [];
      window.GleapActions = [];
      window.Gleap = function Gleap() {};
      Object.assign(window.Gleap, {
        initialize: key => { if (key && !me.up) me.up = true; else me.errors.push('initialize'); },
        identify: (id, facts, hash) => { if (me.up) me.accept(id, hash); else me.errors.push('identify'); },
        clearIdentity: () => { me.who = null; }
      });
      queued.forEach(({ e, a }) => window.Gleap[e](...a));
    },

    userflow: me => {
      const library = {
        init: token => {
          if (token && !me.fresh) me.up = me.fresh = true;
          else me.errors.push('init');
        },
        identify: async (id, attributes, { signature }) => {
          if (me.up) me.accept(id, signature);
          else me.errors.push('identify');
        },
        reset: () => {
          me.who = null;
          me.fresh = false;
        }
      };
      const queued = window.USERFLOWJS_QUEUE || [];
      window.userflow = Object.assign(window.userflow || {}, library);
      queued.forEach(([method, deferred, args]) => {
        library[method](...args);
        if (deferred) deferred.resolve();
      });
    },

    canny: me => {
      const queued = (window.Canny || {}).q || [];
      me.reachable = () => window.Canny === library;
      const library = (method, { appID, user, hash }) => {
        if (method !== 'identify' || !appID || hash !== user.hash) return me.errors.push(method);
        me.accept(user.id, hash);
      };
      library.q = [];
      window.Canny = library;
      queued.forEach(args => library(...args));
    },

    gist: me => {
      const gist = window.gist = window.gist || [];
      Object.assign(gist, {
        setAppId: id => {
          if (id && !me.fresh) me.up = me.fresh = true;
          else me.errors.push('setAppId');
        },
        identify: (id, facts) => {
          if (me.up && facts.email) me.accept(id, facts.user_hash);
          else me.errors.push('identify');
        },
        trackPageView: () => { me.tracked = me.up; },
        chat: what => {
          me.who = null;
          me.fresh = me.tracked = false;
          if (what !== 'shutdown') me.errors.push(what);
        }
      });
      gist.splice(0).forEach(([method, ...args]) => gist[method](...args));
    }
  };

  // Loaded for a logout: those that show nothing by themselves, and whose storage has no published names.
  const LOADED_FOR_A_LOGOUT = ['help-scout', 'front', 'userflow'];
  // Without a documented way to take a person back: told of one person per page.
  const ONE_PERSON = ['pylon', 'plain', 'canny'];
  const GLOBAL = { pylon: 'Pylon', plain: 'Plain', canny: 'Canny' };

  // As the runtime does it after each shutdown.
  const purgeGlobals = ({ globals }) => globals.forEach(path => {
    const steps = path.split('.');
    const last = steps.pop();
    const holder = steps.reduce((object, step) => object && object[step], window);
    if (holder) delete holder[last];
  });

  const page = (name, asVisitor, load, same) => {
    const { adapter, widget: { settings, residue, library }, people } = window.hmac[name];
    const me = { who: null, up: false, told: 0, first: null, session: null, errors: [] };
    me.reachable = () => true;
    me.booted = () => booted;
    me.accept = (message, proof) => {
      me.told += 1;
      const person = people.find(one => one.message === message && one.proof === proof);
      if (!person) return me.errors.push('rejected: ' + message);
      if (ONE_PERSON.includes(name) && me.first && me.first !== person.user) me.errors.push('told of another person');
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
    // Whom a library that reads its settings once had to find there.
    let found = null;
    const tools = Object.assign(window.toolsFor(() => alive), {
      load: (url, { onload, before } = {}) => { wanted = wanted || { url, done: onload, before }; },
      token: () => me.errors.push('a hash is not fetched')
    });
    const widget = { name, library, settings, residue };
    const verbs = adapter(tools);
    // The page's own interest in the library.
    let owns = name !== 'tawk';
    if (!owns) window.Tawk_API = { onLoad: () => { owns = true; } };
    const person = () => people[same ? 0 : (booted + 1) % 2];

    // Those who wait for a library, as far as they can be found from outside.
    const waiting = () => there ? '' : JSON.stringify(GLOBALS.map(global => {
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
        if (secrets.some(secret => waits.includes(secret))) me.errors.push('names somebody after a shutdown: ' + waits);
      },
      arrive(anyway) {
        if (there || !(wanted || anyway)) return;
        if (!anyway && wanted.url !== library) me.errors.push('loads ' + wanted.url);
        if (wanted && wanted.before) wanted.before();
        found = alive && !asVisitor ? person().user : 'nobody';
        LIBRARIES[name](me, anyway);
        there = true;
        early = anyway;
        if (wanted && wanted.done) wanted.done();
      },
      late: () => !there,
      end: () => { alive = false; },
      told: () => me.told,
      wrong() {
        const current = alive && !asVisitor ? person() : null;
        const wrong = [...me.errors];
        const taken = ONE_PERSON.includes(name) && me.first && current && me.first !== current.user;
        const expected = current && there && !taken ? current.user : null;
        const who = me.reachable() ? me.who : null;
        if (who !== expected) wrong.push('shows ' + who + ', not ' + expected);
        if (!booted && me.up && !['crisp', 'tawk'].includes(name)) wrong.push('is shown for a shutdown');
        if (!booted && wanted && !LOADED_FOR_A_LOGOUT.includes(name)) wrong.push('is loaded for a shutdown');
        if (booted && !wanted && !taken) wrong.push('is not loaded');
        if (shut && load && !wanted && LOADED_FOR_A_LOGOUT.includes(name)) wrong.push('is not loaded for a logout');
        if (name === 'pylon' && there && me.first !== found) wrong.push('has read ' + me.first + ', not ' + found);
        if (!alive && there && (me.shown || me.open)) wrong.push('is still shown');
        if (!alive && there && me.first && window[GLOBAL[name]]) wrong.push('can be opened');
        if (alive && there && !early && ['crisp', 'help-scout'].includes(name) && !me.up) wrong.push('is not shown');
        if (alive && there && name === 'help-scout' && !me.looks) wrong.push('has no looks');
        if (alive && there && name === 'gist' && !me.tracked) wrong.push('has no page view');
        if (name === 'tawk' && there && wanted && !owns) wrong.push('the page is not told');
        const session = current && current.token || null;
        if (name === 'crisp' && there && me.session !== session) wrong.push('session ' + me.session);
        return wrong;
      }
    };
  };

  const settled = async name => {
    await turns(60);
    // The adapter lets the library read the frame's message first.
    if (name === 'chatwoot') await new Promise(resolve => setTimeout(resolve, 5));
  };

  const run = async (name, asVisitor, load, same, order, arrival, pace) => {
    GLOBALS.forEach(global => delete window[global]);
    const one = page(name, asVisitor, load, same);
    const wrong = [];
    if (arrival === 0) one.arrive(true);
    let up = false;
    // Whether the library came after a shutdown that nothing followed: then it must not be told who anybody is.
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
      // Whether what was said has had time to arrive: never, always, or every other time.
      if (PACES[pace](at)) await settled(name);
    }
    arrive([]);
    await settled(name);
    if (quiet && one.told()) wrong.push('a library that came after the shutdown was told who it was');
    wrong.push(...one.wrong());
    one.end();
    return wrong.map(what => order.join(' ') + ', library after ' + arrival + ', pace ' + pace + ': ' + what);
  };

  window.hmacOrders = async (name, asVisitor, load, same) => {
    const wrong = [];
    let tried = 0;
    // Chatwoot's frame takes its time.
    const slow = name === 'chatwoot';
    const lengths = slow ? [1, 2, 3] : [1, 2, 3, 4];
    const paces = slow ? [0, 2] : [0, 1, 2, 3];
    for (const order of lengths.flatMap(orders)) {
      // Pylon's reads its settings when it arrives, so one that the adapter has not loaded knows nobody.
      for (let arrival = name === 'pylon' ? 1 : 0; arrival <= order.length; arrival += 1) {
        tried += 1;
        for (const pace of paces) wrong.push(...await run(name, asVisitor, load, same, order, arrival, pace));
      }
    }
    return { tried, wrong };
  };
})();
