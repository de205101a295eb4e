// The common parts of the stubs for the vendors that take JWTs. Each stub reports the user that it shows (`who`), what
// violated its contract (`errors`) and how often it was given a user (`identified`). As the vendors do, it resumes a
// session of an earlier page (`window.sessions`) until that is ended.
//
// `window.jwtLibrary(name, make)` makes a stub of the content of a `stub.js`: `library()` is what the library does
// when it arrives, `globals` are its own, `loadedForALogout` means that it shows nothing before a call, and
// `onePerson` that it accepts only one user per page (`first`).
(() => {
  'use strict';
  if (window.jwtLibrary) return;
  window.sessions = window.sessions || {};
  const stubs = window.jwtStubs = {};

  const claims = token => {
    const payload = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, character => character.charCodeAt(0))));
  };
  const whoOf = token => {
    const said = claims(token);
    return said.customerId || said.userId || said.externalId || said.external_id || said.reference_id || said.user_id || said.guid || said.sub || said.email;
  };

  const stub = name => {
    const me = stubs[name] = { who: null, errors: [], calls: [], identified: 0 };
    me.wrong = what => me.errors.push(what);
    me.is = token => {
      me.identified += 1;
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

  window.jwtLibrary = (name, make) => make({ stub: () => stub(name), claims, later, replay });
})();
