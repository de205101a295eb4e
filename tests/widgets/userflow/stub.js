// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['userflow', 'USERFLOWJS_QUEUE'],
  loadedForALogout: true,

  library(me) {
    const library = {
      init: token => {
        if (token && !me.fresh) me.up = me.fresh = true;
        else me.errors.push('init');
      },
      identify: async (id, attributes, { signature }) => {
        if (me.up) me.accept(id, signature);
        else me.errors.push('identify');
      },
      reset: () => {
        me.who = null;
        me.fresh = false;
      }
    };
    const queued = window.USERFLOWJS_QUEUE || [];
    window.userflow = Object.assign(window.userflow || {}, library);
    queued.forEach(([method, deferred, args]) => {
      library[method](...args);
      if (deferred) deferred.resolve();
    });
  }
})
