// A stub of Userflow's library: it notes each call with its first argument, those in the queue first.
(() => {
  'use strict';
  const calls = window.userflowCalls = [];
  const queued = window.USERFLOWJS_QUEUE || [];
  const note = (method, value = null) => { calls.push([method, value]); };

  window.USERFLOWJS_QUEUE = [];
  window.userflow = new Proxy({}, { get: (_, method) => async value => note(method, value) });
  queued.forEach(([method, deferred, args]) => {
    note(method, args[0]);
    if (deferred) deferred.resolve();
  });
})();
