// Stand in for the libraries of the vendors that take JWTs, by what they publish. Each shows somebody (`who`), says what
// went against its contract (`errors`) and how often it was told who somebody is (`told`). What was there before the page
// (`window.sessions`) is taken up again, as the vendors do, until it is ended.
(() => {
  'use strict';
  if (window.jwtLibraries) return;
  window.sessions = window.sessions || {};
  const stubs = window.jwtStubs = {};

  const claims = token => {
    const payload = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, character => character.charCodeAt(0))));
  };
  const whoOf = token => {
    const said = claims(token);
    return said.userId || said.externalId || said.external_id || said.reference_id || said.user_id || said.sub || said.email;
  };

  const stub = name => {
    const me = stubs[name] = { who: null, errors: [], calls: [], told: 0 };
    me.wrong = what => me.errors.push(what);
    me.is = token => {
      me.told += 1;
      me.who = window.sessions[name] = whoOf(token);
    };
    me.revive = () => { me.who = window.sessions[name] || null; };
    me.end = () => { me.who = null; delete window.sessions[name]; };
    return me;
  };

  const later = async (action, turns = 1) => {
    for (let turn = 0; turn < turns; turn += 1) await null;
    action();
  };

  const replay = (queue, api) => Array.from(queue || []).forEach(call => api(...call));

  window.jwtLibraries = {
    featurebase() {
      const me = stub('featurebase');
      let booted = false;
      const commands = {
        boot(settings) {
          if (!settings.appId) me.wrong('boot without an app');
          booted = true;
          if (settings.featurebaseJwt) me.is(settings.featurebaseJwt);
          else me.revive();
        },
        identify(person) {
          if (!booted) me.wrong('identify before boot');
          me.is(person.featurebaseJwt);
        },
        shutdown() {
          booted = false;
          me.end();
        }
      };
      const queue = (window.Featurebase || {}).q;
      window.Featurebase = (name, ...args) => { me.calls.push(name); commands[name](...args); };
      replay(queue, window.Featurebase);
    },

    'freshdesk-help-widget'() {
      const me = stub('freshdesk-help-widget');
      me.revive();
      const commands = {
        authenticate({ token, callback }) {
          if (!(window.fwSettings || {}).widget_id) me.wrong('no widget_id');
          if (typeof callback !== 'function') me.wrong('no callback');
          me.expire = callback;
          me.is(token);
        },
        logout: me.end
      };
      const queue = (window.FreshworksWidget || {}).q;
      window.FreshworksWidget = (name, ...args) => { me.calls.push(name); commands[name](...args); };
      replay(queue, window.FreshworksWidget);
    },

    drift() {
      const me = stub('drift');
      me.revive();
      const commands = {
        identify(id, attributes, { userJwt }) {
          if (id !== claims(userJwt).sub) me.wrong('the id is not the signed one');
          if ('exp' in attributes || 'sub' in attributes) me.wrong('claims among the attributes');
          me.attributes = attributes;
          me.is(userJwt);
        },
        reset: me.end
      };
      const queue = window.drift || [];
      const api = {};
      Object.keys(commands).forEach(name => { api[name] = (...args) => { me.calls.push(name); commands[name](...args); }; });
      window.drift = window.driftt = api;
      replay(queue, (name, ...args) => api[name](...args));
    },

    chatbase() {
      const me = stub('chatbase');
      me.revive();
      const commands = { identify: ({ token }) => me.is(token), resetUser: me.end, resetChat() { me.chat = null; } };
      const queue = (window.chatbase || {}).q;
      window.chatbase = (name, ...args) => { me.calls.push(name); commands[name](...args); };
      replay(queue, window.chatbase);
    },

    userjot() {
      const me = stub('userjot');
      let project;
      const api = {
        init(id) {
          if (project) me.wrong('init twice');
          project = id;
          if (!me.who) me.revive();
        },
        identify(person) {
          if (person === null) return me.end();
          if (!project) me.wrong('identify without init');
          me.is(person.token);
        }
      };
      const queue = window.$ujq || [];
      window.uj = {};
      Object.keys(api).forEach(name => { window.uj[name] = (...args) => { me.calls.push(args[0] ? name : 'forget'); api[name](...args); }; });
      replay(queue, (name, ...args) => window.uj[name](...args));
    },

    kustomer() {
      const me = stub('kustomer');
      let started = false;
      let starting = false;
      const ready = name => { me.calls.push(name); if (!started) me.wrong(name + ' before start'); };
      window.Kustomer = {
        start(options, done) {
          me.calls.push('start');
          if ('apiKey' in options) me.wrong('the key is not an option');
          if (starting) me.wrong('start while it starts');
          starting = true;
          me.hidden = !!options.hideChatIcon;
          later(() => { starting = false; started = true; me.revive(); done(); });
        },
        isLoggedIn({ externalId }, answer) {
          ready('isLoggedIn');
          later(() => answer(me.who === externalId));
        },
        login({ jwtToken }, done) {
          ready('login');
          if (me.who) me.wrong('login over ' + me.who);
          later(() => { me.is(jwtToken); done({}); });
        },
        logout(done) {
          ready('logout');
          later(() => { me.end(); done(); }, 7);
        }
      };
      window.dispatchEvent(new Event('kustomerLoaded'));
    },

    freshchat() {
      const me = stub('freshchat');
      let initialised = false;
      window.fcWidget = {
        init(settings) {
          me.calls.push('init');
          if (initialised) me.wrong('init twice');
          if (!settings.token || !settings.host) me.wrong('no token or host');
          initialised = true;
          if (settings.jwtAuthToken) me.is(settings.jwtAuthToken);
          else me.revive();
        },
        setJWTAuthToken(token) {
          me.calls.push('setJWTAuthToken');
          if (!initialised) me.wrong('a token before init');
          me.is(token);
        },
        user: {
          clear() {
            me.calls.push('clear');
            if (!initialised) me.wrong('clear before init');
            return Promise.resolve().then(me.end);
          }
        },
        destroy() {
          me.calls.push('destroy');
          initialised = false;
          me.who = null;
        }
      };
    },

    'zendesk-messaging'() {
      const me = stub('zendesk-messaging');
      if (!document.getElementById('ze-snippet')) me.wrong('no #ze-snippet');
      me.revive();
      let generation = 0;
      const commands = {
        loginUser(jwt, done) {
          const mine = generation += 1;
          // Called again whenever it needs a token.
          me.ask = () => jwt(token => { if (mine === generation) { me.is(token); done(null); } });
          me.ask();
        },
        logoutUser() {
          generation += 1;
          me.end();
        }
      };
      window.zE = (widget, name, ...args) => {
        if (widget !== 'messenger') me.wrong('unknown: ' + widget);
        me.calls.push(name);
        commands[name](...args);
      };
    },

    salesforce() {
      const me = stub('salesforce');
      let ready = false;
      const announce = () => later(() => { ready = true; window.dispatchEvent(new Event('onEmbeddedMessagingReady')); });
      me.expire = () => window.dispatchEvent(new Event('onEmbeddedMessagingIdentityTokenExpired'));
      window.embeddedservice_bootstrap = {
        settings: {},
        init(org, deployment, site, { scrt2URL }) {
          if (me.calls.includes('init')) me.wrong('init twice');
          me.calls.push('init');
          if (!org || !deployment || !site || !scrt2URL) me.wrong('init without everything');
          me.revive();
          announce();
        },
        userVerificationAPI: {
          setIdentityToken({ identityTokenType, identityToken }) {
            me.calls.push('setIdentityToken');
            if (!ready || identityTokenType !== 'JWT') me.wrong('setIdentityToken too early, or of another type');
            me.is(identityToken);
          },
          clearSession(end) {
            me.calls.push('clearSession');
            if (!ready || end !== true) me.wrong('clearSession too early, or not the session');
            ready = false;
            me.end();
            announce();
            return Promise.resolve();
          }
        }
      };
    }
  };
})();
