// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/hmac.js says what each name means.
() => ({
  globals: ['Gleap', 'GleapActions'],

  library(me) {
    // As the vendor's: whoever was accepted, by the id.
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
