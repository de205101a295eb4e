// A stub of Ferndesk's widget: it takes over the queue and shows the user of the last call.
(() => {
  'use strict';

  if (window.ferndeskStub) return;
  const calls = [];
  let who = null;

  const claims = token => JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')));

  const actions = {
    init: () => { who = null; },
    identify: ({ jwt, token }) => { who = claims(jwt || token).user_id; },
  };

  const handle = (name, settings) => {
    calls.push(name);
    if (actions[name]) actions[name](settings || {});
  };

  const queued = (window.Ferndesk && window.Ferndesk.q) || [];
  window.Ferndesk = handle;
  window.ferndeskStub = { calls, get who() { return who; } };
  for (const args of queued) handle(...args);
})();
