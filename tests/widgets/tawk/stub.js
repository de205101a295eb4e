// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/hmac.js says what each name means.
({ turns }) => ({
  globals: ['Tawk_API', 'Tawk_LoadStart'],
  showsByItself: true,

  async library(me, early) {
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

  // The page's own interest in the library.
  before(me) {
    me.owns = false;
    window.Tawk_API = { onLoad: () => { me.owns = true; } };
  },

  wrong(me, { there, wanted }) { return there && wanted && !me.owns ? ['the page is not told'] : []; }
})
