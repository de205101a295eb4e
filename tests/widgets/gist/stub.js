// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['gist'],

  library(me) {
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
  },

  wrong(me, { alive, there }) { return alive && there && !me.tracked ? ['has no page view'] : []; }
})
