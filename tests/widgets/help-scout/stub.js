// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['Beacon'],
  loadedForALogout: true,

  library(me) {
    const handle = (method, options) => {
      if (method === 'init' && !me.up) me.up = true;
      else if (method === 'identify' && me.up) me.accept(options.email, options.signature);
      else if (method === 'logout' && options.endActiveChat) me.who = null;
      else if (method === 'config' && me.up && options.color) me.looks = true;
      else me.errors.push(method);
    };
    const queued = (window.Beacon || {}).readyQueue || [];
    window.Beacon = handle;
    queued.forEach(({ method, options }) => handle(method, options));
  },

  wrong(me, { alive, there, early }) {
    const wrong = [];
    if (alive && there && !early && !me.up) wrong.push('is not shown');
    if (alive && there && !me.looks) wrong.push('has no looks');
    return wrong;
  }
})
