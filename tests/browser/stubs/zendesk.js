// A stub of the Web Widget (Classic), from what Zendesk publishes. The library reads the settings once, when it
// arrives. It remembers `jwtFn` and calls it whenever it needs a token. `logout` ends both sessions and keeps all
// settings. The library stores a cookie for the top host and entries in localStorage.
(() => {
  'use strict';
  const stubs = window.vendorStubs = window.vendorStubs || {};
  if (stubs.zendesk) return;

  const verify = stubs.verify || (async (kind, token) => {
    const answer = await fetch('/stub/verify/' + kind, { method: 'POST', body: token });
    return answer.ok ? answer.json() : null;
  });

  const labels = location.hostname.split('.');
  const domain = labels.length > 1 ? '; Domain=.' + labels.slice(-2).join('.') : '';

  const me = stubs.zendesk = {
    calls: [], errors: [], chat: null, helpCenter: null,
    // The claims of the valid tokens.
    proofs: { chat: [], helpCenter: [] },
    // The settings as they were when the library arrived.
    settings: Object.assign({}, (window.zESettings || {}).webWidget),
    // How many tokens each callback has returned.
    yielded: { chat: 0, helpCenter: 0 }
  };
  const generation = { chat: 0, helpCenter: 0 };

  if (!document.getElementById('ze-snippet')) me.errors.push('no #ze-snippet');

  const jwtFn = {
    chat: () => ((me.settings.authenticate || {}).chat || {}).jwtFn,
    helpCenter: () => (me.settings.authenticate || {}).jwtFn
  };
  const kind = { chat: 'zendesk-chat', helpCenter: 'zendesk-help-center' };

  // Asks the page for a token, as the widget does by itself.
  me.ask = product => {
    const ask = jwtFn[product]();
    if (!ask) return;
    const mine = generation[product] += 1;
    ask(async token => {
      me.yielded[product] += 1;
      const claims = await verify(kind[product], token);
      if (mine !== generation[product]) return;
      if (!claims) return me.errors.push('rejected: ' + product);
      me.proofs[product].push(claims);
      me[product] = claims.email;
    });
  };

  const start = () => {
    document.cookie = '__zlcmid=1; Path=/; Max-Age=31536000' + domain;
    ['ZD-store', 'ZD-suid', 'ZD-buid'].forEach(key => localStorage.setItem(key, '{}'));
    me.ask('chat');
    me.ask('helpCenter');
  };

  const logout = () => ['chat', 'helpCenter'].forEach(product => {
    generation[product] += 1;
    me[product] = null;
  });

  window.zE = (widget, command, settings) => {
    me.calls.push(command);
    if (widget !== 'webWidget') me.errors.push('unknown widget: ' + widget);
    else if (command === 'logout') logout();
    else if (command === 'chat:reauthenticate') me.ask('chat');
    else if (command === 'helpCenter:reauthenticate') me.ask('helpCenter');
    else if (command === 'updateSettings') Object.assign(me.settings, settings.webWidget);
    else me.errors.push('unknown: ' + command);
  };
  start();
})();
