// A stub of the Zendesk Web Widget (Classic): it asks for tokens as the widget does, and stores what the widget
// stores.
(() => {
  'use strict';

  if (window.zendeskStub) return;
  const calls = [];
  let who = null;
  let helpCenter = null;
  // A response that arrives for an earlier identity is dropped.
  let generation = 0;
  let authenticate = {};

  const claims = token => JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')));

  const remember = user => {
    document.cookie = `__zlcmid=${user}; Path=/; SameSite=Lax; Max-Age=31536000`;
    localStorage.setItem('ZD-store', JSON.stringify({ user }));
  };

  const ask = (jwtFn, accept) => {
    if (typeof jwtFn !== 'function') return;
    const mine = generation;
    jwtFn(token => { if (mine === generation) accept(claims(token)); });
  };

  const askChat = () => ask(authenticate.chat && authenticate.chat.jwtFn, person => {
    who = person.external_id;
    remember(who);
  });

  const askHelpCenter = () => ask(authenticate.jwtFn, person => { helpCenter = person.email; });

  const logout = () => {
    generation += 1;
    who = helpCenter = null;
  };

  const actions = {
    logout,
    'chat:reauthenticate': askChat,
    'helpCenter:reauthenticate': askHelpCenter,
    updateSettings: settings => { authenticate = settings.webWidget.authenticate || {}; },
  };

  window.zE = (widget, name, ...args) => {
    calls.push(name);
    if (actions[name]) actions[name](...args);
  };

  window.zendeskStub = {
    calls,
    get who() { return who; },
    get helpCenter() { return helpCenter; },
  };

  const settings = window.zESettings && window.zESettings.webWidget;
  authenticate = (settings && settings.authenticate) || {};
  askChat();
  askHelpCenter();
})();
