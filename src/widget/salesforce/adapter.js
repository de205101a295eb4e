/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  let initialised = false;
  // Whether `onEmbeddedMessagingReady` has fired: the library accepts no call before it.
  let ready = false;
  // A logout that was requested before the library was loaded, and runs once it is.
  let logoutPending = false;

  const library = () => tools.global('embeddedservice_bootstrap');
  const api = () => library().userVerificationAPI;

  /**
   * Passes the token to the library, which keeps it in memory only: each tab needs it after each load.
   * @param {string} token
   */
  const setToken = token => {
    const identity = { identityTokenType: 'JWT', identityToken: token };
    if (ready && currentWidget && currentWidget.person) api().setIdentityToken(identity);
  };
  const fetchToken = () => { if (currentWidget && currentWidget.person) tools.token('salesforce', setToken); };

  /**
   * The runtime removes the entry in `localStorage`; if that is unavailable, the library uses `sessionStorage`.
   * @param {import('../../snippet/types').Widget} widget
   */
  const purge = widget => {
    try { sessionStorage.removeItem(widget.settings.orgId + '_WEB_STORAGE'); } catch { /* no storage, and so no session in it */ }
  };

  // Without the argument, the library would clear this page and leave the session open.
  const clearSession = () => {
    logoutPending = !ready;
    if (!ready) return;
    // The library restarts, and fires the event again when it is ready.
    ready = false;
    const cleared = api().clearSession(true);
    if (cleared && cleared.catch) cleared.catch(() => {});
  };

  tools.on('onEmbeddedMessagingReady', () => {
    ready = true;
    if (logoutPending) clearSession();
    else fetchToken();
  });
  // The library waits for 30 seconds.
  tools.on('onEmbeddedMessagingIdentityTokenExpired', fetchToken);

  const initialise = () => {
    if (initialised || !currentWidget || !library()) return;
    initialised = true;
    const { orgId, deployment, siteUrl, scrt2Url, language } = currentWidget.settings;
    if (language) library().settings.language = language;
    library().init(orgId, deployment, siteUrl, { scrt2URL: scrt2Url });
  };

  return {
    boot(widget) {
      currentWidget = widget;
      if (ready) fetchToken();
      else if (library()) initialise();
      else tools.load(widget.library, { onload: initialise });
    },

    // A renewed token is passed before the old one expires.
    refresh(widget, token) {
      if (token) setToken(token);
    },

    // The library is not loaded for a shutdown, because it would show a button.
    shutdown(widget) {
      currentWidget = undefined;
      clearSession();
      purge(widget);
    }
  };
}
