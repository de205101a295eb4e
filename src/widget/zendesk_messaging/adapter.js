/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  // A logout that came before the library is made up for once the library is loaded.
  let logoutPending = false;

  const isLoaded = () => typeof window.zE === 'function';
  /** @param {any[]} args */
  const call = (...args) => { if (isLoaded()) window.zE('messenger', ...args); };

  /**
   * The widget asks again whenever it needs a token, and each one is fetched anew.
   * @param {(token: string) => void} callback
   */
  const jwt = callback => tools.token('zendesk-messaging', callback);

  /**
   * Zendesk goes on without an identity and says so nowhere else.
   * @param {{ reason: string } | undefined} error
   */
  const done = error => { if (error) console.warn('widget-identity: zendesk-messaging:', error.reason); };

  const logout = () => {
    logoutPending = !isLoaded();
    call('logoutUser');
  };

  const update = () => {
    if (logoutPending) logout();
    if (currentWidget && currentWidget.person) call('loginUser', jwt, done);
  };

  return {
    boot(widget) {
      currentWidget = widget;
      if (isLoaded()) update();
      else tools.load(widget.library, { id: 'ze-snippet', onload: update });
    },

    // Nothing to hand over: the widget calls `jwt`.
    refresh() {},

    // Never loaded for this: its loader shows a launcher.
    shutdown() {
      currentWidget = undefined;
      logout();
    }
  };
}
