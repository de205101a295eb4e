// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
({ turns }) => ({
  globals: ['Tawk_API', 'Tawk_LoadStart'],
  showsByItself: true,

  async library(me, early) {
    me.up = true;
    const api = window.Tawk_API = window.Tawk_API || {};
    // The first script loads the rest.
    if (!early) {
      if (!window.Tawk_LoadStart) me.errors.push('no Tawk_LoadStart');
      await turns(2);
    }
    // A login takes longer than a logout, so a logout may overtake it.
    api.login = async ({ userId, hash }, done) => { await turns(7); me.accept(userId, hash); done(); };
    api.logout = async done => { await turns(3); me.who = null; done(); };
    if (api.onLoad) api.onLoad();
  },

  // The page's own `onLoad`.
  before(me) {
    me.owns = false;
    window.Tawk_API = { onLoad: () => { me.owns = true; } };
  },

  wrong(me, { there, wanted }) { return there && wanted && !me.owns ? ['onLoad of the page was not called'] : []; }
})
