// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/hmac.js says what each name means.
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
      // It asks the server again, with what the settings say by then.
      logout: ping,
      event: () => {}
    });
    ping();
    (waiting.queue || []).forEach(([method, ...args]) => api[method](...args));
  },

  wrong(me, { alive, there }) { return alive && there && !me.looks ? ['has no looks'] : []; }
})
