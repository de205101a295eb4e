// A stub of Ferndesk's library, from what Ferndesk publishes: it takes over the queue, accepts `identify` after
// `init`, and ends a session only by another `init`.
(() => {
  'use strict';
  const stubs = window.vendorStubs = window.vendorStubs || {};
  if (stubs.ferndesk) return;

  const verify = stubs.verify || (async (kind, token) => {
    const answer = await fetch('/stub/verify/' + kind, { method: 'POST', body: token });
    return answer.ok ? answer.json() : null;
  });

  const me = stubs.ferndesk = { calls: [], errors: [], proofs: [], who: null, started: false };
  let generation = 0;

  if (!document.getElementById('ferndesk-sdk')) me.errors.push('no #ferndesk-sdk');

  const init = settings => {
    generation += 1;
    me.who = null;
    me.started = !!(settings && settings.widgetId);
    if (!me.started) me.errors.push('init without widgetId');
  };

  const identify = async proof => {
    if (!me.started) return me.errors.push('identify before init');
    // Which of the two a help centre reads depends on its age: both must be there and the same.
    if (!proof.jwt || proof.jwt !== proof.token) return me.errors.push('identify without a token');
    const mine = generation += 1;
    const claims = await verify('ferndesk', proof.jwt);
    if (mine !== generation) return;
    if (!claims || claims.sub !== claims.userId) return me.errors.push('rejected');
    me.proofs.push(claims);
    me.who = claims.sub;
  };

  const handle = (name, settings) => {
    me.calls.push(name);
    if (name === 'init') init(settings);
    else if (name === 'identify') identify(settings);
    else me.errors.push('unknown: ' + name);
  };

  const queued = window.Ferndesk && window.Ferndesk.q || [];
  window.Ferndesk = (...args) => handle(...args);
  queued.forEach(args => handle(...args));
})();
