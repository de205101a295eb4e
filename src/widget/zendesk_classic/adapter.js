/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  /** @param {any[]} args */
  const call = (...args) => {
    if (typeof window.zE === 'function') window.zE('webWidget', ...args);
  };

  /**
   * The widget asks again whenever it needs a token, and each one is fetched anew.
   * @type {(name: string) => (callback: (token: string) => void) => void}
   */
  const jwtFn = name => callback => tools.token(name, callback);

  /** @param {Widget} widget */
  const setAuthenticate = widget => {
    /** @type {any} */
    const all = window.zESettings = window.zESettings || {};
    /** @type {any} */
    const webSettings = all.webWidget = all.webWidget || {};
    return webSettings.authenticate = {
      ...widget.settings.helpCenter && { jwtFn: jwtFn('zendesk-help-center') },
      ...widget.settings.chat && { chat: { jwtFn: jwtFn('zendesk-chat') } }
    };
  };

  // A logout that came before the library is made up for once the library is loaded.
  let logoutPending = false;

  const logout = () => {
    logoutPending = typeof window.zE !== 'function';
    call('logout');
  };

  /** @param {Widget} widget */
  const reauthenticate = widget => {
    if (widget.settings.chat) call('chat:reauthenticate');
    if (widget.settings.helpCenter) call('helpCenter:reauthenticate');
  };

  return {
    boot(widget) {
      if (widget.person) {
        // A widget that is here already has read its settings.
        call('updateSettings', { webWidget: { authenticate: setAuthenticate(widget) } });
        reauthenticate(widget);
      }
      // Again before it comes: the page may have set its own settings meanwhile.
      tools.load(widget.library, {
        id: 'ze-snippet',
        onload: () => {
          if (!logoutPending && tools.alive()) return;
          logout();
          if (tools.alive()) reauthenticate(widget);
        },
        before: () => widget.person && tools.alive() && setAuthenticate(widget)
      });
    },

    // Nothing to hand over: the widget calls `jwtFn`.
    refresh() {},

    // Never loaded for this: its loader shows a launcher.
    shutdown: logout
  };
}
