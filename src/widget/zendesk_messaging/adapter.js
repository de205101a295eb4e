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
  // The number of the current session: each boot and each shutdown begins another one.
  let session = 0;
  // How many logins of this session have failed since the last successful one.
  let failures = 0;
  // A logout that was requested before the library was loaded, and runs once it is.
  let logoutPending = false;

  const isLoaded = () => typeof tools.global('zE') === 'function';
  /** @param {any[]} args */
  const call = (...args) => { if (isLoaded()) window.zE(...args); };

  // The widget waits some seconds for a token and then continues without an identity. So the adapter asks it to log in
  // only once the token has arrived, which may take longer. Whenever the widget asks again, the adapter fetches a new
  // token.
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
     * Handles the result of a login. After a failure, Zendesk continues without an identity, and reports that nowhere
     * else.
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

    // The widget calls `jwt`, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown, because its loader shows a launcher.
    shutdown() {
      currentWidget = undefined;
      session += 1;
      logout();
    }
  };
}
