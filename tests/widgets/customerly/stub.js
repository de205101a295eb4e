// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['customerly'],
  showsByItself: true,

  library(me) {
    const waiting = window.customerly || {};
    const api = window.customerly = Object.assign([], { settings: waiting.settings });
    const ping = () => {
      const { app_id: app, email, email_hash: hash, accentColor } = api.settings || {};
      me.who = null;
      if (!app) return;
      me.up = true;
      me.looks = accentColor;
      if (hash) me.accept(email, hash);
    };
    Object.assign(api, {
      update: settings => { Object.assign(api.settings = api.settings || {}, settings); ping(); },
      // It asks the server again, with the settings of that moment.
      logout: ping,
      event: () => {}
    });
    ping();
    (waiting.queue || []).forEach(([method, ...args]) => api[method](...args));
  },

  wrong(me, { alive, there }) { return alive && there && !me.looks ? ['has no looks'] : []; }
})
