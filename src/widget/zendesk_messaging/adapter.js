tools => {
  // For whom it is up: the widget of the last boot, or nothing.
  let current;
  // A shutdown that came before the library is made up for when the library is there.
  let owed = false;

  const there = () => typeof window.zE === 'function';
  const call = (...args) => { if (there()) window.zE('messenger', ...args); };

  // The widget asks again whenever it needs a token, and each one is fetched anew.
  const jwt = callback => tools.token('zendesk-messaging', callback);

  // Zendesk goes on without an identity and says so nowhere else.
  const done = error => { if (error) console.warn('widget-identity: zendesk-messaging:', error.reason); };

  const logout = () => {
    owed = !there();
    call('logoutUser');
  };

  const settle = () => {
    if (owed) logout();
    if (current && current.person) call('loginUser', jwt, done);
  };

  return {
    boot(widget) {
      current = widget;
      if (there()) settle();
      else tools.load(widget.library, 'ze-snippet', settle);
    },

    // Nothing to hand over: the widget calls `jwt`.
    refresh() {},

    // Never loaded for this: its loader shows a launcher.
    shutdown() {
      current = undefined;
      logout();
    }
  };
}
