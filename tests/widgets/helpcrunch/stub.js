// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
({ turns }) => ({
  globals: ['HelpCrunch', 'helpcrunchSettings'],

  library(me) {
    let started = false;
    const is = user => { if (user) me.accept(user.user_id, user.security_hash); };
    const methods = {
      init(organization, { appId, user }) {
        if (started || !organization || !appId) return me.errors.push('init');
        started = me.up = me.shown = true;
        is(user);
      },
      // The server has to accept the user.
      async userAuth(user) {
        if (!started) me.errors.push('userAuth');
        await turns(2);
        if (me.booted() === booted) is(user);
      },
      logout: () => { booted = -1; me.who = null; },
      showChatWidget: () => { me.shown = true; },
      hideChatWidget: () => { me.shown = false; },
      openChat: () => { me.open = true; },
      closeChat: () => { me.open = false; }
    };
    let booted;
    const queue = (window.HelpCrunch || {}).q || [];
    window.HelpCrunch = (name, ...args) => {
      if (name === 'userAuth') booted = me.booted();
      if (methods[name]) methods[name](...args);
      else me.errors.push(name);
    };
    const { organization, ...options } = window.helpcrunchSettings || {};
    if (organization) methods.init(organization, options);
    queue.forEach(args => window.HelpCrunch(...args));
  },

  wrong(me, { alive, there }) { return alive && there && !me.shown ? ['is not shown'] : []; }
})
