// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['Gleap', 'GleapActions'],

  library(me) {
    // The id of the last accepted user, as in the vendor's library.
    let userId = '';
    const queued = window.GleapActions || [];
    window.GleapActions = [];
    window.Gleap = function Gleap() {};
    Object.assign(window.Gleap, {
      initialize: key => { if (key && !me.up) me.up = true; else me.errors.push('initialize'); },
      identify: (id, facts, hash) => { if (me.up) { me.accept(id, hash); userId = id; } else me.errors.push('identify'); },
      getIdentity: () => ({ userId: me.who ? userId : '' }),
      setUseCookies: () => {},
      clearIdentity: () => { me.who = null; },
      destroy: () => { me.up = false; me.who = null; }
    });
    queued.forEach(({ e, a }) => window.Gleap[e](...a));
  }
})
