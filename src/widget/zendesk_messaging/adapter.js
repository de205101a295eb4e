/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  const NAME = 'zendesk-messaging';
  const RETRY_MS = 5000;
  const MOST_RETRIES = 3;

  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  // Another one with each boot and shutdown.
  let session = 0;
  // How many logins of this session have failed since the last good one.
  let failures = 0;
  // A logout that came before the library is made up for once the library is loaded.
  let logoutPending = false;

  const isLoaded = () => typeof window.zE === 'function';
  /** @param {any[]} args */
  const call = (...args) => { if (isLoaded()) window.zE(...args); };

  // The widget waits some seconds for a token and then goes on without an identity. So it is asked to log in once the token
  // is there, which may take longer. Whenever it asks again, the token is fetched anew.
  const login = () => {
    const mine = session;
    /** @type {(token: string) => void} */
    const withToken = token => {
      if (mine !== session) return;
      let ready = token;
      /** @param {(token: string) => void} callback */
      const jwt = callback => {
        const first = mine === session && ready;
        ready = '';
        if (first) callback(first);
        else tools.token(NAME, callback);
      };
      call('messenger', 'loginUser', jwt, done);
    };
    /**
     * Zendesk goes on without an identity and says so nowhere else.
     * @param {{ reason: string } | null} [error]
     */
    const done = error => {
      if (!error) {
        failures = 0;
        return;
      }
      console.warn('widget-identity: zendesk-messaging:', error.reason);
      if (mine !== session || failures === MOST_RETRIES) return;
      setTimeout(() => { if (mine === session) login(); }, RETRY_MS * 2 ** failures);
      failures += 1;
    };
    tools.token(NAME, withToken);
  };

  const logout = () => {
    logoutPending = !isLoaded();
    call('messenger', 'logoutUser');
  };

  const update = () => {
    if (logoutPending) logout();
    if (!currentWidget) return;
    Object.entries(currentWidget.settings).forEach(setting => call('messenger:set', ...setting));
    if (currentWidget.person) login();
  };

  return {
    boot(widget) {
      currentWidget = widget;
      session += 1;
      failures = 0;
      if (isLoaded()) update();
      else tools.load(widget.library, { id: 'ze-snippet', onload: update });
    },

    // Nothing to hand over: the widget calls `jwt`.
    refresh() {},

    // Never loaded for this: its loader shows a launcher.
    shutdown() {
      currentWidget = undefined;
      session += 1;
      logout();
    }
  };
}
