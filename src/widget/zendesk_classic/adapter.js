tools => {
  const call = (...args) => {
    if (typeof window.zE === 'function') window.zE('webWidget', ...args);
  };

  // The widget asks again whenever it needs a token, and each one is fetched anew.
  const jwtFn = name => callback => tools.token(name, callback);

  const settle = widget => {
    const all = window.zESettings = window.zESettings || {};
    const webWidget = all.webWidget = all.webWidget || {};
    return webWidget.authenticate = {
      ...widget.settings.helpCenter && { jwtFn: jwtFn('zendesk-help-center') },
      ...widget.settings.chat && { chat: { jwtFn: jwtFn('zendesk-chat') } }
    };
  };

  // A shutdown that came before the library is made up for when the library is there.
  let owed = false;

  const logout = () => {
    owed = typeof window.zE !== 'function';
    call('logout');
  };

  const reauthenticate = ({ settings }) => {
    if (settings.chat) call('chat:reauthenticate');
    if (settings.helpCenter) call('helpCenter:reauthenticate');
  };

  const arrived = widget => {
    if (!owed && tools.alive()) return;
    logout();
    if (tools.alive()) reauthenticate(widget);
  };

  return {
    boot(widget) {
      if (widget.person) {
        // A widget that is here already has read its settings.
        call('updateSettings', { webWidget: { authenticate: settle(widget) } });
        reauthenticate(widget);
      }
      // Again before it comes: the page may have set its own settings meanwhile.
      tools.load(widget.library, 'ze-snippet', () => arrived(widget), () => widget.person && tools.alive() && settle(widget));
    },

    // Nothing to hand over: the widget calls `jwtFn`.
    refresh() {},

    // Never loaded for this: its loader shows a launcher.
    shutdown: logout
  };
}
