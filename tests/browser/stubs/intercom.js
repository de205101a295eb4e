// A stub of Intercom's library, from what Intercom publishes: it takes over the queue, and keeps three cookies for the
// parent domain and an entry in localStorage. Of these, `shutdown` removes only the session's. A `boot` without a
// token revives the user of an existing session cookie.
(() => {
  'use strict';
  const stubs = window.vendorStubs = window.vendorStubs || {};
  if (stubs.intercom) return;

  const verify = stubs.verify || (async (kind, token) => {
    const answer = await fetch('/stub/verify/' + kind, { method: 'POST', body: token });
    return answer.ok ? answer.json() : null;
  });

  const labels = location.hostname.split('.');
  const domain = labels.length > 1 ? '; Domain=.' + labels.slice(-2).join('.') : '';
  const keep = (name, value) => {
    document.cookie = name + '=' + value + '; Path=/; Max-Age=' + (value ? 604800 : 0) + domain;
  };
  const kept = name => (document.cookie.split('; ').find(pair => pair.startsWith(name + '=')) || '=').split('=')[1];

  // `calls` notes whether each call had a token, but never the token itself. `proofs` are the claims of the valid
  // tokens.
  const me = stubs.intercom = { calls: [], errors: [], proofs: [], who: null, booted: false };
  let app;
  let generation = 0;

  // The launcher stands in the body; `reattach_activator` is for applications that replace the body.
  const attach = () => {
    if (document.getElementById('intercom-stub')) return;
    const launcher = document.createElement('div');
    launcher.id = 'intercom-stub';
    document.body.append(launcher);
  };
  const detach = () => document.querySelectorAll('#intercom-stub').forEach(launcher => launcher.remove());

  const accept = id => {
    me.who = id;
    keep('intercom-session-' + app, id);
    localStorage.setItem('intercom.intercom-state-' + app, JSON.stringify({ user: id }));
  };

  const identify = async token => {
    const mine = generation += 1;
    const claims = await verify('intercom', token);
    if (mine !== generation) return;
    if (!claims) return me.errors.push('rejected');
    me.proofs.push(claims);
    accept(claims.user_id);
  };

  const boot = settings => {
    if (!settings || !settings.app_id) return me.errors.push('boot without app_id');
    app = settings.app_id;
    me.booted = true;
    keep('intercom-id-' + app, 'visitor');
    keep('intercom-device-id-' + app, 'device');
    attach();
    if (settings.intercom_user_jwt) return identify(settings.intercom_user_jwt);
    generation += 1;
    me.who = kept('intercom-session-' + app) || null;
  };

  const update = settings => {
    if (!me.booted) return;
    if (settings && settings.intercom_user_jwt) identify(settings.intercom_user_jwt);
  };

  const shutdown = () => {
    generation += 1;
    me.booted = false;
    me.who = null;
    detach();
    if (app) keep('intercom-session-' + app, '');
  };

  const handle = (name, settings) => {
    me.calls.push({ name, token: !!(settings && settings.intercom_user_jwt) });
    if (name === 'boot') boot(settings);
    else if (name === 'update') update(settings);
    else if (name === 'shutdown') shutdown();
    else if (name === 'reattach_activator') { if (me.booted) attach(); }
    else me.errors.push('unknown: ' + name);
  };

  const queued = window.Intercom && window.Intercom.q || [];
  window.Intercom = (...args) => handle(...args);
  queued.forEach(args => handle(...args));
})();
